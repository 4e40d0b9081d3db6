// Points with normals into volumes: against scenes and in double.
#include <algorithm>
#include <numeric>
#include <robocache/tsdf/integrate_points.hpp>

#include "support/catch.hpp"
#include "support/mistakes.hpp"
#include "support/random.hpp"
#include "support/tsdf_mesh.hpp"

namespace {

using namespace test;
using robocache::cpu;
using robocache::view;

struct oriented_cloud {
  std::vector<float> points, normals;

  void add(const point3& p, const point3& n) {
    for (std::size_t a = 0; a < 3; ++a) {
      points.push_back(static_cast<float>(p[a]));
      normals.push_back(static_cast<float>(n[a]));
    }
  }
  [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(points.size()) / 3; }
  [[nodiscard]] view<const float, 3> at() const { return {points.data(), {1, count(), 3}}; }
  [[nodiscard]] view<const float, 3> facing() const { return {normals.data(), {1, count(), 3}}; }
};

void add_sphere(oriented_cloud& cloud, const point3& centre, double radius, int count) {
  for (int n = 0; n < count; ++n) {  // a spiral
    const double z = 1.0 - (2.0 * n + 1.0) / count, r = std::sqrt(1.0 - z * z);
    const double turn = n * M_PI * (3.0 - std::sqrt(5.0));
    const point3 normal = {r * std::cos(turn), r * std::sin(turn), z};
    cloud.add(centre + radius * normal, normal);
  }
}

/// A grid of points on a face that reaches from -half to half along both of its sides.
void add_face(oriented_cloud& cloud, const point3& centre, const point3& u, const point3& v,
              double step) {
  const auto steps = [&](const point3& side) { return std::lround(2.0 * norm(side) / step); };
  const point3 normal = unit(outer(u, v));
  for (long i = 0; i < steps(u); ++i) {
    for (long j = 0; j < steps(v); ++j) {
      const double x = (2.0 * static_cast<double>(i) + 1.0) / static_cast<double>(steps(u)) - 1.0;
      const double y = (2.0 * static_cast<double>(j) + 1.0) / static_cast<double>(steps(v)) - 1.0;
      cloud.add(centre + x * u + y * v, normal);
    }
  }
}

void add_box(oriented_cloud& cloud, const point3& half, double step) {
  const point3 x = {half[0], 0, 0}, y = {0, half[1], 0}, z = {0, 0, half[2]};
  add_face(cloud, x, y, z, step);
  add_face(cloud, -1.0 * x, z, y, step);
  add_face(cloud, y, z, x, step);
  add_face(cloud, -1.0 * y, x, z, step);
  add_face(cloud, z, x, y, step);
  add_face(cloud, -1.0 * z, y, x, step);
}

struct owned_nearest {
  std::vector<std::uint32_t> keys;
  robocache::nearest_volume volume;

  explicit owned_nearest(const robocache::tsdf_grid& grid)
      : keys(static_cast<std::size_t>(grid.cells()), 7) {
    volume.grid = grid;
    volume.keys = {keys.data(), {1, grid.extents[2], grid.extents[1], grid.extents[0]}};
    robocache::reset(cpu{1}, volume);
  }
  owned_nearest(const owned_nearest&) = delete;
  owned_nearest& operator=(const owned_nearest&) = delete;
  [[nodiscard]] std::vector<float> distances() const {
    std::vector<float> all(keys.size());
    const auto* const e = volume.grid.extents;
    robocache::read_distance(cpu{1}, volume, view<float, 4>(all.data(), {1, e[2], e[1], e[0]}));
    return all;
  }
};

constexpr double voxel = 0.05;

/// How far distances are from those of a scene, in voxels, at voxels that lie in the band.
struct comparison {
  double worst = 0.0;
  std::int64_t known = 0, in_band = 0, beyond = 0;  // beyond half a voxel
};

template <class Ignore>
comparison compare(const robocache::tsdf_grid& grid, const std::vector<float>& distances,
                   const scene& s, const Ignore& ignore) {
  comparison result;
  for (std::size_t i = 0; i < distances.size(); ++i) {
    const point3 centre = centre_of(grid, static_cast<std::int64_t>(i));
    const double expected = s(centre);
    if (std::fabs(expected) < grid.truncation - 0.1 * voxel) ++result.in_band;
    if (std::isnan(distances[i]) || ignore(centre)) continue;
    ++result.known;
    const double error = std::fabs(distances[i] - expected) / voxel;
    result.worst = std::fmax(result.worst, error);
    result.beyond += error > 0.5 ? 1 : 0;
  }
  return result;
}

void check_closed(const robocache::tsdf_grid& grid, const std::vector<float>& distances) {
  const topology t = topology_of(owned_mesh(owned_field(grid, distances).field()));
  CHECK(t.boundary == 0);
  CHECK(t.oriented);
  CHECK(t.characteristic == 2);
}

}  // namespace

TEST_CASE("integrate_points: scenes, both ways") {
  struct part {
    const char* name;
    scene s;
    oriented_cloud cloud;
  };
  std::vector<part> parts = {
      {"sphere", sphere({0.01, -0.02, 0.005}, 0.6), {}},
      {"box", box({0, 0, 0}, {0.51, 0.42, 0.63}), {}},
      {"plane", plane({0, 0, 1}, 0.013), {}},
      {"pair", either(sphere({-0.4, 0, 0}, 0.4), sphere({0.4, 0, 0}, 0.4)), {}}};
  add_sphere(parts[0].cloud, {0.01, -0.02, 0.005}, 0.6, 40'000);
  add_box(parts[1].cloud, {0.51, 0.42, 0.63}, 0.0125);
  add_face(parts[2].cloud, {0, 0, 0.013}, {1.2, 0, 0}, {0, 1.2, 0}, 0.0125);
  add_sphere(parts[3].cloud, {-0.4, 0, 0}, 0.4, 20'000);
  add_sphere(parts[3].cloud, {0.4, 0, 0}, 0.4, 20'000);
  const auto grid = cube_grid(40, voxel, 4 * voxel);
  for (const part& p : parts) {
    const bool is_pair = p.name[1] == 'a';
    // Where the spheres touch, a place inside one is as near to the other.
    const auto ignore = [&](const point3& c) {
      return is_pair && std::fabs(c[0]) < 4.5 * voxel && std::hypot(c[1], c[2]) < 2.5 * voxel;
    };
    const owned_volume planes(grid);
    robocache::integrate_points(cpu{2}, p.cloud.at(), p.cloud.facing(), planes.volume);
    const owned_nearest nearest(grid);
    robocache::integrate_points(cpu{2}, p.cloud.at(), p.cloud.facing(), nearest.volume);
    for (const bool by_plane : {true, false}) {
      INFO(p.name << (by_plane ? " by planes" : " by nearest points"));
      const auto distances = by_plane ? planes.distances() : nearest.distances();
      const comparison got = compare(grid, distances, p.s, ignore);
      CHECK(got.worst < 0.5);
      CHECK(got.known > got.in_band * 7 / 10);
      const bool open = p.name[0] == 'p' || (p.name[0] == 'b' && by_plane);
      if (!open) check_closed(grid, distances);
    }
  }
}

TEST_CASE("integrate_points: planes reach around the corners of a box by more than a voxel") {
  oriented_cloud cloud;
  add_box(cloud, {0.51, 0.42, 0.63}, 0.0125);
  const auto grid = cube_grid(40, voxel, 4 * voxel);
  robocache::integrate_points_options options;
  options.radius = 1.5 * voxel;
  const owned_volume planes(grid);
  robocache::integrate_points(cpu{2}, cloud.at(), cloud.facing(), planes.volume, options);
  check_closed(grid, planes.distances());
  CHECK(compare(grid, planes.distances(), box({0, 0, 0}, {0.51, 0.42, 0.63}), [](const point3&) {
          return false;
        }).worst < 0.5);
}

TEST_CASE("integrate_points: any order, calls, shards and threads; points that do not count") {
  random_source random(63'000);
  const auto grid = cube_grid(20, 0.1, 0.3);
  for (int round = 0; round < 10; ++round) {
    INFO("seed " << random.seed() << ", round " << round);
    oriented_cloud cloud;
    std::int64_t bad = 0;
    for (int n = 0; n < 2000; ++n) {
      const auto any = [&] {
        return point3{random.uniform(-1.2, 1.2), random.uniform(-1.2, 1.2),
                      random.uniform(-1.2, 1.2)};
      };
      cloud.add(any(), any());
      if (random.chance(0.1)) {
        float& broken = random.chance(0.5) ? cloud.points.back() : cloud.normals.back();
        broken = random.chance(0.5) ? NAN : HUGE_VALF;
        ++bad;
      }
    }
    robocache::integrate_points_options options;
    if (round % 2 == 1) options.radius = 0.25;
    std::int64_t invalid = -7;
    const robocache::points_report report{{&invalid, {1}}};
    const owned_volume once(grid);
    const owned_nearest nearest(grid);
    robocache::integrate_points(cpu{1}, cloud.at(), cloud.facing(), once.volume, options, report);
    CHECK(invalid == bad);
    robocache::integrate_points(cpu{1}, cloud.at(), cloud.facing(), nearest.volume, options,
                                report);
    CHECK(invalid == bad);
    oriented_cloud backwards;
    for (std::int64_t n = cloud.count() - 1; n >= 0; --n) {
      const auto i = static_cast<std::size_t>(3 * n);
      backwards.add({cloud.points[i], cloud.points[i + 1], cloud.points[i + 2]},
                    {cloud.normals[i], cloud.normals[i + 1], cloud.normals[i + 2]});
    }
    const auto part = [&](const std::vector<float>& rows, std::int64_t from, std::int64_t count) {
      return view<const float, 3>(rows.data() + 3 * from, {1, count, 3});
    };
    for (const int threads : {2, 5}) {
      const owned_volume again(grid), first(grid), second(grid);
      robocache::integrate_points(cpu{threads}, backwards.at(), backwards.facing(), again.volume,
                                  options);
      CHECK(again.equals(once));
      robocache::integrate_points(cpu{threads}, part(backwards.points, 0, 700),
                                  part(backwards.normals, 0, 700), first.volume, options);
      robocache::integrate_points(cpu{threads}, part(backwards.points, 700, 1300),
                                  part(backwards.normals, 700, 1300), second.volume, options);
      robocache::merge(cpu{threads}, first.volume, second.volume);
      CHECK(second.equals(once));
      const owned_nearest near(grid), far(grid);
      robocache::integrate_points(cpu{threads}, part(backwards.points, 0, 700),
                                  part(backwards.normals, 0, 700), near.volume);
      robocache::integrate_points(cpu{threads}, part(backwards.points, 700, 1300),
                                  part(backwards.normals, 700, 1300), far.volume);
      robocache::merge(cpu{threads}, far.volume, near.volume);
      CHECK(near.keys == nearest.keys);
    }
  }
}

TEST_CASE("integrate_points: the definition in double") {
  random_source random(64'000);
  const auto grid = cube_grid(12, 0.1, 0.25);
  oriented_cloud cloud;
  for (int n = 0; n < 60; ++n) {
    cloud.add({random.uniform(-0.8, 0.8), random.uniform(-0.8, 0.8), random.uniform(-0.8, 0.8)},
              {random.uniform(-2, 2), random.uniform(-2, 2), random.uniform(-2, 2)});
  }
  robocache::integrate_points_options options;
  options.radius = 0.17;
  const owned_volume planes(grid);
  const owned_nearest nearest(grid);
  robocache::integrate_points(cpu{2}, cloud.at(), cloud.facing(), planes.volume, options);
  robocache::integrate_points(cpu{2}, cloud.at(), cloud.facing(), nearest.volume, options);
  const auto distances = nearest.distances();
  std::int64_t seen = 0;
  for (std::size_t i = 0; i < distances.size(); ++i) {
    const point3 c = centre_of(grid, static_cast<std::int64_t>(i));
    double sum = 0.0, weight = 0.0, best = HUGE_VAL, sign = 0.0;
    for (std::size_t n = 0; n < cloud.points.size(); n += 3) {
      const point3 offset = c - point3{cloud.points[n], cloud.points[n + 1], cloud.points[n + 2]};
      const double d =
          inner(offset, unit({cloud.normals[n], cloud.normals[n + 1], cloud.normals[n + 2]}));
      const double beside = inner(offset, offset) - d * d;
      if (std::fabs(d) <= 0.25 && beside <= 0.17 * 0.17) {
        const double counts =
            std::fmax(0x1p-12, (1 - beside / (0.17 * 0.17)) / (1 + std::pow(d / 0.1, 4)));
        sum += counts * d;
        weight += counts;
      }
      if (norm(offset) <= 0.25 && norm(offset) < best) {
        best = norm(offset);
        sign = d < 0 ? -1 : 1;
      }
    }
    seen += weight > 0 ? 1 : 0;
    CHECK(std::fabs(planes.weights[i] * 0x1p-12 - weight) < 60 * 0x1p-12);
    CHECK(std::fabs(static_cast<double>(planes.sums[i]) * 0.25 * 0x1p-32 - sum) < 60 * 0x1p-12);
    CHECK(std::isnan(distances[i]) == (best > 0.25));
    if (best <= 0.25) CHECK(std::fabs(distances[i] - sign * best) < 1e-6);
  }
  CHECK(seen > 300);
}

namespace {

struct call {
  std::vector<std::int64_t> sums = std::vector<std::int64_t>(8, -7), counts = {-7, -7};
  std::vector<std::uint32_t> words = std::vector<std::uint32_t>(16, 7);
  std::vector<float> rows = std::vector<float>(60, 0.01F);
  std::vector<std::int64_t> lengths = {6};
  robocache::tsdf_volume volume;
  robocache::nearest_volume nearest;
  view<const float, 3> points{rows.data(), {1, 5, 3}}, normals{rows.data() + 20, {1, 5, 3}};
  robocache::integrate_points_options options;
  robocache::points_report report{{counts.data(), {1}}};

  call() {
    volume.grid = cube_grid(2, 0.1, 0.1);
    nearest.grid = volume.grid;
    volume.sums = {sums.data(), {1, 2, 2, 2}};
    volume.weights = {words.data(), {1, 2, 2, 2}};
    nearest.keys = {words.data() + 8, {1, 2, 2, 2}};
  }
  call(const call&) = delete;
  call& operator=(const call&) = delete;
  [[nodiscard]] bool untouched() const {
    return sums == std::vector<std::int64_t>(8, -7) && words == std::vector<std::uint32_t>(16, 7) &&
           counts == std::vector<std::int64_t>{-7, -7};
  }
  void plane() const {
    robocache::integrate_points(cpu{}, points, normals, volume, options, report);
  }
  void near() const {
    robocache::integrate_points(cpu{}, points, normals, nearest, options, report);
  }
};

}  // namespace

TEST_CASE("integrate_points names what is wrong") {
  using mistakes = std::vector<mistake<call>>;
  const mistakes all = {
      {"points.extent(2) must equal 3 coordinates (got 4 and 3)",
       [](call& c) {
         c.points = {c.rows.data(), {1, 5, 4}};
       }},
      {"normals.extent(1) must equal points.extent(1) (got 4 and 5)",
       [](call& c) {
         c.normals = {c.rows.data() + 20, {1, 4, 3}};
       }},
      {"points.extent(0) must equal the number of volumes (got 2 and 1)",
       [](call& c) {
         c.points = {c.rows.data(), {2, 5, 3}};
         c.normals = c.points;
       }},
      {"options.clouds.lengths[0] must be 0 to 5 (got 6)",
       [](call& c) {
         c.options.clouds.lengths = {c.lengths.data(), {1}};
       }},
      {"report.invalid.extent(0) must equal the number of volumes (got 2 and 1)",
       [](call& c) {
         c.report.invalid = {c.counts.data(), {2}};
       }},
      {"volume.grid.truncation must be at least a voxel",
       [](call& c) { c.volume.grid.truncation = c.nearest.grid.truncation = 0.05; }},
  };
  check_mistakes("integrate_points", &call::plane, all);
  check_mistakes("integrate_points", &call::near, all);
  check_mistakes("integrate_points", &call::plane,
                 mistakes{{"options.radius must be 0 to 2^30 metres (got -1.000000)",
                           [](call& c) { c.options.radius = -1; }}});
}
