/// \file
/// The CPU driver: a process-wide pool of helper threads and a parallel loop over index ranges.
#pragma once

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include <atomic>
#include <robocache/core/config.hpp>

namespace robocache::detail {

/// The number of cores this process may use.
inline int usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return CPU_COUNT(&set);
  const long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? static_cast<int>(online) : 1;
}

/// One parallel loop: ranges are handed out in order, to whoever asks next.
struct loop {
  void (*body)(const void* context, std::int64_t begin, std::int64_t end);
  const void* context;
  std::int64_t count;
  std::int64_t grain;
  std::atomic<std::int64_t> next{0};
  int seats = 0;   // helpers that may still join; guarded by the pool's mutex
  int active = 0;  // helpers at work; guarded likewise
  loop* below = nullptr;

  void work() {
    for (;;) {
      const std::int64_t begin = next.fetch_add(grain, std::memory_order_relaxed);
      if (begin >= count) return;
      body(context, begin, count - begin < grain ? count : begin + grain);
    }
  }
};

/// Helpers that wait for loops. Callers work on their own loop too, so nested and concurrent loops
/// always advance. The pool is never destroyed, and a forked child starts a new one.
class thread_pool {
 public:
  static thread_pool& instance() {
    static std::atomic<thread_pool*> current{nullptr};
    thread_pool* pool = current.load(std::memory_order_acquire);
    while (pool == nullptr || pool->owner_ != getpid()) {
      auto* fresh = new thread_pool;
      if (current.compare_exchange_strong(pool, fresh, std::memory_order_acq_rel)) return *fresh;
      delete fresh;
    }
    return *pool;
  }

  void run(loop& work, int helpers) {
    pthread_mutex_lock(&mutex_);
    grow(helpers);
    work.seats = helpers;
    work.below = top_;
    top_ = &work;
    pthread_cond_broadcast(&arrived_);
    pthread_mutex_unlock(&mutex_);

    work.work();

    pthread_mutex_lock(&mutex_);
    loop** link = &top_;
    while (*link != &work) link = &(*link)->below;
    *link = work.below;
    while (work.active > 0) pthread_cond_wait(&finished_, &mutex_);
    pthread_mutex_unlock(&mutex_);
  }

 private:
  static constexpr int most_helpers = 255;

  // Starts helpers until there are `wanted`; fewer when the system refuses more.
  void grow(int wanted) {
    for (; helpers_ < wanted && helpers_ < most_helpers; ++helpers_) {
      pthread_t thread;
      const auto start = [](void* pool) -> void* { static_cast<thread_pool*>(pool)->help(); };
      if (pthread_create(&thread, nullptr, start, this) != 0) return;
      pthread_detach(thread);
    }
  }

  [[noreturn]] void help() {
    pthread_mutex_lock(&mutex_);
    for (;;) {
      loop* work = top_;
      while (work != nullptr && work->seats == 0) work = work->below;
      if (work == nullptr) {
        pthread_cond_wait(&arrived_, &mutex_);
        continue;
      }
      --work->seats;
      ++work->active;
      pthread_mutex_unlock(&mutex_);
      work->work();
      pthread_mutex_lock(&mutex_);
      if (--work->active == 0) pthread_cond_broadcast(&finished_);
    }
  }

  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t arrived_ = PTHREAD_COND_INITIALIZER;
  pthread_cond_t finished_ = PTHREAD_COND_INITIALIZER;
  loop* top_ = nullptr;
  int helpers_ = 0;
  pid_t owner_ = getpid();
};

/// Calls `f(begin, end)` on ranges of at most `grain` indices that cover [0, count), on up to
/// `threads` threads (0: all cores). Ranges do not depend on the number of threads.
template <class F>
void parallel_for(std::int64_t count, std::int64_t grain, int threads, const F& f) {
  if (count <= 0) return;
  if (grain < 1) grain = 1;
  const std::int64_t ranges = (count - 1) / grain + 1;
  std::int64_t wanted = threads > 0 ? threads : usable_cores();
  if (wanted > ranges) wanted = ranges;
  loop work{[](const void* context, std::int64_t begin, std::int64_t end) {
              (*static_cast<const F*>(context))(begin, end);
            },
            &f, count, grain};
  if (wanted <= 1) {
    work.work();
  } else {
    thread_pool::instance().run(work, static_cast<int>(wanted - 1));
  }
}

}  // namespace robocache::detail
