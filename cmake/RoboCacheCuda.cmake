# Enables CUDA where it is found and wanted, and sets ROBOCACHE_HAS_CUDA.
#
# As the top-level project AUTO takes what is there. As a part of another project it takes CUDA only
# where that project uses it: nobody who wants the headers should wait minutes for nvcc.

include(CheckLanguage)
set(ROBOCACHE_HAS_CUDA OFF)
set(cuda_hint)

if(NOT ROBOCACHE_ENABLE_CUDA MATCHES "^(AUTO|ON|OFF)$")
  message(FATAL_ERROR "ROBOCACHE_ENABLE_CUDA is \"${ROBOCACHE_ENABLE_CUDA}\"; "
                      "expected AUTO, ON or OFF")
endif()

get_property(enabled_languages GLOBAL PROPERTY ENABLED_LANGUAGES)
set(want_cuda ${ROBOCACHE_ENABLE_CUDA})
if(want_cuda STREQUAL "AUTO"
   AND NOT PROJECT_IS_TOP_LEVEL
   AND NOT "CUDA" IN_LIST enabled_languages
   AND NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  set(want_cuda OFF)
  set(cuda_hint " (for CUDA set ROBOCACHE_ENABLE_CUDA=ON or CMAKE_CUDA_ARCHITECTURES, "
                "or enable the language CUDA before)")
endif()

# Sets CMAKE_CUDA_ARCHITECTURES where neither user nor parent chose.
macro(robocache_choose_architectures)
  if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES AND NOT DEFINED ENV{CUDAARCHS})
    if(PROJECT_IS_TOP_LEVEL)
      set(CMAKE_CUDA_ARCHITECTURES 80-real 90) # 90 alone carries PTX for devices yet to come
    else()
      # One, as each takes minutes: this machine's. CMake fails on `native` without a GPU.
      execute_process(
        COMMAND nvidia-smi -L
        RESULT_VARIABLE no_gpu
        OUTPUT_VARIABLE gpus
        ERROR_QUIET)
      if(no_gpu EQUAL 0 AND gpus MATCHES "GPU 0")
        set(CMAKE_CUDA_ARCHITECTURES native)
      else()
        set(CMAKE_CUDA_ARCHITECTURES 90)
      endif()
    endif()
    message(STATUS "RoboCache: CUDA architectures ${CMAKE_CUDA_ARCHITECTURES}, "
                   "since CMAKE_CUDA_ARCHITECTURES is not set")
  endif()
endmacro()

if(want_cuda)
  # CMake looks for nvcc on PATH only; the toolkit's own place is worth a look.
  if(NOT DEFINED CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX})
    find_program(ROBOCACHE_NVCC nvcc PATHS /usr/local/cuda/bin)
    mark_as_advanced(ROBOCACHE_NVCC)
    if(ROBOCACHE_NVCC)
      set(CMAKE_CUDA_COMPILER ${ROBOCACHE_NVCC})
    endif()
  endif()
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    robocache_choose_architectures()
    enable_language(CUDA)
    find_package(CUDAToolkit REQUIRED)
    set(ROBOCACHE_HAS_CUDA ON)
  elseif(want_cuda STREQUAL "ON")
    message(FATAL_ERROR "ROBOCACHE_ENABLE_CUDA is ON, but no CUDA compiler was found: set "
                        "CMAKE_CUDA_COMPILER or put nvcc on PATH")
  endif()
endif()

if(ROBOCACHE_HAS_CUDA)
  message(STATUS "RoboCache ${PROJECT_VERSION}: CPU and CUDA ${CMAKE_CUDA_COMPILER_VERSION} "
                 "(${CMAKE_CUDA_ARCHITECTURES})")
else()
  message(STATUS "RoboCache ${PROJECT_VERSION}: CPU only" ${cuda_hint})
endif()
