// A room of three walls and a ball, as a 640 x 480 camera in it sees it: what TSDF benchmarks
// integrate.
#pragma once

#include <cmath>
#include <robocache/core/camera.hpp>
#include <robocache/tsdf/sparse_volume.hpp>
#include <robocache/tsdf/volume.hpp>
#include <vector>

namespace robocache::bench {

constexpr std::int64_t frame_width = 640, frame_height = 480, frame_pixels = 640 * 480;

/// At the origin, looking along +z.
inline pinhole_camera room_camera() {
  return {570.0, 570.0, 319.5, 239.5, frame_width, frame_height};
}

/// The depth of a ray (x, y, 1): walls at z = 2.2, x = 1 and y = 0.8, a ball at (-0.3, 0.2, 1.5).
inline double room_depth(double x, double y) {
  double depth = 2.2;
  if (x > 0.0) depth = std::fmin(depth, 1.0 / x);
  if (y > 0.0) depth = std::fmin(depth, 0.8 / y);
  const double a = x * x + y * y + 1.0, b = -0.3 * x + 0.2 * y + 1.5;
  const double c = 0.3 * 0.3 + 0.2 * 0.2 + 1.5 * 1.5 - 0.4 * 0.4, root = b * b - a * c;
  return root > 0.0 ? std::fmin(depth, (b - std::sqrt(root)) / a) : depth;
}

inline std::vector<std::uint16_t> room_frame() {
  const pinhole_camera camera = room_camera();
  std::vector<std::uint16_t> millimetres;
  for (std::int64_t v = 0; v < frame_height; ++v) {
    for (std::int64_t u = 0; u < frame_width; ++u) {
      const double x = (static_cast<double>(u) - camera.cx) / camera.fx;
      const double y = (static_cast<double>(v) - camera.cy) / camera.fy;
      millimetres.push_back(static_cast<std::uint16_t>(std::lround(1000.0 * room_depth(x, y))));
    }
  }
  return millimetres;
}

/// 256^3 voxels of 1 cm around all that is seen.
inline tsdf_grid room_grid() {
  tsdf_grid grid;
  const double origin[] = {-1.28, -1.28, 0.0};
  for (int a = 0; a < 3; ++a) {
    grid.origin[a] = origin[a];
    grid.extents[a] = 256;
  }
  return grid;
}

/// A dense volume and its arrays.
struct dense_room {
  std::vector<std::int64_t> sums;
  std::vector<std::uint32_t> weights, votes;
  tsdf_volume volume;

  dense_room() : sums(256 * 256 * 256), weights(sums.size()), votes(sums.size()) {
    volume = {room_grid(),
              {sums.data(), {1, 256, 256, 256}},
              {weights.data(), {1, 256, 256, 256}},
              {votes.data(), {1, 256, 256, 256}}};
  }
};

/// A block-sparse volume of 6 m cubed and its arrays.
struct sparse_room {
  static constexpr std::int64_t capacity = 1 << 13;
  std::vector<std::int64_t> keys, sums;
  std::vector<std::int32_t> slots;
  std::vector<std::uint32_t> weights, votes;
  sparse_tsdf_volume volume;

  sparse_room()
      : keys(capacity),
        sums(capacity * 512),
        slots(capacity),
        weights(sums.size()),
        votes(sums.size()) {
    tsdf_grid grid;
    for (int a = 0; a < 3; ++a) {
      grid.origin[a] = -3.0;
      grid.extents[a] = 600;
    }
    volume = {grid,
              {keys.data(), {capacity}},
              {slots.data(), {capacity}},
              {sums.data(), {capacity, 8, 8, 8}},
              {weights.data(), {capacity, 8, 8, 8}},
              {votes.data(), {capacity, 8, 8, 8}}};
  }
};

}  // namespace robocache::bench
