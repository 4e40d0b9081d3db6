/// \file
/// How distance fields are looked at.
#pragma once

#include <limits>
#include <robocache/core/view.hpp>

ROBOCACHE_BEGIN_NAMESPACE

struct ray_cast_options {
  double min_depth = 0.0;  ///< where rays begin, in metres along the optical axis
  double max_depth = std::numeric_limits<double>::infinity();  ///< where they end at the latest
};

/// What `ray_cast` can give besides depth; every output is optional.
struct ray_cast_report {
  view<float, 4> normals;  ///< [F, H, W, 3] of length 1 in the world, out of the surface; else 0
};

ROBOCACHE_END_NAMESPACE
