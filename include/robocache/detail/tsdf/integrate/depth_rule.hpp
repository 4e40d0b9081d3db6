// What one depth image says of one voxel, in single precision.
#pragma once

#include <robocache/core/geometry.hpp>
#include <robocache/detail/tsdf/camera/depth_range.hpp>
#include <robocache/detail/tsdf/volume/volume_op.hpp>
#include <robocache/tsdf/integrate_options.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// From the number of a voxel to where its centre is in a camera: x and y times the focal lengths,
/// and z. All NaN for a frame that says nothing.
struct frame_projection {
  float rows[3][4];

  [[nodiscard]] ROBOCACHE_HD float row(int r, float i, float j, float k) const {
    const float* const m = rows[r];
    return robocache::fma(m[0], i, robocache::fma(m[1], j, robocache::fma(m[2], k, m[3])));
  }
};

/// The projection of a camera with this pose; in double, once a frame.
ROBOCACHE_HD frame_projection project_voxels(const tsdf_grid& grid, const pinhole_camera& camera,
                                             const pose& camera_to_world) {
  const pose to_camera = camera_to_world.inverse();
  const double half = 0.5 * grid.voxel;
  const vec3 first =
      to_camera({grid.origin[0] + half, grid.origin[1] + half, grid.origin[2] + half});
  const double offsets[] = {first.x, first.y, first.z}, focal[] = {camera.fx, camera.fy, 1.0};
  frame_projection p;
  for (int r = 0; r < 3; ++r) {
    for (int c = 0; c < 3; ++c) {
      p.rows[r][c] = static_cast<float>(to_camera.rows[r][c] * grid.voxel * focal[r]);
    }
    p.rows[r][3] = static_cast<float>(offsets[r] * focal[r]);
  }
  return p;
}

/// What a frame sees of a voxel: a distance in metres, which may be beyond the truncation in front
/// of the surface. Of weight 0 it sees nothing.
struct depth_observation {
  float distance = 0.0F, weight = 0.0F;
};

struct pixel {
  std::int32_t column, line;
};

/// An image, as all frames of a call have it, and how a depth becomes a sample.
template <class D>
struct depth_rule {
  std::int32_t width = 0, height = 0;
  std::int64_t row_stride = 0;
  float cx = 0.0F, cy = 0.0F;
  float metre = 1.0F;  // of a unit of depth
  depth_range range;
  float truncation = 0.0F, inverse_truncation = 0.0F;
  float truncation_raw = 0.0F;  // in units of depth
  float ones = 0.0F;            // distance_one / truncation
  tsdf_weighting weighting = tsdf_weighting::constant;
  depth_lookup lookup = depth_lookup::nearest;
  bool drop_off = false;

  /// What is seen of voxel (i, j, k); nothing where it is not seen or lies deep behind the surface.
  ROBOCACHE_HD depth_observation observe(const frame_projection& at, const D* image, float i,
                                         float j, float k) const {
    const float z = at.row(2, i, j, k);
    if (!(z > 0.0F)) return {};
    const float inverse = 1.0F / z;
    const float u = robocache::fma(at.row(0, i, j, k), inverse, cx);
    const float v = robocache::fma(at.row(1, i, j, k), inverse, cy);
    float raw = 0.0F;
    if (!look_up(image, u, v, raw)) return {};
    const float distance = robocache::fma(raw, metre, -z);
    if (!(distance >= -truncation)) return {};
    return {distance, weight_of(distance, inverse)};
  }

  /// The same as a sample.
  ROBOCACHE_HD tsdf_sample operator()(const frame_projection& at, const D* image, float i, float j,
                                      float k) const {
    const depth_observation seen = observe(at, image, i, j, k);
    const auto weight = static_cast<std::uint32_t>(nearest_multiple(seen.weight, weight_one));
    tsdf_sample sample;
    if (seen.distance > truncation) {
      sample.free = weight;
    } else {
      sample.weight = weight;
      sample.sum = static_cast<std::int64_t>(weight) * nearest_multiple(seen.distance, ones);
    }
    return sample;
  }

  /// The pixel nearest to where a voxel is seen that has a sample.
  [[nodiscard]] ROBOCACHE_HD pixel pixel_of(const frame_projection& at, float i, float j,
                                            float k) const {
    const float inverse = 1.0F / at.row(2, i, j, k);
    return {static_cast<std::int32_t>(robocache::fma(at.row(0, i, j, k), inverse, cx) + 0.5F),
            static_cast<std::int32_t>(robocache::fma(at.row(1, i, j, k), inverse, cy) + 0.5F)};
  }

 private:
  [[nodiscard]] ROBOCACHE_HD float raw_at(const D* image, std::int32_t u, std::int32_t v) const {
    return static_cast<float>(image[v * row_stride + u]);
  }

  ROBOCACHE_HD bool look_up(const D* image, float u, float v, float& raw) const {
    if (lookup == depth_lookup::bilinear && between_pixels(image, u, v, raw)) return true;
    const float column = u + 0.5F, line = v + 0.5F;
    if (!(column >= 0.0F && column < static_cast<float>(width) && line >= 0.0F &&
          line < static_cast<float>(height))) {
      return false;
    }
    raw = raw_at(image, static_cast<std::int32_t>(column), static_cast<std::int32_t>(line));
    return range.allow(raw);
  }

  ROBOCACHE_HD bool between_pixels(const D* image, float u, float v, float& raw) const {
    if (!(u >= 0.0F && u < static_cast<float>(width - 1) && v >= 0.0F &&
          v < static_cast<float>(height - 1))) {
      return false;
    }
    const auto column = static_cast<std::int32_t>(u), line = static_cast<std::int32_t>(v);
    float low = range.highest, high = range.lowest, corners[4];
    for (int c = 0; c < 4; ++c) {
      corners[c] = raw_at(image, column + c % 2, line + c / 2);
      if (!range.allow(corners[c])) return false;
      low = corners[c] < low ? corners[c] : low;
      high = corners[c] > high ? corners[c] : high;
    }
    if (!(high - low <= truncation_raw)) return false;
    const float right = u - static_cast<float>(column), down = v - static_cast<float>(line);
    const float above = robocache::fma(right, corners[1] - corners[0], corners[0]);
    const float below = robocache::fma(right, corners[3] - corners[2], corners[2]);
    raw = robocache::fma(down, below - above, above);
    return true;
  }

  /// `inverse` is 1 / z.
  [[nodiscard]] ROBOCACHE_HD float weight_of(float distance, float inverse) const {
    float weight = 1.0F;
    if (weighting == tsdf_weighting::inverse_square && inverse < 1.0F) {
      weight = inverse * inverse;
      weight = weight > 1.0F / weight_one ? weight : 1.0F / weight_one;
    }
    if (!drop_off || !(distance < 0.0F)) return weight;
    const float left = robocache::fma(distance, inverse_truncation, 1.0F);
    return left > 0.0F ? weight * left : 0.0F;
  }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
