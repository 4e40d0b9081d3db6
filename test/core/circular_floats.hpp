// Sines and cosines of floats, one after the other.
#pragma once

#include <robocache/core/math.hpp>

#include "support/catch.hpp"
#include "support/floats.hpp"

namespace test {

/// Of every `step`-th float from 0 to 2^30; the sine is odd and the cosine even.
inline void check_circular_floats(std::uint32_t step) {
  constexpr std::uint32_t end = 0x4e800000;  // 2^30
  for (std::uint32_t bits = 0; bits <= end; bits += step) {
    const auto x = from_bits<float>(bits);
    const auto got = robocache::sine_cosine(x);
    const auto mirrored = robocache::sine_cosine(-x);
    const double sine = std::sin(static_cast<double>(x)), cosine = std::cos(static_cast<double>(x));
    const auto off = [](float value, double expected) {
      const auto ulp = static_cast<double>(ulp_at<float>(static_cast<long double>(expected)));
      return std::fabs(static_cast<double>(value) - expected) > 2 * ulp;
    };
    if (off(got.sine, sine) || off(got.cosine, cosine)) FAIL("sine_cosine(" << x << ")");
    if (mirrored.sine != -got.sine || mirrored.cosine != got.cosine) FAIL("not mirrored at " << x);
  }
  SUCCEED();
}

}  // namespace test
