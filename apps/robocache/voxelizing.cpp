#include "voxelizing.hpp"

#include <algorithm>
#include <robocache/pointcloud/voxelize.hpp>
#include <robocache/pointcloud/voxelize_sparse.hpp>

#include "device.hpp"
#include "files/memory.hpp"
#include "terminal.hpp"

namespace robocache::cli {
namespace {

/// Lends scratch to the executor where it needs some.
template <class F>
void with_scratch(const any_executor& executor, const F& f) {
  executor.visit([&](const auto& chosen) {
#if defined(ROBOCACHE_CUDA)
    if constexpr (std::is_same_v<std::decay_t<decltype(chosen)>, gpu>) {
      workspace scratch(device_memory(chosen.stream()));
      return f(any_executor(gpu(chosen.stream(), &scratch)));
    }
#endif
    return f(any_executor(chosen));
  });
}

voxel_grid library_grid(const cloud_grid& grid) {
  voxel_grid result;
  std::copy(grid.origin, grid.origin + 3, result.origin);
  std::copy(grid.voxel, grid.voxel + 3, result.size);
  std::copy(grid.extents, grid.extents + 3, result.extents);
  return result;
}

/// The library's calls on one cloud of T with features of V.
template <class T, class V>
class voxelizer {
 public:
  voxelizer(const any_executor& executor, const point_cloud& cloud, const array& features,
            const cloud_grid& grid, voxel_mode mode, std::optional<std::int32_t> ignored_label)
      : executor_(executor),
        inputs_(executor),
        grid_(library_grid(grid)),
        mode_(mode),
        ignored_label_(ignored_label) {
    const std::int64_t count = cloud.size(), channels = features.shape[1];
    points_ = {inputs_.input(cloud.positions.as<T>(), 3 * count), {1, count, 3}};
    features_ = {inputs_.input(features.as<V>(), features.size()), {1, count, channels}};
    inputs_.ready();
  }

  /// Finds the occupied cells and counts the points; returns the seconds it took.
  double list_cells(voxelized& result) {
    const std::int64_t count = points_.extent(1), channels = features_.extent(2);
    const std::int64_t capacity = std::max<std::int64_t>(count, 1);
    check_memory(static_cast<double>(capacity) *
                     (5.0 * sizeof(std::int32_t) + static_cast<double>(channels) * sizeof(V)),
                 "the occupied voxels");
    std::vector<std::int32_t> coordinates(4 * static_cast<std::size_t>(capacity));
    voxel_cells& cells = result.cells;
    cells.counts.resize(static_cast<std::size_t>(capacity));
    std::vector<V> values(static_cast<std::size_t>(capacity * channels));
    std::int64_t number = 0;

    staging outputs(executor_);
    sparse_voxels voxels;
    voxels.coordinates = {outputs.output(coordinates.data(), 4 * capacity), {capacity, 4}};
    voxels.counts = {outputs.output(cells.counts.data(), capacity), {capacity}};
    voxels.number = {outputs.output(&number, 1), {1}};
    voxelize_report report;
    report.inside = {outputs.output(&result.inside, 1), {1}};
    report.outside = {outputs.output(&result.outside, 1), {1}};
    report.invalid = {outputs.output(&result.nan, 1), {1}};
    const auto features = reduced(
        view<V, 2>(outputs.output(values.data(), capacity * channels), {capacity, channels}));
    const double seconds =
        timed([&] { voxelize_sparse(executor_, grid_, points_, features, voxels, {}, report); });
    outputs.finish();

    cells.counts.resize(static_cast<std::size_t>(number));
    values.resize(static_cast<std::size_t>(number * channels));
    for (const V value : values) cells.values.push_back(static_cast<float>(value));
    cells.channels = static_cast<int>(channels);
    for (std::size_t i = 0; i < static_cast<std::size_t>(number); ++i) {
      const std::int32_t* zyx = coordinates.data() + 4 * i + 1;  // behind the cloud's number
      cells.coordinates.insert(cells.coordinates.end(), zyx, zyx + 3);
    }
    for (int axis = 0; axis < 3; ++axis) {
      cells.extents[axis] = grid_.extents[axis];
      cells.origin[axis] = grid_.origin[axis];
      cells.voxel[axis] = grid_.size[axis];
    }
    return seconds;
  }

  /// Makes the dense grid; returns the seconds it took.
  double fill_grid(voxelized& result) {
    const std::int64_t x = grid_.extents[0], y = grid_.extents[1], z = grid_.extents[2];
    staging outputs(executor_);
    const auto integers = [&](array& values) {
      values = make_array(element::i32, {z, y, x});
      return view<std::int32_t, 4>(outputs.output(values.as<std::int32_t>(), values.size()),
                                   {1, z, y, x});
    };
    double seconds = 0;
    if (mode_ == voxel_mode::occupancy) {
      result.grid = make_array(element::u8, {z, y, x});
      const view<std::uint8_t, 4> grid(
          outputs.output(result.grid.as<std::uint8_t>(), result.grid.size()), {1, z, y, x});
      seconds = timed([&] { voxelize_occupancy(executor_, grid_, points_, grid); });
    } else if (mode_ == voxel_mode::density) {
      const auto grid = integers(result.grid);
      seconds = timed([&] { voxelize_density(executor_, grid_, points_, grid); });
    } else {
      const std::int64_t channels = features_.extent(2);
      result.grid =
          make_array(mode_ == voxel_mode::vote ? element::i32 : element::f32, {z, y, x, channels});
      const auto features = reduced(view<V, 5>(
          outputs.output(result.grid.as<V>(), result.grid.size()), {1, z, y, x, channels}));
      features_report report;
      report.counts = integers(result.counts);
      seconds = timed([&] { voxelize_features(executor_, grid_, points_, features, {}, report); });
    }
    outputs.finish();
    return seconds;
  }

 private:
  /// The features as the mode reduces them; none where it does not.
  template <class Output>
  [[nodiscard]] std::vector<voxel_feature> reduced(const Output& output) const {
    if (mode_ == voxel_mode::mean) return {{voxel_reduction::mean, features_, output}};
    if (mode_ == voxel_mode::max) return {{voxel_reduction::maximum, features_, output}};
    if (mode_ != voxel_mode::vote) return {};
    voxel_feature labels(voxel_reduction::vote, features_, output);
    labels.has_ignored_label = ignored_label_.has_value();
    labels.ignored_label = ignored_label_.value_or(0);
    return {labels};
  }

  template <class F>
  double timed(const F& work) {
    const stopwatch watch;
    work();
    synchronize(executor_);
    return watch.seconds();
  }

  const any_executor& executor_;
  staging inputs_;
  voxel_grid grid_;
  voxel_mode mode_;
  std::optional<std::int32_t> ignored_label_;
  view<const T, 3> points_;
  view<const V, 3> features_;
};

}  // namespace

voxelized voxelize_cloud(const any_executor& executor, const point_cloud& cloud,
                         const array& features, const cloud_grid& grid, voxel_mode mode,
                         std::optional<std::int32_t> ignored_label, bool dense) {
  voxelized result;
  with_scratch(executor, [&](const any_executor& chosen) {
    const auto run = [&](auto position, auto feature) {
      voxelizer<decltype(position), decltype(feature)> worker(chosen, cloud, features, grid, mode,
                                                              ignored_label);
      result.seconds = worker.list_cells(result);
      if (dense) result.seconds = worker.fill_grid(result);
    };
    const auto run_on_positions = [&](auto feature) {
      if (cloud.positions.type == element::f64) {
        run(double{}, feature);
      } else {
        run(float{}, feature);
      }
    };
    if (mode == voxel_mode::vote) {
      run_on_positions(std::int32_t{});
    } else {
      run_on_positions(float{});
    }
  });
  return result;
}

}  // namespace robocache::cli
