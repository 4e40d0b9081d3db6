// The CPU driver: every index once, whoever calls and from wherever.
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <mutex>
#include <robocache/detail/cpu/parallel.hpp>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"

namespace {

std::atomic<bool> threads_run_out{false};
std::atomic<int> threads_refused{0};

}  // namespace

/// Threads of this executable, the pool's helpers included, come through here.
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*start)(void*), void* argument) noexcept {
  if (threads_run_out) {
    ++threads_refused;
    return EAGAIN;
  }
  using function = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto create = reinterpret_cast<function>(dlsym(RTLD_NEXT, "pthread_create"));
  return create(thread, attributes, start, argument);
}

namespace {

using robocache::detail::count_workers;
using robocache::detail::parallel_for;

/// Counts how often each index is visited; false unless once each.
bool visits_all_once(std::int64_t count, std::int64_t grain, int threads) {
  std::vector<std::atomic<int>> visits(static_cast<std::size_t>(count));
  std::atomic<bool> bad{false};
  parallel_for(count, grain, threads, [&](std::int64_t begin, std::int64_t end) {
    if (begin < 0 || begin >= end || end > count || (grain > 0 && end - begin > grain)) bad = true;
    for (std::int64_t i = begin; i < end; ++i) ++visits[static_cast<std::size_t>(i)];
  });
  for (const auto& v : visits) bad = bad || v != 1;
  return !bad;
}

}  // namespace

TEST_CASE("every index is visited once", "[parallel]") {
  for (const std::int64_t count : {0, 1, 2, 7, 64, 1000, 100'003}) {
    for (const std::int64_t grain : {0, 1, 3, 64, 1'000'000}) {
      for (const int threads : {0, 1, 2, 5, 33}) {
        CAPTURE(count, grain, threads);
        CHECK(visits_all_once(count, grain, threads));
      }
    }
  }
  parallel_for(-5, 1, 2,
               [](std::int64_t, std::int64_t) { FAIL("a negative count has no indices"); });
}

TEST_CASE("the ranges do not depend on the number of threads", "[parallel]") {
  const auto ranges = [](int threads) {
    std::mutex mutex;
    std::set<std::pair<std::int64_t, std::int64_t>> all;
    parallel_for(10'007, 13, threads, [&](std::int64_t begin, std::int64_t end) {
      const std::lock_guard<std::mutex> lock(mutex);
      all.insert({begin, end});
    });
    return all;
  };
  CHECK(ranges(1).size() == 770);
  CHECK(ranges(1) == ranges(4));
  CHECK(ranges(1) == ranges(0));
}

TEST_CASE("no more threads work than were asked for, and several do", "[parallel]") {
  std::mutex mutex;
  std::set<std::thread::id> seen;
  const auto count_threads = [&](int threads) {
    seen.clear();
    std::atomic<int> waiting{0};
    parallel_for(64, 1, threads, [&](std::int64_t, std::int64_t) {
      {
        const std::lock_guard<std::mutex> lock(mutex);
        seen.insert(std::this_thread::get_id());
      }
      ++waiting;  // give the others time to come
      for (int i = 0; i < 100 && waiting < threads; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    });
    return seen.size();
  };
  CHECK(count_threads(1) == 1);
  const auto three = count_threads(3);
  CHECK(three >= 2);
  CHECK(three <= 3);
}

TEST_CASE("loops nest", "[parallel]") {
  std::atomic<std::int64_t> sum{0};
  parallel_for(20, 1, 4, [&](std::int64_t outer, std::int64_t) {
    parallel_for(50, 7, 3, [&](std::int64_t begin, std::int64_t end) {
      parallel_for(end - begin, 1, 2,
                   [&](std::int64_t i, std::int64_t) { sum += outer * 1000 + begin + i; });
    });
  });
  CHECK(sum == 20 * 19 / 2 * 1000 * 50 + 20 * (50 * 49 / 2));
}

TEST_CASE("several threads may call at once", "[parallel]") {
  std::vector<std::thread> callers;
  std::atomic<int> good{0};
  for (int t = 0; t < 8; ++t) {
    callers.emplace_back([&good, t] {
      bool all = true;
      for (int i = 0; i < 50; ++i)
        all = visits_all_once(100 + 37 * i, 1 + i % 5, 1 + (t + i) % 6) && all;
      good += all ? 1 : 0;
    });
  }
  for (auto& caller : callers) caller.join();
  CHECK(good == 8);
}

#if !defined(__SANITIZE_THREAD__)  // which refuses threads after a fork
TEST_CASE("a forked child has helpers again", "[parallel]") {
  REQUIRE(visits_all_once(1000, 1, 4));
  for (int i = 0; i < 3; ++i) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      alarm(20);  // a child that hangs is killed
      _exit(visits_all_once(10'000, 1, 4) && visits_all_once(77, 2, 3) ? 0 : 1);
    }
    int status = -1;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
  }
  CHECK(visits_all_once(1000, 1, 4));
}
#endif

namespace {

/// What a loop of `count` ranges throws where `body(i)` does; empty when nothing.
template <class F>
std::string thrown_by(std::int64_t count, int threads, const F& body) {
  try {
    parallel_for(count, 1, threads, [&](std::int64_t i, std::int64_t) { body(i); });
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

[[noreturn]] void fail_at(std::int64_t i) {
  throw std::runtime_error("range " + std::to_string(i));
}

/// Waits until `reached()`, for a second at most.
template <class F>
bool wait_for(const F& reached) {
  for (int i = 0; i < 1000 && !reached(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return reached();
}

/// Bodies of loops that run at a time.
class crowd {
 public:
  class member {
   public:
    explicit member(crowd& all) : all_(all) {
      const int now = ++all_.now_;
      int most = all_.most_;
      while (most < now && !all_.most_.compare_exchange_weak(most, now)) {
      }
    }
    ~member() { --all_.now_; }
    member(const member&) = delete;
    member& operator=(const member&) = delete;

   private:
    crowd& all_;
  };
  [[nodiscard]] int most() const { return most_; }

 private:
  std::atomic<int> now_{0}, most_{0};
};

std::vector<int> mask_of_thread() {
  sigset_t set;
  sigemptyset(&set);
  pthread_sigmask(SIG_SETMASK, nullptr, &set);
  std::vector<int> blocked;
  for (int s = 1; s < NSIG; ++s) {
    if (sigismember(&set, s) == 1) blocked.push_back(s);
  }
  return blocked;
}

}  // namespace

TEST_CASE("what is thrown reaches the caller from whichever thread", "[parallel]") {
  const auto caller = std::this_thread::get_id();
  const auto throws_on = [&](bool on_caller) {
    std::atomic<bool> came[2] = {};  // helpers, the caller
    const std::string text = thrown_by(64, 3, [&](std::int64_t i) {
      const bool is_caller = std::this_thread::get_id() == caller;
      came[is_caller ? 1 : 0] = true;
      wait_for([&] { return came[is_caller ? 0 : 1].load(); });
      if (is_caller == on_caller) fail_at(i);
    });
    return text;
  };
  for (int round = 0; round < 100; ++round) {
    CHECK(throws_on(true).rfind("range ", 0) == 0);
    CHECK(throws_on(false).rfind("range ", 0) == 0);
    CHECK(thrown_by(64, 3, fail_at).rfind("range ", 0) == 0);  // on all
    CHECK(thrown_by(64, 3, [](std::int64_t i) {
            thrown_by(8, 2, fail_at);  // handled within
            parallel_for(8, 1, 2, [i](std::int64_t k, std::int64_t) { fail_at(i * 100 + k); });
          }).rfind("range ", 0) == 0);
    CHECK(visits_all_once(1000, 7, 4));
  }
}

TEST_CASE("the lowest range that failed speaks for the loop", "[parallel]") {
  CHECK(thrown_by(10, 1, [](std::int64_t i) {
          if (i >= 3) fail_at(i);
        }) == "range 3");
  // Both ranges begin before either throws.
  for (int round = 0; round < 100; ++round) {
    std::atomic<int> here{0};
    const std::string text = thrown_by(2, 2, [&](std::int64_t i) {
      ++here;
      const bool both = wait_for([&] { return here == 2; });
      if (both || i == 0) fail_at(i);
    });
    CHECK(text == "range 0");
  }
}

TEST_CASE("a loop that failed leaves nothing behind", "[parallel]") {
  struct payload : std::runtime_error {
    explicit payload(std::atomic<int>& n) : std::runtime_error("payload"), number(n) { ++number; }
    payload(const payload& other) : std::runtime_error(other), number(other.number) { ++number; }
    ~payload() override { --number; }
    std::atomic<int>& number;
  };
  std::atomic<int> alive{0}, running{0};
  for (int round = 0; round < 200; ++round) {
    bool thrown = false;
    try {
      parallel_for(100, 1, 4, [&](std::int64_t i, std::int64_t) {
        ++running;
        if (i % 3 == 0) {
          --running;
          throw payload(alive);
        }
        std::this_thread::yield();
        --running;
      });
    } catch (const payload&) {
      thrown = true;
      CHECK(running == 0);  // all threads have left
    }
    CHECK(thrown);
    CHECK(alive == 0);
  }
  auto& pool = robocache::process_v1::pool();
  pthread_mutex_lock(&pool.mutex);
  CHECK(pool.top == nullptr);
  CHECK(pool.helpers <= 64);
  pthread_mutex_unlock(&pool.mutex);
  for (int i = 0; i < 100; ++i) CHECK(visits_all_once(100 + i, 3, 4));
}

TEST_CASE("bodies that run at a time have numbers of their own", "[parallel]") {
  for (const int threads : {1, 2, 3, 7, 40}) {
    for (const std::int64_t ranges : {1, 2, 5, 300}) {
      const int workers = count_workers(ranges, threads);
      CAPTURE(threads, ranges, workers);
      CHECK(workers <= threads);
      CHECK(workers <= ranges);
      CHECK(workers >= 1);
      std::vector<std::atomic<int>> taken(static_cast<std::size_t>(workers));
      std::atomic<int> bad{0};
      parallel_for(ranges * 2, 2, threads, [&](std::int64_t, std::int64_t, int worker) {
        if (worker < 0 || worker >= workers) {
          ++bad;
          return;
        }
        if (taken[static_cast<std::size_t>(worker)].exchange(1) != 0) ++bad;
        std::this_thread::yield();
        taken[static_cast<std::size_t>(worker)] = 0;
      });
      CHECK(bad == 0);
    }
  }
  CHECK(count_workers(INT64_MAX, 1 << 30) == robocache::process_v1::thread_pool::most_helpers + 1);
  CHECK(count_workers(INT64_MAX, 0) >= 1);
}

TEST_CASE("helpers leave signals to the application's threads", "[parallel]") {
  const auto caller = std::this_thread::get_id();
  const std::vector<int> before = mask_of_thread();
  std::mutex mutex;
  std::vector<std::vector<int>> of_helpers;
  const auto look = [&] {
    parallel_for(64, 1, 6, [&](std::int64_t, std::int64_t) {
      if (std::this_thread::get_id() == caller) {
        wait_for([&] {
          const std::lock_guard<std::mutex> lock(mutex);
          return !of_helpers.empty();
        });
        return;
      }
      const std::lock_guard<std::mutex> lock(mutex);
      of_helpers.push_back(mask_of_thread());
    });
  };
  look();
  CHECK(mask_of_thread() == before);
  REQUIRE_FALSE(of_helpers.empty());
  for (const auto& blocked : of_helpers) {
    for (const int s : {SIGINT, SIGTERM, SIGHUP, SIGALRM, SIGCHLD, SIGUSR1, SIGUSR2, SIGPROF}) {
      if (!std::count(blocked.begin(), blocked.end(), s)) CHECK(s == 0);
    }
  }
}

TEST_CASE("concurrent and nested loops do not crowd the machine", "[parallel]") {
  constexpr int callers = 8, asked = 3;
  crowd bodies;
  std::atomic<std::int64_t> sum{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < callers; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 30; ++i) {
        parallel_for(6, 1, asked, [&](std::int64_t outer, std::int64_t) {
          parallel_for(6, 1, asked, [&](std::int64_t inner, std::int64_t) {
            const crowd::member one(bodies);
            std::this_thread::yield();
            sum += outer * 6 + inner;
          });
        });
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(sum == std::int64_t{callers} * 30 * (36 * 35 / 2));
  const int cores = robocache::detail::usable_cores();
  CHECK(bodies.most() <= std::max(cores, asked) + callers);
}

TEST_CASE("loops run where threads cannot be made", "[parallel]") {
  auto& pool = robocache::process_v1::pool();
  const int had = pool.helpers;  // nobody else runs a loop
  threads_refused = 0;
  threads_run_out = true;
  for (int i = 0; i < 20; ++i) {
    if (!visits_all_once(1000, 3, had + 20)) CHECK(i < 0);
  }
  const std::string text = thrown_by(64, had + 20, fail_at);
  const std::vector<int> blocked = mask_of_thread();
  threads_run_out = false;
  CHECK(text.rfind("range ", 0) == 0);
  CHECK(threads_refused > 0);
  CHECK(pool.helpers == had);
  CHECK(std::count(blocked.begin(), blocked.end(), SIGINT) == 0);
  CHECK(visits_all_once(1000, 3, had + 3));
  CHECK(pool.helpers > had);
}

#if !defined(__SANITIZE_THREAD__)
TEST_CASE("a child forked without threads to be had runs its loops alone", "[parallel]") {
  REQUIRE(visits_all_once(1000, 1, 4));
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    alarm(20);
    threads_run_out = true;
    bool good = visits_all_once(10'000, 1, 4);
    good = thrown_by(64, 4, fail_at) == "range 0" && good;
    threads_run_out = false;
    const pid_t grandchild = fork();
    if (grandchild == 0) {
      alarm(20);
      _exit(visits_all_once(10'000, 1, 4) ? 0 : 1);
    }
    int status = -1;
    good = waitpid(grandchild, &status, 0) == grandchild && status == 0 && good;
    _exit(good && visits_all_once(10'000, 1, 4) ? 0 : 1);
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

TEST_CASE("a child forked while others run loops has its own", "[parallel]") {
  std::atomic<bool> stop{false};
  std::thread other([&] {
    while (!stop) visits_all_once(1000, 1, 4);
  });
  int good = 0;
  for (int i = 0; i < 20; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(20);
      std::atomic<std::int64_t> sum{0};  // no heap, which the other thread may have locked
      parallel_for(1000, 1, 4, [&](std::int64_t k, std::int64_t) { sum += k; });
      _exit(sum == 1000 * 999 / 2 ? 0 : 1);
    }
    int status = -1;
    good += child > 0 && waitpid(child, &status, 0) == child && status == 0 ? 1 : 0;
  }
  stop = true;
  other.join();
  CHECK(good == 20);
}
#endif
