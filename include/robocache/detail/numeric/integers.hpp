// Integers whose sums do not depend on their order.
#pragma once

#include <robocache/core/math.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// a + b modulo 2^64.
ROBOCACHE_HD std::int64_t wrapping_sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

/// a + b, or the largest number; the order of several does not matter.
ROBOCACHE_HD std::uint32_t saturating_sum(std::uint32_t a, std::uint32_t b) {
  const std::uint32_t sum = a + b;
  return sum < a ? UINT32_MAX : sum;
}

/// x * factor rounded once, to the nearest integer and ties to even, for results of at most 2^22.
ROBOCACHE_HD std::int32_t nearest_multiple(float x, float factor) {
  constexpr float shift = 0x1.8p23F;  // the sum keeps no fraction, and its low bits count
  return bit_cast<std::int32_t>(robocache::fma(x, factor, shift)) - bit_cast<std::int32_t>(shift);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
