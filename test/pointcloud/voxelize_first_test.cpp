// The first points of each voxel against one loop over the points.
#include <robocache/pointcloud/voxelize_sparse.hpp>

#include "support/catch.hpp"
#include "support/voxel_reference.hpp"

namespace {

using namespace test;
using robocache::cpu;
using robocache::view;
using robocache::voxel_grid;

template <class P>
void check(const cloud_problem<P>& p, std::int64_t capacity, std::int64_t most) {
  INFO(p.story << "\n  capacity " << capacity << " points " << most);
  auto expected = expected_first(p, capacity, most);
  for (const int threads : {1, 2, 5}) {
    auto got = run(cpu{threads}, p, first_outcome(p, capacity, most));
    CHECK(difference(got, expected) == "");
  }
}

/// Random clouds with float values of a few channels, or without.
template <class P>
cloud_problem<P> clouds_with_values(random_source& random, std::int64_t batch,
                                    const cloud_wildness& wild = {}) {
  auto p = make_clouds<P>(random, batch, random.chance(0.7) ? 1 : 0, wild);
  for (auto& f : p.features) {
    f.settings.type = robocache::element::f32;
    f.settings.output_type = robocache::element::f32;
  }
  p.lay();
  return p;
}

/// Points 0, 1, ... in voxels of size 1 along x.
cloud_problem<float> line(const std::vector<int>& cells) {
  cloud_problem<float> p;
  p.grid = {{0, 0, 0}, {1, 1, 1}, {4, 1, 1}, robocache::index_rule::floor};
  p.rows = static_cast<std::int64_t>(cells.size());
  for (const int cell : cells) {
    p.dense.insert(p.dense.end(), {static_cast<float>(cell) + 0.5F, 0.5F, 0.5F});
  }
  p.lay();
  return p;
}

template <class T>
std::vector<T> head(const std::vector<T>& all, std::ptrdiff_t count) {
  return {all.begin(), all.begin() + count};
}

}  // namespace

TEST_CASE("first: a small cloud by hand", "[voxelize]") {
  // Voxels by first occurrence: 3, 1, 0. Point 1 lies outside.
  const auto p = line({3, 7, 1, 3, 0, 3, 1, 3});
  const auto got = run(cpu{}, p, first_outcome(p, 5, 2));
  CHECK(got.number[0] == 3);
  CHECK(got.dropped[0] == 2);
  CHECK(head(got.coordinates, 12) == std::vector<std::int32_t>{0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0});
  CHECK(head(got.indices, 6) == std::vector<std::int32_t>{0, 3, 2, 6, 4, -1});
  CHECK(head(got.counts, 3) == std::vector<std::int32_t>{2, 2, 1});
  CHECK(head(got.voxel_of, 8) == std::vector<std::int32_t>{0, -1, 1, 0, 2, 0, 1, 0});
  const auto capped = run(cpu{}, p, first_outcome(p, 2, 3));
  CHECK(capped.number[0] == 3);
  CHECK(capped.dropped[0] == 2);
  CHECK(head(capped.indices, 6) == std::vector<std::int32_t>{0, 3, 5, 2, 6, -1});
  CHECK(head(capped.voxel_of, 8) == std::vector<std::int32_t>{0, -1, 1, 0, -1, 0, 1, 0});
}

TEMPLATE_TEST_CASE("first: random clouds, caps from none to plenty", "[voxelize]", float, double,
                   robocache::f16) {
  random_source random(500 + sizeof(TestType));
  for (int round = 0; round < 50; ++round) {
    const auto p = clouds_with_values<TestType>(random, random.between(0, 4));
    const auto number = static_cast<std::int64_t>(map_of(p).voxels.size());
    const std::int64_t most = random.chance(0.8) ? random.between(1, 12) : random.between(30, 80);
    check(p, number, most);
    check(p, random.between(0, number), most);
    check(p, number + random.between(0, 100), most);
  }
}

TEST_CASE("first: voxels of very many points", "[voxelize]") {
  random_source random(510);
  for (const std::int64_t extent : {1, 2, 3}) {
    cloud_wildness wild;
    wild.extent = extent;
    wild.points = 5000;
    const auto p = clouds_with_values<float>(random, 2, wild);
    for (const std::int64_t most : {1, 2, 31, 32, 33, 100}) check(p, 40, most);
  }
}

TEST_CASE("first: the first point of each voxel names it in input order", "[voxelize]") {
  random_source random(511);
  const auto p = clouds_with_values<float>(random, 1);
  const auto got = run(cpu{}, p, first_outcome(p, 1000, 1));
  std::int32_t last = -1;
  for (std::int64_t v = 0; v < got.number[0]; ++v) {
    const std::int32_t first = got.indices[static_cast<std::size_t>(v)];
    if (first <= last) CHECK(first > last);
    last = first;
  }
}

TEST_CASE("first: grids of more than 2^31 voxels", "[voxelize]") {
  random_source random(512);
  for (int round = 0; round < 5; ++round) {
    auto p = clouds_with_values<double>(random, 3);
    p.grid = {{0, 0, 0}, {1e-6, 1e-6, 1e-6}, {1 << 20, 1 << 20, 1 << 20}, p.grid.rule};
    for (auto& v : p.dense) v = random.chance(0.3) ? 0.5 : random.uniform(0.0, 1.1);
    p.story = "2^60 voxels, " + p.story;
    p.lay();
    check(p, 600, 2);
  }
}

TEST_CASE("first: optional outputs may be missing", "[voxelize]") {
  const auto p = line({3, 7, 1, 3, 0, 3, 1, 3});
  std::vector<std::int32_t> indices(6, -7), coordinates(12, -7);
  std::vector<std::int64_t> number(1, -7);
  robocache::first_points kept;
  kept.indices = {indices.data(), {3, 2}};
  kept.coordinates = {coordinates.data(), {3, 4}};
  kept.number = {number.data(), {1}};
  robocache::voxelize_first(cpu{}, p.grid, p.placed_points([](auto& v) { return v.data(); }), kept);
  CHECK(number[0] == 3);
  CHECK(indices == std::vector<std::int32_t>{0, 3, 2, 6, 4, -1});
}

TEST_CASE("first: an empty cloud with its empty values", "[voxelize]") {
  const std::vector<float> points, values;  // whose data may be null
  std::vector<std::int32_t> indices(6, -7), coordinates(12, -7), counts(3, -7);
  std::vector<std::int64_t> number(1, -7), dropped(1, -7);
  std::vector<float> output(3 * 2 * 4, -7.0F);
  robocache::first_points kept;
  kept.indices = {indices.data(), {3, 2}};
  kept.coordinates = {coordinates.data(), {3, 4}};
  kept.counts = {counts.data(), {3}};
  kept.number = {number.data(), {1}};
  kept.dropped = {dropped.data(), {1}};
  kept.voxel_of = {nullptr, {1, 0}};
  robocache::voxelize_first(cpu{}, voxel_grid{}, view<const float, 3>(points.data(), {1, 0, 3}),
                            view<const float, 3>(values.data(), {1, 0, 4}), kept,
                            view<float, 3>(output.data(), {3, 2, 4}));
  CHECK(number[0] == 0);
  CHECK(dropped[0] == 0);
  CHECK(output == std::vector<float>(output.size(), -7.0F));
  CHECK(indices == std::vector<std::int32_t>(6, -7));
}

TEST_CASE("first: room for no voxel counts them all the same", "[voxelize]") {
  const auto p = line({3, 7, 1, 3, 0, 3, 1, 3});
  const std::vector<float> values(8 * 4, 1.0F);
  std::vector<std::int64_t> number(1, -7), dropped(1, -7);
  std::vector<std::int32_t> voxel_of(8, -7);
  robocache::first_points kept;
  kept.indices = {nullptr, {0, 2}};
  kept.coordinates = {nullptr, {0, 4}};
  kept.number = {number.data(), {1}};
  kept.dropped = {dropped.data(), {1}};
  kept.voxel_of = {voxel_of.data(), {1, 8}};
  const auto points = p.placed_points([](auto& v) { return v.data(); });
  robocache::voxelize_first(cpu{}, p.grid, points, kept);
  CHECK(number[0] == 3);
  CHECK(dropped[0] == 7);
  CHECK(voxel_of == std::vector<std::int32_t>(8, -1));
  number[0] = dropped[0] = -7;
  robocache::voxelize_first(cpu{}, p.grid, points, view<const float, 3>(values.data(), {1, 8, 4}),
                            kept, view<float, 3>(nullptr, {0, 2, 4}));
  CHECK(number[0] == 3);
  CHECK(dropped[0] == 7);
}
