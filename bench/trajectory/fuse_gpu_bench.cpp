// `fuse` on the GPU next to a kernel that streams the same bytes, and next to a call for each
// stream by itself.
#include "support/gpu_benchmark.hpp"
#include "trajectory/fuse_cases.hpp"

namespace robocache::bench {
namespace {

/// The data of one call, on the device; rotated with its like.
template <class T, class Time>
struct device_data {
  std::vector<device_array<T>> values;
  std::vector<device_array<Time>> times;
  device_array<Time> targets;
  device_array<T> output;

  device_data(const fuse_shape& s, const fuse_inputs<T, Time>& inputs)
      : targets(on_device(inputs.targets)), output(poisoned<T>(s.output_size())) {
    for (const auto& v : inputs.values) values.push_back(on_device(v));
    for (const auto& t : inputs.times) times.push_back(on_device(t));
  }

  [[nodiscard]] fuse_arguments<T, Time> views(const fuse_shape& s) const {
    return make_fuse_arguments(s, values, times, targets.data(), output.data(), 0, s.batch);
  }
};

/// The same result by one call for each stream; `resample` knows no reductions.
template <class Executor, class T, class Time>
void call_each_alone(const Executor& executor, const fuse_arguments<T, Time>& a) {
  T* slice = a.output.data_handle();
  for (const fuse_stream<Time>& s : a.streams) {
    const view<T, 3> output(slice, {a.output.extent(0), a.output.extent(1), s.channels()},
                            {a.output.stride(0), a.output.stride(1), 1});
    if (s.reduce == reduction::none) {
      resample(executor, view<const T, 3>(static_cast<const T*>(s.data), s.extents), s.times,
               a.targets, output, s.options);
    } else {
      fuse(executor, std::vector{s}, fuse_clock<Time>(a.targets), output);
    }
    slice += s.channels();
  }
}

/// Whether the GPU wrote the CPU's bits for the first, a middle and the last item.
template <class T, class Time>
bool equals_cpu(const fuse_shape& s, const fuse_inputs<T, Time>& inputs,
                const device_data<T, Time>& data) {
  const std::int64_t size = s.targets * s.channels();
  std::vector<T> expected(static_cast<std::size_t>(size));
  for (const std::int64_t item : {std::int64_t{0}, s.batch / 2, s.batch - 1}) {
    call_fuse(cpu{}, make_fuse_arguments(s, inputs.values, inputs.times, inputs.targets.data(),
                                         expected.data(), item, 1));
    if (!holds_bits(expected, data.output.data() + item * size)) return false;
  }
  return true;
}

template <class T, class Time>
void time_fuse(benchmark::State& state, const fuse_shape& s) {
  const stream on;
  const fuse_inputs<T, Time> inputs(s);
  const traffic moved = count_traffic(s, inputs);
  const rotation turns = choose_rotation(moved.total());
  std::vector<device_data<T, Time>> sets;
  std::vector<fuse_arguments<T, Time>> calls;
  for (int i = 0; i < turns.sets; ++i) sets.emplace_back(s, inputs);
  for (const auto& set : sets) calls.push_back(set.views(s));
  check(cudaDeviceSynchronize());

  const auto turn = [&](int call) -> const fuse_arguments<T, Time>& {
    return calls[static_cast<std::size_t>(call % turns.sets)];
  };
  const auto enqueue = [&](int call) { call_fuse(gpu(on.handle()), turn(call)); };
  enqueue(0);
  check(cudaStreamSynchronize(on.handle()));
  if (!equals_cpu(s, inputs, sets[0])) {
    state.SkipWithError("the GPU's result differs from the CPU's");
    return;
  }
  time_beside_floor(state, on, moved, turns, enqueue);
  state.counters["separate_us"] = median(time_calls(
      on, turns.calls, replays, [&](int call) { call_each_alone(gpu(on.handle()), turn(call)); }));
}

template <class T, class Time>
void add(const fuse_shape& s) {
  const std::string name =
      std::string("gpu/fuse/") + type_name<T>() + "/" + type_name<Time>() + "/" + s.name();
  add_case(name, [=](benchmark::State& state) { time_fuse<T, Time>(state, s); });
}

/// The standard shapes, that rivals are timed on too: features, joints and a wrench.
template <class Time>
void add_standard_shapes() {
  add<bf16, Time>({4, {{30, 512}, {100, 64}, {200, 12}}, 50});
  add<bf16, Time>({64, {{300, 512}, {1000, 64}, {3330, 6}}, 500});
  add<bf16, Time>({256, {{300, 512}, {1000, 64}, {2000, 12}}, 500});
}

/// The same of what robots have: windows, mixed rows, and both beside features.
void add_standard_sensors() {
  const fuse_shape::stream features{300, 64};
  add<float, float>({256, {averaged_wrench()}, 500});
  add<float, float>({256, {arm()}, 500});
  add<float, float>({256, {features, arm(), averaged_wrench()}, 500});
}

}  // namespace
}  // namespace robocache::bench

int main(int argc, char** argv) {
  using namespace robocache::bench;
  return run_gpu_benchmarks(argc, argv, [] {
    add_standard_shapes<float>();
    add<robocache::bf16, float>({32, std::vector<fuse_shape::stream>(16, {500, 32}), 500});
    add_standard_sensors();
    add_standard_shapes<std::int64_t>();
  });
}
