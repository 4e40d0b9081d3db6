// Real depth frames at 1 cm: what is ray-cast from a frame's pose is that frame.
#include <algorithm>
#include <filesystem>
#include <robocache/tsdf/look.hpp>

#include "support/catch.hpp"
#include "support/depth_files.hpp"
#include "support/tsdf_mesh.hpp"

#if defined(ROBOCACHE_TEST_PNG)

namespace {

using namespace test;
using robocache::cpu;
using robocache::view;

constexpr std::int64_t width = 640, height = 480, pixels = width * height;

struct recording {
  robocache::pinhole_camera camera{570.342205, 570.342205, 320.0, 240.0, width, height};
  std::vector<std::uint16_t> depth;
  std::vector<float> poses;

  explicit recording(const std::string& directory) {
    for (const char* const name : {"000000", "000001", "000002", "000116"}) {
      const auto picture = read_depth_png(directory + "frame-" + name + ".depth.png");
      const auto pose = read_numbers(directory + "frame-" + name + ".pose.txt");
      depth.insert(depth.end(), picture.pixels.begin(), picture.pixels.end());
      poses.insert(poses.end(), pose.begin(), pose.end());
    }
  }
  [[nodiscard]] view<const std::uint16_t, 3> images(std::int64_t first, std::int64_t count) const {
    return {depth.data() + first * pixels, {count, height, width}};
  }
  [[nodiscard]] view<const float, 3> cameras(std::int64_t first, std::int64_t count) const {
    return {poses.data() + first * 16, {count, 4, 4}};
  }
};

/// Of all frames up to 3 m.
robocache::tsdf_grid room() {
  robocache::tsdf_grid grid;
  const double origin[] = {-1.9, -0.6, -2.1};
  const std::int64_t extents[] = {350, 200, 360};
  for (int a = 0; a < 3; ++a) {
    grid.origin[a] = origin[a];
    grid.extents[a] = extents[a];
  }
  return grid;
}

/// The median difference in voxels between frames and what is seen from their poses.
double median_error(const recording& r, const owned_field& field, std::int64_t count) {
  std::vector<float> seen(static_cast<std::size_t>(count * pixels));
  robocache::ray_cast(cpu{}, field.field(), r.camera, r.cameras(0, count),
                      view<float, 3>(seen.data(), {count, height, width}));
  std::vector<double> errors;
  for (std::size_t n = 0; n < seen.size(); ++n) {
    const double metres = r.depth[n] / 1000.0;
    if (seen[n] > 0.0F && metres > 0.0 && metres < 2.9) {
      errors.push_back(std::fabs(seen[n] - metres) / 0.01);
    }
  }
  CHECK(errors.size() > static_cast<std::size_t>(count) * 50'000);
  std::sort(errors.begin(), errors.end());
  return errors[errors.size() / 2];
}

}  // namespace

TEST_CASE("integrate_depth and ray_cast on real frames") {
  const std::string directory = frames_directory();
  if (!std::filesystem::exists(directory + "frame-000000.depth.png")) {
    WARN("skipped: " << directory << " is not there");
    return;
  }
  const recording r(directory);
  REQUIRE(r.depth.size() == 4 * pixels);
  REQUIRE(r.poses.size() == 64);
  robocache::integrate_depth_options options;
  options.depth.max_depth = 3.0;
  const owned_volume volume(room());
  robocache::integrate_depth(cpu{}, r.images(0, 1), r.camera, r.cameras(0, 1), volume.volume,
                             options);
  const double one = median_error(r, {room(), volume.distances()}, 1);
  robocache::integrate_depth(cpu{}, r.images(1, 3), r.camera, r.cameras(1, 3), volume.volume,
                             options);
  const owned_field field(room(), volume.distances());
  const double four = median_error(r, field, 4);
  UNSCOPED_INFO("medians in voxels: " << one << " of one frame, " << four << " of all");
  CHECK(one <= 0.5);
  CHECK(four <= 1.5);
  const owned_mesh mesh(field.field(), 2);
  CHECK(mesh.counts[0] > 100'000);
  CHECK(topology_of(mesh).oriented);
}

#else

TEST_CASE("integrate_depth and ray_cast on real frames") { WARN("skipped: built without libpng"); }

#endif
