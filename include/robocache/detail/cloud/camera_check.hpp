// What cameras and depth images can tell before anything runs.
#pragma once

#include <robocache/core/camera.hpp>
#include <robocache/detail/check.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// A camera and the size of its images.
inline void check_camera(const label& op_name, const pinhole_camera& camera, std::int64_t height,
                         std::int64_t width) {
  require_finite(op_name, "camera.fx", camera.fx);
  require_finite(op_name, "camera.fy", camera.fy);
  require_finite(op_name, "camera.cx", camera.cx);
  require_finite(op_name, "camera.cy", camera.cy);
  if (camera.fx == 0.0 || camera.fy == 0.0) fail(op_name, "camera.fx and camera.fy must not be 0");
  const bool given = camera.width != 0 || camera.height != 0;
  if (given && (camera.width != width || camera.height != height)) {
    fail(op_name, "camera must be of the images' size (got one of " + std::to_string(camera.width) +
                      " x " + std::to_string(camera.height) + " for images of " +
                      std::to_string(width) + " x " + std::to_string(height) + ")");
  }
  if (width > 0 && height > INT32_MAX / width) {
    fail(op_name, "an image must have less than 2^31 pixels (got " + std::to_string(height) +
                      " x " + std::to_string(width) + ")");
  }
}

/// Options that messages call `name`.
inline void check_depth_options(const label& op_name, const char* name,
                                const depth_options& options) {
  require_finite(op_name, label("#.scale", name), options.scale);
  if (options.scale < 0.0) {
    fail(op_name, std::string(name) + ".scale must not be negative (got " +
                      std::to_string(options.scale) + ")");
  }
  if (is_nan(options.min_depth) || is_nan(options.max_depth)) {
    fail(op_name, label("#.min_depth", name).text() + " and " + label("#.max_depth", name).text() +
                      " must not be NaN");
  }
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
