// The choice of instructions at run time: loops are compiled twice, for every processor and for
// those with AVX2 and fused multiply-add. Both give the same bits, since an fma is exact with or
// without the instruction and nothing else may be contracted (see CONTRIBUTING).
#pragma once

#include <robocache/core/config.hpp>
#include <type_traits>

// Says that the iterations of the next loop do not depend on one another.
#if defined(__clang__)
#define ROBOCACHE_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define ROBOCACHE_INDEPENDENT _Pragma("GCC ivdep")
#endif

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Calls `f` on a range, with the number of the thread where it wants that. A macro, since what it
/// calls must be drawn into the function that it stands in.
#define ROBOCACHE_CALL(F, f, begin, end, worker)                                  \
  if constexpr (std::is_invocable_v<const F&, std::int64_t, std::int64_t, int>) { \
    f(begin, end, worker);                                                        \
  } else {                                                                        \
    f(begin, end);                                                                \
  }

#if defined(__x86_64__) && defined(__GNUC__) && !(defined(__AVX2__) && defined(__FMA__))

inline bool has_avx2() {
  static const bool has = __builtin_cpu_supports("avx2") != 0 &&
                          __builtin_cpu_supports("fma") != 0 &&
                          __builtin_cpu_supports("bmi") != 0 && __builtin_cpu_supports("bmi2") != 0;
  return has;
}

/// All that it calls is drawn in, or it would keep the instructions of every processor.
template <class F>
__attribute__((target("avx2,fma,bmi,bmi2"), flatten)) void call_with_avx2(const F& f,
                                                                          std::int64_t begin,
                                                                          std::int64_t end,
                                                                          int worker) {
  ROBOCACHE_CALL(F, f, begin, end, worker)
}

/// Calls the function that `f` points to.
template <class F>
void call_best(const void* f, std::int64_t begin, std::int64_t end, int worker) {
  if (has_avx2()) return call_with_avx2(*static_cast<const F*>(f), begin, end, worker);
  const F& body = *static_cast<const F*>(f);
  ROBOCACHE_CALL(F, body, begin, end, worker)
}

#else

template <class F>
void call_best(const void* f, std::int64_t begin, std::int64_t end, int worker) {
  const F& body = *static_cast<const F*>(f);
  ROBOCACHE_CALL(F, body, begin, end, worker)
}

#endif

}  // namespace detail
ROBOCACHE_END_NAMESPACE
