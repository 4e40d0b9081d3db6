// Normals of depth images: plain values that are copied into kernels.
#pragma once

#include <robocache/core/camera.hpp>
#include <robocache/core/geometry.hpp>
#include <robocache/detail/tsdf/camera/camera_poses.hpp>
#include <robocache/detail/tsdf/camera/depth_range.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

template <class D>
struct depth_normals_op {
  static constexpr const char* name = "estimate_normals";

  const D* depth = nullptr;
  std::int64_t frames = 0, depth_frame = 0, depth_row = 0;
  std::int32_t width = 0, height = 0;
  float cx = 0.0F, cy = 0.0F, inverse_fx = 1.0F, inverse_fy = 1.0F;
  float metre = 1.0F;     // of a unit of depth
  float max_jump = 0.0F;  // in units of depth
  depth_range range;
  camera_poses poses;  // an entry a frame
  float* points = nullptr;
  std::int64_t points_frame = 0, points_row = 3;
  float* normals = nullptr;
  std::int64_t normals_frame = 0, normals_row = 3;
  std::int64_t* valid = nullptr;

  /// Writes a pixel; tells whether it has a normal. What has none has no point either.
  ROBOCACHE_HD bool operator()(std::int64_t f, std::int32_t u, std::int32_t v) const {
    basic_vec3<float> at{}, normal{};
    const bool has = normal_at(depth + f * depth_frame, u, v, at, normal);
    const std::int64_t pixel = std::int64_t{v} * width + u;
    const pose world = poses.at(f, 0);
    if (points != nullptr)
      write(world, at, 1.0F, has, points + f * points_frame + pixel * points_row);
    write(world, normal, 0.0F, has, normals + f * normals_frame + pixel * normals_row);
    return has;
  }

 private:
  [[nodiscard]] ROBOCACHE_HD float raw_at(const D* image, std::int32_t u, std::int32_t v) const {
    return static_cast<float>(image[v * depth_row + u]);
  }

  /// A pixel with a depth: its ray at depth 1, and the depth as the image holds it.
  struct seen {
    float x, y, raw;
  };

  [[nodiscard]] ROBOCACHE_HD seen look(float raw, std::int32_t u, std::int32_t v) const {
    return {(static_cast<float>(u) - cx) * inverse_fx, (static_cast<float>(v) - cy) * inverse_fy,
            raw};
  }

  /// In the camera's frame.
  [[nodiscard]] ROBOCACHE_HD basic_vec3<float> point_of(const seen& s) const {
    const float z = s.raw * metre;
    return {s.x * z, s.y * z, z};
  }

  /// From the point of `a` to that of `b`.
  [[nodiscard]] ROBOCACHE_HD basic_vec3<float> way(const seen& a, const seen& b) const {
    const float from = a.raw * metre, to = b.raw * metre;
    return {robocache::fma(b.x, to, -(a.x * from)), robocache::fma(b.y, to, -(a.y * from)),
            (b.raw - a.raw) * metre};
  }

  /// Whether a pixel lies on the surface of `raw`; into `other` if so.
  ROBOCACHE_HD bool neighbour(const D* image, float raw, std::int32_t u, std::int32_t v,
                              seen& other) const {
    if (u < 0 || v < 0 || u >= width || v >= height) return false;
    const float there = raw_at(image, u, v), jump = there - raw;
    if (!range.allow(there) || jump > max_jump || -jump > max_jump) return false;
    other = look(there, u, v);
    return true;
  }

  ROBOCACHE_HD bool normal_at(const D* image, std::int32_t u, std::int32_t v, basic_vec3<float>& at,
                              basic_vec3<float>& normal) const {
    const float raw = raw_at(image, u, v);
    if (!range.allow(raw)) return false;
    const seen here = look(raw, u, v);
    seen left = here, right = here, above = here, below = here;
    const bool has_left = neighbour(image, raw, u - 1, v, left);
    const bool has_right = neighbour(image, raw, u + 1, v, right);
    const bool has_above = neighbour(image, raw, u, v - 1, above);
    const bool has_below = neighbour(image, raw, u, v + 1, below);
    if (!(has_left || has_right) || !(has_above || has_below)) return false;
    at = point_of(here);
    normal = cross(way(above, below), way(left, right));
    const float length = square_root(dot(normal, normal));
    if (!(length > 0.0F && is_finite(length))) return false;
    const float towards = dot(normal, at) > 0.0F ? -length : length;
    normal = {normal.x / towards, normal.y / towards, normal.z / towards};
    return true;
  }

  /// A direction (`place` 0) or a point (`place` 1) in the world, or NaN.
  ROBOCACHE_HD static void write(const pose& world, const basic_vec3<float>& v, float place,
                                 bool has, float* to) {
    for (int r = 0; r < 3; ++r) {
      const auto x = static_cast<float>(world.rows[r][0]), y = static_cast<float>(world.rows[r][1]);
      const auto z = static_cast<float>(world.rows[r][2]), t = static_cast<float>(world.rows[r][3]);
      const float there =
          robocache::fma(x, v.x, robocache::fma(y, v.y, robocache::fma(z, v.z, place * t)));
      to[r] = has ? narrow<float>(there) : canonical_nan<float>();
    }
  }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
