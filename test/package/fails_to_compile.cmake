# cmake -D compiler= -D include_dir= -D source= -D sentence= -P: the compiler refuses the source with
# one error, the sentence.

foreach(definitions "" "-DROBOCACHE_COMPILED=1 -DROBOCACHE_CUDA=1") # headers alone, and with the library
  separate_arguments(definitions)
  execute_process(
    COMMAND ${compiler} -std=c++17 -fsyntax-only -I ${include_dir} ${definitions} ${source}
    RESULT_VARIABLE status
    ERROR_VARIABLE output)
  string(REPLACE ";" "," output "${output}") # not the ends of list items
  string(REGEX MATCHALL "error: [^\n]*" errors "${output}")
  list(LENGTH errors count)
  if(status EQUAL 0 OR NOT count EQUAL 1 OR NOT errors MATCHES "${sentence}")
    message(SEND_ERROR "expected one error, \"${sentence}\", with \"${definitions}\"; got\n${output}")
  endif()
endforeach()
