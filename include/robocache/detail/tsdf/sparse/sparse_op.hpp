// Block-sparse volumes: plain values that are copied into kernels.
#pragma once

#include <robocache/detail/tsdf/integrate/depth_op.hpp>
#include <robocache/detail/tsdf/read/read_op.hpp>
#include <robocache/detail/tsdf/sparse/band_blocks.hpp>
#include <robocache/tsdf/sparse_volume.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// A `sparse_tsdf_volume`, checked; the voxels of slot s are cells [512 s, 512 s + 512).
struct sparse_cells {
  block_grid grid;
  std::int64_t capacity = 0;
  std::int64_t* keys = nullptr;
  std::int32_t* slots = nullptr;
  tsdf_cells voxels;

  /// The first cell of block n, counted as keys ascend.
  [[nodiscard]] ROBOCACHE_HD std::int64_t first_cell(std::int64_t n) const {
    return std::int64_t{slots[n]} * block_cells;
  }
};

/// Which blocks a volume gets, and then what depth images say of all that it has.
template <class D>
struct sparse_depth_op {
  integrate_depth_op<D> frames;
  sparse_cells into;
  band_rule band;
  bool integrates = true;  // or only adds blocks
  std::int64_t* blocks = nullptr;
  std::int64_t blocks_stride = 1;
};

/// The sum of two volumes.
struct merge_sparse_op {
  static constexpr const char* name = "merge";

  sparse_cells from, into;
  std::int64_t* blocks = nullptr;
  std::int64_t blocks_stride = 1;
};

struct reset_sparse_rule {
  sparse_cells into;

  ROBOCACHE_HD void operator()(std::int64_t i) const {
    into.voxels.clear(i);
    if (i >= into.capacity) return;
    into.keys[i] = no_block;
    into.slots[i] = static_cast<std::int32_t>(i);
  }
};

/// Reads blocks in the order of their keys by a rule for cells.
template <class Out>
struct read_blocks_rule {
  sparse_cells from;
  distance_rule distances;
  Out* output = nullptr;
  float unknown = 0.0F;

  ROBOCACHE_HD void operator()(std::int64_t i) const {
    const std::int64_t n = i / block_cells;
    float distance = unknown;
    if (from.keys[n] != no_block) distances(from.first_cell(n) + i % block_cells, distance);
    output[i] = narrow<Out>(distance);
  }
};

/// Reads a box of voxels.
struct read_box_op {
  static constexpr const char* name = "read_box";

  sparse_cells from;
  distance_rule distances;
  std::int64_t first[3] = {0, 0, 0}, extents[3] = {0, 0, 0};
  float* output = nullptr;
  float unknown = 0.0F;

  /// Writes what lies in the box of row (y, z) of block n.
  ROBOCACHE_HD void write_row(std::int64_t n, std::int64_t y, std::int64_t z) const {
    const std::int64_t key = from.keys[n];
    const std::int64_t j = from.grid.first_voxel(key, 1) + y - first[1];
    const std::int64_t k = from.grid.first_voxel(key, 2) + z - first[2];
    if (j < 0 || k < 0 || j >= extents[1] || k >= extents[2]) return;
    const std::int64_t start = from.grid.first_voxel(key, 0) - first[0];
    const std::int64_t cells = from.first_cell(n) + (z * block_edge + y) * block_edge;
    for (std::int64_t x = 0; x < block_edge; ++x) {
      const std::int64_t i = start + x;
      if (i < 0 || i >= extents[0]) continue;
      float distance = unknown;
      distances(cells + x, distance);
      output[(k * extents[1] + j) * extents[0] + i] = distance;
    }
  }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
