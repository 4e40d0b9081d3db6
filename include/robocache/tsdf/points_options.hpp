/// \file
/// How points enter volumes, and what is reported.
#pragma once

#include <robocache/core/ragged.hpp>

ROBOCACHE_BEGIN_NAMESPACE

struct integrate_points_options {
  ragged clouds;  ///< the points of each volume: padded by lengths, or packed by offsets
  /// Of the disc around a point in which its plane counts, in metres; 0: a voxel. From 1.25 voxels
  /// on the discs of dense points also close around corners. Not for nearest points.
  double radius = 0.0;
};

/// What `integrate_points` can say; optional.
struct points_report {
  /// [B]: points that do not count, since a coordinate is not finite or the normal has no
  /// direction.
  view<std::int64_t, 1> invalid;
};

ROBOCACHE_END_NAMESPACE
