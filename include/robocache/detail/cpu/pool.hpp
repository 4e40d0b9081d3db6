// The helper threads of a process: one pool, whoever calls and from whichever plugin.
#pragma once

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>

#include <cstdint>
#include <exception>
#include <new>
#include <robocache/core/process.hpp>

namespace robocache::process_v1 {

/// One parallel loop: ranges are handed out in order, to whoever asks next.
struct loop {
  void (*body)(const void* context, std::int64_t begin, std::int64_t end, int worker);
  const void* context;
  std::int64_t count;
  std::int64_t grain;
  int seats;       // helpers that may still join; guarded by the pool's mutex
  int threads;     // that were asked for, all cores included
  int joined = 0;  // helpers that have; guarded likewise, as is `active`
  int active = 0;  // helpers at work
  loop* below = nullptr;
  std::int64_t next = 0;                 // changed by atomics
  std::int64_t failed_at = INT64_MAX;    // the lowest range that failed; guarded
  std::exception_ptr failure = nullptr;  // what it threw; guarded

  /// Works as number `worker` until no range is left. What a range throws ends the loop.
  void work(pthread_mutex_t& mutex, int worker) noexcept {
    for (;;) {
      const std::int64_t begin = __atomic_fetch_add(&next, grain, __ATOMIC_RELAXED);
      if (begin < 0 || begin >= count) return;
      try {
        body(context, begin, count - begin < grain ? count : begin + grain, worker);
      } catch (...) {
        pthread_mutex_lock(&mutex);
        if (begin < failed_at) {
          failed_at = begin;
          failure = std::current_exception();
        }
        pthread_mutex_unlock(&mutex);
        __atomic_store_n(&next, count, __ATOMIC_RELAXED);
      }
    }
  }
};

/// Helpers that wait for loops. Callers work on their own loop too, so nested and concurrent loops
/// always advance, and no more threads work at a time than cores, or than one caller asked for.
/// The pool is plain memory that is never destroyed; a forked child starts with an empty one.
struct thread_pool {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;  // all bits 0, as the rest
  pthread_cond_t arrived = PTHREAD_COND_INITIALIZER;
  pthread_cond_t finished = PTHREAD_COND_INITIALIZER;
  loop* top = nullptr;
  int helpers = 0;
  int working = 0;  // callers and helpers
  bool watches_forks = false;

  static constexpr int most_helpers = 255;

  /// Runs a loop; rethrows what its lowest failed range threw, when nobody works on it any more.
  void run(loop& work);

 private:
  void grow(int wanted);
  loop* find_work() const;
  void help();
};

}  // namespace robocache::process_v1

ROBOCACHE_ONE_PER_PROCESS(thread_pool, pool)

namespace robocache::process_v1 {

/// A loop that a free helper may join: none where as many threads work as its caller asked for.
inline loop* thread_pool::find_work() const {
  loop* work = top;
  while (work != nullptr && (work->seats == 0 || working >= work->threads)) work = work->below;
  return work;
}

inline void thread_pool::help() {
  pthread_mutex_lock(&mutex);
  for (;;) {
    loop* const work = find_work();
    if (work == nullptr) {
      pthread_cond_wait(&arrived, &mutex);
      continue;
    }
    --work->seats;
    const int worker = ++work->joined;
    ++work->active;
    ++working;
    pthread_mutex_unlock(&mutex);
    work->work(mutex, worker);
    pthread_mutex_lock(&mutex);
    --working;
    if (--work->active == 0) pthread_cond_broadcast(&finished);
    if (top != nullptr) pthread_cond_signal(&arrived);  // there is room for one more
  }
}

/// Starts helpers until there are `wanted`; fewer when the system refuses more.
inline void thread_pool::grow(int wanted) {
  if (helpers >= wanted || helpers >= most_helpers) return;
  if (!watches_forks) {
    const auto restart = [] { new (&pool()) thread_pool; };  // no helper lives in a child
    watches_forks = pthread_atfork(nullptr, nullptr, restart) == 0;
    if (!watches_forks) return;
  }
  // Idle helpers run code of this module, which must then stay: a plugin may be unloaded.
  Dl_info here;
  const auto start = [](void* pool) -> void* {
    static_cast<thread_pool*>(pool)->help();
    return nullptr;
  };
  void* (*const entry)(void*) = start;
  if (dladdr(reinterpret_cast<void*>(entry), &here) != 0) {
    static_cast<void>(dlopen(here.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE));
  }
  // Signals are the application's: its own threads take them.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  for (; helpers < wanted && helpers < most_helpers; ++helpers) {
    pthread_t thread;
    if (pthread_create(&thread, nullptr, entry, this) != 0) break;
    pthread_detach(thread);
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

inline void thread_pool::run(loop& work) {
  pthread_mutex_lock(&mutex);
  grow(work.seats);
  work.below = top;
  top = &work;
  ++working;
  pthread_cond_broadcast(&arrived);
  pthread_mutex_unlock(&mutex);

  work.work(mutex, 0);

  pthread_mutex_lock(&mutex);
  --working;
  loop** link = &top;
  while (*link != nullptr && *link != &work) link = &(*link)->below;
  if (*link != nullptr) *link = work.below;
  if (top != nullptr) pthread_cond_signal(&arrived);
  while (work.active > 0) pthread_cond_wait(&finished, &mutex);
  pthread_mutex_unlock(&mutex);
  if (work.failure != nullptr) std::rethrow_exception(work.failure);
}

}  // namespace robocache::process_v1
