// The CPU driver: a parallel loop over index ranges, by the best instructions of the processor.
#pragma once

#include <sched.h>
#include <unistd.h>

#include <new>
#include <robocache/detail/cpu/isa.hpp>
#include <robocache/detail/cpu/pool.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The number of cores this process may use.
inline int usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return CPU_COUNT(&set);
  const long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? static_cast<int>(online) : 1;
}

/// The threads that a loop of so many ranges runs on, at most: its workers.
inline int count_workers(std::int64_t ranges, int threads) {
  const std::int64_t most = threads > 0 ? threads : usable_cores();
  const std::int64_t workers = most < ranges ? most : ranges;
  return static_cast<int>(workers < process_v1::thread_pool::most_helpers + 1
                              ? workers
                              : process_v1::thread_pool::most_helpers + 1);
}

/// Calls `f(begin, end)` on ranges of at most `grain` indices that cover [0, count), on up to
/// `threads` threads (0: all cores). Ranges do not depend on the number of threads. As
/// `f(begin, end, worker)` it is told which of `count_workers(ranges, threads)` runs it.
///
/// What `f` throws, on whichever thread, reaches the caller when all threads have left the loop; of
/// several, the one of the lowest range that was run. Loops may nest and may be called from many
/// threads at once. Threads that cannot be made are done without.
template <class F>
void parallel_for(std::int64_t count, std::int64_t grain, int threads, const F& f) {
  if (count <= 0) return;
  if (grain < 1) grain = 1;
  const int workers = count_workers((count - 1) / grain + 1, threads);
  if (workers > 1) {
    process_v1::loop work{&call_best<F>, &f,          count,
                          grain,         workers - 1, threads > 0 ? threads : usable_cores()};
    return process_v1::pool().run(work);
  }
  for (std::int64_t begin = 0; begin < count;) {
    const std::int64_t end = count - begin < grain ? count : begin + grain;
    call_best<F>(&f, begin, end, 0);
    begin = end;
  }
}

/// Calls `f(k)` for k in [0, count), each on a thread of its own where there are as many.
template <class F>
void parallel_each(std::int64_t count, const F& f) {
  parallel_for(count, 1, static_cast<int>(count), [&](std::int64_t k, std::int64_t) { f(k); });
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
