/// \file
/// Cameras, and which pixels of a depth image are points.
#pragma once

#include <limits>
#include <robocache/core/geometry.hpp>

ROBOCACHE_BEGIN_NAMESPACE

/// A pinhole without distortion, in pixels; the centre of the first pixel is (0, 0). It looks along
/// +z, with x to the right and y down.
struct pinhole_camera {
  double fx = 1.0, fy = 1.0;  ///< focal lengths
  double cx = 0.0, cy = 0.0;  ///< the principal point
  /// The images that these belong to; where given, those of another size are refused.
  std::int64_t width = 0, height = 0;

  /// The point at depth z that is seen in column u and row v, in the camera's frame:
  /// x = (u - cx) * z / fx, y = (v - cy) * z / fy, as IEEE rounds them.
  [[nodiscard]] ROBOCACHE_HD vec3 point_at(double u, double v, double z) const {
    return {(u - cx) * z / fx, (v - cy) * z / fy, z};
  }
};

/// How a depth image is read. Zero, negative, NaN and infinite depths never count.
struct depth_options {
  double scale = 0.0;      ///< units of depth per metre; 0: 1000 for uint16_t, 1 for float
  double min_depth = 0.0;  ///< in metres, inclusive
  double max_depth = std::numeric_limits<double>::infinity();  ///< in metres, inclusive

  /// The scale that counts for depths of type D.
  template <class D>
  [[nodiscard]] double scale_of() const {
    return scale != 0.0 ? scale : std::is_integral_v<D> ? 1000.0 : 1.0;
  }

  /// Whether a depth in metres counts.
  [[nodiscard]] ROBOCACHE_HD bool allow(double z) const {
    return z > 0.0 && z >= min_depth && z <= max_depth && z - z == 0.0;
  }
};

ROBOCACHE_END_NAMESPACE
