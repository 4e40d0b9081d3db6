// Occupancy and density against the definitions: exact, in every type, for clouds of all sorts.
#include <robocache/pointcloud/voxelize.hpp>

#include "support/catch.hpp"
#include "support/voxel_reference.hpp"

namespace {

using namespace test;
using robocache::bf16;
using robocache::cpu;
using robocache::f16;
using robocache::view;
using robocache::voxel_grid;

template <class P>
void check(random_source& random, const cloud_problem<P>& p) {
  INFO(p.story);
  auto expected = expected_grids(p);
  auto one = run(cpu{1}, p, grids_outcome(p));
  CHECK(difference(one, expected) == "");
  auto many = run(cpu{5}, p, grids_outcome(p));
  CHECK(difference(many, expected) == "");
  const auto other = shuffled(random, p);
  auto again = run(cpu{3}, other, grids_outcome(other));
  CHECK(difference(again, expected) == "");
}

/// A problem of one cloud whose points are all the same.
cloud_problem<float> same_points(std::int64_t count, float x, float y, float z) {
  cloud_problem<float> p;
  p.grid = {{0, 0, 0}, {0.5, 0.25, 1}, {3, 5, 2}, robocache::index_rule::floor};
  p.rows = count;
  for (std::int64_t i = 0; i < count; ++i) p.dense.insert(p.dense.end(), {x, y, z});
  p.story = std::to_string(count) + " equal points";
  p.lay();
  return p;
}

}  // namespace

TEMPLATE_TEST_CASE("random clouds, padded and packed, of any strides", "[voxelize]", float, double,
                   bf16, f16) {
  random_source random(200 + static_cast<std::uint64_t>(format<TestType>::precision));
  for (int round = 0; round < 60; ++round) {
    check(random, make_clouds<TestType>(random, random.between(0, 5), 0));
  }
}

TEST_CASE("grids of more voxels than a core's cache holds", "[voxelize]") {
  random_source random(210);
  for (int round = 0; round < 4; ++round) {
    cloud_wildness wild;
    wild.extent = 70;
    wild.points = 40'000;
    check(random, make_clouds<float>(random, random.between(1, 3), 0, wild));
  }
}

TEST_CASE("clouds of many points and few voxels", "[voxelize]") {
  random_source random(211);
  for (const std::int64_t extent : {1, 2, 3}) {
    cloud_wildness wild;
    wild.extent = extent;
    wild.points = 100'000;
    check(random, make_clouds<float>(random, 2, 0, wild));
  }
}

TEST_CASE("rows of 4 and 5 numbers and bases that are not aligned", "[voxelize]") {
  random_source random(212);
  for (const std::int64_t padding : {0, 1, 2, 5}) {
    for (const std::int64_t misaligned : {0, 1, 2, 3}) {
      auto p = make_clouds<float>(random, 3, 0);
      p.how = {padding, misaligned, false, false, true};
      p.lay();
      check(random, p);
    }
  }
}

TEST_CASE("no points, no clouds, all outside, all NaN, all in one voxel", "[voxelize]") {
  random_source random(213);
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  check(random, same_points(0, 0, 0, 0));
  auto none = same_points(0, 0, 0, 0);
  none.batch = 0;
  none.lay();
  check(random, none);
  for (const std::int64_t count : {1, 255, 256, 257, 20'000}) {
    check(random, same_points(count, -1, 0, 0));
    check(random, same_points(count, 0, 0, 2));
    check(random, same_points(count, nan, 0, 0));
    check(random, same_points(count, 0, 99, nan));
    check(random, same_points(count, 1.25F, 0.5F, 1));
  }
  const auto p = same_points(300, 1.25F, 0.5F, 1);
  const auto got = run(cpu{}, p, grids_outcome(p));
  CHECK(got.counts.memory[(1 * 5 + 2) * 3 + 2] == 300);
  CHECK(got.of_density.inside == std::vector<std::int64_t>{300});
}

TEST_CASE("counts are exact past 2^24, and floats are the count rounded once", "[voxelize]") {
  const voxel_grid grid = {{0, 0, 0}, {1, 1, 1}, {3, 2, 1}, robocache::index_rule::floor};
  const float point[3] = {1.5F, 1.5F, 0.5F};
  constexpr std::int64_t large = (std::int64_t{1} << 25) + 3;
  for (const std::int64_t count : {(std::int64_t{1} << 24) + 1, large}) {
    const view<const float, 3> points(point, {1, count, 3}, {0, 0, 1});
    std::vector<std::int32_t> counts(6, -7);
    std::vector<float> density(6, -7), per_volume(6, -7);
    std::vector<std::int64_t> inside(1, -7);
    robocache::voxelize_report report;
    report.inside = {inside.data(), {1}};
    robocache::voxelize_density(cpu{}, grid, points,
                                view<std::int32_t, 4>(counts.data(), {1, 1, 2, 3}), {}, report);
    robocache::voxelize_density(cpu{}, grid, points, view<float, 4>(density.data(), {1, 1, 2, 3}));
    robocache::density_options options;
    options.per_volume = true;
    robocache::voxelize_density(cpu{}, grid, points,
                                view<float, 4>(per_volume.data(), {1, 1, 2, 3}), options);
    const auto in_float = static_cast<float>(count);
    CHECK(counts == std::vector<std::int32_t>{0, 0, 0, 0, static_cast<std::int32_t>(count), 0});
    CHECK(density == std::vector<float>{0, 0, 0, 0, in_float, 0});
    CHECK(per_volume == density);
    CHECK(inside[0] == count);
  }
}

TEST_CASE("density per volume divides by the product of the sizes", "[voxelize]") {
  const voxel_grid grid = {{0, 0, 0}, {0.1, 0.2, 0.3}, {1, 1, 1}, robocache::index_rule::floor};
  const float point[3] = {0.05F, 0.05F, 0.05F};
  float density = 0;
  robocache::density_options options;
  options.per_volume = true;
  robocache::voxelize_density(cpu{}, grid, view<const float, 3>(point, {1, 7, 3}, {0, 0, 1}),
                              view<float, 4>(&density, {1, 1, 1, 1}), options);
  CHECK(density == 7.0F / static_cast<float>(0.1 * 0.2 * 0.3));
}

TEST_CASE("density by a volume that no float holds is the same quotient everywhere", "[voxelize]") {
  const voxel_grid grid = {
      {0, 0, 0}, {1e-20, 1e-20, 1e-20}, {40, 30, 20}, robocache::index_rule::floor};
  const float points[] = {0, 0, 0};
  std::vector<float> output(static_cast<std::size_t>(grid.cells()), -7);
  robocache::density_options options;
  options.per_volume = true;
  robocache::voxelize_density(cpu{}, grid, view<const float, 3>(points, {1, 1, 3}),
                              view<float, 4>(output.data(), {1, 20, 30, 40}), options);
  CHECK(output[0] == std::numeric_limits<float>::infinity());
  std::uint32_t bits = 0;  // 0 / 0, canonical
  CHECK(std::count_if(output.begin(), output.end(), [&bits](float v) {
          std::memcpy(&bits, &v, sizeof(v));
          return bits == 0x7fc00000;
        }) == grid.cells() - 1);
}

TEST_CASE("the bits behind the last voxel are 0", "[voxelize]") {
  for (const std::int64_t cells : {1, 31, 32, 33, 64, 100}) {
    const voxel_grid grid = {{0, 0, 0}, {1, 1, 1}, {cells, 1, 1}, robocache::index_rule::floor};
    std::vector<float> points;
    for (std::int64_t i = -3; i < cells + 40; ++i) {
      points.insert(points.end(), {static_cast<float>(i) + 0.5F, 0.5F, 0.5F});
    }
    const std::int64_t words = (cells + 31) / 32;
    std::vector<std::uint32_t> bits(static_cast<std::size_t>(words) + 1, 0xA5A5A5A5U);
    robocache::voxelize_occupancy(cpu{}, grid,
                                  view<const float, 3>(points.data(), {1, cells + 43, 3}),
                                  view<std::uint32_t, 2>(bits.data(), {1, words}));
    for (std::int64_t w = 0; w < words; ++w) {
      const std::int64_t left = cells - w * 32;
      const std::uint32_t all = left >= 32 ? 0xffffffffU : (1U << left) - 1;
      CHECK(bits[static_cast<std::size_t>(w)] == all);
    }
    CHECK(bits.back() == 0xA5A5A5A5U);
  }
}

TEST_CASE("clouds without overlap: packed points of no cloud count nowhere", "[voxelize]") {
  random_source random(214);
  auto p = make_clouds<float>(random, 1, 0);
  p.batch = 3;
  p.lengths.clear();
  p.rows = 50;
  p.dense.assign(150, 0.0F);
  for (auto& v : p.dense) v = static_cast<float>(random.uniform(-1.0, 2.0));
  p.offsets = {7, 20, 20, 41};
  p.story = "offsets that leave points out";
  p.lay();
  check(random, p);
}

TEST_CASE("the executor chosen at run time gives the same", "[voxelize]") {
  random_source random(215);
  const auto p = make_clouds<float>(random, 2, 0);
  auto expected = expected_grids(p);
  grids_outcome got(p);
  got.run(robocache::any_executor(cpu{2}), p, [](auto& v) { return v.data(); });
  CHECK(difference(got, expected) == "");
}
