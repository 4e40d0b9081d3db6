/// \file
/// How depth images enter volumes, and what is reported.
#pragma once

#include <robocache/core/camera.hpp>
#include <robocache/core/ragged.hpp>

ROBOCACHE_BEGIN_NAMESPACE

/// How much a frame counts.
enum class tsdf_weighting : std::uint8_t {
  constant,        ///< 1
  inverse_square,  ///< 1 / z^2 of the voxel's depth z in metres, at most 1, at least 2^-12
};

/// The depth that a voxel is compared with.
enum class depth_lookup : std::uint8_t {
  nearest,  ///< of the pixel nearest to where its centre is seen; of two, the right or lower one
  /// Between the four pixels around it where all are valid and no two differ by more than the
  /// truncation; else the nearest one's.
  bilinear,
};

struct integrate_depth_options {
  depth_options depth;  ///< scale and limits
  ragged frames;        ///< the frames of each volume: padded by lengths, or packed by offsets
  tsdf_weighting weighting = tsdf_weighting::constant;
  bool drop_off = false;  ///< behind the surface the weight falls linearly, to 0 at -truncation
  depth_lookup lookup = depth_lookup::nearest;
  /// [B, F, H, W, C] as the frames: colours or other channels of the pixels, where the volume keeps
  /// them. A voxel takes those of the pixel nearest to it, with the weight of its distance.
  view<const std::uint8_t, 5> channels;
};

/// What `integrate_depth` can say; every output is optional, and 0 for padding.
struct integrate_depth_report {
  view<std::int64_t, 2> valid;    ///< [B, F] as the frames: pixels whose depth counts
  view<std::int64_t, 2> invalid;  ///< [B, F]: the others: 0, negative, NaN, infinite, out of limits
};

ROBOCACHE_END_NAMESPACE
