# cmake -D compiler= -D include_dir= -D source= -D binary_dir= -P: a consumer's flags do not change a
# bit. GNU compilers contract a * b + c by default where the processor can; ours must not care.

foreach(flags "-O0" "-O3;-march=native;-ffp-contract=fast")
  execute_process(
    COMMAND ${compiler} -std=gnu++17 ${flags} -I ${include_dir} ${source} -pthread -o
            ${binary_dir}/bits COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND ${binary_dir}/bits OUTPUT_VARIABLE bits COMMAND_ERROR_IS_FATAL ANY)
  message("${flags}:\n${bits}")
  if(DEFINED expected AND NOT bits STREQUAL expected)
    message(FATAL_ERROR "the flags change the bits")
  endif()
  set(expected "${bits}")
endforeach()
