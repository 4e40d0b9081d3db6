// Division by a number that a launch knows.
#pragma once

#include <robocache/core/config.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// A / B and A % B for 0 <= A < 2^31 by one multiplication. B = 0 stands for rows of nothing.
struct fast_divisor {
  std::uint32_t divisor;
  std::uint32_t multiplier;
  std::uint32_t shift;

  __host__ __device__ explicit fast_divisor(std::uint32_t d = 1)
      : divisor(d), multiplier(0), shift(0) {
    while ((1ULL << shift) < d) ++shift;
    // ceil(2^(31 + shift) / d) fits 32 bits and is exact for every A below 2^31.
    if (d > 0) multiplier = static_cast<std::uint32_t>(((1ULL << (31 + shift)) + d - 1) / d);
  }
  __device__ std::uint32_t divide(std::uint32_t a) const {
    return static_cast<std::uint32_t>((static_cast<std::uint64_t>(a) * multiplier) >> (31 + shift));
  }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
