/// \file
/// `sparse_tsdf_volume`: a volume that keeps the blocks near surfaces alone.
#pragma once

#include <robocache/tsdf/volume.hpp>

ROBOCACHE_BEGIN_NAMESPACE

/// A volume in progress, in the caller's memory, that holds up to N blocks of 8 x 8 x 8 voxels of a
/// grid as large as one likes. Blocks are numbered (z * Y + y) * X + x, with X x Y x Z of them.
struct sparse_tsdf_volume {
  tsdf_grid grid;
  view<std::int64_t, 1> keys;      ///< [N]: the blocks' numbers, ascending, then `no_block`
  view<std::int32_t, 1> slots;     ///< [N]: where the voxels of each lie; of 0 to N - 1 each once
  view<std::int64_t, 4> sums;      ///< [N, 8, 8, 8], dense, as in a `tsdf_volume`
  view<std::uint32_t, 4> weights;  ///< [N, 8, 8, 8]
  view<std::uint32_t, 4> free_votes = {};  ///< [N, 8, 8, 8], optional
  view<std::int64_t, 5> channels = {};     ///< [N, 8, 8, 8, C], optional

  static constexpr std::int64_t no_block = INT64_MAX;
};

/// What calls that add blocks can say; optional.
struct blocks_report {
  /// [2]: the blocks that the volume has now, and those that it would have were it large enough.
  view<std::int64_t, 1> blocks;
};

ROBOCACHE_END_NAMESPACE
