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

/// Cells are half-open: a point belongs to floor((point - origin) / voxel).
struct cloud_grid {
  double origin[3] = {};
  double voxel[3] = {};
  std::int64_t extents[3] = {};  ///< x y z

  /// May be infinite.
  [[nodiscard]] double cells() const {
    return static_cast<double>(extents[0]) * static_cast<double>(extents[1]) *
           static_cast<double>(extents[2]);
  }
};

/// Without an origin it is the multiple of the voxel at or below the lowest point; without a number
/// of cells they reach the highest one. Throws `failure` for what cannot be.
cloud_grid choose_grid(const point_cloud& cloud, const grid_settings& settings);

}  // namespace robocache::cli
