/// \file
/// The outputs of `extract_mesh`.
#pragma once

#include <robocache/core/view.hpp>

ROBOCACHE_BEGIN_NAMESPACE

/// A mesh in the caller's memory; views that are not wanted stay null. What does not fit is left
/// out: `counts` tell how much there is.
struct mesh_arrays {
  view<float, 2> vertices;          ///< [V, 3] in the world
  view<float, 2> normals;           ///< [V, 3] of length 1, towards positive distances
  view<std::int32_t, 2> triangles;  ///< [T, 3] vertices, anticlockwise from where distances are
                                    ///< positive; -1 for one that did not fit
  view<std::int64_t, 1> counts;     ///< [2], required: all vertices and all triangles
};

ROBOCACHE_END_NAMESPACE
