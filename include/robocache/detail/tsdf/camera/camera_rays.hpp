// Where the pixels of a camera look, in voxels.
#pragma once

#include <robocache/core/camera.hpp>
#include <robocache/tsdf/volume.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The rays of a camera, in voxels from the first centre: where it is, and per depth the way from
/// there to pixel (u, v): columns[0] * u + columns[1] * v + columns[2].
struct camera_rays {
  float eye[3];
  float columns[3][3];
};

/// In double, once a camera.
ROBOCACHE_HD camera_rays make_rays(const tsdf_grid& grid, const pinhole_camera& camera,
                                   const pose& camera_to_world) {
  camera_rays rays;
  for (int a = 0; a < 3; ++a) {
    const double* const row = camera_to_world.rows[a];
    const double x = row[0] / camera.fx / grid.voxel, y = row[1] / camera.fy / grid.voxel;
    const double z = row[2] / grid.voxel;
    rays.columns[0][a] = static_cast<float>(x);
    rays.columns[1][a] = static_cast<float>(y);
    rays.columns[2][a] =
        static_cast<float>(robocache::fma(-camera.cx, x, robocache::fma(-camera.cy, y, z)));
    rays.eye[a] = static_cast<float>((row[3] - grid.origin[a]) / grid.voxel - 0.5);
  }
  return rays;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
