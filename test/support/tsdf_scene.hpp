// Scenes whose signed distances are known, seen by cameras; and volumes that own their arrays.
#pragma once

#include <array>
#include <cmath>
#include <cstring>
#include <functional>
#include <robocache/tsdf/integrate.hpp>
#include <robocache/tsdf/read.hpp>
#include <vector>

namespace test {

using point3 = std::array<double, 3>;

inline point3 operator+(const point3& a, const point3& b) {
  return {a[0] + b[0], a[1] + b[1], a[2] + b[2]};
}
inline point3 operator-(const point3& a, const point3& b) {
  return {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
}
inline point3 operator*(double s, const point3& a) { return {s * a[0], s * a[1], s * a[2]}; }
inline double inner(const point3& a, const point3& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
inline point3 outer(const point3& a, const point3& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}
inline double norm(const point3& a) { return std::sqrt(inner(a, a)); }
inline point3 unit(const point3& a) { return (1.0 / norm(a)) * a; }

/// The Euclidean distance to a surface, negative inside.
using scene = std::function<double(const point3&)>;

inline scene sphere(const point3& centre, double radius) {
  return [=](const point3& p) { return norm(p - centre) - radius; };
}
inline scene plane(const point3& normal, double offset) {
  return [n = unit(normal), offset](const point3& p) { return inner(n, p) - offset; };
}
inline scene box(const point3& centre, const point3& half) {
  return [=](const point3& p) {
    point3 outside{};
    double inside = -HUGE_VAL;
    for (std::size_t a = 0; a < 3; ++a) {
      const double d = std::fabs(p[a] - centre[a]) - half[a];
      outside[a] = std::fmax(d, 0.0);
      inside = std::fmax(inside, d);
    }
    return norm(outside) + std::fmin(inside, 0.0);
  };
}
inline scene either(const scene& a, const scene& b) {
  return [=](const point3& p) { return std::fmin(a(p), b(p)); };
}

/// The outward normal.
inline point3 normal_of(const scene& s, const point3& p) {
  constexpr double h = 1e-6;
  return unit({s(p + point3{h, 0, 0}) - s(p - point3{h, 0, 0}),
               s(p + point3{0, h, 0}) - s(p - point3{0, h, 0}),
               s(p + point3{0, 0, h}) - s(p - point3{0, 0, h})});
}

/// A camera at `eye` that looks at `target`, as a pose [3, 4].
inline std::array<float, 12> look_at(const point3& eye, const point3& target) {
  const point3 z = unit(target - eye);
  const point3 up = std::fabs(z[2]) < 0.9 ? point3{0, 0, 1} : point3{0, 1, 0};
  const point3 x = unit(outer(z, up)), y = outer(z, x);
  std::array<float, 12> pose{};
  for (std::size_t r = 0; r < 3; ++r) {
    const double row[] = {x[r], y[r], z[r], eye[r]};
    for (std::size_t c = 0; c < 4; ++c) pose[4 * r + c] = static_cast<float>(row[c]);
  }
  return pose;
}

/// Depth images of a scene, and where they were taken.
struct depth_frames {
  std::int64_t width = 0, height = 0;
  robocache::pinhole_camera camera;
  std::vector<float> poses;   // [F, 3, 4]
  std::vector<float> metres;  // [F, H, W]

  [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(poses.size()) / 12; }
  [[nodiscard]] robocache::view<const float, 3> images() const {
    return {metres.data(), {count(), height, width}};
  }
  [[nodiscard]] robocache::view<const float, 3> cameras() const {
    return {poses.data(), {count(), 3, 4}};
  }
};

/// Along the optical axis, by walking along the ray; 0 where it meets nothing.
inline double depth_of(const scene& s, const float* pose, const point3& direction) {
  point3 eye{}, along{};
  for (std::size_t r = 0; r < 3; ++r) {
    eye[r] = pose[4 * r + 3];
    for (std::size_t c = 0; c < 3; ++c) along[r] += pose[4 * r + c] * direction[c];
  }
  const double length = norm(direction);
  double t = 0.0;
  for (int step = 0; step < 500 && t < 20.0; ++step) {
    const double distance = s(eye + t * along);
    if (distance < 1e-9) return t;
    t += distance / length;
  }
  return 0.0;
}

inline void add_frame(depth_frames& frames, const scene& s, const point3& eye,
                      const point3& target) {
  const auto pose = look_at(eye, target);
  frames.poses.insert(frames.poses.end(), pose.begin(), pose.end());
  const auto& c = frames.camera;
  for (std::int64_t v = 0; v < frames.height; ++v) {
    for (std::int64_t u = 0; u < frames.width; ++u) {
      const point3 direction = {(static_cast<double>(u) - c.cx) / c.fx,
                                (static_cast<double>(v) - c.cy) / c.fy, 1.0};
      frames.metres.push_back(static_cast<float>(depth_of(s, pose.data(), direction)));
    }
  }
}

inline depth_frames make_camera(std::int64_t width, std::int64_t height, double focal) {
  depth_frames frames;
  frames.width = width;
  frames.height = height;
  frames.camera = {
      focal, focal, static_cast<double>(width - 1) / 2, static_cast<double>(height - 1) / 2,
      width, height};
  return frames;
}

/// Frames from all around the origin.
inline depth_frames look_around(const scene& s, double distance, std::int64_t pixels,
                                double focal) {
  depth_frames frames = make_camera(pixels, pixels, focal);
  for (int x = -1; x <= 1; ++x) {
    for (int y = -1; y <= 1; ++y) {
      for (int z = -1; z <= 1; ++z) {
        if (x == 0 && y == 0 && z == 0) continue;
        add_frame(frames, s, distance * unit({double(x), double(y), double(z)}), {0, 0, 0});
      }
    }
  }
  return frames;
}

/// A cube of voxels around the origin.
inline robocache::tsdf_grid cube_grid(std::int64_t extent, double voxel, double truncation) {
  robocache::tsdf_grid grid;
  for (int a = 0; a < 3; ++a) {
    grid.origin[a] = -0.5 * voxel * static_cast<double>(extent);
    grid.extents[a] = extent;
  }
  grid.voxel = voxel;
  grid.truncation = truncation;
  return grid;
}

inline point3 centre_of(const robocache::tsdf_grid& grid, std::int64_t cell) {
  const std::int64_t at[] = {cell % grid.extents[0], cell / grid.extents[0] % grid.extents[1],
                             cell / grid.extents[0] / grid.extents[1]};
  point3 centre{};
  for (std::size_t a = 0; a < 3; ++a) {
    centre[a] = grid.origin[a] + (static_cast<double>(at[a]) + 0.5) * grid.voxel;
  }
  return centre;
}

/// Volumes and their arrays; reset.
struct owned_volume {
  std::int64_t batch;
  std::vector<std::int64_t> sums;
  std::vector<std::uint32_t> weights, free_votes;
  robocache::tsdf_volume volume;

  explicit owned_volume(const robocache::tsdf_grid& grid, std::int64_t volumes = 1)
      : batch(volumes),
        sums(static_cast<std::size_t>(volumes * grid.cells()), -7),
        weights(sums.size(), 7),
        free_votes(sums.size(), 7) {
    volume.grid = grid;
    volume.sums = {sums.data(), {batch, grid.extents[2], grid.extents[1], grid.extents[0]}};
    volume.weights = {weights.data(), {batch, grid.extents[2], grid.extents[1], grid.extents[0]}};
    volume.free_votes = {free_votes.data(),
                         {batch, grid.extents[2], grid.extents[1], grid.extents[0]}};
    robocache::reset(robocache::cpu{1}, volume);
  }
  owned_volume(const owned_volume&) = delete;
  owned_volume& operator=(const owned_volume&) = delete;

  [[nodiscard]] bool equals(const owned_volume& other) const {
    return sums == other.sums && weights == other.weights && free_votes == other.free_votes;
  }
  /// An output of all voxels.
  template <class T>
  robocache::view<T, 4> shaped(std::vector<T>& memory) const {
    memory.resize(sums.size());
    const auto* const e = volume.grid.extents;
    return {memory.data(), {batch, e[2], e[1], e[0]}};
  }
  [[nodiscard]] std::vector<float> distances(
      const robocache::read_distance_options& options = {}) const {
    std::vector<float> all;
    robocache::read_distance(robocache::cpu{1}, volume, shaped(all), options);
    return all;
  }
};

}  // namespace test
