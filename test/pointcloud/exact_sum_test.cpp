// Fixed-point sums and ordered keys against 128-bit integers and long doubles.
#include <robocache/detail/numeric/exact_sum.hpp>
#include <robocache/detail/numeric/ordered.hpp>

#include "support/catch.hpp"
#include "support/random.hpp"

namespace {

using namespace test;
namespace detail = robocache::detail;
__extension__ using int128 = __int128;

/// x * 2^scale rounded to nearest even in integers alone; x is finite.
int128 reference_fixed(float x, int scale) {
  const std::uint32_t bits = bits_of(x);
  const auto biased = static_cast<int>((bits >> 23) & 0xff);
  const int128 fraction = (bits & 0x7fffff) + (biased != 0 ? 0x800000 : 0);
  const int exponent = (biased != 0 ? biased : 1) - 150 + scale;
  int128 magnitude = 0;
  if (exponent >= 0) {
    magnitude = fraction << exponent;
  } else if (exponent > -26) {
    const int128 unit = int128{1} << -exponent;
    const int128 rest = fraction % unit;
    magnitude = fraction / unit;
    if (2 * rest > unit || (2 * rest == unit && magnitude % 2 == 1)) ++magnitude;
  }
  return (bits >> 31) != 0 ? -magnitude : magnitude;
}

/// Any finite float.
float finite(random_source& random) {
  for (;;) {
    const auto x = adversarial<float>(random);
    if (std::isfinite(x)) return x;
  }
}

/// A scale at which x fits 64 bits.
int scale_of(random_source& random, float x) {
  const int most = std::min<int>(62 - (x == 0.0F ? -149 : std::ilogb(x)), detail::largest_scale);
  const int fine = static_cast<int>(random.between(most - 80, most));
  return std::max<int>(fine, detail::smallest_scale);
}

}  // namespace

TEST_CASE("to_fixed rounds to nearest even") {
  CHECK(detail::to_fixed(0.5F, 0) == 0);
  CHECK(detail::to_fixed(1.5F, 0) == 2);
  CHECK(detail::to_fixed(-0.5F, 0) == 0);
  CHECK(detail::to_fixed(-2.5F, 0) == -2);
  CHECK(detail::to_fixed(0x1.000002p0F, 23) == 0x800001);
  CHECK(detail::to_fixed(0x1p-149F, 210) == std::int64_t{1} << 61);
  CHECK(detail::to_fixed(-0x1p127F, -64) == -INT64_MAX - 1);
  CHECK(detail::to_fixed(0x1.fffffep127F, -66) == std::int64_t{0xffffff} << 38);
  CHECK(detail::to_fixed(0x1.8p127F, -128) == 1);  // 0.75

  random_source random(7'000);
  INFO("seed " << random.seed());
  for (int i = 0; i < 2'000'000; ++i) {
    const float x = finite(random);
    const int scale = scale_of(random, x);
    const int128 wanted = reference_fixed(x, scale);
    if (detail::to_fixed(x, scale) != wanted) FAIL(x << " * 2^" << scale);
  }
}

TEST_CASE("to_fixed around the change of methods and at ties") {
  random_source random(7'100);
  INFO("seed " << random.seed());
  for (int power = -30; power < 63; ++power) {
    for (int i = 0; i < 3000; ++i) {
      // Few bits, so that halves occur often, just below and just above 2^power.
      const auto near = static_cast<float>(std::ldexp(static_cast<double>(random.between(1, 63)),
                                                      static_cast<int>(random.between(-8, 0))));
      const float x = random.chance(0.5) ? near : -near;
      const int scale = power - std::ilogb(x);
      const int128 wanted = reference_fixed(x, scale);
      if (detail::to_fixed(x, scale) != wanted) FAIL(x << " * 2^" << scale);
    }
  }
}

TEST_CASE("from_fixed and mean_of round as stated") {
  random_source random(7'200);
  INFO("seed " << random.seed());
  for (int i = 0; i < 1'000'000; ++i) {
    const auto sum = static_cast<std::int64_t>(random.bits()) >> random.between(0, 63);
    const auto scale = static_cast<int>(random.between(-256, 256));
    const auto count = random.between(1, std::int64_t{1} << random.between(1, 40));
    // A long double holds 64 bits, so it is rounded once here.
    const auto once = static_cast<double>(std::ldexp(static_cast<long double>(sum), -scale));
    const double quotient = once / static_cast<double>(count);
    if (bits_of(detail::from_fixed(sum, scale)) != bits_of(once) ||
        bits_of(detail::mean_of(sum, scale, count)) != bits_of(quotient)) {
      FAIL(sum << " * 2^-" << scale << " / " << count);
    }
    // The sum's rounding may count double in the quotient, whose own adds a half.
    const long double exact =
        std::ldexp(static_cast<long double>(sum), -scale) / static_cast<long double>(count);
    if (std::fabs(static_cast<long double>(quotient) - exact) > 1.5L * ulp_at<double>(exact)) {
      FAIL(sum << " * 2^-" << scale << " / " << count << " is far from the mean");
    }
  }
}

TEST_CASE("ordered keys sort floats") {
  const float inf = std::numeric_limits<float>::infinity();
  CHECK(detail::ordered(-0.0F) + 1 == detail::ordered(0.0F));
  CHECK(detail::ordered(-0.0) + 1 == detail::ordered(0.0));
  CHECK(detail::ordered(-inf) > 0);
  CHECK(detail::ordered(-static_cast<double>(inf)) > 0);
  random_source random(7'300);
  INFO("seed " << random.seed());
  const auto compare = [&](auto a, auto b) {
    if (bits_of(detail::from_ordered(detail::ordered(a))) != bits_of(a)) FAIL("the key of " << a);
    const bool below = a < b || (a == b && std::signbit(a) && !std::signbit(b));
    if (below != (detail::ordered(a) < detail::ordered(b))) FAIL(a << " and " << b);
  };
  for (int i = 0; i < 1'000'000; ++i) {
    const auto a = adversarial<float>(random);
    const float b = random.chance(0.2) ? next_to(a, true) : adversarial<float>(random);
    if (!std::isnan(a) && !std::isnan(b)) compare(a, b);
    const auto c = adversarial<double>(random);
    const double d = random.chance(0.2) ? next_to(c, true) : adversarial<double>(random);
    if (!std::isnan(c) && !std::isnan(d)) compare(c, d);
  }
}

TEST_CASE("exponents and logarithms") {
  CHECK(detail::exponent_above(0.0F) == -149);
  CHECK(detail::exponent_above(1.0F) == 1);
  CHECK(detail::exponent_above(0x1.fffffep-1F) == 0);
  CHECK(detail::exponent_above(0x1p-149F) == -148);
  CHECK(detail::exponent_above(0x1.fffffep127F) == 128);
  random_source random(7'400);
  for (int i = 0; i < 100'000; ++i) {
    const float x = std::fabs(finite(random));
    if (x == 0.0F) continue;
    if (detail::exponent_above(x) != std::ilogb(x) + 1) FAIL(x);
  }
  CHECK(detail::ceil_log2(-5) == 0);
  CHECK(detail::ceil_log2(0) == 0);
  CHECK(detail::ceil_log2(1) == 0);
  for (int b = 1; b < 62; ++b) {
    const std::int64_t n = std::int64_t{1} << b;
    INFO("2^" << b);
    CHECK(detail::ceil_log2(n) == b);
    CHECK(detail::ceil_log2(n + 1) == b + 1);
    if (b > 1) CHECK(detail::ceil_log2(n - 1) == b);
  }
  CHECK(detail::ceil_log2(INT64_MAX) == 63);
}

TEST_CASE("sums at the scale of the largest addend stay within 2^62") {
  random_source random(7'500);
  INFO("seed " << random.seed());
  for (int i = 0; i < 300'000; ++i) {
    const float most = std::fabs(finite(random));
    const auto n = random.between(1, std::int64_t{1} << random.between(0, 40));
    const int scale = detail::scale_for(detail::exponent_above(most), n);
    const bool allowed = scale >= detail::smallest_scale && scale <= detail::largest_scale &&
                         !detail::too_large(most, scale, n) && !detail::too_large(-most, scale, n);
    if (!allowed || int128{detail::to_fixed(most, scale)} * n > int128{1} << 62) {
      FAIL(n << " of " << most << " at " << scale);
    }
  }
}

TEST_CASE("too_large is exact, and what passes cannot wrap") {
  random_source random(7'600);
  INFO("seed " << random.seed());
  int large = 0;
  for (int i = 0; i < 500'000; ++i) {
    const float x = finite(random);
    const auto n = random.between(1, std::int64_t{1} << random.between(0, 29));
    // Scales around the limit.
    const int limit = detail::scale_for(detail::exponent_above(std::fabs(x)), n);
    const int scale = limit + static_cast<int>(random.between(-2, 3));
    if (scale > detail::largest_scale) continue;
    const bool wanted = std::fabs(static_cast<long double>(x)) * static_cast<long double>(n) >=
                        std::ldexp(1.0L, 62 - scale);
    if (detail::too_large(x, scale, n) != wanted) FAIL(n << " of " << x << " at " << scale);
    if (wanted) {
      ++large;
      continue;
    }
    const int128 sum = int128{detail::to_fixed(x, scale)} * n;
    if (sum > int128{1} << 62 || sum < -(int128{1} << 62))
      FAIL(n << " of " << x << " at " << scale);
  }
  CHECK(large > 100'000);
  CHECK(large < 400'000);
}
