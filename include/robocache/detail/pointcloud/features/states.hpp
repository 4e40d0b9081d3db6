// What is known of some of a channel's values: states that take values in any order and merge.
#pragma once

#include <robocache/detail/numeric/exact_sum.hpp>
#include <robocache/detail/numeric/ordered.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The largest finite magnitude of a channel's values, as bits.
struct largest_state {
  std::uint32_t bits = 0;

  ROBOCACHE_HD void add(float x) {
    const std::uint32_t magnitude = bit_cast<std::uint32_t>(x) & 0x7fffffffU;
    if (magnitude < 0x7f800000U && magnitude > bits) bits = magnitude;
  }
  ROBOCACHE_HD void merge(const largest_state& other) {
    if (other.bits > bits) bits = other.bits;
  }
};

/// How a channel's values are summed.
struct sum_rule {
  std::int32_t scale = 0;
  double power = 1.0;       // 2^scale
  std::int64_t points = 0;  // at most so many addends; 0 where none can be too large
};

/// The sum and number of a channel's values.
struct mean_state {
  std::int64_t sum = 0;
  std::int64_t number = 0;
  std::uint32_t seen = 0;

  static constexpr std::uint32_t nan = 1, positive = 2, negative = 4, too_large = 8;

  ROBOCACHE_HD void add(float x, const sum_rule& rule, bool keep_nan) {
    if (x != x) {
      if (keep_nan) seen |= nan;
      return;
    }
    ++number;
    if (x - x != 0.0F) {
      seen |= x > 0.0F ? positive : negative;
      return;
    }
    if (rule.points != 0 && detail::too_large(x, rule.scale, rule.points)) {
      seen |= too_large;
      return;
    }
    sum += to_fixed(x, rule.power);
  }

  ROBOCACHE_HD void merge(const mean_state& other) {
    sum += other.sum;
    number += other.number;
    seen |= other.seen;
  }

  /// In double, not yet rounded; `number` is not 0, or a NaN was seen.
  ROBOCACHE_HD double value(std::int32_t scale) const {
    if ((seen & (nan | too_large)) != 0 ||
        (seen & (positive | negative)) == (positive | negative)) {
      return canonical_nan<double>();
    }
    if (seen != 0) {
      const auto infinity = bit_cast<double>(std::uint64_t{0x7ff0000000000000});
      return seen == positive ? infinity : -infinity;
    }
    return mean_of(sum, scale, number);
  }

  [[nodiscard]] ROBOCACHE_HD bool is_empty() const { return number == 0 && seen == 0; }
};

/// The largest of a channel's values and the first point that has it.
struct max_state {
  std::uint32_t best = 0;  // as `ordered`; 0 before the first value, all ones for NaN
  std::uint32_t point = UINT32_MAX;

  ROBOCACHE_HD void add(float x, std::uint32_t from, bool keep_nan) {
    if (x != x && !keep_nan) return;
    merge({x != x ? UINT32_MAX : ordered(x), from});
  }

  ROBOCACHE_HD void merge(const max_state& other) {
    if (other.best > best || (other.best == best && other.point < point)) *this = other;
  }

  [[nodiscard]] ROBOCACHE_HD float value() const {
    return best == UINT32_MAX ? canonical_nan<float>() : from_ordered(best);
  }

  [[nodiscard]] ROBOCACHE_HD bool is_empty() const { return best == 0; }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
