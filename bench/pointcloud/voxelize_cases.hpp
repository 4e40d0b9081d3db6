// The voxelization benchmarks' shapes and clouds, and the bytes that a call must move.
#pragma once

#include <algorithm>
#include <robocache/pointcloud/voxelize.hpp>
#include <robocache/pointcloud/voxelize_sparse.hpp>
#include <string>

#include "support/traffic.hpp"
#include "support/values.hpp"

namespace robocache::bench {

/// [batch, points, 3] into a grid for each cloud.
struct cloud_shape {
  std::int64_t batch, points;
  voxel_grid grid;
  std::int64_t channels = 1;  ///< of features

  [[nodiscard]] std::int64_t output_size() const { return batch * grid.cells() * channels; }
  /// "BxN->G^3" or "BxN->XxYxZ", and "xC" where there are several channels.
  [[nodiscard]] std::string name() const {
    const auto text = [](std::int64_t n) { return std::to_string(n); };
    const std::int64_t(&e)[3] = grid.extents;
    const bool cube = e[0] == e[1] && e[1] == e[2];
    return text(batch) + "x" + text(points / 1000) + "k->" +
           (cube ? text(e[0]) + "^3" : text(e[0]) + "x" + text(e[1]) + "x" + text(e[2])) +
           (channels > 1 ? "x" + text(channels) : "");
  }
};

/// `side` voxels of 5 cm along each axis, around the origin.
inline voxel_grid cube(std::int64_t side) {
  constexpr double size = 0.05;
  const double corner = -0.5 * size * static_cast<double>(side);
  return {{corner, corner, corner}, {size, size, size}, {side, side, side}};
}

/// What detectors make of a KITTI scan: 70.4 m ahead, 40 m to either side.
inline voxel_grid detection_grid() {
  return {{0.0, -40.0, -3.0}, {0.05, 0.05, 0.1}, {1408, 1600, 40}};
}

using uniform = std::uniform_real_distribution<double>;

/// [batch, points, 3], uniform in the grid; the same bits for the same shape.
inline std::vector<float> make_points(const cloud_shape& s) {
  std::minstd_rand random(11);
  uniform unit(0.0, 1.0);
  std::vector<float> points;
  points.reserve(static_cast<std::size_t>(s.batch * s.points * 3));
  for (std::int64_t i = 0; i < s.batch * s.points; ++i) {
    for (int a = 0; a < 3; ++a) {
      const double extent = static_cast<double>(s.grid.extents[a]) * s.grid.size[a];
      points.push_back(static_cast<float>(s.grid.origin[a] + unit(random) * extent));
    }
  }
  return points;
}

/// KITTI's rows of x, y, z and intensity, [batch, points, 4], spread over `cells` random voxels of
/// each cloud, so that several share one.
inline std::vector<float> make_clustered_rows(const cloud_shape& s, std::int64_t cells) {
  std::minstd_rand random(13);
  uniform unit(0.0, 1.0);
  std::vector<std::int64_t> places(static_cast<std::size_t>(cells));
  std::vector<float> rows;
  rows.reserve(static_cast<std::size_t>(s.batch * s.points * 4));
  for (std::int64_t b = 0; b < s.batch; ++b) {
    for (std::int64_t& place : places) {
      place = static_cast<std::int64_t>(unit(random) * static_cast<double>(s.grid.cells()));
    }
    for (std::int64_t i = 0; i < s.points; ++i) {
      std::int64_t place = places[random() % places.size()];
      for (int a = 0; a < 3; ++a) {
        const auto index = static_cast<double>(place % s.grid.extents[a]);
        place /= s.grid.extents[a];
        rows.push_back(
            static_cast<float>(s.grid.origin[a] + (index + unit(random)) * s.grid.size[a]));
      }
      rows.push_back(static_cast<float>(unit(random)));
    }
  }
  return rows;
}

/// In: x, y, z of every point and its features. Out: the grids.
inline traffic count_dense_traffic(const cloud_shape& s, std::int64_t features) {
  return {s.batch * s.points * (3 + features) * 4, s.output_size() * 4};
}

/// The channels of KITTI's rows.
constexpr std::int64_t row_channels = 4;

/// A view of x, y, z in rows of four floats.
inline view<const float, 3> points_of_rows(const float* rows, std::int64_t batch,
                                           std::int64_t points) {
  return {rows, {batch, points, 3}, {points * row_channels, row_channels, 1}};
}

/// What `voxelize_sparse` and `voxelize_first` write for at most `capacity` voxels; the latter
/// keeps `kept` points of each, the former their mean.
struct voxel_rows {
  std::vector<std::int32_t> coordinates, counts, indices;
  std::vector<std::int64_t> number;
  std::vector<float> values;

  voxel_rows(std::int64_t capacity, std::int64_t kept) : number(1, unwritten) {
    const auto rows = static_cast<std::size_t>(capacity);
    const auto points = static_cast<std::size_t>(kept);
    coordinates.assign(rows * 4, unwritten);
    counts.assign(rows, unwritten);
    indices.assign(rows * points, unwritten);
    values.assign(rows * std::max<std::size_t>(points, 1) * row_channels, unwritten);
  }

 private:
  static constexpr int unwritten = -7;
};

/// `voxelize_sparse` with the means of all channels, of KITTI's rows, into `to`, a `voxel_rows` or
/// its like on the device.
template <class Executor, class Rows>
void call_sparse(const Executor& executor, const cloud_shape& s, std::int64_t capacity,
                 const float* rows, Rows& to) {
  const std::vector<voxel_feature> means{
      {voxel_reduction::mean, view<const float, 3>(rows, {s.batch, s.points, row_channels}),
       view<float, 2>(to.values.data(), {capacity, row_channels})}};
  voxelize_sparse(executor, s.grid, points_of_rows(rows, s.batch, s.points), means,
                  sparse_voxels{{to.coordinates.data(), {capacity, 4}},
                                {to.counts.data(), {capacity}},
                                {to.number.data(), {1}}});
}

}  // namespace robocache::bench
