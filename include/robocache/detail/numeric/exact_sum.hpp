// Sums that do not depend on the order of their addends: floats as multiples of 2^-scale in 64
// bits.
#pragma once

#include <robocache/core/math.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Scales that keep every step below exact; those of `scale_for` are among them.
inline constexpr int smallest_scale = -256;
inline constexpr int largest_scale = 256;

/// 2^exponent for exponents of normal doubles.
ROBOCACHE_HD double power_of_two(int exponent) {
  return bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52);
}

/// x * power rounded to nearest even, for a power of two and finite x whose result is below 2^63 in
/// magnitude.
ROBOCACHE_HD std::int64_t to_fixed(float x, double power) {
  const double scaled = static_cast<double>(x) * power;  // exact
#if defined(__CUDA_ARCH__)
  return __double2ll_rn(scaled);
#else
  // From 2^24 on it is an integer. Below 2^51 the sum keeps no fraction, and its low bits count.
  if (!(scaled > -0x1p51 && scaled < 0x1p51)) return static_cast<std::int64_t>(scaled);
  constexpr double shift = 0x1.8p52;
  return bit_cast<std::int64_t>(scaled + shift) - bit_cast<std::int64_t>(shift);
#endif
}

/// x * 2^scale, rounded likewise.
ROBOCACHE_HD std::int64_t to_fixed(float x, int scale) { return to_fixed(x, power_of_two(scale)); }

/// sum * 2^-scale, rounded once.
ROBOCACHE_HD double from_fixed(std::int64_t sum, int scale) {
  return static_cast<double>(sum) * power_of_two(-scale);
}

/// The quotient in double of the rounded sum and the count; `narrow` it to the output.
ROBOCACHE_HD double mean_of(std::int64_t sum, int scale, std::int64_t count) {
  return from_fixed(sum, scale) / static_cast<double>(count);
}

/// The smallest e with max_abs < 2^e, for finite max_abs >= 0; -149 for 0.
ROBOCACHE_HD int exponent_above(float max_abs) {
  const auto bits = bit_cast<std::uint64_t>(static_cast<double>(max_abs));
  return bits == 0 ? -149 : static_cast<int>(bits >> 52) - 1022;
}

/// The smallest b with n <= 2^b; 0 for n < 1.
ROBOCACHE_HD int ceil_log2(std::int64_t n) {
  if (n < 2) return 0;
#if defined(__CUDA_ARCH__)
  return 64 - __clzll(n - 1);
#else
  return 64 - __builtin_clzll(static_cast<unsigned long long>(n - 1));
#endif
}

/// The finest scale at which n addends below 2^e sum to at most 2^62 in magnitude.
ROBOCACHE_HD int scale_for(int e, std::int64_t n) { return 62 - ceil_log2(n) - e; }

/// True for finite x whose n-fold could pass 2^62 at this scale: |x| * n >= 2^(62 - scale).
ROBOCACHE_HD bool too_large(float x, int scale, std::int64_t n) {
  const double magnitude = static_cast<double>(x < 0.0F ? -x : x);
  // Each side is exact for n of up to 29 bits; beyond that n rounds, and addends have room for it.
  return magnitude * static_cast<double>(n) >= power_of_two(62 - scale);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
