// What `integrate_depth` must give, from its documentation, in double: no matrices are composed and
// no voxel is passed over.
#pragma once

#include "tsdf_scene.hpp"

namespace test {

struct expected_voxel {
  double sum = 0.0, weight = 0.0, free = 0.0;
  bool doubtful = false;  // some frame's decision hangs on a rounding
};

/// The depth that position (u, v) has, in metres; NaN where it has none.
inline double expected_depth_at(const depth_frames& frames, std::int64_t f, double u, double v,
                                double truncation,
                                const robocache::integrate_depth_options& options, bool& doubtful) {
  const auto at = [&](std::int64_t x, std::int64_t y) {
    if (x < 0 || y < 0 || x >= frames.width || y >= frames.height) return std::nan("");
    const auto i = static_cast<std::size_t>((f * frames.height + y) * frames.width + x);
    const double depth = frames.metres[i] / (options.depth.scale == 0 ? 1.0 : options.depth.scale);
    const bool counts = depth > 0 && std::isfinite(depth) && depth >= options.depth.min_depth &&
                        depth <= options.depth.max_depth;
    return counts ? depth : std::nan("");
  };
  const auto on_edge = [](double x) { return std::fabs(x - std::nearbyint(x)) < 1e-3; };
  if (options.lookup == robocache::depth_lookup::bilinear) {
    doubtful = doubtful || on_edge(u) || on_edge(v);
    const auto x = static_cast<std::int64_t>(std::floor(u));
    const auto y = static_cast<std::int64_t>(std::floor(v));
    const double corners[] = {at(x, y), at(x + 1, y), at(x, y + 1), at(x + 1, y + 1)};
    double low = HUGE_VAL, high = -HUGE_VAL;
    bool all = true;
    for (const double depth : corners) {
      all = all && !std::isnan(depth);
      low = std::fmin(low, depth);
      high = std::fmax(high, depth);
    }
    doubtful = doubtful || (all && std::fabs(high - low - truncation) < 1e-5);
    if (all && high - low <= truncation) {
      const double a = u - std::floor(u), b = v - std::floor(v);
      return (1 - b) * ((1 - a) * corners[0] + a * corners[1]) +
             b * ((1 - a) * corners[2] + a * corners[3]);
    }
  }
  doubtful = doubtful || on_edge(u + 0.5) || on_edge(v + 0.5);
  return at(static_cast<std::int64_t>(std::floor(u + 0.5)),
            static_cast<std::int64_t>(std::floor(v + 0.5)));
}

inline void add_expected(const depth_frames& frames, std::int64_t f, const point3& centre,
                         double truncation, const robocache::integrate_depth_options& options,
                         expected_voxel& voxel) {
  const float* const pose = frames.poses.data() + 12 * f;
  point3 seen{};
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t r = 0; r < 3; ++r) seen[c] += pose[4 * r + c] * (centre[r] - pose[4 * r + 3]);
  }
  const double z = seen[2];
  if (std::fabs(z) < 1e-5) voxel.doubtful = true;
  if (z <= 0) return;
  const double u = frames.camera.fx * seen[0] / z + frames.camera.cx;
  const double v = frames.camera.fy * seen[1] / z + frames.camera.cy;
  if (!(std::fabs(u) < 1e6 && std::fabs(v) < 1e6)) return;
  const double depth = expected_depth_at(frames, f, u, v, truncation, options, voxel.doubtful);
  if (std::isnan(depth)) return;
  const double distance = depth - z;
  if (std::fabs(std::fabs(distance) - truncation) < 1e-5) voxel.doubtful = true;
  double weight = 1.0;
  if (options.weighting == robocache::tsdf_weighting::inverse_square) {
    weight = std::fmin(1.0, std::fmax(0x1p-12, 1.0 / (z * z)));
  }
  if (distance < -truncation) return;
  if (distance > truncation) {
    voxel.free += weight;
    return;
  }
  if (options.drop_off && distance < 0) weight *= 1.0 + distance / truncation;
  voxel.weight += weight;
  voxel.sum += weight * distance;
}

inline std::vector<expected_voxel> expected_volume(
    const robocache::tsdf_grid& grid, const depth_frames& frames,
    const robocache::integrate_depth_options& options) {
  std::vector<expected_voxel> all(static_cast<std::size_t>(grid.cells()));
  for (std::size_t i = 0; i < all.size(); ++i) {
    const point3 centre = centre_of(grid, static_cast<std::int64_t>(i));
    for (std::int64_t f = 0; f < frames.count(); ++f) {
      add_expected(frames, f, centre, grid.truncation, options, all[i]);
    }
  }
  return all;
}

}  // namespace test
