/// \file
/// Compiler switches that every other header stands on.
///
/// The targets of the CMake package define two of them: `ROBOCACHE_COMPILED`, "the promised
/// instantiations for the CPU are there to link against", and `ROBOCACHE_CUDA`, "those for the GPU
/// as well". Without either, everything is compiled where it is used.
#pragma once

#include <cstdint>

#if defined(__GNUC__) && !defined(__cpp_exceptions)
#error "RoboCache reports errors by exceptions: compile this file without -fno-exceptions"
#endif
#if defined(ROBOCACHE_CUDA) && !defined(ROBOCACHE_COMPILED)
#error "RoboCache: ROBOCACHE_CUDA needs ROBOCACHE_COMPILED; link the target RoboCache::RoboCache"
#endif

// Every name lies in an inline namespace that says with which library it works. Files that were
// compiled for different ones can be linked into one program: their types and functions are
// different, and what passes one to the other fails to link with both names in the message.
#if defined(ROBOCACHE_CUDA)
#define ROBOCACHE_ABI v0_1
#elif defined(ROBOCACHE_COMPILED)
#define ROBOCACHE_ABI v0_1_cpu
#else
#define ROBOCACHE_ABI v0_1_headers
#endif
#define ROBOCACHE_BEGIN_NAMESPACE \
  namespace robocache {           \
  inline namespace ROBOCACHE_ABI {
#define ROBOCACHE_END_NAMESPACE \
  }                             \
  }

#if defined(__CUDACC__)
/// Marks a function that means the same on the CPU and on the GPU.
#define ROBOCACHE_HD __host__ __device__ __forceinline__
/// The same for what is called so rarely that it must not burden its callers.
#define ROBOCACHE_HD_RARELY __host__ __device__ __noinline__
#elif defined(__GNUC__)
#define ROBOCACHE_HD inline __attribute__((always_inline))
#define ROBOCACHE_HD_RARELY __attribute__((noinline))
#else
#define ROBOCACHE_HD inline
#define ROBOCACHE_HD_RARELY
#endif

#if defined(__GNUC__)
/// Symbols that the compiled library exports although everything else in it is hidden.
#define ROBOCACHE_EXPORT __attribute__((visibility("default")))
#else
#define ROBOCACHE_EXPORT
#endif

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// A `false` that depends on its arguments, for `static_assert` in templates.
template <class...>
inline constexpr bool always_false = false;

}  // namespace detail
ROBOCACHE_END_NAMESPACE
