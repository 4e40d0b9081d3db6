// Keys that order floats as integers.
#pragma once

#include <robocache/core/math.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// A key that orders floats as integers, -0 below +0, everything but NaN above 0.
ROBOCACHE_HD std::uint32_t ordered(float x) {
  const auto bits = bit_cast<std::uint32_t>(x);
  return (bits & 0x80000000U) != 0 ? ~bits : bits | 0x80000000U;
}
ROBOCACHE_HD std::uint64_t ordered(double x) {
  const auto bits = bit_cast<std::uint64_t>(x);
  constexpr auto sign = std::uint64_t{1} << 63;
  return (bits & sign) != 0 ? ~bits : bits | sign;
}

/// The value of a key.
ROBOCACHE_HD float from_ordered(std::uint32_t key) {
  return bit_cast<float>((key & 0x80000000U) != 0 ? key & 0x7fffffffU : ~key);
}
ROBOCACHE_HD double from_ordered(std::uint64_t key) {
  constexpr auto sign = std::uint64_t{1} << 63;
  return bit_cast<double>((key & sign) != 0 ? key & ~sign : ~key);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
