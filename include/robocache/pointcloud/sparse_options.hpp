/// \file
/// Where lists of voxels and of their points are written.
#pragma once

#include <robocache/core/view.hpp>

ROBOCACHE_BEGIN_NAMESPACE

/// Where `voxelize_sparse` writes. V is the capacity: voxels past it are counted, not written.
struct sparse_voxels {
  view<std::int32_t, 2> coordinates;  ///< [V, 4]: cloud, z, y, x; ascending
  view<std::int32_t, 1> counts;       ///< optional [V]: the points of the voxel
  view<std::int64_t, 1> number;       ///< [1]: occupied voxels, whether they fit or not
};

/// Where `voxelize_first` writes. V voxels of at most K points.
struct first_points {
  view<std::int32_t, 2> indices;      ///< [V, K]: points, counted within their cloud; -1 where none
  view<std::int32_t, 2> coordinates;  ///< [V, 4]: cloud, z, y, x
  view<std::int32_t, 1> counts;       ///< optional [V]: points kept, at most K
  view<std::int64_t, 1> number;       ///< [1]: occupied voxels, whether they fit or not
  view<std::int64_t, 1> dropped;      ///< optional [1]: points inside the grid that were not kept
  view<std::int32_t, 2> voxel_of;     ///< optional, as points: the voxel of each point, -1 for none
};

ROBOCACHE_END_NAMESPACE
