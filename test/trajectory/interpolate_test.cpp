// The public functors: finding an interval, and the formulas at their edges.
#include <robocache/trajectory/interpolate.hpp>

#include "support/catch.hpp"
#include "support/random.hpp"

namespace {

using namespace test;
using namespace robocache;

template <class Time>
std::int64_t by_walking(const std::vector<Time>& stamps, Time time) {
  std::int64_t found = -1;
  for (std::size_t i = 0; i < stamps.size(); ++i) {
    if (stamps[i] <= time) found = static_cast<std::int64_t>(i);
  }
  return found;
}

}  // namespace

TEMPLATE_TEST_CASE("find_interval finds what a walk finds", "[interpolate]", std::int64_t, double,
                   float) {
  for (int i = 0; i < 3000; ++i) {
    random_source random(static_cast<std::uint64_t>(i));
    const auto kind = random.one_of(all_spacings);
    const auto n = random.chance(0.02) ? random.between(5000, 20000) : random.between(0, 300);
    const auto stamps = make_stamps<TestType>(random, kind, n);
    for (const TestType target : make_targets(random, stamps, 40)) {
      const auto expected = by_walking(stamps, target);
      const auto hint = random.between(-2, n + 2);
      const auto narrow_hint = static_cast<std::int32_t>(expected + random.between(-9, 9));
      const std::int64_t got[] = {
          find_interval(stamps.data(), n, target), find_interval(stamps.data(), n, target, hint),
          find_interval(stamps.data(), static_cast<std::int32_t>(n), target, narrow_hint)};
      for (const auto index : got) {
        if (index == expected) continue;
        CAPTURE(random.seed(), name_of(kind), n, target, expected, hint, narrow_hint);
        FAIL("found " << index);
      }
    }
  }
  SUCCEED();
}

TEMPLATE_TEST_CASE("find_interval stays in range on stamps in no order", "[interpolate]",
                   std::int64_t, double, float) {
  for (int i = 0; i < 2000; ++i) {
    random_source random(static_cast<std::uint64_t>(i) + 5000);
    const auto n = random.chance(0.05) ? random.between(2000, 9000) : random.between(1, 100);
    std::vector<TestType> stamps;
    for (std::int64_t k = 0; k < n; ++k) stamps.push_back(any_stamp<TestType>(random));
    if (!std::is_integral_v<TestType>) stamps[0] = std::numeric_limits<TestType>::quiet_NaN();
    for (int k = 0; k < 20; ++k) {
      const auto got =
          find_interval(stamps.data(), n, any_stamp<TestType>(random), random.between(-1, n));
      if (got < -1 || got >= n) FAIL("seed " << random.seed() << " found " << got << " of " << n);
    }
  }
  SUCCEED();
}

TEMPLATE_TEST_CASE("lerp stays between its samples and is exact where it must be", "[interpolate]",
                   float, double) {
  using real = TestType;
  random_source random(11);
  const auto count = static_cast<std::int64_t>(2e6 * std::min(1.0, std::max(scale(), 0.01)));
  for (std::int64_t i = 0; i < count; ++i) {
    const bool wild = random.chance(0.5);
    const real v0 = wild ? adversarial<real>(random) : ordinary<real>(random);
    const real v1 = wild ? adversarial<real>(random) : ordinary<real>(random);
    const real w = random.chance(0.1)
                       ? std::ldexp(real(1), -static_cast<int>(random.between(0, 140)))
                       : static_cast<real>(random.uniform());
    if (bits_of(lerp(v0, v1, real(0))) != bits_of(v0)) FAIL("w = 0 does not give " << v0);
    if (v0 == v0 && bits_of(lerp(v0, v0, w)) != bits_of(v0)) FAIL("equal samples change: " << v0);
    if (!std::isfinite(v0) || !std::isfinite(v1)) continue;
    if (lerp(v0, v1, real(1)) != v1)
      FAIL("w = 1 does not give " << v1 << " but " << lerp(v0, v1, real(1)));
    const real value = lerp(v0, v1, w);
    if (!(value >= std::min(v0, v1) && value <= std::max(v0, v1))) {
      CAPTURE(random.seed(), i, v0, v1, w, value);
      FAIL("a value leaves the range of its samples");
    }
  }
  SUCCEED();
}

TEST_CASE("pchip does not overshoot and cubic is a parabola's own", "[interpolate]") {
  random_source random(12);
  for (int i = 0; i < 200'000; ++i) {
    const double h0 = random.uniform(0.01, 2.0), h1 = random.uniform(0.01, 2.0);
    const double h2 = random.uniform(0.01, 2.0), w = random.uniform();
    const double v[] = {random.uniform(-2, 2), random.uniform(-2, 2), random.uniform(-2, 2),
                        random.uniform(-2, 2)};
    const double d0 = (v[1] - v[0]) / h0, d1 = (v[2] - v[1]) / h1, d2 = (v[3] - v[2]) / h2;
    const double value =
        hermite(v[1], v[2], pchip_tangent(h0, d0, h1, d1), pchip_tangent(h1, d1, h2, d2), h1, w);
    if (!(value >= std::min(v[1], v[2]) - 1e-14 && value <= std::max(v[1], v[2]) + 1e-14)) {
      FAIL("pchip gives " << value << " between " << v[1] << " and " << v[2]);
    }
    // a + b x + c x^2 through any spacing comes back exactly, up to rounding.
    const auto parabola = [&](double x) { return v[0] + v[1] * x + v[2] * x * x; };
    const auto slope = [&](double x0, double x1) {
      return (parabola(x1) - parabola(x0)) / (x1 - x0);
    };
    const double x1 = h0, x2 = h0 + h1, x3 = h0 + h1 + h2, x = x1 + w * h1;
    const double curve = hermite(parabola(x1), parabola(x2),
                                 catmull_rom_tangent(h0, slope(0, x1), h1, slope(x1, x2)),
                                 catmull_rom_tangent(h1, slope(x1, x2), h2, slope(x2, x3)), h1, w);
    if (std::fabs(curve - parabola(x)) > 1e-11)
      FAIL("cubic misses a parabola by " << curve - parabola(x));
  }
}

TEST_CASE("slerp turns at a steady rate along the shorter arc", "[interpolate]") {
  random_source random(13);
  long double worst = 0;
  for (int i = 0; i < 300'000; ++i) {
    // From a to a turned by `angle` (in quaternion space) towards an orthogonal b.
    long double a[4], b[4], dot = 0, aa = 0, bb = 0;
    for (int c = 0; c < 4; ++c) a[c] = random.uniform(-1, 1), b[c] = random.uniform(-1, 1);
    for (int c = 0; c < 4; ++c) aa += a[c] * a[c];
    for (auto& c : a) c /= std::sqrt(aa);
    for (int c = 0; c < 4; ++c) dot += a[c] * b[c];
    for (int c = 0; c < 4; ++c) b[c] -= dot * a[c], bb += b[c] * b[c];
    for (auto& c : b) c /= std::sqrt(bb);
    const bool slow = random.chance(0.3);
    const double angle = slow ? std::exp2(random.uniform(-40, 0)) : random.uniform(0.0, 1.57);
    const double size = std::exp2(random.uniform(-20, 20));
    const double sign = random.chance(0.5) ? -size : size;
    const auto at = [&](long double turn, int c) {
      return std::cos(turn) * a[c] + std::sin(turn) * b[c];
    };
    const auto d = [&](long double turn, int c, double s) {
      return static_cast<double>(at(turn, c)) * s;
    };
    const quaternion p = {d(0, 0, 3), d(0, 1, 3), d(0, 2, 3), d(0, 3, 3)};
    const quaternion q = {d(angle, 0, sign), d(angle, 1, sign), d(angle, 2, sign),
                          d(angle, 3, sign)};
    const double w = random.uniform();
    const quaternion r = slerp(p, q, w);
    const double got[] = {r.x, r.y, r.z, r.w};
    long double error = 0;
    for (int c = 0; c < 4; ++c) {
      const long double miss =
          static_cast<long double>(got[c]) - at(static_cast<long double>(w) * angle, c);
      error += miss * miss;
    }
    worst = std::max(worst, std::sqrt(error));
  }
  INFO("the worst distance is " << static_cast<double>(worst));
  CHECK(worst < 1e-15L);
}

TEST_CASE("slerp continues a slow turn far beyond its samples", "[interpolate]") {
  // 1e-7 rad apart, continued 10^6 times as far: a tenth of a radian.
  const quaternion still = {0, 0, 0, 1};
  const double half = 0x1p-24;
  const quaternion turned = {std::sin(half), 0, 0, std::cos(half)};
  for (const double w : {2.0, 1e3, 1e6, -1e6}) {
    const quaternion r = slerp(still, turned, w);
    CAPTURE(w);
    CHECK(std::fabs(r.x - std::sin(w * half)) < 1e-9);
    CHECK(std::fabs(r.w - std::cos(w * half)) < 1e-9);
  }
}
