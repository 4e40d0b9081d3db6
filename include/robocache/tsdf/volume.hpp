/// \file
/// `tsdf_grid` and `tsdf_volume`: where signed distances are kept, and what is known of them so
/// far.
#pragma once

#include <robocache/core/view.hpp>

ROBOCACHE_BEGIN_NAMESPACE

/// Cubic voxels in the world. Distances belong to their centres: voxel (i, j, k) to
/// origin + (i + 1/2, j + 1/2, k + 1/2) * voxel. They are positive in front of the surface, where
/// the camera or the normal is, and negative behind it.
struct tsdf_grid {
  double origin[3] = {0.0, 0.0, 0.0};   ///< the lower corner of voxel (0, 0, 0), in metres
  double voxel = 0.01;                  ///< edge of a voxel, in metres
  std::int64_t extents[3] = {1, 1, 1};  ///< voxels along x, y, z; each at most 2^24
  double truncation = 0.04;             ///< the largest distance that is kept; at least `voxel`

  /// The number of voxels.
  [[nodiscard]] ROBOCACHE_HD std::int64_t cells() const {
    return extents[0] * extents[1] * extents[2];
  }
};

/// A batch of volumes in progress, in the caller's memory: dense arrays [B, Z, Y, X] on the host or
/// a device. All is integers that are only ever added to, so that frames, calls and shards may come
/// in any order.
struct tsdf_volume {
  tsdf_grid grid;                  ///< of every volume of the batch
  view<std::int64_t, 4> sums;      ///< weight times distance; in 2^-32 of the truncation
  view<std::uint32_t, 4> weights;  ///< in 2^-12; stays at its largest value
  view<std::uint32_t, 4> free_votes =
      {};                               ///< optional: of free space farther in front, as `weights`
  view<std::int64_t, 5> channels = {};  ///< optional [B, Z, Y, X, C]: weight times colour, in 2^-12
};

/// A batch of volumes that know of each voxel its nearest point: the smallest keys of all points.
struct nearest_volume {
  tsdf_grid grid;
  /// [B, Z, Y, X], dense: twice the bits of the squared distance as a float, and 1 more behind the
  /// surface; the largest number where there is none.
  view<std::uint32_t, 4> keys;
};

/// A batch of volumes that forget: running means of frames in their order. They cannot be merged.
struct running_volume {
  tsdf_grid grid;
  view<float, 4> distances;  ///< [B, Z, Y, X], dense: metres; NaN is unknown
  view<float, 4> weights;    ///< [B, Z, Y, X], dense
};

ROBOCACHE_END_NAMESPACE
