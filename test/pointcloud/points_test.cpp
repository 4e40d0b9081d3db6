// Bounds, depth images and crops against their definitions, bit for bit, with any number of
// threads.
#include "support/catch.hpp"
#include "support/points_problem.hpp"

namespace {

using namespace test;
using robocache::bf16;
using robocache::cpu;
using robocache::f16;
using robocache::view;

constexpr float inf = std::numeric_limits<float>::infinity();
const float missing = plain_nan();

/// Every number of threads gives `expected`.
template <class Problem, class Outcome>
void check_threads(const Problem& p, const Outcome& blank, Outcome expected) {
  for (const int threads : {1, 2, 7}) {
    Outcome got = blank;
    got.run(cpu(threads), p, [](auto& v) { return v.data(); });
    INFO(threads << " threads");
    CHECK(difference(got, expected) == "");
  }
}

struct bounds {
  float minimum[3], maximum[3];
  std::int64_t valid;
  explicit bounds(std::vector<float> points) {
    const auto rows = static_cast<std::int64_t>(points.size()) / 3;
    robocache::cloud_bounds(cpu{}, view<float, 3>(points.data(), {1, rows, 3}),
                            view<float, 2>(minimum, {1, 3}), view<float, 2>(maximum, {1, 3}), {},
                            {view<std::int64_t, 1>(&valid, {1})});
  }
};

bool same(const float (&a)[3], const std::vector<float>& b) {
  return std::memcmp(a, b.data(), sizeof a) == 0;
}

/// The points of one row of depths at fx = fy = 2, cx = 1, cy = 0.
template <class D>
std::vector<float> row_of_points(std::vector<D> depth, const robocache::depth_options& options = {},
                                 const std::vector<float>& pose = {}) {
  const auto n = static_cast<std::int64_t>(depth.size());
  std::vector<float> points(depth.size() * 3, -7.0F);
  view<const float, 3> poses;
  if (!pose.empty()) poses = {pose.data(), {1, 3, 4}};
  robocache::depth_to_points(cpu{}, view<const D, 3>(depth.data(), {1, 1, n}), {2, 2, 1, 0}, poses,
                             view<float, 3>(points.data(), {1, n, 3}), options);
  return points;
}

bool same(const std::vector<float>& a, const std::vector<float>& b) {
  return first_difference(a, b) == -1;
}

}  // namespace

TEMPLATE_TEST_CASE("cloud_bounds is the definition's", "", float, double, bf16, f16) {
  random_source random(11'000 + sizeof(TestType));
  for (int round = 0; round < 150; ++round) {
    cloud_wildness wild;
    wild.points = round % 10 == 0 ? 40'000 : 300;
    wild.adversarial = 0.2;
    const auto p = make_clouds<TestType>(random, random.between(0, 4), 0, wild);
    INFO(p.story);
    check_threads(p, bounds_outcome<TestType>(p), expected_bounds(p));
  }
}

TEST_CASE("cloud_bounds of zeros, infinities, NaN and nothing") {
  const bounds zeros({0.0F, -0.0F, 0.0F, -0.0F, 0.0F, 0.0F});
  CHECK(same(zeros.minimum, {-0.0F, -0.0F, 0.0F}));
  CHECK(same(zeros.maximum, {0.0F, 0.0F, 0.0F}));
  const bounds ends({inf, 1.0F, -inf, 2.0F, -inf, inf});
  CHECK(same(ends.minimum, {2.0F, -inf, -inf}));
  CHECK(same(ends.maximum, {inf, 1.0F, inf}));
  CHECK(ends.valid == 2);
  const bounds one(
      {missing, 5.0F, 5.0F, 1.0F, 2.0F, 3.0F, 9.0F, 9.0F, missing, 9.0F, missing, 9.0F});
  CHECK(same(one.minimum, {1.0F, 2.0F, 3.0F}));
  CHECK(same(one.maximum, {1.0F, 2.0F, 3.0F}));
  CHECK(one.valid == 1);
  for (const auto& none : {bounds({}), bounds({missing, 1.0F, 1.0F})}) {
    CHECK(same(none.minimum, {inf, inf, inf}));
    CHECK(same(none.maximum, {-inf, -inf, -inf}));
    CHECK(none.valid == 0);
  }
  const float tiny = 0x1p-149F;
  const bounds subnormal({tiny, -tiny, 0.0F, 2 * tiny, -2 * tiny, tiny});
  CHECK(same(subnormal.minimum, {tiny, -2 * tiny, 0.0F}));
  CHECK(same(subnormal.maximum, {2 * tiny, -tiny, tiny}));
}

TEMPLATE_TEST_CASE("crop_points is the definition's", "", float, double, bf16, f16) {
  random_source random(12'000 + sizeof(TestType));
  std::int64_t kept = 0, all = 0;
  for (int round = 0; round < 200; ++round) {
    cloud_wildness wild;
    wild.points = round % 10 == 0 ? 6000 : 300;
    wild.adversarial = 0.1;
    const auto p = make_clouds<TestType>(random, random.between(0, 4), 0, wild);
    INFO(p.story);
    const auto call = random_crop(random, p);
    const auto expected = expected_crop(p, call);
    check_threads(p, call, expected);
    for (const std::int64_t n : expected.count) kept += n;
    all += p.entries() * p.rows;
  }
  CHECK(kept > all / 10);
  CHECK(kept < all * 9 / 10);
}

TEST_CASE("crop_points: borders, infinities and NaN") {
  const std::vector<float> x = {1.0F, 2.0F, -0.0F, inf, -inf, missing, 0x1.fffffep0F};
  std::vector<float> points;
  for (const float v : x) points.insert(points.end(), {v, 0.0F, 0.0F});
  const auto crop = [&](double lower, double upper, bool negate) {
    robocache::point_box box;
    box.lower[0] = lower;
    box.upper[0] = upper;
    box.negate = negate;
    std::vector<std::int32_t> indices(x.size(), -7);
    std::int64_t count = -7;
    robocache::crop_points(cpu{}, view<const float, 3>(points.data(), {1, 7, 3}), box,
                           view<std::int32_t, 2>(indices.data(), {1, 7}),
                           view<std::int64_t, 1>(&count, {1}));
    for (auto i = static_cast<std::size_t>(count); i < x.size(); ++i) CHECK(indices[i] == -1);
    indices.resize(static_cast<std::size_t>(count));
    return indices;
  };
  using list = std::vector<std::int32_t>;
  CHECK(crop(1.0, 2.0, false) == list{0, 6});
  CHECK(crop(1.0, 2.0, true) == list{1, 2, 3, 4});
  CHECK(crop(0.0, 1.0, false) == list{2});
  CHECK(crop(-robocache::point_box::everywhere, robocache::point_box::everywhere, false) ==
        list{0, 1, 2, 4, 6});
  CHECK(crop(2.0, 1.0, false).empty());
  CHECK(crop(0x1.fffffep0, 0x1.fffffep0 + 1e-12, false).empty());  // one float
  // Limits beyond float are finite all the same.
  CHECK(crop(-1e300, 1e300, false) == list{0, 1, 2, 6});
  CHECK(crop(-1e300, 1e300, true) == list{3, 4});
}

TEMPLATE_TEST_CASE("crop_points: the limits of a box are those of a grid", "", float, double) {
  using Real = TestType;
  // Half of these decimals lie above their float and half below.
  for (const double edge : {51.2, -51.2, 0.1, 0.7, -0.3, 40.0, 69.12, -39.68, 1e-3, 1234.567}) {
    INFO(edge);
    const auto at = static_cast<Real>(edge);
    const Real points[] = {std::nextafter(at, Real(-1e9)), 0, 0, at, 0, 0,  //
                           std::nextafter(at, Real(1e9)),  0, 0};
    const auto kept = [&](double lower, double upper) {
      robocache::point_box box;
      box.lower[0] = lower;
      box.upper[0] = upper;
      std::vector<std::int32_t> indices(3);
      std::int64_t count = 0;
      robocache::crop_points(cpu{}, view<const Real, 3>(points, {1, 3, 3}), box,
                             view<std::int32_t, 2>(indices.data(), {1, 3}),
                             view<std::int64_t, 1>(&count, {1}));
      indices.resize(static_cast<std::size_t>(count));
      return indices;
    };
    using list = std::vector<std::int32_t>;
    CHECK(kept(edge, edge + 100) == list{1, 2});
    CHECK(kept(edge - 100, edge) == list{0});
    robocache::voxel_grid grid;
    grid.origin[0] = edge;
    grid.size[0] = 100;
    const robocache::voxel_finder<Real> find(grid);
    CHECK(find(points[0], 0, 0) == find.outside);
    CHECK(find(points[3], 0, 0) == 0);
    CHECK(find(points[6], 0, 0) == 0);
  }
}

TEMPLATE_TEST_CASE("depth_to_points is the definition's", "", std::uint16_t, float) {
  random_source random(13'000 + sizeof(TestType));
  for (int round = 0; round < 150; ++round) {
    const auto p = make_depth<TestType>(random, random.between(0, 4), round % 10 == 0 ? 150 : 20);
    INFO(p.story);
    check_threads(p, depth_outcome(p), expected_depth(p));
  }
}

TEST_CASE("depth_to_points by hand") {
  using u16 = std::uint16_t;
  CHECK(same(row_of_points<u16>({2000, 0, 4000, 65535}),
             {-1, 0, 2, 2, 0, 4, 65.535F, 0, 65.535F, missing, missing, missing}));
  CHECK(same(row_of_points<float>({2, missing, 4, -1}),
             {-1, 0, 2, 2, 0, 4, missing, missing, missing, missing, missing, missing}));
  CHECK(same(
      row_of_points<float>({inf, -inf, -0.0F, 1}),
      {1, 0, 1, missing, missing, missing, missing, missing, missing, missing, missing, missing}));
  robocache::depth_options options;
  options.min_depth = 2.0;
  options.max_depth = 4.0;
  CHECK(same(row_of_points<u16>({1999, 2000, 4000, 4001}, options),
             {0, 0, 2, 2, 0, 4, missing, missing, missing, missing, missing, missing}));
  options = {};
  options.scale = 500.0;
  CHECK(same(row_of_points<u16>({1000}, options), {-1, 0, 2}));
  // A quarter turn about z, then a step.
  CHECK(
      same(row_of_points<u16>({2000}, {}, {0, -1, 0, 10, 1, 0, 0, 20, 0, 0, 1, 30}), {10, 19, 32}));
  // fx is 2: a ray of 1/3 keeps its last bit.
  CHECK(same(row_of_points<float>({0.0F, 0.0F, 1.0F / 3}),
             {static_cast<float>(static_cast<double>(1.0F / 3) / 2), 0, 1.0F / 3, missing, missing,
              missing, missing, missing, missing}));
}

TEST_CASE("depth_to_points writes 3 of a longer row") {
  const std::vector<float> depth = {1, 0};
  std::vector<float> points(8, -7.0F);
  robocache::depth_to_points(cpu{}, view<const float, 3>(depth.data(), {1, 1, 2}), {}, {},
                             view<float, 3>(points.data(), {1, 2, 3}, {8, 4, 1}));
  CHECK(same(points, {0, 0, 1, -7, missing, missing, missing, -7}));
}
