# robocache.hpp includes every public .hpp, given as a comma-separated list, but itself.

file(READ ${include_dir}/robocache/robocache.hpp umbrella)
string(REPLACE "," ";" headers "${headers}")
list(REMOVE_ITEM headers robocache/robocache.hpp)
foreach(header IN LISTS headers)
  string(FIND "${umbrella}" "#include <${header}>\n" place)
  if(place EQUAL -1)
    message(SEND_ERROR "robocache.hpp does not include ${header}")
  endif()
endforeach()
