// A plugin that hides everything but its own functions.
#include <cstdlib>
#include <robocache/core/executor.hpp>
#include <robocache/detail/cpu/parallel.hpp>

extern "C" ROBOCACHE_EXPORT long run_plugin() {
  long sum = 0;
  robocache::detail::parallel_for(10'000, 1, 4, [&](std::int64_t begin, std::int64_t) {
    __atomic_fetch_add(&sum, static_cast<long>(begin), __ATOMIC_RELAXED);
  });
  setenv("ROBOCACHE_BACKEND", "auto", 1);
  static_cast<void>(robocache::select_executor());  // says once a module that there is no CUDA
  return sum;
}
