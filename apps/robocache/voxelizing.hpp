/// \file
/// `robocache::voxelize_...` on clouds that come from files.
#pragma once

#include <optional>
#include <robocache/core/executor.hpp>
#include <vector>

#include "drawing/cells.hpp"
#include "files/array.hpp"
#include "files/points.hpp"
#include "grid.hpp"

namespace robocache::cli {

enum class voxel_mode : std::uint8_t { occupancy, density, mean, max, vote };

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
