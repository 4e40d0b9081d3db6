// `voxel_finder` against IEEE formulas written out, and NumPy's counts on lattices.
#include <robocache/core/voxel_grid.hpp>

#include "support/catch.hpp"
#include "support/voxel_reference.hpp"

namespace {

using namespace test;
using robocache::index_rule;
using robocache::voxel_finder;
using robocache::voxel_grid;

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float quiet_nan = std::numeric_limits<float>::quiet_NaN();

/// A row of voxels along x, with room along y and z.
voxel_grid row_of(std::int64_t count, double size, double origin = 0,
                  index_rule rule = index_rule::floor) {
  return {{origin, 0, 0}, {size, 1, 1}, {count, 1, 1}, rule};
}

template <class Real>
std::int64_t find(const voxel_grid& grid, Real x, Real y = 0, Real z = 0) {
  return voxel_finder<Real>(grid)(x, y, z);
}

template <class Real>
void compare(const voxel_grid& grid, const Real (&p)[3]) {
  const std::int64_t got = voxel_finder<Real>(grid)(p[0], p[1], p[2]);
  if (got == naive_voxel(grid, p)) return;
  CAPTURE(p[0], p[1], p[2], grid.origin[0], grid.origin[1], grid.origin[2], grid.size[0],
          grid.size[1], grid.size[2], grid.extents[0], grid.extents[1], grid.extents[2]);
  CHECK(got == naive_voxel(grid, p));
}

}  // namespace

TEMPLATE_TEST_CASE("points of the k * 0.01 lattice lie where NumPy says", "[voxel_grid]", float,
                   double) {
  struct golden {  // make_golden.py prints it
    double origin;
    index_rule rule;
    int in_float, in_double;  // points that lie in voxel k, of 10000; the others are one below
  };
  constexpr golden all[] = {
      {0.0, index_rule::floor, 10000, 9395},  {0.0, index_rule::round, 10000, 10000},
      {-50.0, index_rule::floor, 9252, 8796}, {-50.0, index_rule::round, 10000, 10000},
      {0.005, index_rule::floor, 9701, 9390}, {0.005, index_rule::round, 10000, 10000},
  };
  using Real = TestType;
  int moved_by_reciprocal = 0;
  for (const auto& [origin, rule, in_float, in_double] : all) {
    const voxel_grid grid = row_of(20000, 0.01, origin, rule);
    const voxel_finder<Real> finder(grid);
    int here = 0, below = 0;
    for (std::int64_t k = 0; k < 10000; ++k) {
      const auto x = static_cast<Real>(origin + static_cast<double>(k) * 0.01);
      const std::int64_t got = finder(x, 0, 0);
      here += got == k ? 1 : 0;
      below += got == (k == 0 ? voxel_finder<Real>::outside : k - 1) ? 1 : 0;
      const Real p[3] = {x, 0, 0};
      compare(grid, p);
      const Real scaled =
          (x - static_cast<Real>(origin)) * (Real(1) / static_cast<Real>(grid.size[0]));
      const Real half = rule == index_rule::round ? Real(0.5) : Real(0);
      moved_by_reciprocal += static_cast<std::int64_t>(std::floor(scaled + half)) != got ? 1 : 0;
    }
    CAPTURE(origin, rule == index_rule::round);
    CHECK(here == (sizeof(Real) == 4 ? in_float : in_double));
    CHECK(here + below == 10000);
  }
  CHECK(moved_by_reciprocal > 100);  // else the lattice would not tell division from multiplication
}

TEST_CASE("voxels are half-open", "[voxel_grid]") {
  const voxel_grid grid = row_of(8, 0.25, 1.0);
  CHECK(find(grid, 1.0F) == 0);
  CHECK(find(grid, std::nextafter(1.0F, 0.0F)) == -1);
  CHECK(find(grid, 1.25F) == 1);
  CHECK(find(grid, std::nextafter(1.25F, 0.0F)) == 0);
  CHECK(find(grid, std::nextafter(3.0F, 0.0F)) == 7);
  CHECK(find(grid, 3.0F) == -1);
  CHECK(find(grid, std::nextafter(3.0, 0.0)) == 7);
  CHECK(find(grid, 3.0) == -1);
}

TEST_CASE("by the round rule the origin is a centre and halves go up", "[voxel_grid]") {
  const voxel_grid grid = row_of(8, 0.25, 1.0, index_rule::round);
  CHECK(find(grid, 1.0F) == 0);
  CHECK(find(grid, 0.875F) == 0);
  CHECK(find(grid, std::nextafter(0.875F, 0.0F)) == -1);
  CHECK(find(grid, 1.125F) == 1);
  CHECK(find(grid, std::nextafter(1.125F, 0.0F)) == 0);
  CHECK(find(grid, std::nextafter(2.875F, 0.0F)) == 7);
  CHECK(find(grid, 2.875F) == -1);
  // The sum with 1/2 is rounded too: just below a half it becomes 1.
  CHECK(find(row_of(8, 1.0, 0.0, index_rule::round), std::nextafter(0.5F, 0.0F)) == 1);
}

TEST_CASE("voxels are numbered z-major", "[voxel_grid]") {
  const voxel_grid grid = {{0, 10, 20}, {1, 2, 3}, {5, 7, 11}, index_rule::floor};
  CHECK(grid.cells() == 5 * 7 * 11);
  for (std::int64_t z = 0; z < 11; ++z) {
    for (std::int64_t y = 0; y < 7; ++y) {
      for (std::int64_t x = 0; x < 5; ++x) {
        const auto at = [](std::int64_t i, double origin, double size) {
          return static_cast<float>(origin + size * (static_cast<double>(i) + 0.5));
        };
        CHECK(find(grid, at(x, 0, 1), at(y, 10, 2), at(z, 20, 3)) == (z * 7 + y) * 5 + x);
      }
    }
  }
}

TEST_CASE("each axis is tested on its own", "[voxel_grid]") {
  // An index too large along x must not become a good one along y.
  const voxel_grid grid = {{0, 0, 0}, {1, 1, 1}, {4, 5, 6}, index_rule::floor};
  CHECK(find(grid, 4.5F, 0.5F, 0.5F) == -1);
  CHECK(find(grid, 0.5F, 5.5F, 0.5F) == -1);
  CHECK(find(grid, 0.5F, 0.5F, 6.5F) == -1);
  CHECK(find(grid, -0.5F, 1.5F, 0.5F) == -1);
  CHECK(find(grid, 1.5F, -0.5F, 0.5F) == -1);
  CHECK(find(grid, 1.5F, 1.5F, -0.5F) == -1);
}

TEST_CASE("zeros and denormals", "[voxel_grid]") {
  constexpr float tiny = std::numeric_limits<float>::denorm_min();
  const voxel_grid grid = row_of(4, 0.1);
  CHECK(find(grid, 0.0F) == 0);
  CHECK(find(grid, -0.0F) == 0);
  CHECK(find(grid, tiny) == 0);
  CHECK(find(grid, -tiny) == -1);
  CHECK(find(row_of(4, 0.1, -0.0), -0.0F) == 0);
  // The quotient is rounded to -0, whose floor is 0.
  CHECK(find(row_of(4, 4.0), -tiny) == 0);
  CHECK(find(row_of(4, 1e30), -1e-20F) == 0);
  CHECK(find(row_of(4, 1e30), -1.0F) == -1);
  // Denormal sizes are sizes; in float 1e-50 would be 0, in double it is not.
  CHECK(find(row_of(4, static_cast<double>(tiny)), 3 * tiny) == 3);
  CHECK(find(row_of(4, 1e-310), 2.5e-310) == 2);
}

TEST_CASE("infinities are outside and NaN is invalid, whatever the other axes say",
          "[voxel_grid]") {
  for (const auto rule : {index_rule::floor, index_rule::round}) {
    const voxel_grid grid = {{0, 0, 0}, {1, 1, 1}, {4, 4, 4}, rule};
    for (int a = 0; a < 3; ++a) {
      for (const float other : {1.0F, -7.0F, inf, -inf}) {
        float p[3] = {other, other, other};
        for (const float v : {inf, -inf, 3e38F, -3e38F, 0x1p31F, -0x1p31F, 0x1p63F}) {
          p[a] = v;
          CHECK(voxel_finder<float>(grid)(p[0], p[1], p[2]) == voxel_finder<float>::outside);
          CHECK(voxel_finder<double>(grid)(p[0], p[1], p[2]) == voxel_finder<double>::outside);
        }
        for (const float v : {quiet_nan, -quiet_nan}) {
          p[a] = v;
          CHECK(voxel_finder<float>(grid)(p[0], p[1], p[2]) == voxel_finder<float>::invalid);
          CHECK(voxel_finder<double>(grid)(p[0], p[1], p[2]) == voxel_finder<double>::invalid);
        }
      }
    }
  }
}

TEST_CASE("an overflow on the way is outside", "[voxel_grid]") {
  constexpr float most = std::numeric_limits<float>::max();
  CHECK(find(row_of(4, 1.0, -3e38), most) == -1);
  CHECK(find(row_of(4, 1.0, 3e38), -most) == -1);
  CHECK(find(row_of(4, 1e-30), 1e30F) == -1);
  CHECK(find(row_of(4, 1e-300), 1e300) == -1);
}

TEST_CASE("extents up to 2^31 - 1 and 2^62 voxels", "[voxel_grid]") {
  constexpr std::int64_t most = INT32_MAX;
  const voxel_grid row = row_of(most, 1.0);
  CHECK(find(row, 2147483520.0F) == 2147483520);
  CHECK(find(row, 2147483648.0F) == -1);
  CHECK(find(row, 2147483646.5) == 2147483646);
  CHECK(find(row, 2147483647.0) == -1);
  const voxel_grid vast = {{0, 0, 0}, {1, 1, 1}, {most, most, 1}, index_rule::floor};
  CHECK(vast.cells() == most * most);
  CHECK(find(vast, 2147483646.0, 2147483646.0, 0.0) == most * most - 1);
  const voxel_grid deep = {{0, 0, 0}, {1, 1, 1}, {1 << 20, 1 << 21, 1 << 21}, index_rule::floor};
  CHECK(deep.cells() == std::int64_t{1} << 62);
  CHECK(find(deep, 1048575.0, 2097151.0, 2097151.0) == (std::int64_t{1} << 62) - 1);
  CHECK(find(deep, 3.0F, 2.0F, 1.0F) ==
        ((std::int64_t{1} << 21) + 2) * (std::int64_t{1} << 20) + 3);
}

TEMPLATE_TEST_CASE("any grid and any point", "[voxel_grid]", float, double) {
  random_source random(100 + sizeof(TestType));
  INFO("seed " << random.seed());
  std::int64_t inside = 0;
  for (int round = 0; round < 3000; ++round) {
    auto grid = test::detail::random_grid(random, random.chance(0.1) ? INT32_MAX : 40);
    if (random.chance(0.1)) {
      for (double& size : grid.size) size = std::exp2(random.uniform(-40.0, 40.0));
    }
    if (random.chance(0.1)) {
      for (double& origin : grid.origin) origin = std::exp2(random.uniform(-60.0, 60.0));
    }
    const std::int64_t room = (std::int64_t{1} << 62) / grid.extents[1] / grid.extents[2];
    grid.extents[0] = std::min(grid.extents[0], room);
    for (int i = 0; i < 200; ++i) {
      TestType p[3];
      for (int a = 0; a < 3; ++a) {
        p[a] = test::detail::random_coordinate<TestType>(random, grid, a, 0.05);
      }
      compare(grid, p);
      inside += naive_voxel(grid, p) >= 0 ? 1 : 0;
    }
  }
  CHECK(inside > 100'000);
}
