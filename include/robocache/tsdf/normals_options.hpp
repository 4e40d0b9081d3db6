/// \file
/// How normals are estimated, and what is reported.
#pragma once

#include <robocache/core/camera.hpp>
#include <robocache/core/ragged.hpp>

ROBOCACHE_BEGIN_NAMESPACE

struct depth_normals_options {
  depth_options depth;     ///< scale and limits
  double max_jump = 0.05;  ///< neighbours whose depth differs by more metres lie on another surface
};

/// What `estimate_normals` can say; optional.
struct depth_normals_report {
  view<std::int64_t, 1> valid;  ///< [F]: the pixels that have a normal
};

struct cloud_normals_options {
  ragged clouds;  ///< the points of each cloud
  double voxel =
      0.05;  ///< neighbours are the points of the 27 voxels of this edge, in metres, around one
  double viewpoint[3] = {0.0, 0.0, 0.0};  ///< what normals look towards, such as the sensor
  std::int64_t min_points = 6;            ///< with fewer neighbours, itself included, there is none
};

/// What `estimate_normals` of clouds can say; optional.
struct cloud_normals_report {
  view<std::int64_t, 1> valid;  ///< [B]: the points that have a normal
};

ROBOCACHE_END_NAMESPACE
