// Every call of volumes says what is wrong, and leaves its outputs alone.
#include <limits>

#include "support/mistakes.hpp"
#include "support/tsdf_scene.hpp"

namespace {

using namespace test;
using namespace robocache;

constexpr double inf = std::numeric_limits<double>::infinity();

struct call {
  std::vector<std::int64_t> sums = std::vector<std::int64_t>(200, -7), other_sums = sums;
  std::vector<std::uint32_t> words = std::vector<std::uint32_t>(400, 7), other_words = words;
  std::vector<std::uint16_t> depth = std::vector<std::uint16_t>(100, 1000);
  std::vector<float> poses, out = std::vector<float>(100, -3.0F);
  std::vector<std::int64_t> counts = std::vector<std::int64_t>(8, -7), lengths = {1, 3};
  tsdf_volume volume, other;
  pinhole_camera camera{4, 4, 2, 1.5, 5, 4};
  view<const std::uint16_t, 4> images{depth.data(), {2, 2, 4, 5}};
  view<const float, 4> cameras;
  view<float, 4> output{out.data(), {2, 4, 3, 2}};
  integrate_depth_options options;
  integrate_depth_report report;
  read_distance_options reading;
  read_weight_options weighing;
  read_occupancy_options occupying;

  call() {
    volume.grid.extents[0] = 2;
    volume.grid.extents[1] = 3;
    volume.grid.extents[2] = 4;
    volume.grid.origin[2] = 0.98;
    other.grid = volume.grid;
    volume.sums = {sums.data(), {2, 4, 3, 2}};
    volume.weights = {words.data(), {2, 4, 3, 2}};
    volume.free_votes = {words.data() + 100, {2, 4, 3, 2}};
    other.sums = {other_sums.data(), {2, 4, 3, 2}};
    other.weights = {other_words.data(), {2, 4, 3, 2}};
    other.free_votes = {other_words.data() + 100, {2, 4, 3, 2}};
    for (int f = 0; f < 4; ++f) {
      poses.insert(poses.end(), {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1});
    }
    cameras = {poses.data(), {2, 2, 4, 4}};
    report = {{counts.data(), {2, 2}}, {counts.data() + 4, {2, 2}}};
  }
  call(const call&) = delete;
  call& operator=(const call&) = delete;

  [[nodiscard]] bool untouched() const {
    return sums == std::vector<std::int64_t>(200, -7) &&
           words == std::vector<std::uint32_t>(400, 7) && out == std::vector<float>(100, -3.0F) &&
           counts == std::vector<std::int64_t>(8, -7);
  }
  void clear() const { reset(cpu{2}, volume); }
  void join() const { merge(cpu{2}, other, volume); }
  void take() const { integrate_depth(cpu{2}, images, camera, cameras, volume, options, report); }
  void distance() const { read_distance(cpu{2}, volume, output, reading); }
  void weight() const { read_weight(cpu{2}, volume, output, weighing); }
  void occupancy() const { read_occupancy(cpu{2}, volume, output, occupying); }
};

using mistakes = std::vector<mistake<call>>;

}  // namespace

TEST_CASE("every call checks its volume") {
  const mistakes all = {
      {"volume.grid.voxel must be 2^-30 to 2^30 metres (got 0.000000)",
       [](call& c) { c.volume.grid.voxel = 0; }},
      {"volume.grid.voxel must be 2^-30 to 2^30 metres (got nan)",
       [](call& c) { c.volume.grid.voxel = NAN; }},
      {"volume.grid.truncation must be at least a voxel of 0.010000 and at most 2^30 metres (got "
       "0.009000)",
       [](call& c) { c.volume.grid.truncation = 0.009; }},
      {"volume.grid.truncation must be at least a voxel",
       [](call& c) { c.volume.grid.truncation = inf; }},
      {"volume.grid.origin must be within 2^60 metres along y (got inf)",
       [](call& c) { c.volume.grid.origin[1] = inf; }},
      {"volume.grid.extents must be 1 to 2^24 along z (got 0)",
       [](call& c) { c.volume.grid.extents[2] = 0; }},
      {"volume.grid.extents must be 1 to 2^24 along x (got 16777217)",
       [](call& c) { c.volume.grid.extents[0] = (1 << 24) + 1; }},
      {"volume.grid.extents: the voxels must be less than 2^63",
       [](call& c) {
         for (auto& extent : c.volume.grid.extents) extent = 1 << 24;
       }},
      {"volume.sums.extent(1) must equal the grid's extents[2] (got 4 and 5)",
       [](call& c) { c.volume.grid.extents[2] = 5; }},
      {"volume.weights.extent(0) must equal the number of volumes (got 1 and 2)",
       [](call& c) {
         c.volume.weights = {c.words.data(), {1, 4, 3, 2}};
       }},
      {"volume.free_votes.extent(3) must equal the grid's extents[0] (got 1 and 2)",
       [](call& c) {
         c.volume.free_votes = {c.words.data() + 100, {2, 4, 3, 1}};
       }},
      {"volume.sums must not be null",
       [](call& c) {
         c.volume.sums = {nullptr, {2, 4, 3, 2}};
       }},
      {"volume.sums.stride(1) must be 6, since volumes are dense (got 7)",
       [](call& c) {
         c.volume.sums = {c.sums.data(), {2, 4, 3, 2}, {28, 7, 2, 1}};
       }},
      {"volume.free_votes and volume.weights must not overlap",
       [](call& c) {
         c.volume.free_votes = {c.words.data() + 47, {2, 4, 3, 2}};
       }},
  };
  check_mistakes("reset", &call::clear, all);
  check_mistakes("integrate_depth", &call::take, all);
  check_mistakes("read_distance", &call::distance, all);
  check_mistakes("read_weight", &call::weight, all);
  check_mistakes("read_occupancy", &call::occupancy, all);
}

TEST_CASE("integrate_depth names what is wrong") {
  const mistakes all = {
      {"camera.fx and camera.fy must not be 0", [](call& c) { c.camera.fx = 0; }},
      {"camera.fy must be finite (got inf)", [](call& c) { c.camera.fy = inf; }},
      {"camera must be of the images' size (got one of 640 x 480 for images of 5 x 4)",
       [](call& c) { c.camera.width = 640, c.camera.height = 480; }},
      {"options.depth.scale must not be negative (got -1.000000)",
       [](call& c) { c.options.depth.scale = -1; }},
      {"options.depth.min_depth and options.depth.max_depth must not be NaN",
       [](call& c) { c.options.depth.max_depth = NAN; }},
      {"options.weighting must be a tsdf_weighting (got number 2)",
       [](call& c) { c.options.weighting = static_cast<tsdf_weighting>(2); }},
      {"options.lookup must be a depth_lookup (got number 2)",
       [](call& c) { c.options.lookup = static_cast<depth_lookup>(2); }},
      {"depth.extent(0) must equal the number of volumes (got 1 and 2)",
       [](call& c) {
         c.images = {c.depth.data(), {1, 2, 4, 5}};
       }},
      {"depth must not be null",
       [](call& c) {
         c.images = {nullptr, {2, 2, 4, 5}};
       }},
      {"depth.extent(0) must equal 1, since options.frames.offsets is given (got 2 and 1)",
       [](call& c) {
         c.options.frames.offsets = {c.lengths.data(), {3}};
       }},
      {"options.frames.lengths.extent(0) must equal the number of items (got 1 and 2)",
       [](call& c) {
         c.options.frames.lengths = {c.lengths.data(), {1}};
       }},
      {"options.frames.lengths[1] must be 0 to 2 (got 3)",
       [](call& c) {
         c.options.frames.lengths = {c.lengths.data(), {2}};
       }},
      {"poses.extent(1) must equal depth.extent(1) (got 1 and 2)",
       [](call& c) {
         c.cameras = {c.poses.data(), {2, 1, 4, 4}};
       }},
      {"poses.extent(2) must equal 3 or 4 rows (got 5 and 3)",
       [](call& c) {
         c.cameras = {c.poses.data(), {2, 2, 5, 4}};
       }},
      {"poses[1, 0] must be rigid to 1e-4 (got one that is 0.020100 away)",
       [](call& c) { c.poses[32] = 1.01F; }},
      {"poses[0, 1] must be rigid to 1e-4 (got one that is inf away)",
       [](call& c) { c.poses[16 + 3] = NAN; }},
      {"poses[0, 0] must be rigid to 1e-4 (got one that is 2.000000 away)",
       [](call& c) { c.poses[10] = -1; }},  // a reflection
      {"poses[0, 0] must be rigid to 1e-4 (got one that is 1.000000 away)",
       [](call& c) { c.poses[15] = 2; }},
      {"report.invalid.extent(1) must equal depth.extent(1) (got 1 and 2)",
       [](call& c) {
         c.report.invalid = {c.counts.data() + 4, {2, 1}};
       }},
      {"report.invalid and report.valid must not overlap",
       [](call& c) { c.report.invalid = c.report.valid; }},
      {"depth and report.valid must not overlap",
       [](call& c) {
         c.images = {reinterpret_cast<const std::uint16_t*>(c.counts.data()), {2, 2, 1, 1}};
         c.camera.width = c.camera.height = 0;
       }},
  };
  check_mistakes("integrate_depth", &call::take, all);
}

TEST_CASE("merge of volumes names what is wrong") {
  const mistakes all = {
      {"from.grid and into.grid must be the same", [](call& c) { c.other.grid.voxel = 0.011; }},
      {"from.grid and into.grid must be the same", [](call& c) { c.other.grid.origin[0] = 1; }},
      {"the volumes of from must equal those of into (got 1 and 2)",
       [](call& c) {
         c.other.sums = {c.other_sums.data(), {1, 4, 3, 2}};
         c.other.weights = {c.other_words.data(), {1, 4, 3, 2}};
         c.other.free_votes = {c.other_words.data() + 100, {1, 4, 3, 2}};
       }},
      {"from and into must both have free_votes, or neither",
       [](call& c) { c.other.free_votes = {}; }},
      {"from.sums and into.sums must not overlap", [](call& c) { c.other.sums = c.volume.sums; }},
  };
  check_mistakes("merge", &call::join, all);
}

TEST_CASE("read-outs of volumes name what is wrong") {
  const mistakes shapes = {
      {"output.extent(1) must equal the grid's extents[2] (got 3 and 4)",
       [](call& c) {
         c.output = {c.out.data(), {2, 3, 3, 2}};
       }},
      {"volume.weights and output must not overlap",
       [](call& c) {
         c.output = {reinterpret_cast<float*>(c.words.data() + 40), {2, 4, 3, 2}};
       }},
  };
  check_mistakes("read_distance", &call::distance, shapes);
  check_mistakes("read_weight", &call::weight, shapes);
  check_mistakes("read_occupancy", &call::occupancy, shapes);
  check_mistakes("read_distance", &call::distance,
                 mistakes{{"options.truncation must not be negative or NaN (got -1.000000)",
                           [](call& c) { c.reading.truncation = -1; }},
                          {"options.trust.min_weight must not be negative or NaN (got nan)",
                           [](call& c) { c.reading.trust.min_weight = NAN; }},
                          {"options.trust.carve must not be negative or NaN (got -2.000000)",
                           [](call& c) { c.reading.trust.carve = -2; }}});
  check_mistakes("read_weight", &call::weight,
                 mistakes{{"options.max_weight must not be negative or NaN (got -1.000000)",
                           [](call& c) { c.weighing.max_weight = -1; }}});
  check_mistakes("read_occupancy", &call::occupancy,
                 mistakes{{"options.threshold must be finite (got inf)",
                           [](call& c) { c.occupying.threshold = inf; }}});
  const call c;
  std::vector<std::uint8_t> bytes(100, 3);
  CHECK_THROWS_AS(read_occupancy(cpu{}, c.volume, view<std::uint8_t, 4>(bytes.data(), {2, 4, 3, 2}),
                                 {0.0, -1.0F, {}}),
                  invalid_argument);
}
