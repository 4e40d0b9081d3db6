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

constexpr int repetitions = 15;

int count_threads(int wanted) {
  return wanted > 0 ? wanted : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

/// Seconds of one parallel `memcpy` that reads bytes / 2 and writes bytes / 2: the median of
/// several, thread start excluded.
double time_memcpy(std::int64_t bytes, int threads) {
  const auto slice = static_cast<std::size_t>(bytes / 2 / threads);
  std::vector<char> from(slice * static_cast<std::size_t>(threads), 1);
  std::vector<char> to(from.size(), 2);
  std::vector<double> times(repetitions);
  std::atomic<int> arrived{0};
  const auto meet = [&](int round) {
    ++arrived;
    while (arrived.load() < round * threads) std::this_thread::yield();
  };
  const auto work = [&](int thread) {
    const std::size_t first = slice * static_cast<std::size_t>(thread);
    int round = 0;
    for (double& time : times) {
      meet(++round);
      const auto start = std::chrono::steady_clock::now();
      std::memcpy(to.data() + first, from.data() + first, slice);
      meet(++round);
      if (thread == 0) time = seconds(std::chrono::steady_clock::now() - start).count();
    }
  };
  std::vector<std::thread> helpers;
  for (int t = 1; t < threads; ++t) helpers.emplace_back(work, t);
  work(0);
  for (std::thread& helper : helpers) helper.join();
  benchmark::DoNotOptimize(to.data());
  return median(times);
}

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
  std::vector<double> times;
  for (auto _ : state) {
    for (int i = 0; i < repetitions; ++i) {
      const auto start = std::chrono::steady_clock::now();
      call();
      times.push_back(seconds(std::chrono::steady_clock::now() - start).count());
    }
    state.SetIterationTime(median(times));
  }
  const double ours = median(times);
  const double copy = time_memcpy(moved.total(), count_threads(threads));
  state.counters["us"] = ours * 1e6;
  state.counters["bytes"] = static_cast<double>(moved.total());
  state.counters["GB_per_s"] = static_cast<double>(moved.total()) / ours * 1e-9;
  state.counters["memcpy_us"] = copy * 1e6;
  state.counters["share"] = copy / ours;
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
