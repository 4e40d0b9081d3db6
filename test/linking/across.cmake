# cmake -D compiler= -D include_dir= -D source= -D binary_dir= -P: the two files compile and do not
# link; the error names the namespace of the one that calls.
cmake_minimum_required(VERSION 3.25)
foreach(part calls takes)
  set(definitions -DTAKES)
  if(part STREQUAL "calls")
    set(definitions -DCALLS -DROBOCACHE_COMPILED=1)
  endif()
  execute_process(
    COMMAND ${compiler} -std=c++17 -I ${include_dir} ${definitions} -c ${source} -o
            ${binary_dir}/${part}.o COMMAND_ERROR_IS_FATAL ANY)
endforeach()
execute_process(
  COMMAND ${compiler} ${binary_dir}/calls.o ${binary_dir}/takes.o -o ${binary_dir}/across
  RESULT_VARIABLE status
  ERROR_VARIABLE output)
if(status EQUAL 0 OR NOT output MATCHES "take\\(robocache::v[0-9_]+cpu::any_executor")
  message(FATAL_ERROR "expected a link error that names robocache::v…_cpu::any_executor; got\n${output}")
endif()
