// bf16 and f16 against decoding and rounding by the textbook, over all patterns and exponents.
#include <robocache/core/math.hpp>

#include "support/catch.hpp"
#include "support/random.hpp"

namespace {

using namespace test;
using robocache::bf16;
using robocache::f16;

static_assert(sizeof(bf16) == 2 && alignof(bf16) == 2 && std::is_trivial_v<bf16>);
static_assert(sizeof(f16) == 2 && alignof(f16) == 2 && std::is_trivial_v<f16>);
static_assert(!std::is_convertible_v<float, bf16> && !std::is_convertible_v<bf16, float>);

template <class T>
void check_rounding(float value) {
  const T got(value);
  if (value != value) {
    if (got.bits != 0x7fff) FAIL("a NaN gives " << got.bits);
    return;
  }
  const long double expected = rounded_to<T>(static_cast<long double>(value));
  const long double back = as_real(got);
  if (back != expected || std::signbit(back) != std::signbit(expected)) {
    FAIL(value << " (" << bits_of(value) << ") gives " << static_cast<double>(back) << ", not "
               << static_cast<double>(expected));
  }
}

}  // namespace

TEMPLATE_TEST_CASE("every 16-bit pattern widens exactly and comes back", "[float16]", bf16, f16) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto value = from_bits<TestType>(static_cast<std::uint16_t>(bits));
    const auto wide = static_cast<float>(value);
    const double expected = decode<TestType>(static_cast<std::uint16_t>(bits));
    if (expected != expected) {
      if (wide == wide) FAIL("pattern " << bits << " is a NaN and gives " << wide);
      if (TestType(wide).bits != 0x7fff) FAIL("NaN " << bits << " comes back otherwise");
    } else {
      if (static_cast<double>(wide) != expected) FAIL("pattern " << bits << " gives " << wide);
      if (TestType(wide).bits != bits) FAIL("pattern " << bits << " comes back otherwise");
    }
  }
  SUCCEED();
}

TEMPLATE_TEST_CASE("every exponent rounds to nearest even", "[float16]", bf16, f16) {
  // All upper halves, and below them the ties of either format, their neighbours, odd and even.
  for (std::uint32_t upper = 0; upper < 0x8000; ++upper) {
    for (std::uint32_t tail = 0; tail < 0x20000; tail += 0x1000) {
      const std::uint32_t bits = (upper << 17) | tail;
      for (const std::uint32_t near : {bits - 1, bits, bits + 1}) {
        check_rounding<TestType>(from_bits<float>(near));
      }
    }
  }
  random_source random(1);
  for (int i = 0; i < 300'000; ++i) {
    check_rounding<TestType>(from_bits<float>(static_cast<std::uint32_t>(random.bits())));
  }
  SUCCEED();
}

TEMPLATE_TEST_CASE("a double is rounded to 16 bits once", "[float16]", bf16, f16) {
  const auto check = [](double value) {
    const auto got = robocache::narrow<TestType>(value);
    const long double expected = rounded_to<TestType>(static_cast<long double>(value));
    const long double back = as_real(got);
    if (back != expected || std::signbit(back) != std::signbit(expected)) {
      FAIL(value << " gives " << static_cast<double>(back) << ", not "
                 << static_cast<double>(expected));
    }
  };
  // Ties, and doubles so close to ties that a float between would hide the side.
  for (std::uint32_t bits = 0; bits < 0x7fff; ++bits) {
    const double low = decode<TestType>(static_cast<std::uint16_t>(bits));
    const double high = decode<TestType>(static_cast<std::uint16_t>(bits + 1));
    if (!std::isfinite(low) || !std::isfinite(high)) continue;
    const double tie = (low + high) / 2;
    for (const double sign : {1.0, -1.0}) {
      check(sign * tie);
      check(sign * std::nextafter(tie, 0.0));
      check(sign * std::nextafter(tie, 1e300));
      check(sign * tie * (1 + 0x1p-40));
      check(sign * tie * (1 - 0x1p-40));
    }
  }
  random_source random(2);
  for (int i = 0; i < 500'000; ++i) {
    const auto value = from_bits<double>(random.bits());
    if (value == value) check(value);
    check(random.uniform(-70000.0, 70000.0));
  }
  CHECK(robocache::narrow<TestType>(std::nan("7")).bits == 0x7fff);
  CHECK(robocache::narrow<TestType>(-std::nan("")).bits == 0x7fff);
}
