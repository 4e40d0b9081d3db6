# cmake -D binary_dir= -P: what the tests of the last run skipped, and why, from ctest's log. ctest
# itself names skipped tests without a reason, and skipped cases of a test that passed not at all.

set(log ${binary_dir}/Testing/Temporary/LastTest.log)
if(EXISTS ${log}.tmp) # the log of a run that has not quite ended
  set(log ${log}.tmp)
elseif(NOT EXISTS ${log})
  return()
endif()
file(READ ${log} text)
string(REGEX REPLACE "[][;\\\\]" "_" text "${text}") # they would join or split list items
# Ours, Catch2's WARN("skipped: ..."), and the consumers of test/package.
string(REGEX MATCHALL "\n([0-9]+/[0-9]+ Testing: |[ *]*(SKIPPED|skipped|no GPU): )[^\n]*" lines
       "${text}")
foreach(line IN LISTS lines)
  if(line MATCHES "\n[0-9]+/[0-9]+ Testing: (.*)")
    set(test ${CMAKE_MATCH_1})
  elseif(line MATCHES "(SKIPPED|skipped|no GPU): (.*)")
    string(REGEX REPLACE " \\*\\*\\*$" "" reason "${CMAKE_MATCH_2}")
    string(APPEND skipped "\n  ${test}: ${reason}")
  endif()
endforeach()
if(skipped)
  message("\nSkipped, and why:${skipped}\n")
endif()
