# cmake -D reason= -P: stands for a GPU test that this build lacks, so that ctest names it.

if("$ENV{ROBOCACHE_REQUIRE_GPU}" STREQUAL "1")
  message(FATAL_ERROR "FAILED: ${reason}")
endif()
message("*** SKIPPED: ${reason} ***")
