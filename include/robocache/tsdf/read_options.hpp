/// \file
/// How volumes are read out.
#pragma once

#include <limits>
#include <robocache/core/config.hpp>

ROBOCACHE_BEGIN_NAMESPACE

/// Which voxels are known. One with votes for free space alone is: its distance is the truncation.
struct tsdf_trust {
  double min_weight = 0.0;  ///< voxels of less weight, votes included, are unknown
  /// A voxel is free whose votes for free space are at least so many times its weight. By default
  /// none that also has distances.
  double carve = std::numeric_limits<double>::infinity();
};

struct read_distance_options {
  bool normalised = false;  ///< in units of the truncation instead of metres
  double truncation = 0.0;  ///< to clamp distances to, in metres; 0: the grid's
  float unknown = std::numeric_limits<float>::quiet_NaN();  ///< the value of unknown voxels
  tsdf_trust trust;
};

struct read_weight_options {
  double max_weight = std::numeric_limits<double>::infinity();  ///< larger ones become this
};

struct read_occupancy_options {
  double threshold = 0.0;  ///< occupied are voxels whose distance is at most this, in metres
  float unknown = 0.0F;    ///< the value of unknown voxels
  tsdf_trust trust;
};

ROBOCACHE_END_NAMESPACE
