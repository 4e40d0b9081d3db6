# cmake -D source= -D binary= -D generator= -D options= -D expect= -D refuse= -D fails= -P: a fresh
# configure, whose output must match `expect`, must not match `refuse`, and which must fail where
# `fails` is true. Items are separated by |.

foreach(list options expect refuse)
  string(REPLACE "|" ";" ${list} "${${list}}")
endforeach()

# Choices that whoever runs the tests made in the environment are not under test.
foreach(variable CMAKE_BUILD_TYPE CUDAARCHS CMAKE_CXX_COMPILER_LAUNCHER CMAKE_CUDA_COMPILER_LAUNCHER)
  unset(ENV{${variable}})
endforeach()
set(ENV{PATH} "${CMAKE_CURRENT_LIST_DIR}/no_gpu:$ENV{PATH}")

file(REMOVE_RECURSE ${binary})
execute_process(
  COMMAND ${CMAKE_COMMAND} -S ${source} -B ${binary} -G ${generator} ${options}
  RESULT_VARIABLE status
  OUTPUT_VARIABLE output
  ERROR_VARIABLE output)
string(REGEX REPLACE "[ \n]+" " " text "${output}") # CMake wraps long messages

if(fails AND status EQUAL 0)
  message(SEND_ERROR "it must not configure")
elseif(NOT fails AND NOT status EQUAL 0)
  message(SEND_ERROR "it must configure")
endif()
foreach(regex IN LISTS expect)
  if(NOT text MATCHES "${regex}")
    message(SEND_ERROR "\"${regex}\" is missing")
  endif()
endforeach()
foreach(regex IN LISTS refuse)
  if(text MATCHES "${regex}")
    message(SEND_ERROR "\"${regex}\" must not be said")
  endif()
endforeach()
message("${output}")
