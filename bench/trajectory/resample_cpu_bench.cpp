// `resample` and `fuse` on the CPU next to `memcpy` of the same bytes with as many threads.
#include "support/cpu_benchmark.hpp"
#include "trajectory/fuse_cases.hpp"

namespace robocache::bench {
namespace {

template <class T, class Time>
void time_resample(benchmark::State& state, const shape& s, const channel_groups& kinds,
                   int threads) {
  const auto line = make_timeline<Time>(s, spacing::jittered, targeting::even);
  const traffic moved = count_traffic<T>(s, line, kinds);
  const std::vector<T> source = make_source<T>(s, kinds);
  std::vector<T> output(static_cast<std::size_t>(s.output_size()));
  resample_options<Time> options;
  options.kinds = kinds;
  const auto call = [&] {
    resample(cpu(threads), view<const T, 3>(source.data(), {s.batch, s.samples, s.channels}),
             view<const Time, 2>(line.times.data(), {s.batch, s.samples}),
             view<const Time, 2>(line.targets.data(), {s.batch, s.targets}),
             view<T, 3>(output.data(), {s.batch, s.targets, s.channels}), options);
  };
  time_beside_copy(state, moved, threads, call);
}

template <class T, class Time = float>
void add(const shape& s, const channel_groups& kinds = interpolation::linear,
         const char* kinds_name = "linear") {
  const std::string name = std::string("cpu/") + kinds_name + "/" + type_name<T>() + "/" +
                           type_name<Time>() + "/" + s.name();
  add_threaded_case(name, [=](benchmark::State& state, int threads) {
    time_resample<T, Time>(state, s, kinds, threads);
  });
}

template <class T, class Time>
void time_fuse(benchmark::State& state, const fuse_shape& s, int threads) {
  const fuse_inputs<T, Time> inputs(s);
  std::vector<T> output(static_cast<std::size_t>(s.output_size()));
  const auto a = make_fuse_arguments(s, inputs.values, inputs.times, inputs.targets.data(),
                                     output.data(), 0, s.batch);
  time_beside_copy(state, count_traffic(s, inputs), threads, [&] { call_fuse(cpu(threads), a); });
}

template <class T, class Time>
void add_fuse(const fuse_shape& s) {
  const std::string name =
      std::string("cpu/fuse/") + type_name<T>() + "/" + type_name<Time>() + "/" + s.name();
  add_threaded_case(
      name, [=](benchmark::State& state, int threads) { time_fuse<T, Time>(state, s, threads); });
}

void add_all() {
  // What NumPy, SciPy and pandas are timed on.
  add<float>({64, 4096, 1024, 32});
  add<float, std::int64_t>({64, 4096, 1024, 32});
  add<float>({64, 4096, 1024, 32}, interpolation::pchip, "pchip");
  add<float, double>({64, 1000, 500, 12}, arm_kinds(), "mixed");
  add<float, std::int64_t>({64, 1000, 500, 12}, arm_kinds(), "mixed");
  add_fuse<float, std::int64_t>({16, {averaged_wrench()}, 500});
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
  return robocache::bench::run_benchmarks(argc, argv, robocache::bench::add_all);
}
