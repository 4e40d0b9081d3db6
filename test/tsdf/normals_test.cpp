// Normals of depth images and of clouds, against scenes.
#include <algorithm>
#include <robocache/tsdf/normals.hpp>

#include "support/catch.hpp"
#include "support/mistakes.hpp"
#include "support/random.hpp"
#include "support/tsdf_scene.hpp"

namespace {

using namespace test;
using robocache::cloud_normals_options;
using robocache::cpu;
using robocache::view;

/// Normals of one cloud.
std::vector<float> normals_of(const std::vector<float>& points,
                              const cloud_normals_options& options, int threads,
                              std::int64_t* valid = nullptr) {
  const auto count = static_cast<std::int64_t>(points.size()) / 3;
  std::vector<float> normals(points.size(), -7.0F);
  std::int64_t counted = -7;
  robocache::estimate_normals(cpu{threads}, view<const float, 3>(points.data(), {1, count, 3}),
                              view<float, 3>(normals.data(), {1, count, 3}), options,
                              {view<std::int64_t, 1>(&counted, {1})});
  if (valid != nullptr) *valid = counted;
  return normals;
}

point3 row_of(const std::vector<float>& rows, std::size_t n) {
  return {rows[3 * n], rows[3 * n + 1], rows[3 * n + 2]};
}

void add_row(std::vector<float>& rows, const point3& p) {
  for (const double x : p) rows.push_back(static_cast<float>(x));
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), 4 * a.size()) == 0;
}

}  // namespace

TEST_CASE("estimate_normals: a tilted plane and a sphere, towards the camera") {
  const point3 eye = {1.0, 0.7, 0.6};
  const point3 tilt = unit({0.3, -0.2, 1.0});
  struct part {
    scene s;
    double least;  // cosine to the true normal
  };
  for (const part& p : {part{plane(tilt, 0.1), 0.99999}, part{sphere({0, 0, 0}, 0.5), 0.99}}) {
    auto frames = make_camera(80, 60, 80.0);
    add_frame(frames, p.s, eye, {0, 0, 0.1});
    frames.metres[20 * 80 + 30] = NAN;
    frames.metres[30 * 80 + 31] = 0.3F;  // far in front of what is around
    const std::int64_t pixels = 80 * 60;
    std::vector<float> points(static_cast<std::size_t>(3 * pixels)), normals = points;
    std::int64_t valid = -7;
    const view<float, 3> at(points.data(), {1, pixels, 3}), facing(normals.data(), {1, pixels, 3});
    robocache::estimate_normals(cpu{2}, frames.images(), frames.camera, frames.cameras(), at,
                                facing, {}, {{&valid, {1}}});
    std::int64_t counted = 0, checked = 0;
    for (std::int64_t n = 0; n < pixels; ++n) {
      const point3 normal = {facing(0, n, 0), facing(0, n, 1), facing(0, n, 2)};
      const point3 point = {at(0, n, 0), at(0, n, 1), at(0, n, 2)};
      CHECK(std::isnan(point[0]) == std::isnan(normal[0]));
      if (std::isnan(normal[0])) continue;
      ++counted;
      CHECK(std::fabs(norm(normal) - 1.0) < 1e-6);
      CHECK(std::fabs(p.s(point)) < 1e-5);
      CHECK(inner(normal, eye - point) > 0.0);
      const point3 expected = normal_of(p.s, point);
      if (std::fabs(inner(expected, unit(eye - point))) < 0.3) continue;  // grazing
      ++checked;
      CHECK(std::fabs(inner(normal, expected)) > p.least);
    }
    CHECK(counted == valid);
    CHECK(checked > 800);
    CHECK(std::isnan(normals[3 * (20 * 80 + 30)]));
    CHECK(std::isnan(normals[3 * (30 * 80 + 31)]));
    std::vector<float> again(normals.size());
    robocache::estimate_normals(cpu{5}, frames.images(), frames.camera, frames.cameras(), {},
                                view<float, 3>(again.data(), {1, pixels, 3}));
    CHECK(std::memcmp(again.data(), normals.data(), 4 * again.size()) == 0);
  }
}

TEST_CASE("estimate_normals: clouds of a plane and of a sphere, far from the origin too") {
  random_source random(81'000);
  for (const double away : {0.0, 30.0}) {
    INFO("seed " << random.seed() << ", " << away << " m away");
    const point3 centre = {away, -away, away / 2}, tilt = unit({0.4, -0.3, 1.0});
    const point3 u = unit(outer(tilt, {1, 0, 0})), v = outer(tilt, u);
    std::vector<float> flat, round;
    for (int n = 0; n < 5000; ++n) {
      add_row(flat, centre + random.uniform(-1, 1) * u + random.uniform(-1, 1) * v);
      add_row(round,
              centre + unit({random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-1, 1)}));
    }
    cloud_normals_options options;
    options.voxel = 0.1;
    for (std::size_t a = 0; a < 3; ++a) options.viewpoint[a] = centre[a] + 3.0 * tilt[a];
    std::int64_t valid = 0;
    const auto up = normals_of(flat, options, 2, &valid);
    CHECK(valid == 5000);
    for (std::size_t n = 0; n < 5000; ++n) {
      CHECK(inner(row_of(up, n), tilt) > 0.9999);
      CHECK(std::fabs(norm(row_of(up, n)) - 1.0) < 1e-6);
    }
    for (std::size_t a = 0; a < 3; ++a) options.viewpoint[a] = centre[a];
    const auto inwards = normals_of(round, options, 2, &valid);
    CHECK(valid == 5000);
    for (std::size_t n = 0; n < 5000; ++n) {
      CHECK(inner(row_of(inwards, n), unit(centre - row_of(round, n))) > 0.97);
    }
    for (const int threads : {1, 5}) CHECK(same_bits(normals_of(round, options, threads), inwards));
    std::vector<float> backwards, expected;
    for (std::size_t n = 5000; n-- > 0;) {
      add_row(backwards, row_of(round, n));
      add_row(expected, row_of(inwards, n));
    }
    CHECK(same_bits(normals_of(backwards, options, 3), expected));
  }
}

TEST_CASE("estimate_normals: clouds with too little, and with what is no place") {
  cloud_normals_options options;
  options.voxel = 1.0;
  options.min_points = 4;
  std::vector<float> points = {0.1F, 0.1F, 0.1F, 0.9F, 0.1F, 0.1F, 0.1F, 0.9F, 0.1F};
  std::int64_t valid = -7;
  CHECK(std::isnan(normals_of(points, options, 1, &valid)[0]));  // three are too few
  CHECK(valid == 0);
  points.insert(points.end(), {1.9F, 0.9F, 0.1F});  // in the next voxel
  options.viewpoint[2] = -5.0;
  auto normals = normals_of(points, options, 1, &valid);
  CHECK(valid == 4);
  CHECK(normals[2] == -1.0F);
  points.insert(points.end(), {NAN, 0, 0, 0, HUGE_VALF, 0, 0, 0, 0x1p21F});
  normals = normals_of(points, options, 2, &valid);
  CHECK(valid == 4);
  for (std::size_t n = 12; n < 21; ++n) CHECK(std::isnan(normals[n]));
  std::vector<float> line;
  for (int n = 0; n < 10; ++n) add_row(line, {0.1 * n, 0.05 * n, 0.02 * n});
  normals_of(line, options, 1, &valid);
  CHECK(valid == 0);
  normals_of({}, options, 1, &valid);
  CHECK(valid == 0);
}

TEST_CASE("estimate_normals: batches of clouds") {
  random_source random(82'000);
  std::vector<float> rows;
  for (int n = 0; n < 900; ++n) {
    add_row(rows, {random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-0.05, 0.05)});
  }
  cloud_normals_options options;
  options.voxel = 0.3;
  const auto part = [&](std::size_t from, std::size_t count) {
    const auto at = rows.begin() + static_cast<std::ptrdiff_t>(3 * from);
    return normals_of({at, at + static_cast<std::ptrdiff_t>(3 * count)}, options, 1);
  };
  const auto holds = [](const std::vector<float>& all, std::size_t at,
                        const std::vector<float>& one) {
    return std::memcmp(all.data() + 3 * at, one.data(), 4 * one.size()) == 0;
  };
  std::vector<float> got(2700, -7.0F);
  const std::vector<std::int64_t> offsets = {0, 500, 500, 900}, lengths = {450, 100, 300};
  auto packed = options;
  packed.clouds.offsets = {offsets.data(), {4}};
  robocache::estimate_normals(cpu{2}, view<const float, 3>(rows.data(), {1, 900, 3}),
                              view<float, 3>(got.data(), {1, 900, 3}), packed);
  CHECK(holds(got, 0, part(0, 500)));
  CHECK(holds(got, 500, part(500, 400)));
  auto padded = options;
  padded.clouds.lengths = {lengths.data(), {2}};
  robocache::estimate_normals(cpu{2}, view<const float, 3>(rows.data(), {2, 450, 3}),
                              view<float, 3>(got.data(), {2, 450, 3}), padded);
  CHECK(holds(got, 0, part(0, 450)));
  CHECK(holds(got, 450, part(450, 100)));
  CHECK(std::isnan(got[3 * 550]));
}

namespace {

struct call {
  std::vector<float> out = std::vector<float>(80, -7.0F), rows = std::vector<float>(60, 0.01F);
  std::vector<float> images = std::vector<float>(12, 1.0F), poses;
  std::vector<std::int64_t> lengths = {6};
  view<const float, 3> depth{images.data(), {1, 3, 4}}, cameras, points{rows.data(), {1, 5, 3}};
  robocache::pinhole_camera camera{3, 3, 1, 1};
  view<float, 3> estimated{out.data(), {1, 12, 3}}, placed{out.data() + 40, {1, 12, 3}};
  view<float, 3> normals{out.data(), {1, 5, 3}};
  robocache::depth_normals_options how;
  cloud_normals_options options;

  call() : poses{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0} { cameras = {poses.data(), {1, 3, 4}}; }
  call(const call&) = delete;
  call& operator=(const call&) = delete;
  [[nodiscard]] bool untouched() const { return out == std::vector<float>(80, -7.0F); }
  void of_depth() const {
    robocache::estimate_normals(cpu{}, depth, camera, cameras, placed, estimated, how);
  }
  void of_cloud() const { robocache::estimate_normals(cpu{}, points, normals, options); }
};

}  // namespace

TEST_CASE("estimate_normals names what is wrong") {
  using mistakes = std::vector<mistake<call>>;
  check_mistakes(
      "estimate_normals", &call::of_depth,
      mistakes{
          {"options.max_jump must be positive (got 0.000000)", [](call& c) { c.how.max_jump = 0; }},
          {"normals.extent(1) must equal the pixels of an image (got 11 and 12)",
           [](call& c) {
             c.estimated = {c.out.data(), {1, 11, 3}};
           }},
          {"poses[0, 0] must be rigid to 1e-4", [](call& c) { c.poses[1] = 0.1F; }},
          {"normals and points must not overlap", [](call& c) { c.placed = c.estimated; }},
          {"camera.fx and camera.fy must not be 0", [](call& c) { c.camera.fy = 0; }}});
  check_mistakes("estimate_normals", &call::of_cloud,
                 mistakes{{"points.extent(2) must equal 3 coordinates (got 4 and 3)",
                           [](call& c) {
                             c.points = {c.rows.data(), {1, 5, 4}};
                           }},
                          {"normals.extent(1) must equal points.extent(1) (got 4 and 5)",
                           [](call& c) {
                             c.normals = {c.out.data(), {1, 4, 3}};
                           }},
                          {"options.voxel must be 2^-30 to 2^30 metres (got 0.000000)",
                           [](call& c) { c.options.voxel = 0; }},
                          {"options.min_points must be at least 3 (got 2)",
                           [](call& c) { c.options.min_points = 2; }},
                          {"options.viewpoint[1] must be finite",
                           [](call& c) { c.options.viewpoint[1] = NAN; }},
                          {"options.clouds.lengths[0] must be 0 to 5 (got 6)", [](call& c) {
                             c.options.clouds.lengths = {c.lengths.data(), {1}};
                           }}});
}
