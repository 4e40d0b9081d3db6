/// \file
/// Where the grid of a cloud lies.
#pragma once

#include <cstdint>
#include <vector>

#include "files/points.hpp"

namespace robocache::cli {

/// As typed; what is empty follows from the cloud.
struct grid_settings {
  std::vector<double> voxel;        ///< one edge, or x y z
  std::vector<double> origin;       ///< x y z
  std::vector<std::int64_t> cells;  ///< x y z
  std::vector<double> box;          ///< lowest x y z, highest x y z; in place of origin and cells
};

/// Cells are half-open: a point belongs to floor((point - origin) / voxel). All numbers are those
/// of the type of the positions, in which the library counts.
struct cloud_grid {
  double origin[3] = {};
  double voxel[3] = {};
  std::int64_t extents[3] = {};  ///< x y z
  element type = element::f32;   ///< of the positions: float32 or float64

  /// May be infinite.
  [[nodiscard]] double cells() const {
    return static_cast<double>(extents[0]) * static_cast<double>(extents[1]) *
           static_cast<double>(extents[2]);
  }
};

/// Without an origin it is the multiple of the voxel at or below the lowest point; without a number
/// of cells they reach the highest one. Throws `failure` for what cannot be.
cloud_grid choose_grid(const point_cloud& cloud, const grid_settings& settings);

/// Moves the points outside `box` (lowest x y z, highest x y z) to infinity, which is in no voxel:
/// a grid covers a box by whole voxels, the last of which reach beyond it. By the rule of
/// `crop_points`.
void drop_outside(point_cloud& cloud, const std::vector<double>& box);

}  // namespace robocache::cli
