// The shared arithmetic against extended precision.
#include <robocache/core/math.hpp>

#include "circular_floats.hpp"
#include "support/catch.hpp"
#include "support/random.hpp"

namespace {

using namespace test;

const auto samples = static_cast<std::int64_t>(1e6 * std::min(1.0, std::max(scale(), 0.02)));
const long double pi = std::acos(-1.0L);

/// Angles near and far, next to multiples of pi / 2 too.
double angle(random_source& random) {
  const double size = std::exp2(random.uniform(-60.0, 30.0));
  const double x = random.chance(0.5) ? size : -size;
  if (random.chance(0.7)) return x;
  const auto near =
      static_cast<double>(std::nearbyint(static_cast<long double>(x) / (pi / 2)) * (pi / 2));
  return std::nextafter(near, random.chance(0.5) ? 1e300 : -1e300);
}

template <class Ours, class Exact>
void check_circular(const Ours& ours, const Exact& exact) {
  random_source random(21);
  for (std::int64_t i = 0; i < samples; ++i) {
    const double x = angle(random);
    if (std::fabs(x) > 0x1p30) continue;
    const long double expected = exact(static_cast<long double>(x));
    const long double error = std::fabs(static_cast<long double>(ours(x)) - expected);
    if (error > std::max(2 * ulp_at<double>(expected), 0x1p-53L)) {
      FAIL("at " << x << " the error is " << static_cast<double>(error / ulp_at<double>(expected))
                 << " ulp");
    }
  }
  SUCCEED();
}

}  // namespace

TEST_CASE("sine and cosine keep their error bounds", "[math]") {
  check_circular([](double x) { return robocache::sine(x); },
                 [](long double x) { return std::sin(x); });
  check_circular([](double x) { return robocache::cosine(x); },
                 [](long double x) { return std::cos(x); });
  CHECK(robocache::sine(0.0) == 0.0);
  CHECK(robocache::cosine(0.0) == 1.0);
  CHECK(robocache::sine(0x1p-1074) == 0x1p-1074);
}

TEST_CASE("sine and cosine are NaN beyond 2^30", "[math]") {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double x :
       {0x1.0000000000001p30, -0x1.0000000000001p30, 1e300, infinity, -infinity, std::nan("5")}) {
    CHECK(is_canonical_nan(robocache::sine(x)));
    CHECK(is_canonical_nan(robocache::cosine(x)));
  }
  CHECK(robocache::sine(0x1p30) == robocache::sine(0x1p30));
}

TEST_CASE("arc is atan2 in the first quadrant to 3 ulp", "[math]") {
  random_source random(22);
  for (std::int64_t i = 0; i < samples; ++i) {
    const double y = std::exp2(random.uniform(-200.0, 200.0));
    const double x = random.chance(0.5) ? y * random.uniform(0.0, 4.0)
                                        : std::exp2(random.uniform(-200.0, 200.0));
    const long double expected =
        std::atan2(static_cast<long double>(y), static_cast<long double>(x));
    const long double error = std::fabs(static_cast<long double>(robocache::arc(y, x)) - expected);
    if (error > 3 * ulp_at<double>(expected)) {
      FAIL("arc(" << y << ", " << x << ") is off by "
                  << static_cast<double>(error / ulp_at<double>(expected)) << " ulp");
    }
  }
  CHECK(robocache::arc(0.0, 3.0) == 0.0);
  CHECK(robocache::arc(3.0, 0.0) == std::acos(0.0));
  CHECK(robocache::arc(1.0, 1.0) == std::atan(1.0));
}

TEST_CASE("sine and cosine in single precision keep 2 ulp", "[math]") {
  check_circular_floats(997);
  CHECK(robocache::sine_cosine(0.0F).sine == 0.0F);
  CHECK(robocache::sine_cosine(0.0F).cosine == 1.0F);
  for (const float x : {0x1.000002p30F, std::numeric_limits<float>::infinity(), std::nanf("5")}) {
    CHECK(is_canonical_nan(robocache::sine_cosine(x).sine));
    CHECK(is_canonical_nan(robocache::sine_cosine(-x).cosine));
  }
}

TEST_CASE("arc tangents keep 3 ulp, in every quadrant", "[math]") {
  random_source random(25);
  for (std::int64_t i = 0; i < samples; ++i) {
    const auto y = static_cast<float>(std::exp2(random.uniform(-40.0, 40.0)));
    const auto x =
        static_cast<float>(static_cast<double>(y) * std::exp2(random.uniform(-8.0, 8.0)));
    for (const float a : {y, -y}) {
      for (const float b : {x, -x}) {
        const long double expected =
            std::atan2(static_cast<long double>(a), static_cast<long double>(b));
        const auto in_single = static_cast<long double>(robocache::arc_tangent(a, b));
        const auto in_double = static_cast<long double>(
            robocache::arc_tangent(static_cast<double>(a), static_cast<double>(b)));
        if (std::fabs(in_single - expected) > 3 * ulp_at<float>(expected))
          FAIL("at " << a << ", " << b);
        if (std::fabs(in_double - expected) > 3 * ulp_at<double>(expected))
          FAIL("at " << a << ", " << b);
      }
    }
  }
  CHECK(robocache::arc_tangent(0.0F, 0.0F) == 0.0F);
  CHECK(robocache::arc_tangent(0.0, -1.0) == std::acos(-1.0));
  CHECK(robocache::arc_tangent(-2.0, 0.0) == -std::acos(0.0));
}

TEMPLATE_TEST_CASE("fma rounds once", "[math]", float, double) {
  using real = TestType;
  const real tiny = std::numeric_limits<real>::epsilon();
  // (1 + e)^2 - (1 + 2e) = e^2, which two roundings lose.
  CHECK(robocache::fma(1 + tiny, 1 + tiny, -(1 + 2 * tiny)) == tiny * tiny);
  random_source random(23);
  for (int i = 0; i < 200'000; ++i) {
    const auto a = static_cast<float>(random.uniform(-9, 9)),
               b = static_cast<float>(random.uniform(-9, 9));
    const auto c = static_cast<float>(random.uniform(-9, 9));
    // The product of two floats is exact in 64 bits, and c joins without loss of what matters.
    const long double exact = static_cast<long double>(a) * b + c;
    if (robocache::fma(a, b, c) != static_cast<float>(rounded_to<float>(exact))) {
      FAIL("fma(" << a << ", " << b << ", " << c << ")");
    }
  }
}

TEST_CASE("square_root is the IEEE one", "[math]") {
  random_source random(24);
  for (int i = 0; i < 200'000; ++i) {
    const double x = std::exp2(random.uniform(-1000.0, 1000.0));
    if (robocache::square_root(x) != std::sqrt(x)) FAIL("square_root(" << x << ")");
  }
  CHECK(robocache::square_root(4.0) == 2.0);
}

TEST_CASE("NaN is known in every type and written one way", "[math]") {
  using robocache::bf16;
  using robocache::f16;
  CHECK(robocache::is_nan(from_bits<float>(0xff800001U)));
  CHECK(robocache::is_nan(from_bits<double>(0x7ff0000000000001U)));
  CHECK(robocache::is_nan(from_bits<bf16>(0xff81)));
  CHECK(robocache::is_nan(from_bits<f16>(0x7c01)));
  CHECK_FALSE(robocache::is_nan(from_bits<f16>(0x7c00)));
  CHECK_FALSE(robocache::is_nan(std::numeric_limits<float>::infinity()));
  CHECK_FALSE(robocache::is_nan(std::int64_t{INT64_MIN}));
  CHECK(bits_of(robocache::narrow<float>(from_bits<float>(0xff800001U))) == 0x7fc00000U);
  CHECK(bits_of(robocache::narrow<float>(from_bits<double>(0xfff8000000000001U))) == 0x7fc00000U);
  CHECK(bits_of(robocache::narrow<double>(from_bits<double>(0xfff8000000000001U))) ==
        0x7ff8000000000000U);
  CHECK(bits_of(robocache::narrow<bf16>(from_bits<float>(0xff800001U))) == 0x7fff);
  CHECK(bits_of(robocache::narrow<float>(-0.0)) == 0x80000000U);
}
