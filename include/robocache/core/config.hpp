/// \file
/// Compiler switches that every other header stands on.
///
/// `ROBOCACHE_CUDA` is defined by the target RoboCache::RoboCache when its compiled library was
/// built with CUDA. It means "the promised CUDA instantiations are there to link against".
#pragma once

#include <cstdint>

#if defined(__CUDACC__)
/// Marks a function that means the same on the CPU and on the GPU.
#define ROBOCACHE_HD __host__ __device__ __forceinline__
#elif defined(__GNUC__)
#define ROBOCACHE_HD inline __attribute__((always_inline))
#else
#define ROBOCACHE_HD inline
#endif

#if defined(__GNUC__)
/// Symbols that the compiled library exports although everything else in it is hidden.
#define ROBOCACHE_EXPORT __attribute__((visibility("default")))
#else
#define ROBOCACHE_EXPORT
#endif

#if defined(ROBOCACHE_CUDA)
/// Functions that need the CUDA runtime: compiled into the library ...
#define ROBOCACHE_RUNTIME ROBOCACHE_EXPORT
#else
/// ... or inline where only the headers are used.
#define ROBOCACHE_RUNTIME inline
#endif

namespace robocache::detail {

/// A `false` that depends on its arguments, for `static_assert` in templates.
template <class...>
inline constexpr bool always_false = false;

}  // namespace robocache::detail
