// The CPU driver: every index once, whoever calls and from wherever.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <robocache/detail/cpu/parallel.hpp>
#include <set>
#include <thread>
#include <vector>

#include "support/catch.hpp"

namespace {

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
