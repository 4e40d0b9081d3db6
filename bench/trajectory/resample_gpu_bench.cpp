// `resample` on the GPU next to a kernel that streams the same bytes, and its search next to a
// plain bisection.
#include "support/gpu_benchmark.hpp"
#include "trajectory/resample_cases.hpp"
#include "trajectory/search_kernels.hpp"

namespace robocache::bench {
namespace {

/// One benchmark: what is resampled, and how the data lies.
struct gpu_case {
  shape dims;
  channel_groups kinds = interpolation::linear;
  const char* kinds_name = "linear";
  spacing spaced = spacing::jittered;
  targeting aimed = targeting::even;
  nan_policy nans = nan_policy::propagate;
  double lost_values = 0.0;  ///< the part of the values that is NaN
  double lost_rows = 0.0;    ///< the part of the rows that `sample_mask` says missing
  const char* note = "";     ///< ends the name
  std::int64_t offset = 0;   ///< elements between an aligned address and the first one
  bool with_search = false;  ///< time the search alone as well
};

/// The arrays of one call on the host.
template <class T, class Time>
struct host_data {
  std::vector<T> source;
  timeline<Time> line;
  mask_of_samples mask;

  explicit host_data(const gpu_case& c)
      : source(make_source<T>(c.dims, c.kinds)),
        line(make_timeline<Time>(c.dims, c.spaced, c.aimed)) {
    if (c.lost_values > 0.0) drop_values(source, c.lost_values);
    if (c.lost_rows > 0.0) mask = drop_rows(c.dims, c.lost_rows);
  }
};

/// The views of one call.
template <class T, class Time>
struct arguments {
  view<const T, 3> source;
  view<const Time, 2> times, targets;
  view<T, 3> output;
  view<const std::uint8_t, 2> mask;  ///< null where all samples are there
};

/// The part of a mask that belongs to `items` items from `first` on.
view<const std::uint8_t, 2> mask_view(const std::uint8_t* mask, const gpu_case& c,
                                      std::int64_t first, std::int64_t items) {
  if (c.lost_rows == 0.0) return {};
  return {mask + first * c.dims.samples, {items, c.dims.samples}};
}

/// The data of one call, on the device; rotated with its like.
template <class T, class Time>
struct device_data {
  device_array<T> source, output;
  device_array<Time> times, targets;
  device_array<std::uint8_t> mask;

  device_data(const gpu_case& c, const host_data<T, Time>& host)
      : source(on_device(host.source, c.offset)),
        output(poisoned<T>(c.dims.output_size() + c.offset)),
        times(on_device(host.line.times)),
        targets(on_device(host.line.targets)),
        mask(on_device(host.mask)) {}

  [[nodiscard]] arguments<T, Time> views(const gpu_case& c) const {
    const shape& s = c.dims;
    return {{source.data() + c.offset, {s.batch, s.samples, s.channels}},
            {times.data(), {s.batch, s.samples}},
            {targets.data(), {s.batch, s.targets}},
            {output.data() + c.offset, {s.batch, s.targets, s.channels}},
            mask_view(mask.data(), c, 0, s.batch)};
  }
};

template <class Executor, class T, class Time>
void call_resample(const Executor& executor, const arguments<T, Time>& a, const gpu_case& c) {
  resample_options<Time> options;
  options.kinds = c.kinds;
  options.nans = c.nans;
  options.sample_mask = a.mask;
  resample(executor, a.source, a.times, a.targets, a.output, options);
}

/// Whether the GPU wrote the CPU's bits for the first, a middle and the last item.
template <class T, class Time>
bool equals_cpu(const gpu_case& c, const host_data<T, Time>& host,
                const device_data<T, Time>& data) {
  const shape& s = c.dims;
  const auto size = static_cast<std::size_t>(s.targets * s.channels);
  std::vector<T> expected(size);
  for (const std::int64_t item : {std::int64_t{0}, s.batch / 2, s.batch - 1}) {
    call_resample(cpu{},
                  arguments<T, Time>{{host.source.data() + item * s.samples * s.channels,
                                      {1, s.samples, s.channels}},
                                     {host.line.times.data() + item * s.samples, {1, s.samples}},
                                     {host.line.targets.data() + item * s.targets, {1, s.targets}},
                                     {expected.data(), {1, s.targets, s.channels}},
                                     mask_view(host.mask.data(), c, item, 1)},
                  c);
    const T* const got = data.output.data() + c.offset + item * s.targets * s.channels;
    if (!holds_bits(expected, got)) return false;
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
  const host_data<T, Time> host(c);
  const traffic moved = count_traffic<T>(c.dims, host.line, c.kinds, host.mask);
  const rotation turns = choose_rotation(moved.total());
  std::vector<device_data<T, Time>> sets;
  for (int i = 0; i < turns.sets; ++i) sets.emplace_back(c, host);
  check(cudaDeviceSynchronize());

  const auto enqueue = [&](int call) {
    call_resample(gpu(on.handle()), sets[static_cast<std::size_t>(call % turns.sets)].views(c), c);
  };
  enqueue(0);
  check(cudaStreamSynchronize(on.handle()));
  if (!equals_cpu(c, host, sets[0])) {
    state.SkipWithError("the GPU's result differs from the CPU's");
    return;
  }

  time_beside_floor(state, on, moved, turns, enqueue);
  if constexpr (std::is_same_v<Time, float>) {
    if (c.with_search) time_search(state, c, on, sets, turns.calls);
  }
}

template <class T, class Time = float>
void add(const gpu_case& c) {
  const std::string name = std::string("gpu/") + c.kinds_name + "/" + type_name<T>() + "/" +
                           type_name<Time>() + "/" + c.dims.name() + c.note;
  add_case(name, [=](benchmark::State& state) { time_resample<T, Time>(state, c); });
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

gpu_case skipping_nans(const shape& dims, double lost_values, const char* note) {
  gpu_case c{dims};
  c.nans = nan_policy::skip;
  c.lost_values = lost_values;
  c.note = note;
  return c;
}

gpu_case masked(const shape& dims) {
  gpu_case c{dims};
  c.lost_rows = 0.01;
  c.note = "/masked_1_percent";
  return c;
}

/// The standard shapes, that rivals are timed on too: linear rows, an arm.
template <class Time>
void add_standard_shapes() {
  add<bf16, Time>({{16, 4096, 1024, 32}});
  add<bf16, Time>({{64, 4096, 1024, 32}});
  add<bf16, Time>({{32, 500, 256, 256}});
  add<float, Time>({{1024, 500, 250, 14}});
  add<bf16, Time>({{256, 4096, 4096, 64}});
  add<float, Time>({{256, 4096, 4096, 64}});
  add<float, Time>(with_kinds({256, 1000, 500, 12}, arm_kinds(), "mixed"));
}

/// The other kinds, missing samples and odd rows, that rivals are timed on too.
void add_standard_rows() {
  const shape dims{256, 1000, 1000, 16};
  add<float>({dims});
  add<float>(with_kinds(dims, interpolation::cubic, "cubic"));
  add<float>(with_kinds(dims, interpolation::pchip, "pchip"));
  add<float>(with_kinds(dims, interpolation::slerp_xyzw, "slerp"));
  add<float>(skipping_nans(dims, 0.0, "/skip_no_nan"));
  add<float>(skipping_nans(dims, 0.01, "/skip_1_percent"));
  add<float>(masked(dims));
  for (const std::int64_t channels : {3, 7, 13}) add<float>({{256, 1000, 1000, channels}});
}

void add_misaligned_rows() {
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

void add_other_kinds() {
  const shape dims{256, 1000, 1000, 16};
  add<float>(with_kinds(dims, interpolation::previous, "previous"));
  add<float>(with_kinds(dims, interpolation::nearest, "nearest"));
  const channel_groups with_cubic{{3, interpolation::linear},
                                  {4, interpolation::slerp_xyzw},
                                  {8, interpolation::cubic},
                                  {1, interpolation::previous}};
  add<float>(with_kinds(dims, with_cubic, "mixed"));
}

}  // namespace
}  // namespace robocache::bench

int main(int argc, char** argv) {
  using namespace robocache::bench;
  return run_gpu_benchmarks(argc, argv, [] {
    add_standard_shapes<float>();
    add_standard_shapes<std::int64_t>();
    add_standard_rows();
    add_misaligned_rows();
    add_clustered_stamps();
    add_other_kinds();
  });
}
