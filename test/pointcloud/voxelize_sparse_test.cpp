// Lists of occupied voxels: sorted, exact to the capacity, and the same values as dense grids.
#include <robocache/pointcloud/voxelize_sparse.hpp>

#include "support/catch.hpp"
#include "support/voxel_reference.hpp"

namespace {

using namespace test;
using robocache::cpu;
using robocache::view;
using robocache::voxel_grid;

template <class P>
void check(random_source& random, cloud_problem<P> p, std::int64_t capacity) {
  INFO(p.story << "\n  capacity " << capacity);
  auto one = run(cpu{1}, p, sparse_outcome(p, capacity));
  CHECK(difference_from_expected(p, one, expected_sparse(p, capacity)) == "");
  auto many = run(cpu{5}, p, sparse_outcome(p, capacity));
  CHECK(difference(many, one) == "");
  for (auto& f : p.features) f.wants_argmax = false;  // it names other points
  for (auto& result : one.results) result.argmax.clear();
  const auto other = shuffled(random, p);
  auto again = run(cpu{3}, other, sparse_outcome(other, capacity));
  CHECK(difference(again, one) == "");
}

/// Clouds in a grid of more voxels than could be counted: around its corners and its middle.
template <class P>
cloud_problem<P> vast_clouds(random_source& random, const std::int64_t (&extents)[3]) {
  const bool is_full = extents[0] * extents[1] > (std::int64_t{1} << 60) / extents[2];
  auto p = make_clouds<P>(random, is_full ? 1 : 3, 2);
  for (int a = 0; a < 3; ++a) {
    p.grid.extents[a] = extents[a];
    p.grid.origin[a] = 0;
    p.grid.size[a] = 0.25;
  }
  for (std::size_t i = 0; i < p.dense.size(); ++i) {
    const auto cells = static_cast<double>(extents[i % 3]);
    const double places[] = {0, cells * 0.125, cells * 0.25 - 2, cells * random.uniform() * 0.25};
    p.dense[i] = test::detail::coordinate<P>(random.one_of(places) + random.uniform(-0.5, 2.0));
  }
  p.story += " in a vast grid";
  p.lay();
  return p;
}

}  // namespace

TEST_CASE("sparse: random clouds, capacities from none to plenty", "[voxelize]") {
  random_source random(400);
  for (int round = 0; round < 100; ++round) {
    const auto p = make_clouds<float>(random, random.between(0, 4), random.between(0, 3));
    const auto number = static_cast<std::int64_t>(map_of(p).voxels.size());
    check(random, p, number);
    check(random, p, random.between(0, number));
    check(random, p, number + random.between(0, 100));
  }
}

TEST_CASE("sparse: capacities at the ends", "[voxelize]") {
  random_source random(401);
  for (int round = 0; round < 10; ++round) {
    const auto p = make_clouds<float>(random, 3, 1);
    const auto number = static_cast<std::int64_t>(map_of(p).voxels.size());
    for (const std::int64_t capacity :
         {std::int64_t{0}, std::int64_t{1}, number - 1, number, number + 1}) {
      if (capacity >= 0) check(random, p, capacity);
    }
  }
}

TEST_CASE("sparse: points of other types", "[voxelize]") {
  random_source random(402);
  for (int round = 0; round < 10; ++round) {
    check(random, make_clouds<double>(random, 2, 1), 500);
    check(random, make_clouds<robocache::bf16>(random, 2, 1), 500);
  }
}

TEST_CASE("sparse: grids of more than 2^31 and 2^40 voxels", "[voxelize]") {
  random_source random(403);
  const std::int64_t grids[][3] = {
      {4096, 4096, 256}, {256, 4096, 4096}, {1 << 14, 1 << 14, 1 << 13}, {INT32_MAX, 1, 1},
      {1, INT32_MAX, 1}, {1, 1, INT32_MAX}, {1 << 20, 1 << 21, 1 << 21}, {INT32_MAX, INT32_MAX, 1}};
  for (const auto& extents : grids) {
    for (int round = 0; round < 3; ++round) {
      check(random, vast_clouds<double>(random, extents), 2000);
      check(random, vast_clouds<float>(random, extents), 2000);
    }
  }
}

TEST_CASE("sparse: a voxel at the far corner", "[voxelize]") {
  constexpr std::int64_t most = INT32_MAX;
  const voxel_grid grid = {{0, 0, 0}, {1, 1, 1}, {most, most, 1}, robocache::index_rule::floor};
  const double points[] = {2147483646.5, 2147483646.5, 0.5, 0.5, 0.5, 0.5};
  std::vector<std::int32_t> coordinates(8, -7);
  std::vector<std::int64_t> number(1);
  robocache::sparse_voxels voxels;
  voxels.coordinates = {coordinates.data(), {2, 4}};
  voxels.number = {number.data(), {1}};
  robocache::voxelize_sparse(cpu{}, grid, view<const double, 3>(points, {1, 2, 3}),
                             std::vector<robocache::voxel_feature>{}, voxels);
  CHECK(number[0] == 2);
  CHECK(coordinates == std::vector<std::int32_t>{0, 0, 0, 0, 0, 0, 2147483646, 2147483646});
}

TEST_CASE("sparse: the occupied voxels of the dense result, in order", "[voxelize]") {
  random_source random(404);
  for (int round = 0; round < 15; ++round) {
    auto p = make_clouds<float>(random, 3, 1);
    p.features[0].settings.type = robocache::element::f32;
    p.features[0].settings.output_type = robocache::element::f32;
    p.lay();
    const std::int64_t channels = p.features[0].channels, cells = p.grid.cells();
    const auto dense = run(cpu{}, p, features_outcome(p));
    const auto sparse = run(cpu{}, p, sparse_outcome(p, p.batch * cells));
    const auto counts = dense.counts.cube(dense.counts.memory.data());
    const auto& from = std::get<laid_out<float>>(dense.results[0].values);
    const auto& to = std::get<laid_out<float>>(sparse.results[0].values);
    const auto values = from.cube(from.memory.data()), rows = to.cube(to.memory.data());
    const auto where = sparse.coordinates.cube(sparse.coordinates.memory.data());
    INFO(p.story);
    std::int64_t row = 0;
    bool equal = true;
    for (std::int64_t b = 0; b < p.batch; ++b) {
      for (std::int64_t voxel = 0; voxel < cells; ++voxel) {
        if (counts(b, 0, voxel) == 0) continue;
        const auto expected = coordinates_of(p.grid, {b, voxel});
        for (std::size_t k = 0; k < 4; ++k) equal = equal && where(0, row, k) == expected[k];
        equal = equal && sparse.counts[static_cast<std::size_t>(row)] == counts(b, 0, voxel);
        for (std::int64_t c = 0; c < channels; ++c) {
          equal = equal && bits_of(rows(0, row, c)) == bits_of(values(b, 0, voxel * channels + c));
        }
        ++row;
      }
    }
    CHECK(equal);
    CHECK(sparse.number[0] == row);
  }
}

TEST_CASE("sparse: optional outputs may be missing", "[voxelize]") {
  random_source random(405);
  const auto p = make_clouds<float>(random, 2, 0);
  const auto expected = expected_sparse(p, 1000);
  std::vector<std::int32_t> coordinates = poisoned<std::int32_t>(4000);
  std::vector<std::int64_t> number = {-7};
  robocache::sparse_voxels voxels;
  voxels.coordinates = {coordinates.data(), {1000, 4}};
  voxels.number = {number.data(), {1}};
  const auto here = [](auto& v) { return v.data(); };
  robocache::voxelize_sparse(cpu{}, p.grid, p.placed_points(here),
                             std::vector<robocache::voxel_feature>{}, voxels,
                             p.placed_options(here));
  CHECK(number[0] == expected.number[0]);
  const auto want = expected.coordinates.cube(expected.coordinates.memory.data());
  for (std::int64_t v = 0; v < std::min<std::int64_t>(number[0], 1000); ++v) {
    for (std::int64_t k = 0; k < 4; ++k) {
      if (coordinates[static_cast<std::size_t>(v * 4 + k)] == want(0, v, k)) continue;
      CHECK(coordinates[static_cast<std::size_t>(v * 4 + k)] == want(0, v, k));
    }
  }
}
