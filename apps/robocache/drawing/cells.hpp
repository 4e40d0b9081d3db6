/// \file
/// The occupied cells of a grid: what pictures and point files of a grid are made from.
#pragma once

#include <cstdint>
#include <vector>

namespace robocache::cli {

/// V occupied cells, z-major. Triples that describe the grid are in the order x, y, z.
struct voxel_cells {
  std::int64_t extents[3] = {};
  double origin[3] = {};
  double voxel[3] = {};
  std::vector<std::int32_t> coordinates;  ///< [V, 3]: z, y, x
  std::vector<std::int32_t> counts;       ///< [V] points; empty when they were not counted
  std::vector<float> values;              ///< [V, channels]
  int channels = 0;

  [[nodiscard]] std::int64_t size() const {
    return static_cast<std::int64_t>(coordinates.size()) / 3;
  }
  /// Along axis 0, 1, 2: x, y, z.
  [[nodiscard]] std::int32_t index(std::int64_t cell, int axis) const {
    return coordinates[static_cast<std::size_t>(3 * cell + 2 - axis)];
  }
  [[nodiscard]] double centre(std::int64_t cell, int axis) const {
    return origin[axis] + (index(cell, axis) + 0.5) * voxel[axis];
  }
};

/// The cells of each column as one on top of it: counts are added up, values the highest where
/// `keep_highest`, else averaged with the counts as weights.
voxel_cells columns_of(const voxel_cells& cells, bool keep_highest);

/// Without the cells that lie far from nearly all others along an axis, which would make the rest
/// small: more than a quarter of the middle 99 % beyond them, where all take more than twice that
/// room. Fewer than 200 cells are all kept.
voxel_cells without_outliers(const voxel_cells& cells);

}  // namespace robocache::cli
