// Real depth frames: the points that NumPy found in them, and those of the definition.
#include <array>
#include <filesystem>
#include <set>

#include "support/catch.hpp"
#include "support/depth_files.hpp"
#include "support/points_problem.hpp"

namespace {

using namespace test;

/// What NumPy says of a frame with depths up to 4 m, by (u - cx) * z / fx and a product with the
/// pose in double, rounded to float.
struct frame {
  const char* name;
  std::int64_t valid;
  float minimum[3], maximum[3];
  std::size_t voxels;  // of 5 cm from (-4, -4, -4)
};
const frame frames[] = {
    {"frame-000000",
     154931,
     {-2.2040904F, -0.4620055F, -2.8398643F},
     {1.0448531F, 1.045374F, 1.3829361F},
     4032},
    {"frame-000001",
     154857,
     {-2.17391F, -0.46068078F, -2.8303638F},
     {1.057072F, 1.0493722F, 1.2826582F},
     4024},
    {"frame-000002",
     155209,
     {-2.1833246F, -0.472576F, -2.8299134F},
     {1.0570908F, 1.0537381F, 1.272524F},
     3984},
    {"frame-000116",
     178763,
     {-2.4373512F, -0.4626064F, -2.9415045F},
     {1.4236913F, 1.3343753F, 0.35161933F},
     5025},
};

#if defined(ROBOCACHE_TEST_PNG)

depth_problem<std::uint16_t> read_frame(const std::string& directory, const frame& f) {
  depth_problem<std::uint16_t> p;
  const depth_picture picture = read_depth_png(directory + f.name + ".depth.png");
  p.width = picture.width;
  p.height = picture.height;
  p.dense = picture.pixels;
  p.camera = {570.342205, 570.342205, 320.0, 240.0};
  p.options.max_depth = 4.0;
  p.pose_rows = 4;
  p.poses = read_numbers(directory + f.name + ".pose.txt");
  p.lay();
  return p;
}

#endif

}  // namespace

TEST_CASE("depth_to_points on real frames") {
  const std::string directory = frames_directory();
  if (!std::filesystem::exists(directory + "frame-000000.depth.png")) {
    WARN("skipped: " << directory << " is not there");
    return;
  }
#if defined(ROBOCACHE_TEST_PNG)
  for (const frame& f : frames) {
    INFO(f.name);
    const auto p = read_frame(directory, f);
    REQUIRE(p.width == 640);
    REQUIRE(p.height == 480);
    REQUIRE(p.poses.size() == 16);
    auto got = run(robocache::cpu{}, p);
    auto expected = expected_depth(p);
    CHECK(difference(got, expected) == "");
    CHECK(got.valid[0] == f.valid);

    const auto points = got.points.cube(got.points.memory.data());
    float minimum[3], maximum[3];
    std::int64_t counted = 0;
    robocache::cloud_bounds(robocache::cpu{}, points, robocache::view<float, 2>(minimum, {1, 3}),
                            robocache::view<float, 2>(maximum, {1, 3}), {},
                            {robocache::view<std::int64_t, 1>(&counted, {1})});
    CHECK(counted == f.valid);  // the rest is NaN
    CHECK(std::memcmp(minimum, f.minimum, sizeof minimum) == 0);
    CHECK(std::memcmp(maximum, f.maximum, sizeof maximum) == 0);

    std::set<std::array<int, 3>> voxels;
    for (std::int64_t i = 0; i < f.valid; ++i) {
      const auto voxel = [&](std::int64_t a) {
        return static_cast<int>(std::floor((points(0, i, a) + 4.0F) / 0.05F));
      };
      voxels.insert({voxel(0), voxel(1), voxel(2)});
    }
    CHECK(voxels.size() == f.voxels);
  }
#else
  WARN("skipped: built without libpng, " << std::size(frames) << " frames not read");
#endif
}
