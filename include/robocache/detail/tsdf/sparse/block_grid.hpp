// Blocks of 8 x 8 x 8 voxels.
#pragma once

#include <robocache/core/config.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

inline constexpr std::int64_t block_edge = 8, block_cells = 512, no_block = INT64_MAX;

/// The blocks of a grid, and their numbers.
struct block_grid {
  std::int64_t voxels[3] = {1, 1, 1}, blocks[3] = {1, 1, 1};

  [[nodiscard]] ROBOCACHE_HD std::int64_t key(std::int64_t x, std::int64_t y,
                                              std::int64_t z) const {
    return (z * blocks[1] + y) * blocks[0] + x;
  }
  /// The first voxel of a block along an axis.
  [[nodiscard]] ROBOCACHE_HD std::int64_t first_voxel(std::int64_t key, int axis) const {
    const std::int64_t at = axis == 0   ? key % blocks[0]
                            : axis == 1 ? key / blocks[0] % blocks[1]
                                        : key / blocks[0] / blocks[1];
    return at * block_edge;
  }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
