/// \file
/// Cameras and boxes.
#pragma once

#include <limits>

namespace robocache {

/// A pinhole without distortion, in pixels; the centre of the first pixel is (0, 0).
struct pinhole_camera {
  double fx = 1.0, fy = 1.0;  ///< focal lengths
  double cx = 0.0, cy = 0.0;  ///< the principal point
};

struct depth_options {
  double scale = 0.0;      ///< units of depth per metre; 0: 1000 for uint16_t, 1 for float
  double min_depth = 0.0;  ///< in metres, inclusive
  double max_depth = std::numeric_limits<double>::infinity();  ///< in metres, inclusive
};

/// An axis-parallel box: lower <= p < upper, as a voxel.
struct point_box {
  static constexpr double everywhere = std::numeric_limits<double>::infinity();

  double lower[3] = {-everywhere, -everywhere, -everywhere};
  double upper[3] = {everywhere, everywhere, everywhere};
  bool negate = false;  ///< the points outside it instead; never those with a NaN coordinate
};

}  // namespace robocache
