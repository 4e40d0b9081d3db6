/// \file
/// `voxel_accumulator`: what is known of the points seen so far, to be merged and read out later.
#pragma once

#include <robocache/pointcloud/voxelize_options.hpp>

ROBOCACHE_BEGIN_NAMESPACE

/// Voxelization in progress, in the caller's memory: dense arrays on the host or a device. Plain
/// values; arrays that are not wanted stay null.
struct voxel_accumulator {
  view<std::int64_t, 3> counts;  ///< [Z, Y, X] points

  /// [Z, Y, X, C], of features. `sums` are multiples of 2^-scale, `maxima` keys whose order as
  /// integers is that of the floats, 0 where there is none.
  view<std::int64_t, 4> sums;
  view<std::uint32_t, 4> maxima;
  view<std::uint32_t, 4> flags;  ///< with either: NaN, +inf, -inf, too large: 1, 2, 4, 8
  view<std::int64_t, 4> nans;    ///< their number; only `nan_policy::skip` for means needs it

  std::int32_t scale = 0;        ///< of the sums; -200 to 250
  std::int64_t most_points = 1;  ///< that all calls and all merged accumulators may bring
};

/// How an accumulator is read out.
struct finalise_options {
  float empty = 0.0F;                       ///< the value of voxels without values
  nan_policy nans = nan_policy::propagate;  ///< `skip` for means needs `voxel_accumulator::nans`
};

ROBOCACHE_END_NAMESPACE
