// `resample` on the GPU next to a kernel that streams the same bytes, and its search next to a
// plain bisection.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstring>

#include "support/same_bytes.hpp"
#include "support/statistics.hpp"
#include "trajectory/resample_cases.hpp"
#include "trajectory/search_kernels.hpp"

namespace robocache::bench {
namespace {

constexpr int replays = 60;

/// One benchmark: what is resampled, and how the data lies.
struct gpu_case {
  shape dims;
  channel_groups kinds = interpolation::linear;
  const char* kinds_name = "linear";
  spacing spaced = spacing::jittered;
  targeting aimed = targeting::even;
  const char* note = "";     ///< ends the name
  std::int64_t offset = 0;   ///< elements between an aligned address and the first one
  bool with_search = false;  ///< time the search alone as well
};

/// The views of one call.
template <class T, class Time>
struct arguments {
  view<const T, 3> source;
  view<const Time, 2> times, targets;
  view<T, 3> output;
};

/// The data of one call, on the device; rotated with its like.
template <class T, class Time>
struct device_data {
  device_array<T> source, output;
  device_array<Time> times, targets;

  device_data(const gpu_case& c, const std::vector<T>& values, const timeline<Time>& line)
      : source(c.dims.source_size() + c.offset),
        output(c.dims.output_size() + c.offset),
        times(c.dims.batch * c.dims.samples),
        targets(c.dims.batch * c.dims.targets) {
    check(cudaMemcpy(source.data() + c.offset, values.data(), values.size() * sizeof(T),
                     cudaMemcpyHostToDevice));
    check(cudaMemcpy(times.data(), line.times.data(), times.bytes(), cudaMemcpyHostToDevice));
    check(cudaMemcpy(targets.data(), line.targets.data(), targets.bytes(), cudaMemcpyHostToDevice));
    check(cudaMemset(output.data(), 0xcb, output.bytes()));
  }

  [[nodiscard]] arguments<T, Time> views(const gpu_case& c) const {
    const shape& s = c.dims;
    return {{source.data() + c.offset, {s.batch, s.samples, s.channels}},
            {times.data(), {s.batch, s.samples}},
            {targets.data(), {s.batch, s.targets}},
            {output.data() + c.offset, {s.batch, s.targets, s.channels}}};
  }
};

template <class Executor, class T, class Time>
void call_resample(const Executor& executor, const arguments<T, Time>& a,
                   const channel_groups& kinds) {
  resample_options<Time> options;
  options.kinds = kinds;
  resample(executor, a.source, a.times, a.targets, a.output, options);
}

/// Whether the GPU wrote the CPU's bits for the first, a middle and the last item.
template <class T, class Time>
bool equals_cpu(const gpu_case& c, const std::vector<T>& values, const timeline<Time>& line,
                const device_data<T, Time>& data) {
  const shape& s = c.dims;
  const auto size = static_cast<std::size_t>(s.targets * s.channels);
  std::vector<T> expected(size), got(size);
  for (const std::int64_t item : {std::int64_t{0}, s.batch / 2, s.batch - 1}) {
    call_resample(cpu{},
                  arguments<T, Time>{
                      {values.data() + item * s.samples * s.channels, {1, s.samples, s.channels}},
                      {line.times.data() + item * s.samples, {1, s.samples}},
                      {line.targets.data() + item * s.targets, {1, s.targets}},
                      {expected.data(), {1, s.targets, s.channels}}},
                  c.kinds);
    check(cudaMemcpy(got.data(), data.output.data() + c.offset + item * s.targets * s.channels,
                     size * sizeof(T), cudaMemcpyDeviceToHost));
    if (std::memcmp(expected.data(), got.data(), size * sizeof(T)) != 0) return false;
  }
  return true;
}

/// Adds the time of the search alone, by `find_interval` and by bisection.
template <class T>
void time_search(benchmark::State& state, const gpu_case& c, const stream& on,
                 const std::vector<device_data<T, float>>& sets, int calls) {
  const auto batch = static_cast<std::int32_t>(c.dims.batch);
  const auto samples = static_cast<std::int32_t>(c.dims.samples);
  const auto targets = static_cast<std::int32_t>(c.dims.targets);
  const device_array<std::int32_t> intervals(c.dims.batch * c.dims.targets);
  const auto time = [&](search how) {
    return median(time_calls(on, calls, replays, [&](int call) {
      const auto& data = sets[static_cast<std::size_t>(call) % sets.size()];
      find_intervals(how, data.times.data(), samples, data.targets.data(), batch, targets,
                     intervals.data(), on.handle());
    }));
  };
  const double ours = time(search::find_interval);
  const double plain = time(search::bisection);
  state.counters["search_us"] = ours;
  state.counters["bisection_us"] = plain;
  state.counters["search_share"] = plain / ours;
}

template <class T, class Time>
void time_resample(benchmark::State& state, const gpu_case& c) {
  const stream on;
  const auto line = make_timeline<Time>(c.dims, c.spaced, c.aimed);
  const auto values = make_values<T>(c.dims.source_size());
  const traffic moved = count_traffic<T>(c.dims, line, c.kinds);
  const rotation turns = choose_rotation(moved.total());
  std::vector<device_data<T, Time>> sets;
  for (int i = 0; i < turns.sets; ++i) sets.emplace_back(c, values, line);
  check(cudaDeviceSynchronize());

  const auto enqueue = [&](int call) {
    call_resample(cuda(on.handle()), sets[static_cast<std::size_t>(call % turns.sets)].views(c),
                  c.kinds);
  };
  enqueue(0);
  check(cudaStreamSynchronize(on.handle()));
  if (!equals_cpu(c, values, line, sets[0])) {
    state.SkipWithError("the GPU's result differs from the CPU's");
    return;
  }

  // Ours before and after the floor, so that a drifting clock shows in the spread.
  std::vector<double> ours = time_calls(on, turns.calls, replays / 2, enqueue);
  const floor_result plain = time_same_bytes(on, moved.in, moved.out, turns, replays, false);
  const floor_result overlapped = time_same_bytes(on, moved.in, moved.out, turns, replays, true);
  const floor_result& floor = overlapped.us < plain.us ? overlapped : plain;
  const std::vector<double> again = time_calls(on, turns.calls, replays / 2, enqueue);
  ours.insert(ours.end(), again.begin(), again.end());

  for (auto _ : state) state.SetIterationTime(median(ours) * 1e-6);
  state.counters["us"] = median(ours);
  state.counters["us_p95"] = quantile(ours, 0.95);
  state.counters["bytes"] = static_cast<double>(moved.total());
  state.counters["same_bytes_us"] = floor.us;
  state.counters["share"] = floor.us / median(ours);
  state.counters["plain_same_bytes_us"] = plain.us;
  state.counters["plain_share"] = plain.us / median(ours);
  state.counters["GB_per_s"] = static_cast<double>(moved.total()) / median(ours) * 1e-3;
  state.SetLabel(floor.description);
  if constexpr (std::is_same_v<Time, float>) {
    if (c.with_search) time_search(state, c, on, sets, turns.calls);
  }
}

template <class T, class Time = float>
void add(const gpu_case& c) {
  const std::string name = std::string("gpu/") + c.kinds_name + "/" + type_name<T>() + "/" +
                           type_name<Time>() + "/" + c.dims.name() + c.note;
  benchmark::RegisterBenchmark(name.c_str(),
                               [=](benchmark::State& state) { time_resample<T, Time>(state, c); })
      ->UseManualTime()
      ->Iterations(1)
      ->Unit(benchmark::kMicrosecond);
}

/// A case that differs from linear interpolation of jittered stamps in its kinds alone.
gpu_case with_kinds(const shape& dims, const channel_groups& kinds, const char* name) {
  gpu_case c{dims};
  c.kinds = kinds;
  c.kinds_name = name;
  return c;
}

gpu_case with_stamps(const shape& dims, spacing spaced, targeting aimed, const char* note) {
  gpu_case c{dims};
  c.spaced = spaced;
  c.aimed = aimed;
  c.note = note;
  c.with_search = true;
  return c;
}

gpu_case misaligned(const shape& dims) {
  gpu_case c{dims};
  c.offset = 1;
  c.note = "/misaligned";
  return c;
}

/// The six shapes that rivals are timed on too.
template <class Time>
void add_standard_shapes() {
  add<bf16, Time>({{16, 4096, 1024, 32}});
  add<bf16, Time>({{64, 4096, 1024, 32}});
  add<bf16, Time>({{32, 500, 256, 256}});
  add<float, Time>({{1024, 500, 250, 14}});
  add<bf16, Time>({{256, 4096, 4096, 64}});
  add<float, Time>({{256, 4096, 4096, 64}});
}

void add_awkward_rows() {
  for (const std::int64_t channels : {3, 7, 13}) add<float>({{256, 1000, 1000, channels}});
  add<float>(misaligned({64, 4096, 1024, 32}));
  add<bf16>(misaligned({64, 4096, 1024, 32}));
}

void add_clustered_stamps() {
  const shape dims{64, 4096, 1024, 32};
  const auto even = targeting::even;
  const auto as_stamps = targeting::as_stamps;
  add<bf16>(with_stamps(dims, spacing::jittered, even, "/jittered"));
  add<bf16>(with_stamps(dims, spacing::log_normal, even, "/log_normal"));
  add<bf16>(with_stamps(dims, spacing::log_normal, as_stamps, "/log_normal_targets_alike"));
  add<bf16>(with_stamps(dims, spacing::bursts, even, "/bursts"));
  add<bf16>(with_stamps(dims, spacing::bursts, as_stamps, "/bursts_targets_alike"));
}

void add_kinds() {
  const shape dims{256, 1000, 1000, 16};
  add<float>({dims});
  add<float>(with_kinds(dims, interpolation::previous, "previous"));
  add<float>(with_kinds(dims, interpolation::nearest, "nearest"));
  add<float>(with_kinds(dims, interpolation::cubic, "cubic"));
  add<float>(with_kinds(dims, interpolation::pchip, "pchip"));
  add<float>(with_kinds(dims, interpolation::slerp_xyzw, "slerp"));
  const channel_groups arm{{3, interpolation::linear},
                           {4, interpolation::slerp_xyzw},
                           {8, interpolation::cubic},
                           {1, interpolation::previous}};
  add<float>(with_kinds(dims, arm, "mixed"));
}

/// Names the device in the output; false when there is none.
bool describe_device() {
  cudaDeviceProp properties{};
  if (cudaGetDeviceProperties(&properties, 0) != cudaSuccess) return false;
  benchmark::AddCustomContext("gpu", properties.name);
  benchmark::AddCustomContext("gpu_l2_bytes", std::to_string(properties.l2CacheSize));
  return true;
}

}  // namespace
}  // namespace robocache::bench

int main(int argc, char** argv) {
  using namespace robocache::bench;
  if (!describe_device()) {
    std::fprintf(stderr, "resample_gpu_bench: no CUDA device\n");
    return 77;
  }
  add_standard_shapes<float>();
  add_standard_shapes<std::int64_t>();
  add_awkward_rows();
  add_clustered_stamps();
  add_kinds();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
