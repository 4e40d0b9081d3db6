// `resample` on the CPU next to `memcpy` of the same bytes with as many threads.
#include <benchmark/benchmark.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <thread>

#include "support/statistics.hpp"
#include "trajectory/resample_cases.hpp"

namespace robocache::bench {
namespace {

using seconds = std::chrono::duration<double>;

constexpr int rounds = 5;
constexpr int calls_per_round = 5;

int count_threads(int wanted) {
  return wanted > 0 ? wanted : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
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
        const auto start = std::chrono::steady_clock::now();
        std::memcpy(to_.data() + first, from_.data() + first, slice_);
        meet(++meeting);
        if (thread == 0) time = seconds(std::chrono::steady_clock::now() - start).count();
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

template <class T, class Time>
void time_resample(benchmark::State& state, const shape& s, interpolation kind, int threads) {
  const auto line = make_timeline<Time>(s, spacing::jittered, targeting::even);
  const traffic moved = count_traffic<T>(s, line, kind);
  const std::vector<T> source = make_values<T>(s.source_size());
  std::vector<T> output(static_cast<std::size_t>(s.output_size()));
  resample_options<Time> options;
  options.kinds = kind;
  const auto call = [&] {
    resample(cpu(threads), view<const T, 3>(source.data(), {s.batch, s.samples, s.channels}),
             view<const Time, 2>(line.times.data(), {s.batch, s.samples}),
             view<const Time, 2>(line.targets.data(), {s.batch, s.targets}),
             view<T, 3>(output.data(), {s.batch, s.targets, s.channels}), options);
  };
  call();
  parallel_copy copy(moved.total(), count_threads(threads));
  copy.time();

  // In turn, so that what else the machine does meets both alike.
  std::vector<double> our_times, copy_times;
  for (auto _ : state) {
    for (int round = 0; round < rounds; ++round) {
      for (int i = 0; i < calls_per_round; ++i) {
        const auto start = std::chrono::steady_clock::now();
        call();
        our_times.push_back(seconds(std::chrono::steady_clock::now() - start).count());
      }
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

template <class T, class Time = float>
void add(const shape& s, interpolation kind = interpolation::linear,
         const char* kind_name = "linear") {
  for (const int threads : {1, 0}) {
    const std::string name = std::string("cpu/") + kind_name + "/" + type_name<T>() + "/" +
                             type_name<Time>() + "/" + s.name() +
                             (threads == 1 ? "/1_thread" : "/all_threads");
    benchmark::RegisterBenchmark(
        name.c_str(),
        [=](benchmark::State& state) { time_resample<T, Time>(state, s, kind, threads); })
        ->UseManualTime()
        ->Iterations(1)
        ->Unit(benchmark::kMicrosecond);
  }
}

void add_all() {
  // The shape that NumPy and SciPy are timed on.
  add<float>({64, 4096, 1024, 32});
  add<float, std::int64_t>({64, 4096, 1024, 32});
  add<float>({64, 4096, 1024, 32}, interpolation::pchip, "pchip");
  // Rows of 256 bytes, 512 bytes and 1 KiB, as many targets as samples.
  add<float>({128, 4096, 4096, 64});
  add<float>({64, 4096, 4096, 128});
  add<float>({32, 4096, 4096, 256});
  add<bf16>({128, 4096, 4096, 128});
  add<double>({128, 4096, 4096, 32});
  // The GPU's standard shapes, the last two with fewer items.
  add<bf16>({16, 4096, 1024, 32});
  add<bf16>({64, 4096, 1024, 32});
  add<bf16>({32, 500, 256, 256});
  add<float>({1024, 500, 250, 14});
  add<bf16>({64, 4096, 4096, 64});
  add<float>({64, 4096, 4096, 64});
}

}  // namespace
}  // namespace robocache::bench

int main(int argc, char** argv) {
  robocache::bench::add_all();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
