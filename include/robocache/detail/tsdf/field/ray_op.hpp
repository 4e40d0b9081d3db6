// Rays through a field: plain values that are copied into kernels.
#pragma once

#include <robocache/detail/tsdf/camera/camera_poses.hpp>
#include <robocache/detail/tsdf/camera/camera_rays.hpp>
#include <robocache/detail/tsdf/field/dense_field.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

struct ray_cast_op {
  static constexpr const char* name = "ray_cast";

  dense_field field;
  tsdf_grid grid;
  pinhole_camera camera;
  float min_depth = 0.0F, max_depth = 0.0F;
  float voxels = 1.0F;  // in a metre
  std::int64_t frames = 0;
  std::int32_t width = 0, height = 0;
  camera_poses poses;  // an entry a frame
  float* depth = nullptr;
  std::int64_t depth_frame = 0, depth_row = 0;
  float* normals = nullptr;
  std::int64_t normal_frame = 0, normal_row = 0, normal_pixel = 0;

  ROBOCACHE_HD void operator()(const camera_rays& rays, std::int64_t f, std::int32_t u,
                               std::int32_t v) const {
    ray r = ray_of(rays, u, v);
    const float z = r.enters(field, min_depth, max_depth) ? walk(r) : 0.0F;
    depth[f * depth_frame + v * depth_row + u] = z;
    if (normals == nullptr) return;
    float normal[3] = {0.0F, 0.0F, 0.0F};
    if (z > 0.0F) normal_at(r, z, normal);
    float* const to = normals + f * normal_frame + v * normal_row + u * normal_pixel;
    for (int a = 0; a < 3; ++a) to[a] = normal[a];
  }

 private:
  struct ray {
    float eye[3], way[3];
    float near, far;  // depths between which it is in the grid

    ROBOCACHE_HD void at(float z, float (&place)[3]) const {
      for (int a = 0; a < 3; ++a) place[a] = robocache::fma(way[a], z, eye[a]);
    }

    /// Whether it passes between the outermost centres.
    ROBOCACHE_HD bool enters(const dense_field& in, float from, float to) {
      near = from;
      far = to;
      for (int a = 0; a < 3; ++a) {
        const auto last = static_cast<float>(in.extents[a] - 1);
        if (way[a] == 0.0F) {
          if (!(eye[a] >= 0.0F && eye[a] <= last)) return false;
          continue;
        }
        const float first = -eye[a] / way[a], second = (last - eye[a]) / way[a];
        const float low = first < second ? first : second, high = first < second ? second : first;
        near = low > near ? low : near;
        far = high < far ? high : far;
      }
      return near <= far;
    }
  };

  ROBOCACHE_HD ray ray_of(const camera_rays& rays, std::int32_t u, std::int32_t v) const {
    ray r;
    const auto x = static_cast<float>(u), y = static_cast<float>(v);
    for (int a = 0; a < 3; ++a) {
      r.eye[a] = rays.eye[a];
      r.way[a] = robocache::fma(rays.columns[0][a], x,
                                robocache::fma(rays.columns[1][a], y, rays.columns[2][a]));
    }
    return r;
  }

  /// The depth of the first change from positive to negative, or 0. Steps are of three quarters of
  /// the distance, since those along a view overstate it, and of half a voxel at least; where
  /// nothing is known, of a voxel.
  ROBOCACHE_HD float walk(const ray& r) const {
    const float per_depth = square_root(robocache::fma(
        r.way[0], r.way[0], robocache::fma(r.way[1], r.way[1], r.way[2] * r.way[2])));
    const float shortest = 0.5F / per_depth, per_metre = 0.75F * voxels / per_depth;
    float z = r.near, before = 0.0F, value_before = -1.0F, place[3];
    while (z <= r.far) {
      float value = 0.0F, next = z + shortest;
      r.at(z, place);
      if (!sample_value(field, place, value)) {
        next = z + (shortest + shortest);
        value = -1.0F;  // no surface is between what is unknown and what is behind one
      } else if (value < 0.0F && value_before >= 0.0F) {
        return crossing(r, before, value_before, z, value);
      } else if (value >= 0.0F) {
        const float farther = robocache::fma(value, per_metre, z);
        next = farther > next ? farther : next;
      }
      if (!(next > z)) return 0.0F;  // too far for steps to be told apart
      before = z;
      value_before = value;
      z = next;
    }
    return 0.0F;
  }

  /// Where the field is 0 between two depths: by the secant, twice.
  ROBOCACHE_HD float crossing(const ray& r, float before, float value_before, float z,
                              float value) const {
    for (int round = 0; round < 2; ++round) {
      const float guess = between(before, z, value_before / (value_before - value));
      float place[3], there = 0.0F;
      r.at(guess, place);
      if (!sample_value(field, place, there)) return guess;
      if (there >= 0.0F) {
        before = guess;
        value_before = there;
      } else {
        z = guess;
        value = there;
      }
    }
    return between(before, z, value_before / (value_before - value));
  }

  ROBOCACHE_HD void normal_at(const ray& r, float z, float (&normal)[3]) const {
    float place[3], value = 0.0F;
    r.at(z, place);
    if (!sample_gradient(field, place, value, normal)) {
      for (float& part : normal) part = 0.0F;
    } else {
      make_unit(normal, 0, 0.0F);
    }
  }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
