/// \file
/// Interpolation at one time: the functors that `resample` is made of.
///
/// All of them run on the CPU and inside a user's own kernel or loop, and give the bits that the
/// operation gives.
#pragma once

#include <limits>
#include <robocache/core/nan_policy.hpp>
#include <robocache/trajectory/curves.hpp>
#include <robocache/trajectory/search.hpp>

ROBOCACHE_BEGIN_NAMESPACE

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
  angle,       ///< the shorter way around a circle: angles in radians, or of any other period
};

/// What stands at a target before the first or after the last sample.
enum class end_policy : std::uint8_t {
  hold,         ///< the end sample, as far as `tolerance` reaches
  fill,         ///< the fill value, marked invalid
  extrapolate,  ///< the end interval continued; kinds that select a sample hold it
  by_kind,      ///< hold; but `previous` knows nothing before the first sample (it would be of the
                ///< future), nor `next` after the last: they fill
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

/// True for the kinds that look at the samples beside their interval too.
ROBOCACHE_HD constexpr bool is_curve(interpolation kind) {
  return kind == interpolation::cubic || kind == interpolation::pchip;
}

/// True for the kinds whose value depends on the two samples of its interval alone, linearly.
ROBOCACHE_HD constexpr bool is_pairwise(interpolation kind) {
  return kind == interpolation::linear || !blends(kind);
}

/// The policies that decide which samples answer a target; plain values, copied into kernels.
template <class Time>
struct sampling_policy {
  end_policy before = end_policy::by_kind;
  end_policy after = end_policy::by_kind;
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

namespace detail {

/// What stands before the first (`early`) or after the last sample.
template <class Time>
ROBOCACHE_HD end_policy end_of(const sampling_policy<Time>& policy, interpolation kind,
                               bool early) {
  const end_policy end = early ? policy.before : policy.after;
  if (end != end_policy::by_kind) return end;
  const auto blind = early ? interpolation::previous : interpolation::next;
  return kind == blind ? end_policy::fill : end_policy::hold;
}

/// `bracket_in` between two samples.
template <class Time>
ROBOCACHE_HD bracket bracket_between(std::int64_t left, std::int64_t right, const Time* times,
                                     Time time, interpolation kind,
                                     const sampling_policy<Time>& policy) {
  using source = bracket::source;
  // Asked first, since it spares reads of stamps.
  const bool any_gap = policy.max_gap == unlimited<Time>();
  const bool any_distance = policy.tolerance == unlimited<Time>();
  if (!any_gap && !within(times[right], times[left], policy.max_gap)) {
    return times[left] == time ? bracket{left, left, source::samples} : bracket{};
  }
  if (blends(kind)) {
    const bool near = any_distance || within(time, times[left], policy.tolerance) ||
                      within(times[right], time, policy.tolerance);
    return near ? bracket{left, right, source::samples} : bracket{};
  }
  bool later = kind == interpolation::next && times[left] != time;
  if (kind == interpolation::nearest) later = is_closer(times[right], time, times[left]);
  const std::int64_t chosen = later ? right : left;
  const bool near = any_distance || (later ? within(times[right], time, policy.tolerance)
                                           : within(time, times[left], policy.tolerance));
  return near ? bracket{chosen, chosen, source::samples} : bracket{};
}

}  // namespace detail

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
    return detail::bracket_between(left, right, times, time, kind, policy);
  }
  if (is_nan(time)) return {-1, -1, source::nan};
  if (left < 0 && right >= n) return {};
  const bool early = left < 0;
  const std::int64_t edge = early ? right : left;
  if (!early && times[edge] == time) return {edge, edge, source::samples};
  const bool near = early ? within(times[edge], time, policy.tolerance)
                          : within(time, times[edge], policy.tolerance);
  const end_policy end = detail::end_of(policy, kind, early);
  if (end == end_policy::fill || !near) return {};
  if (end == end_policy::extrapolate && blends(kind)) {
    const std::int64_t low = early ? edge : last_usable(edge - 1, usable);
    const std::int64_t high = early ? first_usable(edge + 1, n, usable) : edge;
    if (low >= 0 && high < n && times[low] < times[high]) {
      const bool is_gap = !within(times[high], times[low], policy.max_gap);
      return is_gap ? bracket{} : bracket{low, high, source::samples};
    }
  }
  return {edge, edge, source::samples};
}

/// The samples beside a bracket that a curve takes into account; where there is none it is the
/// bracket's own.
struct curve_sides {
  std::int64_t before = -1, after = -1;
  side_interval<double> left, right;
};

/// What lies beside the blended bracket `at`. A duplicated stamp, a gap over `max_gap` and the end
/// of the samples end the curve.
template <class Time, class Usable>
ROBOCACHE_HD curve_sides sides_of(const bracket& at, const Time* times, std::int64_t n,
                                  Time max_gap, const Usable& usable) {
  const double length = elapsed(times[at.right], times[at.left]);
  const auto side = [length](double other) {
    return side_interval<double>{length / other, length / (length + other)};
  };
  curve_sides sides{at.left, at.right, {}, {}};
  const std::int64_t before = last_usable(at.left - 1, usable);
  const std::int64_t after = first_usable(at.right + 1, n, usable);
  if (before >= 0 && times[before] < times[at.left] &&
      within(times[at.left], times[before], max_gap)) {
    sides.before = before;
    sides.left = side(elapsed(times[at.left], times[before]));
  }
  if (after < n && times[at.right] < times[after] &&
      within(times[after], times[at.right], max_gap)) {
    sides.after = after;
    sides.right = side(elapsed(times[after], times[at.right]));
  }
  return sides;
}

ROBOCACHE_END_NAMESPACE
