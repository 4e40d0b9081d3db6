# Enables CUDA where it is found and wanted, and sets ROBOCACHE_HAS_CUDA.

include(CheckLanguage)
set(ROBOCACHE_HAS_CUDA OFF)

if(ROBOCACHE_ENABLE_CUDA)
  # CMake looks for nvcc on PATH only; the toolkit's own place is worth a look.
  if(NOT DEFINED CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX})
    find_program(ROBOCACHE_NVCC nvcc PATHS /usr/local/cuda/bin)
    mark_as_advanced(ROBOCACHE_NVCC)
    if(ROBOCACHE_NVCC)
      set(CMAKE_CUDA_COMPILER ${ROBOCACHE_NVCC})
    endif()
  endif()
  # What a parent project chose stands. 90 alone carries PTX for devices yet to come.
  if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES AND NOT DEFINED ENV{CUDAARCHS})
    set(CMAKE_CUDA_ARCHITECTURES 80-real 90)
  endif()
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    enable_language(CUDA)
    find_package(CUDAToolkit REQUIRED)
    set(ROBOCACHE_HAS_CUDA ON)
  elseif(NOT ROBOCACHE_ENABLE_CUDA STREQUAL "AUTO")
    message(FATAL_ERROR "ROBOCACHE_ENABLE_CUDA is ${ROBOCACHE_ENABLE_CUDA}, but no CUDA compiler "
                        "was found: set CMAKE_CUDA_COMPILER or put nvcc on PATH")
  endif()
endif()

if(ROBOCACHE_HAS_CUDA)
  message(STATUS "RoboCache ${PROJECT_VERSION}: CPU and CUDA ${CMAKE_CUDA_COMPILER_VERSION} "
                 "(${CMAKE_CUDA_ARCHITECTURES})")
else()
  message(STATUS "RoboCache ${PROJECT_VERSION}: CPU only")
endif()
