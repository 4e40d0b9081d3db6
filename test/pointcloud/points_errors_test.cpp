// Arguments of bounds, depth images and crops that cannot be right are named, and nothing is
// written.
#include "support/catch.hpp"
#include "support/mistakes.hpp"
#include "support/points_problem.hpp"

namespace {

using namespace robocache;

/// Arguments of good calls, to be spoilt one at a time: 2 clouds of 4 points, 2 images of 2 x 3.
struct call {
  std::vector<float> coordinates = std::vector<float>(64, 1.0F);
  std::vector<std::uint16_t> millimetres = std::vector<std::uint16_t>(64, 1000);
  std::vector<std::int64_t> numbers = {0, 4, 4};
  std::vector<float> out = std::vector<float>(64, -7.0F), more = out;
  std::vector<std::int32_t> found = std::vector<std::int32_t>(64, -7);
  std::vector<std::int64_t> counts = {-7, -7};

  view<const float, 3> points{coordinates.data(), {2, 4, 3}};
  cloud_options clouds;
  view<float, 2> minimum{out.data(), {2, 3}}, maximum{more.data(), {2, 3}};
  view<std::int64_t, 1> count{counts.data(), {2}};
  point_box box;
  view<std::int32_t, 2> indices{found.data(), {2, 4}};
  view<const float, 3> values{coordinates.data(), {2, 4, 5}};
  view<float, 3> output{out.data(), {2, 4, 5}};
  view<const std::uint16_t, 3> depth{millimetres.data(), {2, 2, 3}};
  pinhole_camera camera;
  view<const float, 3> poses{coordinates.data(), {2, 3, 4}};
  view<float, 3> cloud{out.data(), {2, 6, 3}};
  depth_options options;
  view<std::int32_t, 2> pixels{found.data(), {2, 6}};

  void bounds() const {
    cloud_bounds(any_executor(cpu{2}), points, minimum, maximum, clouds, {count});
  }
  void crop() const {
    crop_points(any_executor(cpu{2}), points, box, values, indices, count, output, clouds);
  }
  void project() const {
    depth_to_points(any_executor(cpu{2}), depth, camera, poses, cloud, options, {count, pixels});
  }
  [[nodiscard]] bool untouched() const {
    const auto all = [](const auto& list) {
      return std::all_of(list.begin(), list.end(), [](auto v) { return v == -7; });
    };
    return all(out) && all(more) && all(found) && all(counts);
  }
};

using mistake = test::mistake<call>;

void give_lengths(call& c, std::int64_t first, std::int64_t second) {
  c.numbers = {first, second};
  c.clouds.clouds.lengths = {c.numbers.data(), {2}};
}

const std::vector<mistake> bad_clouds = {
    {"points.extent(2) must equal 3 coordinates (got 4 and 3)",
     [](call& c) {
       c.points = {c.coordinates.data(), {2, 4, 4}};
     }},
    {"points must not be null",
     [](call& c) {
       c.points = {nullptr, {2, 4, 3}};
     }},
    {"points.stride(2) must be 1 (got 2)",
     [](call& c) {
       c.points = {c.coordinates.data(), {2, 4, 3}, {24, 6, 2}};
     }},
    {"options.clouds.lengths.extent(0) must equal the number of items (got 3 and 2)",
     [](call& c) {
       c.clouds.clouds.lengths = {c.numbers.data(), {3}};
     }},
    {"options.clouds.lengths[1] must be 0 to 4 (got 5)", [](call& c) { give_lengths(c, 4, 5); }},
    {"options.clouds.lengths[0] must be 0 to 4 (got -1)", [](call& c) { give_lengths(c, -1, 4); }},
};

}  // namespace

TEST_CASE("cloud_bounds names what is wrong") {
  auto mistakes = bad_clouds;
  mistakes.push_back(
      {"minimum.extent(0) must equal the number of clouds (got 3 and 2)", [](call& c) {
         c.minimum = {c.out.data(), {3, 3}};
       }});
  mistakes.push_back({"maximum.extent(1) must equal 3 coordinates (got 4 and 3)", [](call& c) {
                        c.maximum = {c.more.data(), {2, 4}};
                      }});
  mistakes.push_back(
      {"minimum.stride(0) must be at least 3: rows of an output must be distinct (got 0)",
       [](call& c) {
         c.minimum = {c.out.data(), {2, 3}, {0, 1}};
       }});
  mistakes.push_back({"minimum and maximum must not overlap", [](call& c) {
                        c.maximum = {c.out.data() + 5, {2, 3}};
                      }});
  mistakes.push_back(
      {"minimum and maximum must not overlap", [](call& c) { c.maximum = c.minimum; }});
  mistakes.push_back(
      {"maximum.stride(0) must be at least 3: rows of an output must be distinct (got 2)",
       [](call& c) {
         c.maximum = {c.more.data(), {2, 3}, {2, 1}};
       }});
  mistakes.push_back({"report.valid must not be null", [](call& c) { c.count = {nullptr, {2}}; }});
  mistakes.push_back({"options.clouds.lengths must not be null", [](call& c) {
                        c.clouds.clouds.lengths = {nullptr, {2}};
                      }});
  mistakes.push_back({"options.clouds.offsets must not be null", [](call& c) {
                        c.clouds.clouds.offsets = {nullptr, {3}};
                      }});
  mistakes.push_back({"maximum must not be null", [](call& c) { c.maximum = {nullptr, {2, 3}}; }});
  mistakes.push_back(
      {"report.valid.extent(0) must equal the number of clouds (got 1 and 2)", [](call& c) {
         c.count = {c.counts.data(), {1}};
       }});
  mistakes.push_back(
      {"points.extent(0) must equal 1, since options.clouds.offsets is given (got 2 and 1)",
       [](call& c) {
         c.clouds.clouds.offsets = {c.numbers.data(), {3}};
       }});
  test::check_mistakes("cloud_bounds", &call::bounds, mistakes);
}

TEST_CASE("crop_points names what is wrong") {
  auto mistakes = bad_clouds;
  mistakes.push_back({"indices.extent(1) must equal points.extent(1) (got 3 and 4)", [](call& c) {
                        c.indices = {c.found.data(), {2, 3}};
                      }});
  mistakes.push_back({"count.extent(0) must equal the number of clouds (got 0 and 2)",
                      [](call& c) { c.count = {}; }});
  mistakes.push_back({"count must not be null", [](call& c) { c.count = {nullptr, {2}}; }});
  mistakes.push_back(
      {"indices.stride(0) must be at least 4: rows of an output must be distinct (got 3)",
       [](call& c) {
         c.indices = {c.found.data(), {2, 4}, {3, 1}};
       }});
  mistakes.push_back({"output must not be null", [](call& c) { c.output = {nullptr, {2, 4, 5}}; }});
  mistakes.push_back({"values.extent(2) must equal output.extent(2) (got 4 and 5)", [](call& c) {
                        c.values = {c.coordinates.data(), {2, 4, 4}};
                      }});
  mistakes.push_back({"output.extent(1) must equal points.extent(1) (got 3 and 4)", [](call& c) {
                        c.output = {c.out.data(), {2, 3, 5}};
                      }});
  mistakes.push_back({"values.extent(0) must equal points.extent(0) (got 0 and 2)",
                      [](call& c) { c.values = {}; }});
  mistakes.push_back(
      {"box.lower and box.upper must not be NaN", [](call& c) { c.box.upper[1] = std::nan(""); }});
  test::check_mistakes("crop_points", &call::crop, mistakes);
}

TEST_CASE("depth_to_points names what is wrong") {
  test::check_mistakes(
      "depth_to_points", &call::project,
      {{"depth must not be null",
        [](call& c) {
          c.depth = {nullptr, {2, 2, 3}};
        }},
       {"an image must have less than 2^31 pixels (got 65536 x 32768)",
        [](call& c) {
          c.depth = {c.millimetres.data(), {2, 65536, 32768}};
        }},
       {"points.extent(1) must equal the pixels of an image (got 5 and 6)",
        [](call& c) {
          c.cloud = {c.out.data(), {2, 5, 3}};
        }},
       {"points.extent(2) must equal 3 coordinates (got 4 and 3)",
        [](call& c) {
          c.cloud = {c.out.data(), {2, 6, 4}};
        }},
       {"points.stride(1) must be at least 3: rows of an output must be distinct (got 0)",
        [](call& c) {
          c.cloud = {c.out.data(), {2, 6, 3}, {18, 0, 1}};
        }},
       {"poses.extent(1) must equal 3 or 4 rows (got 2 and 3)",
        [](call& c) {
          c.poses = {c.coordinates.data(), {2, 2, 4}};
        }},
       {"poses.extent(2) must equal 4 columns (got 3 and 4)",
        [](call& c) {
          c.poses = {c.coordinates.data(), {2, 3, 3}};
        }},
       {"poses.extent(0) must equal depth.extent(0) (got 1 and 2)",
        [](call& c) {
          c.poses = {c.coordinates.data(), {1, 4, 4}};
        }},
       {"report.valid.extent(0) must equal the number of images (got 3 and 2)",
        [](call& c) {
          c.count = {c.counts.data(), {3}};
        }},
       {"report.pixels.extent(1) must equal the pixels of an image (got 7 and 6)",
        [](call& c) {
          c.pixels = {c.found.data(), {2, 7}};
        }},
       {"poses must not be null",
        [](call& c) {
          c.poses = {nullptr, {2, 3, 4}};
        }},
       {"report.valid must not be null",
        [](call& c) {
          c.count = {nullptr, {2}};
        }},
       {"report.pixels must not be null",
        [](call& c) {
          c.pixels = {nullptr, {2, 6}};
        }},
       {"report.pixels.extent(0) must equal depth.extent(0) (got 1 and 2)",
        [](call& c) {
          c.pixels = {nullptr, {1, 6}};
        }},
       {"camera.fx and camera.fy must not be 0", [](call& c) { c.camera.fy = 0; }},
       {"camera.fx must be finite (got inf)", [](call& c) { c.camera.fx = HUGE_VAL; }},
       {"camera.cy must be finite", [](call& c) { c.camera.cy = std::nan(""); }},
       {"options.scale must not be negative (got -1.000000)",
        [](call& c) { c.options.scale = -1; }},
       {"options.scale must be finite", [](call& c) { c.options.scale = std::nan(""); }},
       {"options.min_depth and options.max_depth must not be NaN",
        [](call& c) { c.options.max_depth = std::nan(""); }}});
}

TEST_CASE("outputs of points that share memory with another array are refused") {
  test::check_mistakes("cloud_bounds", &call::bounds,
                       {{"points and minimum must not overlap",
                         [](call& c) {
                           c.minimum = {c.coordinates.data() + 23, {2, 3}};
                         }},
                        {"report.valid and maximum must not overlap", [](call& c) {
                           c.count = {reinterpret_cast<std::int64_t*>(c.more.data()) + 2, {2}};
                         }}});
  test::check_mistakes("crop_points", &call::crop,
                       {{"values and output must not overlap",
                         [](call& c) {
                           c.output = {c.coordinates.data() + 39, {2, 4, 5}};
                         }},
                        {"count and indices must not overlap", [](call& c) {
                           c.count = {reinterpret_cast<std::int64_t*>(c.found.data()) + 3, {2}};
                         }}});
  test::check_mistakes("depth_to_points", &call::project,
                       {{"poses and points must not overlap",
                         [](call& c) {
                           c.cloud = {c.coordinates.data() + 23, {2, 6, 3}};
                         }},
                        {"report.pixels and points must not overlap", [](call& c) {
                           c.pixels = {reinterpret_cast<std::int32_t*>(c.out.data()) + 35, {2, 6}};
                         }}});
}
