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
    const auto beside = [h1](double h) { return side_interval<double>{h1 / h, h1 / (h1 + h)}; };
    const double value = curve_through<true>(v[0], v[1], v[2], v[3], w, beside(h0), beside(h2));
    if (!(value >= std::min(v[1], v[2]) - 1e-14 && value <= std::max(v[1], v[2]) + 1e-14)) {
      FAIL("pchip gives " << value << " between " << v[1] << " and " << v[2]);
    }
    // a + b x + c x^2 through any spacing comes back exactly, up to rounding.
    const auto parabola = [&](double x) { return v[0] + v[1] * x + v[2] * x * x; };
    const double x1 = h0, x2 = h0 + h1, x3 = h0 + h1 + h2, x = x1 + w * h1;
    const double curve = curve_through<false>(parabola(0), parabola(x1), parabola(x2), parabola(x3),
                                              w, beside(h0), beside(h2));
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

TEST_CASE("slerp in single precision is within 4e-7 of double", "[interpolate]") {
  random_source random(14);
  double worst = 0;
  for (int i = 0; i < 300'000; ++i) {
    const double size = std::exp2(random.uniform(-120, 120));
    const double spread = random.chance(0.5) ? 1.0 : std::exp2(random.uniform(-24, 0));
    float p[4], q[4];
    for (int c = 0; c < 4; ++c) {
      const double part = random.uniform(-1, 1);
      p[c] = static_cast<float>(part * size);
      q[c] = static_cast<float>((part + spread * random.uniform(-1, 1)) * 3);
    }
    const auto w = static_cast<float>(random.uniform());
    const auto got =
        slerp(basic_quaternion<float>{p[0], p[1], p[2], p[3]}, {q[0], q[1], q[2], q[3]}, w);
    const quaternion want = slerp(quaternion{p[0], p[1], p[2], p[3]},
                                  quaternion{q[0], q[1], q[2], q[3]}, static_cast<double>(w));
    const double differences[] = {
        want.x - static_cast<double>(got.x), want.y - static_cast<double>(got.y),
        want.z - static_cast<double>(got.z), want.w - static_cast<double>(got.w)};
    double square = 0;
    for (const double d : differences) square += d * d;
    // A right angle between two quaternions leaves the shorter arc to rounding.
    double dot = 0, pp = 0, qq = 0;
    for (int c = 0; c < 4; ++c) {
      dot += static_cast<double>(p[c]) * q[c];
      pp += static_cast<double>(p[c]) * p[c];
      qq += static_cast<double>(q[c]) * q[c];
    }
    if (std::fabs(dot) > 1e-6 * std::sqrt(pp * qq)) worst = std::max(worst, std::sqrt(square));
  }
  INFO("the worst distance is " << worst);
  CHECK(worst < 4e-7);
}

TEMPLATE_TEST_CASE("quaternions of any length above 0 are rotations", "[interpolate]", float,
                   double) {
  using real = TestType;
  constexpr auto largest = std::numeric_limits<real>::max();
  constexpr auto smallest = std::numeric_limits<real>::denorm_min();
  for (const real size : {smallest, std::numeric_limits<real>::min(), real(1), largest}) {
    const auto unit = normalized(basic_quaternion<real>{0, size, 0, -size});
    const auto half = slerp(basic_quaternion<real>{size, 0, 0, 0},
                            basic_quaternion<real>{0, real(3), 0, 0}, real(0.5));
    CAPTURE(size);
    CHECK(std::fabs(unit.y - std::sqrt(real(0.5))) < real(1e-6));
    CHECK(std::fabs(unit.w + std::sqrt(real(0.5))) < real(1e-6));
    CHECK(std::fabs(half.x - std::sqrt(real(0.5))) < real(1e-6));
    CHECK(std::fabs(half.y - std::sqrt(real(0.5))) < real(1e-6));
  }
  const auto nothing = normalized(basic_quaternion<real>{0, 0, 0, 0});
  CHECK(nothing.x != nothing.x);
}

TEMPLATE_TEST_CASE("an infinite sample draws the line to it", "[interpolate]", float, double) {
  using real = TestType;
  constexpr real inf = std::numeric_limits<real>::infinity();
  CHECK(lerp(-inf, real(0.1), real(0.5)) == -inf);
  CHECK(lerp(inf, real(4), real(0.5)) == inf);
  CHECK(lerp(real(2), inf, real(0.5)) == inf);
  CHECK(std::isnan(lerp(-inf, inf, real(0.5))));
  CHECK(lerp(-inf, real(0.1), real(0)) == -inf);
  CHECK(lerp(-inf, real(0.1), real(1)) == real(0.1));
  CHECK(lerp(inf, inf, real(0.3)) == inf);
  const side_interval<real> even{1, real(0.5)};
  // Beside the interval it ends the curve: straight, or by the rule for ends.
  CHECK(curve_through<false>(inf, real(1), real(2), -inf, real(0.25), even, even) == real(1.25));
  CHECK(curve_through<true>(inf, real(1), real(2), real(3), real(0.25), even, even) == real(1.25));
  CHECK(curve_through<true>(real(0), -inf, real(2), real(3), real(0.25), even, even) == -inf);
}

TEMPLATE_TEST_CASE("angles go the shorter way around", "[interpolate]", float, double) {
  using real = TestType;
  CHECK(lerp_angle(real(170), real(-170), real(0.25), real(360)) == real(175));
  CHECK(lerp_angle(real(170), real(-170), real(0.75), real(360)) == real(-175));
  CHECK(lerp_angle(real(170), real(-170), real(0.5), real(360)) == real(-180));
  CHECK(lerp_angle(real(350), real(10), real(0.75), real(360)) == real(5));
  CHECK(lerp_angle(real(350), real(10), real(0), real(360)) == real(350));
  CHECK(lerp_angle(real(10), real(350), real(0.25), real(360)) == real(5));
  CHECK(lerp_angle(real(10), real(20), real(0.5), real(360)) == real(15));
  CHECK(std::isnan(
      lerp_angle(real(10), std::numeric_limits<real>::quiet_NaN(), real(0.5), real(360))));
}
