/// \file
/// Rates of regular clocks as exact fractions: 29.97 Hz is 2997 targets in 100 s.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <robocache/trajectory/search.hpp>
#include <string>

namespace robocache::cli {

/// So many targets in so many seconds, in lowest terms.
struct clock_rate {
  std::int64_t targets = 1;
  std::int64_t seconds = 1;

  [[nodiscard]] double hz() const {
    return static_cast<double>(targets) / static_cast<double>(seconds);
  }
  [[nodiscard]] double period() const {
    return static_cast<double>(seconds) / static_cast<double>(targets);
  }
};

/// The rate in "30", "29.97" or "30000/1001": the first fraction that is the number to the last bit
/// of a double. None for other text, and beyond 1e-9 to 1e15 Hz.
std::optional<clock_rate> parse_rate(const std::string& text);

/// So many targets in so many nanoseconds, in lowest terms.
struct nanosecond_step {
  std::int64_t targets, nanoseconds;
};
nanosecond_step step_of(const clock_rate& rate);

/// `rate`, or the nearest simpler fraction that lets the nanoseconds of all `targets` steps fit 64
/// bits; says so on stderr. Fails where that would move the last target by more than a thousandth
/// of a period.
clock_rate fitting_rate(const clock_rate& rate, std::int64_t targets);

/// floor(k * seconds * 1e9 / targets): no error accumulates.
std::int64_t nanoseconds_of(std::int64_t k, const clock_rate& rate);

/// Target k of a regular clock.
template <class Time>
Time target_at(Time first, std::int64_t k, const clock_rate& rate) {
  if constexpr (std::is_integral_v<Time>) {
    Time sum = 0;
    return __builtin_add_overflow(first, nanoseconds_of(k, rate), &sum) ? INT64_MAX : sum;
  } else {
    const double seconds = static_cast<double>(k) * static_cast<double>(rate.seconds);
    return static_cast<Time>(static_cast<double>(first) +
                             seconds / static_cast<double>(rate.targets));
  }
}

/// Fails unless stamps lie within a century, whose nanoseconds fit 64 bits.
void check_span(double seconds, const clock_rate& rate);

/// Fails unless a result of `target_bytes` for each of so many targets fits the memory.
void check_targets(double targets, const clock_rate& rate, double target_bytes);

/// Targets `at(k)` from `first` to `last`, or `snap` seconds after it.
template <class Time, class At>
std::int64_t count_targets(Time first, Time last, double snap, const clock_rate& rate,
                           const At& at) {
  constexpr double unit = std::is_integral_v<Time> ? 1e-9 : 1.0;
  const double span = elapsed(last, first) * unit;
  check_span(span, rate);
  const double slack = std::min(snap, rate.period() / 2);
  const auto is_past = [&](std::int64_t k) { return elapsed(at(k), last) * unit > slack; };
  auto k = static_cast<std::int64_t>(std::min((span + slack) * rate.hz(), 0x1p62));
  // The quotient is rounded; the targets have the last word.
  if (k < std::int64_t{1} << 53) {
    if (!is_past(k + 1)) ++k;
    if (k > 0 && is_past(k)) --k;
  }
  return k + 1;
}

}  // namespace robocache::cli
