# robocache_flags: warnings and sanitizers for what this project compiles itself. Targets link it
# PRIVATE, and it is never installed, so consumers see none of it.

add_library(robocache_flags INTERFACE)

set(warnings -Wall -Wextra -Wconversion -Wshadow)
if(ROBOCACHE_WERROR)
  list(APPEND warnings -Werror)
  target_compile_options(robocache_flags
                         INTERFACE $<$<COMPILE_LANGUAGE:CUDA>:--Werror=all-warnings>)
endif()
list(JOIN warnings "," host_warnings)
target_compile_options(
  robocache_flags
  # The code that nvcc generates is not pedantic; its #line directives alone would fail.
  INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:${warnings};-Wpedantic>"
            "$<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=${host_warnings}>")

if(ROBOCACHE_SANITIZE)
  target_compile_options(
    robocache_flags INTERFACE -fsanitize=${ROBOCACHE_SANITIZE} -fno-sanitize-recover=all
                              -fno-omit-frame-pointer)
  target_link_options(robocache_flags INTERFACE -fsanitize=${ROBOCACHE_SANITIZE})
endif()
