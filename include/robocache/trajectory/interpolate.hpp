/// \file
/// Interpolation at one time: the functors that `resample` is made of.
///
/// All of them run on the CPU and inside a user's own kernel or loop, and give the bits that the
/// operation gives.
#pragma once

#include <limits>
#include <robocache/core/math.hpp>

namespace robocache {

/// How a value between two samples comes about.
enum class interpolation : std::uint8_t {
  linear,      ///< straight line; never leaves the range of its two samples
  nearest,     ///< the closer sample; a tie goes to the earlier one
  previous,    ///< the last sample at or before the target (zero-order hold)
  next,        ///< the sample at the target, else the first one after it
  cubic,       ///< Hermite with non-uniform Catmull-Rom tangents, one-sided at the ends
  pchip,       ///< Hermite with Fritsch-Carlson tangents: monotone, the end rule of SciPy
  slerp_xyzw,  ///< unit quaternions, four channels x y z w, along the shorter arc
  slerp_wxyz,  ///< unit quaternions, four channels w x y z, along the shorter arc
};

/// What stands at a target before the first or after the last sample.
enum class end_policy : std::uint8_t {
  hold,         ///< the end sample, as far as `tolerance` reaches
  fill,         ///< the fill value, marked invalid
  extrapolate,  ///< the end interval continued; kinds that select a sample hold it
};

/// What a NaN in the samples does.
enum class nan_policy : std::uint8_t {
  propagate,  ///< any value computed from it is NaN
  skip,       ///< the sample counts as missing, for that channel (or quaternion) alone
};

/// True for the kinds that blend samples, false for those that select one.
ROBOCACHE_HD constexpr bool blends(interpolation kind) {
  return kind != interpolation::nearest && kind != interpolation::previous &&
         kind != interpolation::next;
}

/// True for the kinds that take four channels at once.
ROBOCACHE_HD constexpr bool is_slerp(interpolation kind) {
  return kind == interpolation::slerp_xyzw || kind == interpolation::slerp_wxyz;
}

/// True for the kinds whose value depends on the two samples of its interval alone, linearly.
ROBOCACHE_HD constexpr bool is_pairwise(interpolation kind) {
  return kind == interpolation::linear || !blends(kind);
}

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

  // Probes at 8, 64, 512 and 4096 from there: all loads at once, then one look at each.
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

/// The same without a hint.
template <class Time, class Index>
ROBOCACHE_HD Index find_interval(const Time* times, Index n, Time time) {
  return find_interval(times, n, time, Index{0});
}

/// The point at weight w between v0 (w = 0) and v1 (w = 1).
///
/// Never leaves [min(v0, v1), max(v0, v1)] for 0 <= w <= 1; exact at both ends and where v0 = v1.
/// Source: the two-fma form; v0 = v1 needs its own case below 2^-125 and for infinities.
template <class Real>
ROBOCACHE_HD Real lerp(Real v0, Real v1, Real w) {
  const Real between = robocache::fma(w, v1, robocache::fma(-w, v0, v0));
  return w == Real(0) || v0 == v1 ? v0 : between;
}

/// The tangent of the Catmull-Rom curve at a sample between two intervals of lengths h0, h1 and
/// slopes d0, d1: the slope of the parabola through the three samples.
ROBOCACHE_HD double catmull_rom_tangent(double h0, double d0, double h1, double d1) {
  return robocache::fma(h1, d0, h0 * d1) / (h0 + h1);
}

/// The PCHIP tangent at a sample between two intervals: their weighted harmonic mean slope, 0 at a
/// local extremum. Source: Fritsch and Butland 1984, as in SciPy.
ROBOCACHE_HD double pchip_tangent(double h0, double d0, double h1, double d1) {
  if (!(d0 > 0.0 && d1 > 0.0) && !(d0 < 0.0 && d1 < 0.0)) {
    return d0 == d0 && d1 == d1 ? 0.0 : canonical_nan<double>();
  }
  // Divided by the steeper slope, so that the ratio cannot overflow.
  const bool first_is_flat = (d0 < 0.0 ? -d0 : d0) <= (d1 < 0.0 ? -d1 : d1);
  const double of_flat = first_is_flat ? robocache::fma(2.0, h1, h0) : robocache::fma(2.0, h0, h1);
  const double of_steep = first_is_flat ? robocache::fma(2.0, h0, h1) : robocache::fma(2.0, h1, h0);
  const double flat = first_is_flat ? d0 : d1;
  const double steep = first_is_flat ? d1 : d0;
  return flat * ((of_flat + of_steep) / robocache::fma(of_steep, flat / steep, of_flat));
}

/// -1, 0 or 1.
ROBOCACHE_HD int sign_of(double x) { return static_cast<int>(x > 0.0) - static_cast<int>(x < 0.0); }

/// The PCHIP tangent at an end sample; interval 0 touches it, interval 1 is the next one.
/// Source: the shape-preserving three-point rule of SciPy and of Moler's pchiptx.
ROBOCACHE_HD double pchip_end_tangent(double h0, double d0, double h1, double d1) {
  const double tangent = robocache::fma(robocache::fma(2.0, h0, h1), d0, -(h0 * d1)) / (h0 + h1);
  if (tangent != tangent) return canonical_nan<double>();
  if (sign_of(tangent) != sign_of(d0)) return 0.0;
  const double most = 3.0 * d0;
  const bool beyond = most > 0.0 ? tangent > most : tangent < most;
  return sign_of(d0) != sign_of(d1) && beyond ? most : tangent;
}

/// The cubic through v0 and v1, h apart, with tangents m0 and m1, at weight w of the way.
ROBOCACHE_HD double hermite(double v0, double v1, double m0, double m1, double h, double w) {
  const double rise = v1 - v0;
  const double a = robocache::fma(h, m0, -rise);
  const double b = robocache::fma(-h, m1, rise);
  const double line = robocache::fma(w, v1, robocache::fma(-w, v0, v0));
  const double bend = robocache::fma(w, b, robocache::fma(-w, a, a));
  return robocache::fma(w * (1.0 - w), bend, line);
}

/// A quaternion in double precision.
struct quaternion {
  double x, y, z, w;
};

ROBOCACHE_HD double dot(const quaternion& a, const quaternion& b) {
  return robocache::fma(a.x, b.x, robocache::fma(a.y, b.y, robocache::fma(a.z, b.z, a.w * b.w)));
}

/// q / |q|; NaN for the zero quaternion.
ROBOCACHE_HD quaternion normalized(const quaternion& q) {
  const double length = square_root(dot(q, q));
  return {q.x / length, q.y / length, q.z / length, q.w / length};
}

/// The rotation at weight w between q0 and q1 along the shorter arc, of unit length; the sign is
/// that of q0. Neither input needs to be normalised. Error below 1e-15 rad for 0 <= w <= 1.
/// Source: Shoemake 1985, the angle by Kahan's arc of difference and sum.
ROBOCACHE_HD quaternion slerp(const quaternion& from, const quaternion& to, double w) {
  const quaternion a = normalized(from);
  if (w == 0.0) return a;
  quaternion b = normalized(to);
  if (dot(a, b) < 0.0) b = {-b.x, -b.y, -b.z, -b.w};
  const quaternion apart = {b.x - a.x, b.y - a.y, b.z - a.z, b.w - a.w};
  const quaternion along = {b.x + a.x, b.y + a.y, b.z + a.z, b.w + a.w};
  const double angle = 2.0 * arc(square_root(dot(apart, apart)), square_root(dot(along, along)));
  double of_a = 1.0 - w;
  double of_b = w;
  const double reach = angle * (w < 0.0 ? 1.0 - w : w);
  if (!(angle < 0x1p-20 && reach < 0x1p-20)) {  // below, the chord is the arc to 2^-60
    const double scale = sine(angle);
    of_a = sine(of_a * angle) / scale;
    of_b = sine(of_b * angle) / scale;
  }
  return normalized({robocache::fma(of_a, a.x, of_b * b.x), robocache::fma(of_a, a.y, of_b * b.y),
                     robocache::fma(of_a, a.z, of_b * b.z), robocache::fma(of_a, a.w, of_b * b.w)});
}

/// The policies that decide which samples answer a target; plain values, copied into kernels.
template <class Time>
struct sampling_policy {
  end_policy before = end_policy::hold;
  end_policy after = end_policy::hold;
  Time max_gap = unlimited<Time>();
  Time tolerance = unlimited<Time>();
};

/// Where the value at a target comes from.
struct bracket {
  /// `samples`: rows left and right; `fill`: the fill value; `nan`: NaN, since the target is NaN.
  enum class source : std::uint8_t { samples, fill, nan };

  std::int64_t left = -1;   ///< the row at weight 0
  std::int64_t right = -1;  ///< the row at weight 1; equal to left where one sample is the answer
  source from = source::fill;
};

/// How far a time lies into an interval, and how long that is: a weight not yet divided out.
struct fraction {
  double part = 0.0;
  double whole = 1.0;

  ROBOCACHE_HD double value() const { return part / whole; }
};

/// How far `time` lies from row left (0) to row right (1); outside [0, 1] only when extrapolating.
template <class Time>
ROBOCACHE_HD fraction fraction_in(const bracket& at, const Time* times, Time time) {
  if (at.left == at.right) return {};
  return {elapsed(time, times[at.left]), elapsed(times[at.right], times[at.left])};
}

/// Every sample counts.
struct all_usable {
  ROBOCACHE_HD bool operator()(std::int64_t) const { return true; }
};

template <class Usable>
ROBOCACHE_HD std::int64_t last_usable(std::int64_t i, const Usable& usable) {
  while (i >= 0 && !usable(i)) --i;
  return i;
}

template <class Usable>
ROBOCACHE_HD std::int64_t first_usable(std::int64_t i, std::int64_t n, const Usable& usable) {
  while (i < n && !usable(i)) ++i;
  return i;
}

/// The samples that answer the target `time`, which lies in `interval` = find_interval(...).
/// `usable(i)` says whether sample i counts.
template <class Time, class Usable>
ROBOCACHE_HD bracket bracket_in(std::int64_t interval, const Time* times, std::int64_t n, Time time,
                                interpolation kind, const sampling_policy<Time>& policy,
                                const Usable& usable) {
  using source = bracket::source;
  const std::int64_t left = last_usable(interval, usable);
  const std::int64_t right = first_usable(interval + 1, n, usable);

  if (left >= 0 && right < n) {
    if (blends(kind)) {
      // Asked first, since it spares two reads of stamps.
      const bool any_gap = policy.max_gap == unlimited<Time>();
      if (any_gap || within(times[right], times[left], policy.max_gap)) {
        return {left, right, source::samples};
      }
      return times[left] == time ? bracket{left, left, source::samples} : bracket{};
    }
    bool later = kind == interpolation::next && times[left] != time;
    if (kind == interpolation::nearest) later = is_closer(times[right], time, times[left]);
    const std::int64_t chosen = later ? right : left;
    const bool near = later ? within(times[right], time, policy.tolerance)
                            : within(time, times[left], policy.tolerance);
    return near ? bracket{chosen, chosen, source::samples} : bracket{};
  }

  if (is_nan(time)) return {-1, -1, source::nan};
  if (left < 0 && right >= n) return {};
  const bool early = left < 0;
  const std::int64_t edge = early ? right : left;
  if (!early && times[edge] == time) return {edge, edge, source::samples};
  const end_policy end = early ? policy.before : policy.after;
  if (end == end_policy::fill) return {};
  if (end == end_policy::extrapolate && blends(kind)) {
    const std::int64_t low = early ? edge : last_usable(edge - 1, usable);
    const std::int64_t high = early ? first_usable(edge + 1, n, usable) : edge;
    if (low >= 0 && high < n && times[low] < times[high]) return {low, high, source::samples};
  }
  const bool near = early ? within(times[edge], time, policy.tolerance)
                          : within(time, times[edge], policy.tolerance);
  return near ? bracket{edge, edge, source::samples} : bracket{};
}

/// The value of a Hermite kind (`cubic` or `pchip`) at `weight` in bracket `at`. `value(i)` reads
/// sample i as a double. A duplicated stamp or a gap over `max_gap` ends the curve like its first
/// and last sample.
template <class Time, class Value, class Usable>
ROBOCACHE_HD double hermite_at(const bracket& at, double weight, const Time* times, std::int64_t n,
                               interpolation kind, Time max_gap, const Value& value,
                               const Usable& usable) {
  const double v0 = value(at.left);
  if (at.left == at.right || weight == 0.0) return v0;
  const double v1 = value(at.right);
  const double h = elapsed(times[at.right], times[at.left]);
  const double slope = (v1 - v0) / h;

  // The neighbouring intervals; a length of 0 says that there is none.
  const std::int64_t before = last_usable(at.left - 1, usable);
  const std::int64_t after = first_usable(at.right + 1, n, usable);
  double h_before = 0.0, slope_before = 0.0, h_after = 0.0, slope_after = 0.0;
  if (before >= 0 && times[before] < times[at.left] &&
      within(times[at.left], times[before], max_gap)) {
    h_before = elapsed(times[at.left], times[before]);
    slope_before = (v0 - value(before)) / h_before;
  }
  if (after < n && times[at.right] < times[after] &&
      within(times[after], times[at.right], max_gap)) {
    h_after = elapsed(times[after], times[at.right]);
    slope_after = (value(after) - v1) / h_after;
  }

  double m0 = slope;
  double m1 = slope;
  if (kind == interpolation::cubic) {
    if (h_before > 0.0) m0 = catmull_rom_tangent(h_before, slope_before, h, slope);
    if (h_after > 0.0) m1 = catmull_rom_tangent(h, slope, h_after, slope_after);
  } else {
    if (h_before > 0.0) {
      m0 = pchip_tangent(h_before, slope_before, h, slope);
    } else if (h_after > 0.0) {
      m0 = pchip_end_tangent(h, slope, h_after, slope_after);
    }
    if (h_after > 0.0) {
      m1 = pchip_tangent(h, slope, h_after, slope_after);
    } else if (h_before > 0.0) {
      m1 = pchip_end_tangent(h, slope, h_before, slope_before);
    }
  }
  return hermite(v0, v1, m0, m1, h, weight);
}

}  // namespace robocache
