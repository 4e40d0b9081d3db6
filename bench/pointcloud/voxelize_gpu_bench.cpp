// Voxelization on the GPU next to a kernel that streams the same bytes.
#include "pointcloud/voxelize_cases.hpp"
#include "support/gpu_benchmark.hpp"

namespace robocache::bench {
namespace {

enum class dense { occupancy, density, mean, maximum };

constexpr const char* name_of(dense what) {
  constexpr const char* names[] = {"occupancy", "density", "mean", "max"};
  return names[static_cast<int>(what)];
}

constexpr bool has_features(dense what) { return what == dense::mean || what == dense::maximum; }

/// Arrays start at the first of the batch's clouds.
template <class Executor>
void call_dense(const Executor& executor, dense what, const cloud_shape& s, const float* points,
                const float* features, float* output) {
  const std::int64_t(&e)[3] = s.grid.extents;
  const view<const float, 3> p(points, {s.batch, s.points, 3});
  const view<const float, 3> f(features, {s.batch, s.points, s.channels});
  const view<float, 4> cells(output, {s.batch, e[2], e[1], e[0]});
  const view<float, 5> rows(output, {s.batch, e[2], e[1], e[0], s.channels});
  switch (what) {
    case dense::occupancy:
      return voxelize_occupancy(executor, s.grid, p, cells);
    case dense::density:
      return voxelize_density(executor, s.grid, p, cells);
    case dense::mean:
      return voxelize_mean(executor, s.grid, p, f, rows);
    case dense::maximum:
      return voxelize_max(executor, s.grid, p, f, rows);
  }
}

/// Reserves scratch by one call, holds its result against the CPU's, and times the rest.
/// `enqueue(executor, call)` is one call, `is_right()` tells whether the first was.
template <class Enqueue, class IsRight>
void time_checked(benchmark::State& state, const traffic& moved, rotation turns,
                  const Enqueue& enqueue, const IsRight& is_right) {
  const stream on;
  workspace scratch(device_memory(on.handle()));
  const gpu executor(on.handle(), &scratch);
  enqueue(executor, 0);
  check(cudaStreamSynchronize(on.handle()));
  if (!is_right()) {
    state.SkipWithError("the GPU's result differs from the CPU's");
    return;
  }
  time_beside_floor(state, on, moved, turns, [&](int call) { enqueue(executor, call); });
  state.counters["scratch_mb"] = static_cast<double>(scratch.capacity()) * 1e-6;
}

/// The data of one call, on the device; rotated with its like.
struct dense_data {
  device_array<float> points, features, output;
};

/// Whether the GPU wrote the CPU's bits: for all clouds, or the last one where they are large.
bool equals_cpu(dense what, const cloud_shape& s, const std::vector<float>& points,
                const std::vector<float>& features, const float* got) {
  constexpr std::int64_t large = std::int64_t{1} << 26;
  const std::int64_t first = s.output_size() > large ? s.batch - 1 : 0;
  cloud_shape part = s;
  part.batch = s.batch - first;
  std::vector<float> expected(static_cast<std::size_t>(part.output_size()));
  const float* part_features =
      has_features(what) ? &features.at(static_cast<std::size_t>(first * s.points * s.channels))
                         : nullptr;
  call_dense(cpu{}, what, part, points.data() + first * s.points * 3, part_features,
             expected.data());
  return holds_bits(expected, got + first * s.grid.cells() * s.channels);
}

void time_dense(benchmark::State& state, dense what, const cloud_shape& s) {
  const std::int64_t channels = has_features(what) ? s.channels : 0;
  const std::vector<float> points = make_points(s);
  const std::vector<float> features = make_values<float>(s.batch * s.points * channels);
  const traffic moved = count_dense_traffic(s, channels);
  const rotation turns = choose_rotation(moved.total());
  std::vector<dense_data> sets;
  for (int i = 0; i < turns.sets; ++i) {
    sets.push_back({on_device(points), on_device(features), poisoned<float>(s.output_size())});
  }
  check(cudaDeviceSynchronize());
  time_checked(
      state, moved, turns,
      [&](const gpu& executor, int call) {
        const dense_data& set = sets[static_cast<std::size_t>(call % turns.sets)];
        call_dense(executor, what, s, set.points.data(), set.features.data(), set.output.data());
      },
      [&] { return equals_cpu(what, s, points, features, sets[0].output.data()); });
}

/// `voxel_rows` on the device.
struct device_rows {
  device_array<std::int32_t> coordinates, counts, indices;
  device_array<std::int64_t> number;
  device_array<float> values;

  explicit device_rows(const voxel_rows& rows)
      : coordinates(on_device(rows.coordinates)),
        counts(on_device(rows.counts)),
        indices(on_device(rows.indices)),
        number(on_device(rows.number)),
        values(on_device(rows.values)) {}
};

/// The lists of voxels: what is listed, and how much of it is kept.
struct listing {
  const char* name;
  std::int64_t capacity;
  std::int64_t kept;  ///< points of a voxel, or 0 for their mean
};

template <class Executor, class Rows>
void call_first(const Executor& executor, const cloud_shape& s, const listing& l, const float* rows,
                Rows& to) {
  voxelize_first(executor, s.grid, points_of_rows(rows, s.batch, s.points),
                 view<const float, 3>(rows, {s.batch, s.points, row_channels}),
                 first_points{{to.indices.data(), {l.capacity, l.kept}},
                              {to.coordinates.data(), {l.capacity, 4}},
                              {to.counts.data(), {l.capacity}},
                              {to.number.data(), {1}},
                              {},
                              {}},
                 view<float, 3>(to.values.data(), {l.capacity, l.kept, row_channels}));
}

template <class Executor, class Rows>
void call_listing(const Executor& executor, const cloud_shape& s, const listing& l,
                  const float* rows, Rows& to) {
  if (l.kept > 0) {
    call_first(executor, s, l, rows, to);
  } else {
    call_sparse(executor, s, l.capacity, rows, to);
  }
}

/// Shortens an array of `capacity` rows.
template <class T>
void keep_rows(std::vector<T>& array, std::int64_t capacity, std::int64_t rows) {
  array.resize(array.size() / static_cast<std::size_t>(capacity) * static_cast<std::size_t>(rows));
}

/// The CPU's result, with the rows that it wrote.
voxel_rows list_on_cpu(const cloud_shape& s, const listing& l, const std::vector<float>& rows) {
  voxel_rows result(l.capacity, l.kept);
  call_listing(cpu{}, s, l, rows.data(), result);
  const std::int64_t written = std::min(result.number[0], l.capacity);
  keep_rows(result.coordinates, l.capacity, written);
  keep_rows(result.counts, l.capacity, written);
  keep_rows(result.indices, l.capacity, written);
  keep_rows(result.values, l.capacity, written);
  return result;
}

/// In: rows of four floats. Out: what was written of the lists.
traffic count_listing_traffic(const cloud_shape& s, const voxel_rows& written) {
  const std::size_t words = written.coordinates.size() + written.counts.size() +
                            written.indices.size() + written.values.size();
  return {s.batch * s.points * row_channels * 4, static_cast<std::int64_t>(words) * 4 + 8};
}

void time_listing(benchmark::State& state, const cloud_shape& s, const listing& l) {
  constexpr std::int64_t occupied = 60'000;
  const std::vector<float> rows = make_clustered_rows(s, occupied);
  const voxel_rows expected = list_on_cpu(s, l, rows);
  const traffic moved = count_listing_traffic(s, expected);
  const rotation turns = choose_rotation(moved.total());
  std::vector<device_array<float>> inputs;
  std::vector<device_rows> outputs;
  for (int i = 0; i < turns.sets; ++i) {
    inputs.push_back(on_device(rows));
    outputs.emplace_back(voxel_rows(l.capacity, l.kept));
  }
  check(cudaDeviceSynchronize());
  time_checked(
      state, moved, turns,
      [&](const gpu& executor, int call) {
        const auto set = static_cast<std::size_t>(call % turns.sets);
        call_listing(executor, s, l, inputs[set].data(), outputs[set]);
      },
      [&] {
        const device_rows& got = outputs[0];
        return holds_bits(expected.number, got.number.data()) &&
               holds_bits(expected.coordinates, got.coordinates.data()) &&
               holds_bits(expected.counts, got.counts.data()) &&
               holds_bits(expected.indices, got.indices.data()) &&
               holds_bits(expected.values, got.values.data());
      });
}

void add(dense what, const cloud_shape& s) {
  add_case(std::string("gpu/") + name_of(what) + "/f32/" + s.name(),
           [=](benchmark::State& state) { time_dense(state, what, s); });
}

void add(const listing& l, const cloud_shape& s) {
  add_case(std::string("gpu/") + l.name + "/f32/" + s.name(),
           [=](benchmark::State& state) { time_listing(state, s, l); });
}

void add_all() {
  for (const dense what : {dense::occupancy, dense::density}) {
    add(what, {8, 50'000, cube(64)});
    add(what, {1, 500'000, cube(128)});
    add(what, {32, 100'000, cube(128)});
    add(what, {64, 200'000, cube(256)});
  }
  for (const dense what : {dense::mean, dense::maximum}) {
    add(what, {8, 50'000, cube(64), 8});
    add(what, {8, 100'000, cube(128), 16});
  }
  add(listing{"sparse", 120'000, 0}, {1, 250'000, detection_grid(), row_channels});
  add(listing{"first", 120'000, 32}, {1, 250'000, detection_grid(), row_channels});
}

}  // namespace
}  // namespace robocache::bench

int main(int argc, char** argv) {
  return robocache::bench::run_gpu_benchmarks(argc, argv, robocache::bench::add_all);
}
