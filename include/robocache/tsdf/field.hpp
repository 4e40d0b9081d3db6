/// \file
/// `distance_field`: distances as they were read out, for meshes, queries and views.
#pragma once

#include <robocache/tsdf/volume.hpp>

ROBOCACHE_BEGIN_NAMESPACE

/// Distances at the centres of the voxels of a grid, as `read_distance` writes them; or any others.
/// Between centres the field is trilinear, where all eight around are known.
struct distance_field {
  tsdf_grid grid;
  view<const float, 3> distances;  ///< [Z, Y, X], dense: metres; NaN is unknown
};

ROBOCACHE_END_NAMESPACE
