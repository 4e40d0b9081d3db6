/// \file
/// `robocache::voxelize_...` on clouds that come from files.
#pragma once

#include <optional>
#include <robocache/core/executor.hpp>
#include <vector>

#include "cells.hpp"
#include "npz.hpp"
#include "points.hpp"

namespace robocache::cli {

enum class voxel_mode : std::uint8_t { occupancy, density, mean, max, vote };

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

struct voxelized {
  voxel_cells cells;
  array grid;    ///< dense: uint8, int32 or float32 [Z, Y, X] or [Z, Y, X, C]
  array counts;  ///< dense: int32 [Z, Y, X]
  std::int64_t inside = 0, outside = 0, nan = 0;  ///< points
  double seconds = 0;                             ///< of the voxelization alone
};

/// `features` is float32 [N, C] for mean and max, int32 labels of magnitudes below 2^24 for vote.
/// Without `dense` only the occupied cells are made.
voxelized voxelize_cloud(const any_executor& executor, const point_cloud& cloud,
                         const array& features, const cloud_grid& grid, voxel_mode mode,
                         std::optional<std::int32_t> ignored_label, bool dense);

}  // namespace robocache::cli
