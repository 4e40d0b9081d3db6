// The gate between the public functions and the drivers: three ways to say who works, one place to
// say what is missing.
//
// An operation is a struct of plain values. For the CPU there is `compute(const cpu&, op)`; for the
// GPU `launch(const gpu&, op)`, in a .cuh. The promised operations of a room are one list, from
// which its header declares `run` as compiled and src/ compiles it.
#pragma once

#include <robocache/core/executor.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

template <class Op>
void run(const cpu& executor, const Op& op) {
  compute(executor, op);
}

template <class Op>
void run([[maybe_unused]] const gpu& executor, [[maybe_unused]] const Op& op) {
#if defined(__CUDACC__)
  launch(executor, op);
#else
  static_assert(always_false<Op>,
                "robocache: there is no GPU code for these types here: link RoboCache::RoboCache "
                "built with CUDA and use the types that it promises, or include the operation's "
                ".cuh and compile this file with nvcc");
#endif
}

template <class Op>
void run(const any_executor& executor, const Op& op) {
  executor.visit([&](const auto& chosen) { run(chosen, op); });
}

[[noreturn]] inline void refuse_gpu() {
  fail("gpu", "this operation has no GPU code so far: its executor is `cpu`");
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE

/// For lists of promised operations: declared by headers that go with a compiled library ...
#if defined(ROBOCACHE_CUDA)
#define ROBOCACHE_PROMISE(...)                                                            \
  extern template ROBOCACHE_EXPORT void run<__VA_ARGS__>(const cpu&, const __VA_ARGS__&); \
  extern template ROBOCACHE_EXPORT void run<__VA_ARGS__>(const gpu&, const __VA_ARGS__&);
#elif defined(ROBOCACHE_COMPILED)
#define ROBOCACHE_PROMISE(...) \
  extern template ROBOCACHE_EXPORT void run<__VA_ARGS__>(const cpu&, const __VA_ARGS__&);
#else
#define ROBOCACHE_PROMISE(...)
#endif
/// The same of operations without kernels: a `gpu` is refused when they run.
#if defined(ROBOCACHE_COMPILED)
#define ROBOCACHE_PROMISE_CPU(...)                                                        \
  extern template ROBOCACHE_EXPORT void run<__VA_ARGS__>(const cpu&, const __VA_ARGS__&); \
  ROBOCACHE_REFUSE_GPU(__VA_ARGS__)
#else
#define ROBOCACHE_PROMISE_CPU(...) ROBOCACHE_REFUSE_GPU(__VA_ARGS__)
#endif
#define ROBOCACHE_REFUSE_GPU(...)                                \
  template <>                                                    \
  inline void run<__VA_ARGS__>(const gpu&, const __VA_ARGS__&) { \
    refuse_gpu();                                                \
  }
/// ... and compiled in src/, for the CPU by a .cpp and for the GPU by a .cu.
#if defined(__CUDACC__)
#define ROBOCACHE_KEEP(...) \
  template ROBOCACHE_EXPORT void run<__VA_ARGS__>(const gpu&, const __VA_ARGS__&);
#else
#define ROBOCACHE_KEEP(...) \
  template ROBOCACHE_EXPORT void run<__VA_ARGS__>(const cpu&, const __VA_ARGS__&);
#endif
