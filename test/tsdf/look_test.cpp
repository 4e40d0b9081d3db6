// Distance fields at points and as cameras see them: against double, and against scenes.
#include <algorithm>
#include <robocache/tsdf/look.hpp>

#include "support/catch.hpp"
#include "support/mistakes.hpp"
#include "support/random.hpp"
#include "support/tsdf_mesh.hpp"

namespace {

using namespace test;
using robocache::cpu;
using robocache::view;

/// The trilinear value at a point; NaN where it is unknown.
double expected_value(const owned_field& f, const point3& p) {
  double sum = 0.0;
  std::int64_t low[3] = {};
  double part[3] = {};
  for (std::size_t a = 0; a < 3; ++a) {
    const double at = (p[a] - f.grid.origin[a]) / f.grid.voxel - 0.5;
    if (!(at >= 0 && at <= static_cast<double>(f.grid.extents[a] - 1))) return std::nan("");
    low[a] = std::min(static_cast<std::int64_t>(at), f.grid.extents[a] - 2);
    part[a] = at - static_cast<double>(low[a]);
  }
  for (int c = 0; c < 8; ++c) {
    double weight = 1.0;
    std::int64_t at[3] = {};
    for (int a = 0; a < 3; ++a) {
      at[a] = low[a] + (c >> a & 1);
      weight *= (c >> a & 1) != 0 ? part[a] : 1.0 - part[a];
    }
    sum += weight * f.distances[static_cast<std::size_t>(
                        (at[2] * f.grid.extents[1] + at[1]) * f.grid.extents[0] + at[0])];
  }
  return sum;
}

/// Whether a rounding decides that a point is within the outermost centres.
bool on_border(const owned_field& f, const point3& p) {
  bool on = false;
  for (std::size_t a = 0; a < 3; ++a) {
    const double at = (p[a] - f.grid.origin[a]) / f.grid.voxel - 0.5;
    on = on || std::fabs(at) < 1e-4 ||
         std::fabs(at - static_cast<double>(f.grid.extents[a] - 1)) < 1e-4;
  }
  return on;
}

struct seen {
  std::vector<float> depth, normals;

  seen(const owned_field& field, const depth_frames& frames, int threads = 2,
       const robocache::ray_cast_options& options = {})
      : depth(static_cast<std::size_t>(frames.count() * frames.height * frames.width), -7.0F),
        normals(3 * depth.size(), -7.0F) {
    robocache::ray_cast(
        cpu{threads}, field.field(), frames.camera, frames.cameras(),
        view<float, 3>(depth.data(), {frames.count(), frames.height, frames.width}), options,
        {view<float, 4>(normals.data(), {frames.count(), frames.height, frames.width, 3})});
  }
};

}  // namespace

TEST_CASE("query_field: trilinear, in double") {
  random_source random(62'000);
  auto grid = cube_grid(1, 0.1, 0.3);
  grid.extents[0] = 7;
  grid.extents[1] = 5;
  grid.extents[2] = 6;
  owned_field field(grid, [&](const point3&) { return random.uniform(-0.3, 0.3); });
  field.distances[100] = NAN;
  std::vector<float> points, values(2000), gradients(6000), alone(2000);
  for (int n = 0; n < 2000; ++n) {
    for (int a = 0; a < 3; ++a) {
      const double reach = grid.voxel * static_cast<double>(grid.extents[a]);
      points.push_back(
          random.chance(0.01)
              ? adversarial<float>(random)
              : static_cast<float>(grid.origin[a] + random.uniform(-0.05, 1.05) * reach));
    }
  }
  const view<const float, 2> at(points.data(), {2000, 3});
  robocache::query_field(cpu{3}, field.field(), at, view<float, 1>(values.data(), {2000}),
                         view<float, 2>(gradients.data(), {2000, 3}));
  robocache::query_field(cpu{1}, field.field(), at, view<float, 1>(alone.data(), {2000}));
  CHECK(std::memcmp(alone.data(), values.data(), 8000) == 0);
  std::int64_t known = 0;
  for (std::size_t n = 0; n < 2000; ++n) {
    const point3 p = {points[3 * n], points[3 * n + 1], points[3 * n + 2]};
    const double expected = expected_value(field, p);
    if (on_border(field, p)) continue;
    if (std::isnan(expected)) {
      CHECK(std::isnan(values[n]));
      continue;
    }
    ++known;
    CHECK(std::fabs(values[n] - expected) < 1e-5);
    for (std::size_t a = 0; a < 3; ++a) {
      point3 before = p, after = p;
      before[a] -= 1e-5;
      after[a] += 1e-5;
      const double slope = (expected_value(field, after) - expected_value(field, before)) / 2e-5;
      const double place = (p[a] - grid.origin[a]) / grid.voxel - 0.5;
      if (std::isnan(slope) || std::fabs(place - std::nearbyint(place)) < 1e-3) continue;
      CHECK(std::fabs(gradients[3 * n + a] - slope) < 2e-3);
    }
  }
  CHECK(known > 800);
}

TEST_CASE("ray_cast: a sphere, a box and a plane where they are") {
  struct part {
    const char* name;
    scene s;
    double most;  // error in voxels
  };
  const part parts[] = {{"sphere", sphere({0.01, 0, 0}, 0.5), 0.2},
                        {"box", box({0, 0, 0}, {0.4, 0.3, 0.35}), 1.0},
                        {"plane", plane({0.3, 0.2, 1}, 0.05), 0.01}};
  for (const part& p : parts) {
    INFO(p.name);
    const owned_field field(cube_grid(64, 0.025, 0.1), [&](const point3& at) {
      return std::fmin(0.1, std::fmax(-0.1, p.s(at)));
    });
    const auto frames = look_around(p.s, 1.5, 32, 40.0);
    const seen got(field, frames);
    const seen again(field, frames, 5);
    CHECK(std::memcmp(got.depth.data(), again.depth.data(), got.depth.size() * 4) == 0);
    CHECK(std::memcmp(got.normals.data(), again.normals.data(), got.normals.size() * 4) == 0);
    std::vector<double> errors;
    std::int64_t missed = 0;
    for (std::size_t n = 0; n < got.depth.size(); ++n) {
      const point3 normal = {got.normals[3 * n], got.normals[3 * n + 1], got.normals[3 * n + 2]};
      if (got.depth[n] == 0.0F) {
        CHECK(norm(normal) == 0.0);
        missed += frames.metres[n] > 0 ? 1 : 0;
        continue;
      }
      CHECK(std::fabs(norm(normal) - 1.0) < 1e-5);
      if (frames.metres[n] == 0.0F) continue;
      errors.push_back(std::fabs(got.depth[n] - frames.metres[n]) / 0.025);
    }
    std::sort(errors.begin(), errors.end());
    CHECK(errors.size() > 1000);
    CHECK(errors[errors.size() * 95 / 100] < p.most);
    if (p.name[0] == 's') CHECK(missed < 300);
  }
}

TEST_CASE("ray_cast: limits, misses and what is behind") {
  const owned_field wall(cube_grid(16, 0.125, 1.0), plane({0, 0, -1}, 0.0));  // z = 0, seen from -z
  auto frames = make_camera(1, 1, 1.0);
  frames.poses = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, -0.5F};
  CHECK(seen(wall, frames).depth[0] == 0.5F);
  CHECK(seen(wall, frames).normals[2] == -1.0F);
  CHECK(seen(wall, frames, 1, {0.0, 0.4}).depth[0] == 0.0F);
  CHECK(seen(wall, frames, 1, {0.6, 9.0}).depth[0] == 0.0F);  // begins behind it
  frames.poses[11] = -5.0F;
  CHECK(std::fabs(seen(wall, frames).depth[0] - 5.0F) < 1e-5F);
  frames.poses[3] = 3.0F;  // beside the grid
  CHECK(seen(wall, frames).depth[0] == 0.0F);
  frames.poses = {1, 0, 0, 0, 0, -1, 0, 0, 0, 0, -1, 0.5F};  // from behind
  CHECK(seen(wall, frames).depth[0] == 0.0F);
  const owned_field nothing(cube_grid(4, 0.5, 1.0), std::vector<float>(64, NAN));
  CHECK(seen(nothing, frames).depth[0] == 0.0F);
}

namespace {

struct call {
  owned_field ball{cube_grid(8, 0.1, 0.1), sphere({0, 0, 0}, 0.2)};
  robocache::distance_field field = ball.field();
  std::vector<float> out = std::vector<float>(200, -7.0F), poses, points;
  robocache::pinhole_camera camera{3, 3, 1, 1};
  view<const float, 3> cameras;
  view<float, 3> depth{out.data(), {1, 3, 3}};
  robocache::ray_cast_options options;
  robocache::ray_cast_report report{{out.data() + 100, {1, 3, 3, 3}}};
  view<const float, 2> at;
  view<float, 1> values{out.data(), {4}};
  view<float, 2> gradients{out.data() + 100, {4, 3}};

  call() : poses{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, -1}, points(12, 0.01F) {
    cameras = {poses.data(), {1, 3, 4}};
    at = {points.data(), {4, 3}};
  }
  call(const call&) = delete;
  call& operator=(const call&) = delete;
  [[nodiscard]] bool untouched() const { return out == std::vector<float>(200, -7.0F); }
  void cast() const { robocache::ray_cast(cpu{}, field, camera, cameras, depth, options, report); }
  void query() const { robocache::query_field(cpu{}, field, at, values, gradients); }
};

}  // namespace

TEST_CASE("ray_cast and query_field name what is wrong") {
  using mistakes = std::vector<mistake<call>>;
  check_mistakes(
      "ray_cast", &call::cast,
      mistakes{{"field.distances must not be null",
                [](call& c) {
                  c.field.distances = {nullptr, {8, 8, 8}};
                }},
               {"camera.fx and camera.fy must not be 0", [](call& c) { c.camera.fx = 0; }},
               {"poses.extent(0) must equal depth.extent(0) (got 2 and 1)",
                [](call& c) {
                  c.cameras = {c.poses.data(), {2, 3, 4}};
                }},
               {"poses[0, 0] must be rigid to 1e-4", [](call& c) { c.poses[0] = 2; }},
               {"options.min_depth and options.max_depth must not be negative or NaN",
                [](call& c) { c.options.max_depth = NAN; }},
               {"report.normals.extent(3) must equal 3 coordinates (got 2 and 3)",
                [](call& c) {
                  c.report.normals = {c.out.data() + 100, {1, 3, 3, 2}};
                }},
               {"report.normals and depth must not overlap", [](call& c) {
                  c.report.normals = {c.out.data() + 3, {1, 3, 3, 3}};
                }}});
  check_mistakes("query_field", &call::query,
                 mistakes{{"points.extent(1) must equal 3 coordinates (got 2 and 3)",
                           [](call& c) {
                             c.at = {c.points.data(), {4, 2}};
                           }},
                          {"values.extent(0) must equal points.extent(0) (got 3 and 4)",
                           [](call& c) {
                             c.values = {c.out.data(), {3}};
                           }},
                          {"gradients and values must not overlap", [](call& c) {
                             c.gradients = {c.out.data() + 2, {4, 3}};
                           }}});
}
