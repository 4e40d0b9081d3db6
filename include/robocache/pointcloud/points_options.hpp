/// \file
/// What can be asked of points, and what is reported.
#pragma once

#include <limits>
#include <robocache/core/camera.hpp>
#include <robocache/core/view.hpp>

ROBOCACHE_BEGIN_NAMESPACE

/// What `depth_to_points` can say besides the points; every output is optional.
struct depth_report {
  view<std::int64_t, 1> valid;   ///< [B]: the valid pixels
  view<std::int32_t, 2> pixels;  ///< [B, H * W]: the pixel v * W + u of each point, then -1
};

/// What `cloud_bounds` can say besides the bounds.
struct bounds_report {
  view<std::int64_t, 1> valid;  ///< [B], optional: the points that count
};

/// An axis-parallel box: lower <= p < upper, as a voxel. Limits are rounded to the type that points
/// are compared in, float or double, as the origin of a `voxel_grid` is: of -51.2 and a float point
/// the box begins at float(-51.2).
struct point_box {
  static constexpr double everywhere = std::numeric_limits<double>::infinity();

  double lower[3] = {-everywhere, -everywhere, -everywhere};
  double upper[3] = {everywhere, everywhere, everywhere};
  bool negate = false;  ///< the points outside it instead; never those with a NaN coordinate
};

ROBOCACHE_END_NAMESPACE
