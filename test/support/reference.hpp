// What `resample` must give, written from its documentation in extended precision: linear scans
// over lists, textbook formulas, nothing of the library's arithmetic.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <robocache/trajectory/resample.hpp>

#include "floats.hpp"

namespace test {

using robocache::end_policy;
using robocache::interpolation;

/// One output element: |got - value| must not exceed `error` plus half an ulp of the output.
struct expected_value {
  long double value = 0;
  long double error = 0;
  bool anything = false;  // overflow and its like: only reproducibility is promised
  bool copied = false;    // a sample's own bits
};

/// The channels of one output row and the report on it.
template <class Time>
struct expected_row {
  std::vector<expected_value> channels;
  std::vector<expected_value> mirrored;  // the other arc, where a half turn lies between
  bool valid = true;
  bool valid_is_anything = false;
  std::int64_t left = -1;
  double weight = 0;
  Time age{};
};

__extension__ typedef __int128 wide;  // NOLINT(modernize-use-using): `using` warns

/// later - earlier in the stamps' type, as a double.
template <class Time>
double difference(Time later, Time earlier) {
  if constexpr (std::is_integral_v<Time>) {
    return static_cast<double>(static_cast<wide>(later) - static_cast<wide>(earlier));
  } else {
    return static_cast<double>(later - earlier);
  }
}

template <class Time>
bool at_most(Time later, Time earlier, Time limit) {
  if constexpr (std::is_integral_v<Time>) {
    return limit == INT64_MAX || static_cast<wide>(later) - earlier <= limit;
  } else {
    return later - earlier <= limit;
  }
}

/// The samples of one item: stamps, rows of channels, presence.
template <class T, class Time>
struct reference_item {
  std::vector<Time> times;
  std::vector<std::vector<T>> samples;
  std::vector<bool> present;
  std::vector<robocache::channel_group> groups;
  robocache::resample_options<Time> options;

  [[nodiscard]] expected_row<Time> answer(Time target) const {
    const Time x = snapped(target);
    expected_row<Time> row;
    report(row, x);
    std::size_t channel = 0;
    for (const auto& group : groups) {
      const std::size_t width = is_rotation(group.kind) ? 4 : 1;
      for (std::int64_t c = 0; c < group.channels; c += static_cast<std::int64_t>(width)) {
        answer_unit(row, x, group, channel, width);
        channel += width;
      }
    }
    return row;
  }

  /// The time that a target stands for.
  [[nodiscard]] Time snapped(Time target) const {
    std::optional<Time> nearest;
    for (const Time stamp : times) {
      if (options.snap == Time(0) || target != target) break;
      const bool near = stamp > target ? at_most(stamp, target, options.snap)
                                       : at_most(target, stamp, options.snap);
      if (!near) continue;
      const bool closer = nearest && stamp > target && *nearest <= target
                              ? later_is_closer(*nearest, target, stamp)
                              : !nearest || stamp <= target;
      if (closer) nearest = stamp;
    }
    return nearest ? *nearest : target;
  }

 private:
  using values = std::array<expected_value, 4>;

  struct knot {
    Time time;
    const T* channels;
  };

  static bool is_rotation(interpolation kind) {
    return kind == interpolation::slerp_xyzw || kind == interpolation::slerp_wxyz;
  }

  /// Whether sample i counts for `width` channels from `channel` on.
  [[nodiscard]] bool counts(std::size_t i, std::size_t channel, std::size_t width) const {
    bool missing = !present[i];
    for (std::size_t c = channel; c < channel + width; ++c) {
      const bool is_nan = std::isnan(as_real(samples[i][c]));
      missing |= is_nan && options.nans == robocache::nan_policy::skip;
    }
    return !missing;
  }

  struct around {
    std::int64_t before = -1, after = -1, first = -1;
  };

  [[nodiscard]] around neighbours(Time target, std::size_t channel, std::size_t width) const {
    around near;
    for (std::size_t i = 0; i < times.size(); ++i) {
      if (!counts(i, channel, width)) continue;
      const auto at = static_cast<std::int64_t>(i);
      if (near.first < 0) near.first = at;
      if (times[i] <= target) near.before = at;
      if (times[i] > target && near.after < 0) near.after = at;
    }
    if (near.before >= 0) near.first = near.before;
    return near;
  }

  void report(expected_row<Time>& row, Time target) const {
    if (target != target) return;
    around all{INT64_MAX, 0, -1};
    std::size_t channel = 0;
    bool any = false;
    for (const auto& group : groups) {
      const std::size_t width = is_rotation(group.kind) ? 4 : 1;
      for (std::int64_t c = 0; c < group.channels; c += static_cast<std::int64_t>(width)) {
        const around near = neighbours(target, channel, width);
        all.before = std::min(all.before, near.before);
        all.after = all.after < 0 || near.after < 0 ? -1 : std::max(all.after, near.after);
        all.first = std::max(all.first, near.first);
        channel += width;
        any = true;
      }
    }
    if (!any) all = {};
    const std::int64_t index = all.before >= 0 ? all.before : all.first;
    if (index < 0) return;
    const Time left = times[static_cast<std::size_t>(index)];
    row.left = index;
    if (all.before >= 0 && all.after >= 0) {
      row.weight =
          difference(target, left) / difference(times[static_cast<std::size_t>(all.after)], left);
    }
    if constexpr (std::is_integral_v<Time>) {
      const wide exact = static_cast<wide>(target) - left;
      row.age = static_cast<Time>(
          std::clamp(exact, static_cast<wide>(INT64_MIN), static_cast<wide>(INT64_MAX)));
    } else {
      row.age = target - left;
    }
  }

  void answer_unit(expected_row<Time>& row, Time target, const robocache::channel_group& group,
                   std::size_t channel, std::size_t width) const {
    std::vector<knot> knots;
    for (std::size_t i = 0; i < times.size(); ++i) {
      if (counts(i, channel, width)) knots.push_back({times[i], &samples[i][channel]});
    }
    values unit, other;
    bool valid = target == target;
    if (valid) {
      valid = blend(knots, target, group, unit, other);
      if (!valid) unit.fill({rounded_to<T>(static_cast<long double>(options.fill_value))});
      if (!valid) other = unit;
    } else {
      unit.fill({std::numeric_limits<long double>::quiet_NaN()});
      other = unit;
    }
    for (std::size_t c = 0; c < width; ++c) {
      if (unit[c].anything) row.valid_is_anything = !options.nan_is_valid;
      if (std::isnan(unit[c].value) && !options.nan_is_valid) valid = false;
    }
    row.valid = row.valid && valid;
    row.channels.insert(row.channels.end(), unit.begin(), unit.begin() + width);
    row.mirrored.insert(row.mirrored.end(), other.begin(), other.begin() + width);
  }

  // False where there is no answer.
  bool blend(const std::vector<knot>& knots, Time x, const robocache::channel_group& group,
             values& unit, values& other) const {
    const interpolation kind = group.kind;
    const auto n = static_cast<std::ptrdiff_t>(knots.size());
    if (n == 0) return false;
    const auto time = [&](std::ptrdiff_t i) { return knots[static_cast<std::size_t>(i)].time; };
    std::ptrdiff_t i = -1;
    for (std::ptrdiff_t k = 0; k < n; ++k) {
      if (time(k) <= x) i = k;
    }
    const auto near = [&](std::ptrdiff_t k) {
      return time(k) > x ? at_most(time(k), x, options.tolerance)
                         : at_most(x, time(k), options.tolerance);
    };
    const auto select = [&](std::ptrdiff_t k) {
      if (!near(k)) return false;
      evaluate(knots, k, k, 0.0, group, unit, other);
      return true;
    };
    if (i >= 0 && time(i) == x) {
      evaluate(knots, i, i, 0.0, group, unit, other);
      return true;
    }
    const bool selects = kind == interpolation::nearest || kind == interpolation::previous ||
                         kind == interpolation::next;
    if (i < 0 || i == n - 1) {
      const end_policy end = i < 0 ? options.before : options.after;
      if (end == end_policy::fill || !near(i < 0 ? 0 : i)) return false;
      if (end == end_policy::by_kind &&
          kind == (i < 0 ? interpolation::previous : interpolation::next)) {
        return false;
      }
      const std::ptrdiff_t low = i < 0 ? 0 : n - 2;
      if (end == end_policy::extrapolate && !selects && n > 1 && time(low) < time(low + 1)) {
        if (!at_most(time(low + 1), time(low), options.max_gap)) return false;
        const double w = difference(x, time(low)) / difference(time(low + 1), time(low));
        evaluate(knots, low, low + 1, w, group, unit, other);
        return true;
      }
      return select(i < 0 ? 0 : i);
    }
    if (!at_most(time(i + 1), time(i), options.max_gap)) return false;
    if (kind == interpolation::previous) return select(i);
    if (kind == interpolation::next) return select(i + 1);
    if (kind == interpolation::nearest)
      return select(later_is_closer(time(i), x, time(i + 1)) ? i + 1 : i);
    if (!near(i) && !near(i + 1)) return false;
    evaluate(knots, i, i + 1, difference(x, time(i)) / difference(time(i + 1), time(i)), group,
             unit, other);
    return true;
  }

  static bool later_is_closer(Time earlier, Time x, Time later) {
    if constexpr (std::is_integral_v<Time>) {
      return static_cast<wide>(later) - x < static_cast<wide>(x) - earlier;
    } else {
      return later - x < x - earlier;
    }
  }

  // The type that values are computed in.
  using real = std::conditional_t<sizeof(T) == 8, double, float>;
  static constexpr long double most = static_cast<long double>(std::numeric_limits<real>::max());
  static constexpr long double epsilon =
      static_cast<long double>(std::numeric_limits<real>::epsilon());

  void evaluate(const std::vector<knot>& knots, std::ptrdiff_t i, std::ptrdiff_t j,
                double exact_weight, const robocache::channel_group& group, values& unit,
                values& other) const {
    const T* a = knots[static_cast<std::size_t>(i)].channels;
    const T* b = knots[static_cast<std::size_t>(j)].channels;
    const auto w = static_cast<long double>(static_cast<real>(exact_weight));
    if (is_rotation(group.kind)) return rotate(a, b, w, unit, other);
    const long double v0 = as_real(*a);
    other[0] = {};
    if (i == j) {
      unit[0] = {v0, 0, false, true};
    } else if (group.kind == interpolation::linear) {
      unit[0] = straight(v0, as_real(*b), w);
    } else if (group.kind == interpolation::angle) {
      return turn(v0, as_real(*b), w, static_cast<long double>(static_cast<real>(group.period)),
                  unit, other);
    } else {
      unit[0] = curve(knots, i, w, group.kind);
    }
    other = unit;
  }

  static expected_value straight(long double v0, long double v1, long double w) {
    if (w == 0 || v0 == v1) return {v0};
    if (std::isnan(v0) || std::isnan(v1)) return {std::numeric_limits<long double>::quiet_NaN()};
    const long double near = (1 - w) * v0;
    const long double far = w * v1;
    if (std::isinf(v0) || std::isinf(v1)) return {w == 1 ? v1 : near + far};
    const long double size = std::fabs(near) + std::fabs(far);
    if (!(size < most / 4) && (w < 0 || w > 1)) return {0, 0, true};
    // Two roundings: of the share of v0, and of the sum.
    const long double value = near + far;
    return {value, (ulp_at<real>(near) + ulp_at<real>(value)) / 2 + size * 0x1p-60L};
  }

  // Along the circle from v0; where either way is as long, either will do.
  static void turn(long double v0, long double v1, long double w, long double period, values& unit,
                   values& other) {
    const long double steps = std::nearbyint((v1 - v0) / period);
    const long double either = std::fabs(std::fabs((v1 - v0) / period - steps) - 0.5L);
    unit[0] = straight(v0, v1, w);
    other = unit;
    const bool near_half =
        std::isfinite(either) && either < std::max(1.0L, std::fabs(steps)) * 8 * epsilon;
    if (!std::isfinite(v0) || !std::isfinite(v1) || (steps == 0 && !near_half)) return;
    const long double size = std::fabs(v0) + std::fabs(v1) + period;
    const auto way = [&](long double turns) -> expected_value {
      if (turns == 0) return straight(v0, v1, w);
      if (w == 0) return {v0};
      const long double value = v0 + w * (v1 - v0 - turns * period);
      const long double low = v0 < 0 || v1 < 0 ? -period / 2 : 0;
      const bool seam = std::min(std::fabs(value - low), std::fabs(value - low - period)) <
                        8 * epsilon * size * std::max(1.0L, std::fabs(w));
      const long double back = value < low ? period : value >= low + period ? -period : 0;
      return {value + back, 4 * epsilon * size * std::max(1.0L, std::fabs(w)),
              seam || !(size < most / 4) || !(std::fabs(w) < 0x1p40L)};
    };
    unit[0] = way(steps);
    other[0] = near_half ? way(steps + ((v1 - v0) / period > steps ? 1 : -1)) : unit[0];
    // A count of turns is rounded in the type itself.
    if (std::fabs(steps) > 0x1p20L) unit[0].anything = true;
  }

  // The tangent at one end of an interval (h, d) whose other neighbour there is (h2, d2), if any;
  // (h3, d3) is the neighbour at the far end.
  struct slope {
    long double h = 0, d = 0;
  };

  static long double tangent(interpolation kind, slope s, slope near, slope far) {
    if (kind == interpolation::cubic) {
      if (near.h == 0) return s.d;
      // Lagrange: the derivative at 0 of the parabola through (x0, y0), (0, 0) and (x1, y1).
      const long double x0 = -near.h, y0 = near.d * x0, x1 = s.h, y1 = s.d * x1;
      return -y0 * x1 / (x0 * (x0 - x1)) - y1 * x0 / (x1 * (x1 - x0));
    }
    if (near.h != 0) {
      if (std::isnan(s.d) || std::isnan(near.d)) return s.d + near.d;
      if (s.d == 0 || near.d == 0 || (s.d > 0) != (near.d > 0)) return 0;
      const long double w1 = 2 * s.h + near.h, w2 = s.h + 2 * near.h;
      return (w1 + w2) / (w1 / near.d + w2 / s.d);
    }
    if (far.h == 0) return s.d;
    const long double m = ((2 * s.h + far.h) * s.d - s.h * far.d) / (s.h + far.h);
    if (std::isnan(m)) return m;
    const auto sign = [](long double v) { return (v > 0) - (v < 0); };
    if (sign(m) != sign(s.d)) return 0;
    return sign(s.d) != sign(far.d) && std::fabs(m) > std::fabs(3 * s.d) ? 3 * s.d : m;
  }

  expected_value curve(const std::vector<knot>& knots, std::ptrdiff_t i, long double w,
                       interpolation kind) const {
    const auto n = static_cast<std::ptrdiff_t>(knots.size());
    const auto value = [&](std::ptrdiff_t k) {
      return as_real(*knots[static_cast<std::size_t>(k)].channels);
    };
    long double biggest = 0;
    const auto interval = [&](std::ptrdiff_t k) -> slope {
      if (k < 0 || k + 1 >= n) return {};
      const Time t0 = knots[static_cast<std::size_t>(k)].time;
      const Time t1 = knots[static_cast<std::size_t>(k + 1)].time;
      if (k != i && (!(t0 < t1) || !at_most(t1, t0, options.max_gap))) return {};
      const auto h = static_cast<long double>(difference(t1, t0));
      biggest = std::max({biggest, std::fabs(value(k)), std::fabs(value(k + 1))});
      return {h, (value(k + 1) - value(k)) / h};
    };
    const slope s = interval(i);
    slope before = interval(i - 1), after = interval(i + 1);
    const long double v0 = value(i), v1 = value(i + 1);
    if (w == 0) return {v0};
    // Next to an infinity it is straight; one beyond the interval ends the curve.
    if (std::isinf(v0) || std::isinf(v1)) return straight(v0, v1, w);
    if (std::isinf(before.d)) before = {};
    if (std::isinf(after.d)) after = {};
    if (std::isinf(s.h + before.h + after.h)) return {0, 0, true};
    const long double m0 = tangent(kind, s, before, after);
    const long double m1 = tangent(kind, s, after, before);
    const long double x = w, y = 1 - x;
    const long double result = v0 * (1 + 2 * x) * y * y + v1 * x * x * (3 - 2 * x) +
                               s.h * (m0 * x * y * y - m1 * x * x * y);
    const long double steepest =
        std::max({std::fabs(s.d), std::fabs(before.d), std::fabs(after.d), biggest / s.h});
    const long double longest = std::max({s.h, before.h, after.h});
    long double shortest = s.h;
    for (const slope& next : {before, after}) {
      if (next.h > 0) shortest = std::min(shortest, next.h);
    }
    const long double reach = std::pow(std::max(1.0L, std::fabs(x)), 3.0L);
    // Where a number in between may leave its range, nothing is promised.
    constexpr long double room = sizeof(real) == 8 ? 0x1p900L : 0x1p100L;
    const long double stretch = longest / shortest;
    if (!(reach * stretch * (biggest + s.h * steepest) < room) || !(stretch < room) ||
        !(std::max(s.h, longest) < 0x1p900L) || !(s.h > 0x1p-900L)) {
      return {0, 0, true};
    }
    // Relative to what is added up: differences, their slopes over the interval, the line.
    const long double size = biggest + s.h * steepest;
    return {result,
            reach * (16 * epsilon * size + 0x1p-130L * (sizeof(real) == 8 ? 0x1p-900L : 1))};
  }

  void rotate(const T* a, const T* b, long double w, values& unit, values& other) const {
    std::array<long double, 4> p{}, q{};
    const auto unit_length = [](const T* from, std::array<long double, 4>& to) {
      long double sum = 0;
      for (std::size_t c = 0; c < 4; ++c) {
        to[c] = as_real(from[c]);
        sum += to[c] * to[c];
      }
      for (auto& c : to) c = std::isfinite(sum) ? c / std::sqrt(sum) : sum - sum;
    };
    unit_length(a, p);
    q = p;
    if (w != 0) unit_length(b, q);
    long double dot = 0;
    for (std::size_t c = 0; c < 4; ++c) dot += p[c] * q[c];
    const bool either = std::fabs(dot) < 450 * epsilon;
    const auto arc = [&](long double sign, values& result) {
      long double apart = 0, along = 0;
      for (std::size_t c = 0; c < 4; ++c) {
        apart += (sign * q[c] - p[c]) * (sign * q[c] - p[c]);
        along += (sign * q[c] + p[c]) * (sign * q[c] + p[c]);
      }
      const long double angle = 2 * std::atan2(std::sqrt(apart), std::sqrt(along));
      const long double u = angle == 0 ? 1 - w : std::sin((1 - w) * angle) / std::sin(angle);
      const long double v = angle == 0 ? w : std::sin(w * angle) / std::sin(angle);
      const long double reach = std::max(1.0L, std::fabs(w));
      // Beyond the samples a float's rotation goes by double.
      const bool inside = w >= 0 && w <= 1;
      const long double error = sizeof(real) == 8 ? 0x1p-49L * reach
                                : inside          ? 4e-7L
                                                  : 0x1p-49L * reach + epsilon;
      for (std::size_t c = 0; c < 4; ++c) {
        result[c] = {w == 0 ? p[c] : u * p[c] + v * sign * q[c], error};
        if (std::isnan(p[c]) || std::isnan(q[c])) result[c] = {p[c] + q[c]};
        result[c].anything = reach > 0x1p20L;
      }
    };
    arc(dot < 0 ? -1 : 1, unit);
    arc(either ? (dot < 0 ? 1 : -1) : (dot < 0 ? -1 : 1), other);
  }
};

/// Whether an output element is what the reference says.
template <class T>
bool agrees(T got, const expected_value& expected) {
  if (expected.anything) return true;
  const long double value = as_real(got);
  if (std::isnan(expected.value)) {
    return expected.copied ? std::isnan(value) : is_canonical_nan(got);
  }
  if (expected.error == 0) {
    const long double rounded = rounded_to<T>(expected.value);
    return value == rounded && std::signbit(value) == std::signbit(rounded);
  }
  const long double half = ulp_at<T>(expected.value) / 2;
  if (std::isinf(value)) {  // only where rounding may reach it
    return std::isinf(
        rounded_to<T>(expected.value + std::copysign(expected.error, expected.value)));
  }
  return std::fabs(value - expected.value) <= expected.error + half;
}

}  // namespace test
