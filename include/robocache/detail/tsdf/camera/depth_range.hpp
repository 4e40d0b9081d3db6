// The depths of an image that count, as it holds them.
#pragma once

#include <robocache/core/camera.hpp>
#include <type_traits>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Depths as the image holds them that count: those that `depth_options::allow` after division.
struct depth_range {
  float lowest = 1.0F, highest = 0.0F;

  [[nodiscard]] ROBOCACHE_HD bool allow(float raw) const { return raw >= lowest && raw <= highest; }
};

/// The number from which on `holds`, of [low, high]; high where it never does.
template <class Holds>
std::uint32_t first_that(std::uint32_t low, std::uint32_t high, const Holds& holds) {
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (holds(middle)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

/// The depths of an image that count: they are numbered as their values ascend, and metres with
/// them.
template <class D>
depth_range range_of_depths(const depth_options& options) {
  const auto value_of = [](std::uint32_t n) {
    if constexpr (std::is_integral_v<D>) return static_cast<float>(n);
    return bit_cast<float>(n);
  };
  const auto metres = [&](std::uint32_t n) {
    return static_cast<double>(value_of(n)) / options.scale_of<D>();
  };
  const std::uint32_t end = (std::is_integral_v<D> ? 0xffffU : 0x7f7fffffU) + 1;
  const std::uint32_t first = first_that(
      1, end, [&](std::uint32_t n) { return metres(n) > 0.0 && metres(n) >= options.min_depth; });
  const std::uint32_t past = first_that(first, end, [&](std::uint32_t n) {
    return !(metres(n) <= options.max_depth && is_finite(metres(n)));
  });
  if (first == past) return {};
  return {value_of(first), value_of(past - 1)};
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
