/// \file
/// How normals are estimated, and what is reported.
#pragma once

#include <robocache/core/camera.hpp>
#include <robocache/core/view.hpp>

ROBOCACHE_BEGIN_NAMESPACE

struct depth_normals_options {
  depth_options depth;     ///< scale and limits
  double max_jump = 0.05;  ///< neighbours whose depth differs by more metres lie on another surface
};

/// What `estimate_normals` can say; optional.
struct depth_normals_report {
  view<std::int64_t, 1> valid;  ///< [F]: the pixels that have a normal
};

ROBOCACHE_END_NAMESPACE
