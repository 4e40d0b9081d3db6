// What the benchmarks of every operation on the CPU share: how a case is timed and reported.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <thread>
#include <vector>

#include "support/benchmark.hpp"
#include "support/statistics.hpp"
#include "support/traffic.hpp"

namespace robocache::bench {

constexpr int rounds = 5;
constexpr int calls_per_round = 5;

inline int count_threads(int wanted) {
  return wanted > 0 ? wanted : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

/// Seconds that one call takes.
template <class Call>
double time_call(const Call& call) {
  const auto start = std::chrono::steady_clock::now();
  call();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// A parallel `memcpy` that reads bytes / 2 and writes bytes / 2.
class parallel_copy {
 public:
  parallel_copy(std::int64_t bytes, int threads)
      : threads_(threads),
        slice_(static_cast<std::size_t>(bytes / 2 / threads)),
        from_(slice_ * static_cast<std::size_t>(threads), 1),
        to_(from_.size(), 2) {}

  /// Seconds of each of a few calls, thread start excluded.
  std::vector<double> time() {
    std::vector<double> times(calls_per_round);
    std::atomic<int> arrived{0};
    const auto meet = [&](int meeting) {
      ++arrived;
      while (arrived.load() < meeting * threads_) std::this_thread::yield();
    };
    const auto work = [&](int thread) {
      const std::size_t first = slice_ * static_cast<std::size_t>(thread);
      int meeting = 0;
      for (double& time : times) {
        meet(++meeting);
        const double taken = time_call([&] {
          std::memcpy(to_.data() + first, from_.data() + first, slice_);
          meet(++meeting);
        });
        if (thread == 0) time = taken;
      }
    };
    std::vector<std::thread> helpers;
    for (int t = 1; t < threads_; ++t) helpers.emplace_back(work, t);
    work(0);
    for (std::thread& helper : helpers) helper.join();
    benchmark::DoNotOptimize(to_.data());
    return times;
  }

 private:
  int threads_;
  std::size_t slice_;
  std::vector<char> from_, to_;
};

/// Times `call()` next to a copy of its bytes, and reports both.
template <class Call>
void time_beside_copy(benchmark::State& state, const traffic& moved, int threads,
                      const Call& call) {
  call();
  parallel_copy copy(moved.total(), count_threads(threads));
  copy.time();

  // In turn, so that what else the machine does meets both alike.
  std::vector<double> our_times, copy_times;
  for (auto _ : state) {
    for (int round = 0; round < rounds; ++round) {
      for (int i = 0; i < calls_per_round; ++i) our_times.push_back(time_call(call));
      const std::vector<double> times = copy.time();
      copy_times.insert(copy_times.end(), times.begin(), times.end());
    }
    state.SetIterationTime(median(our_times));
  }
  const double ours = median(our_times);
  const double theirs = median(copy_times);
  state.counters["us"] = ours * 1e6;
  state.counters["bytes"] = static_cast<double>(moved.total());
  state.counters["GB_per_s"] = static_cast<double>(moved.total()) / ours * 1e-9;
  state.counters["memcpy_us"] = theirs * 1e6;
  state.counters["share"] = theirs / ours;
  state.counters["threads"] = count_threads(threads);
}

/// Registers a case for one thread and for all; `run(state, threads)` times it.
template <class Run>
void add_threaded_case(const std::string& name, const Run& run) {
  add_case(name + "/1_thread", [=](benchmark::State& state) { run(state, 1); });
  add_case(name + "/all_threads", [=](benchmark::State& state) { run(state, 0); });
}

}  // namespace robocache::bench
