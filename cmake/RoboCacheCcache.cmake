# Compiles through ccache where it is found. Launchers that the user chose stand, and a parent
# project chooses for itself.

if(ROBOCACHE_CCACHE AND PROJECT_IS_TOP_LEVEL)
  find_program(ROBOCACHE_CCACHE_PROGRAM ccache)
  mark_as_advanced(ROBOCACHE_CCACHE_PROGRAM)
  if(ROBOCACHE_CCACHE_PROGRAM)
    foreach(language CXX CUDA)
      # The environment variable of the same name sets the variable once the language is enabled.
      if(NOT DEFINED CMAKE_${language}_COMPILER_LAUNCHER
         AND NOT DEFINED ENV{CMAKE_${language}_COMPILER_LAUNCHER})
        set(CMAKE_${language}_COMPILER_LAUNCHER ${ROBOCACHE_CCACHE_PROGRAM})
      endif()
    endforeach()
    message(STATUS "RoboCache: compiler launcher ${CMAKE_CXX_COMPILER_LAUNCHER}")
  endif()
endif()
