/// \file
/// Arithmetic of time, and where a time falls among stamps.
#pragma once

#include <robocache/core/math.hpp>

ROBOCACHE_BEGIN_NAMESPACE

/// The distance of time that no two stamps exceed: "no limit".
template <class Time>
ROBOCACHE_HD constexpr Time unlimited() {
  if constexpr (std::is_integral_v<Time>) {
    return INT64_MAX;
  } else {
    return static_cast<Time>(__builtin_inf());
  }
}

/// `later - earlier` as a double. Integers subtract exactly at any distance, floats in their type.
template <class Time>
ROBOCACHE_HD double elapsed(Time later, Time earlier) {
  if constexpr (std::is_integral_v<Time>) {
    const auto a = static_cast<std::uint64_t>(later);
    const auto b = static_cast<std::uint64_t>(earlier);
    return later >= earlier ? static_cast<double>(a - b) : -static_cast<double>(b - a);
  } else {
    return static_cast<double>(later - earlier);
  }
}

/// Whether `later - earlier <= limit`, inclusive and exact; `later >= earlier`.
template <class Time>
ROBOCACHE_HD bool within(Time later, Time earlier, Time limit) {
  if constexpr (std::is_integral_v<Time>) {
    if (limit == INT64_MAX) return true;
    return limit >= 0 && static_cast<std::uint64_t>(later) - static_cast<std::uint64_t>(earlier) <=
                             static_cast<std::uint64_t>(limit);
  } else {
    return later - earlier <= limit;
  }
}

/// Whether `later - time < time - earlier`; exact for integers.
template <class Time>
ROBOCACHE_HD bool is_closer(Time later, Time time, Time earlier) {
  if constexpr (std::is_integral_v<Time>) {
    const auto middle = static_cast<std::uint64_t>(time);
    return static_cast<std::uint64_t>(later) - middle <
           middle - static_cast<std::uint64_t>(earlier);
  } else {
    return later - time < time - earlier;
  }
}

/// `later - earlier` to float precision; for guesses only.
template <class Time>
ROBOCACHE_HD float roughly_elapsed(Time later, Time earlier) {
  if constexpr (std::is_integral_v<Time>) {
    return static_cast<float>(static_cast<std::uint64_t>(later) -
                              static_cast<std::uint64_t>(earlier));
  } else {
    return static_cast<float>(later - earlier);
  }
}

namespace detail {

/// The last i in [low, high) with `times[i] <= time`; times[low] is, times[high] is not.
template <class Time, class Index>
ROBOCACHE_HD Index bisect(const Time* times, Index low, Index high, Time time) {
  while (high - low > 1) {
    const Index middle = low + (high - low) / 2;
    if (times[middle] <= time) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low;
}

/// The same between `below` and `above`, of which `time` lies upward or downward: probes at 8, 64,
/// 512 and 4096 from there first, all loads at once, then one look at each.
template <class Time, class Index>
ROBOCACHE_HD Index find_far(const Time* times, Index n, Time time, Index below, Index above,
                            bool upward) {
  constexpr int probes = 4;
  Index low = upward ? above : 0;
  Index high = upward ? n - 1 : below;
  Index at[probes];
  Time probed[probes];
  for (int k = 0; k < probes; ++k) {
    const Index step = Index{8} << (3 * k);
    at[k] =
        upward ? (step < n - 1 - above ? above + step : n - 1) : (step < below ? below - step : 0);
    probed[k] = times[at[k]];
  }
  for (int k = probes - 1; k >= 0; --k) {
    if (probed[k] <= time) {
      low = at[k] > low && at[k] < high ? at[k] : low;
    } else {
      high = at[k] < high && at[k] > low ? at[k] : high;
    }
  }
  return bisect(times, low, high, time);
}

}  // namespace detail

/// Where `time` falls among n ascending stamps: the last i with `times[i] <= time`; -1 before the
/// first stamp, for NaN and for n = 0. `hint` is a guess of the answer, right or wrong.
///
/// First a window of stamps around the hint, then a guess from the mean rate, a few strided probes
/// and bisection: one or two rounds of reads where stamps are nearly uniform, O(log n) always. On
/// stamps that do not ascend the answer is some index in range, the same for the same hint.
template <class Time, class Index>
ROBOCACHE_HD Index find_interval(const Time* times, Index n, Time time, Index hint) {
  constexpr int window = 8;
  if (n >= window) {
    const Index last_start = n - window;
    const Index before = hint - window / 2;
    const Index start = before < last_start ? (before > 0 ? before : 0) : last_start;
    int count = 0;
    for (int k = 0; k < window; ++k) count += times[start + k] <= time ? 1 : 0;
    if (count > 0 && count < window) return start + count - 1;
    if (count == 0 && start == 0) return -1;
    if (count == window && start == last_start) return n - 1;
  }
  if (n <= 0) return -1;
  const Time first = times[0];
  const Time last = times[n - 1];
  if (!(first <= time)) return -1;
  if (last <= time) return n - 1;
  if (n < 3) return 0;

  const float rate = static_cast<float>(n - 1) / roughly_elapsed(last, first);
  const float position = roughly_elapsed(time, first) * rate;
  // The comparison sends NaN to 0 and keeps the cast in range.
  Index guess = position < static_cast<float>(n) ? static_cast<Index>(position) : n - 2;
  guess = guess < 0 ? 0 : guess > n - 2 ? n - 2 : guess;

  const Index below = guess > 0 ? guess - 1 : 0;
  const Index above = guess + 2 < n ? guess + 2 : n - 1;
  const Time t_below = times[below];
  const Time t_guess = times[guess];
  const Time t_next = times[guess + 1];
  const Time t_above = times[above];
  const bool upward = t_guess <= time;
  if (upward && time < t_next) return guess;
  if (upward && time < t_above) return guess + 1;
  if (!upward && t_below <= time) return below;

  return detail::find_far(times, n, time, below, above, upward);
}

/// The same without a hint.
template <class Time, class Index>
ROBOCACHE_HD Index find_interval(const Time* times, Index n, Time time) {
  return find_interval(times, n, time, Index{0});
}

ROBOCACHE_END_NAMESPACE
