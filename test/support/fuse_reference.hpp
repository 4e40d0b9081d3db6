// What `fuse` must give, written from its documentation: clocks in wide integers, reductions over
// plain lists, exact sums.
#pragma once

#include "fuse_problem.hpp"
#include "reference.hpp"

namespace test {

template <class Time>
Time saturated(wide exact) {
  return static_cast<Time>(
      std::clamp(exact, static_cast<wide>(INT64_MIN), static_cast<wide>(INT64_MAX)));
}

/// distance * drift to the nearest integer, ties to even, in integers alone. For |drift| < 2^52
/// and results below 2^52.
inline std::int64_t drifted(std::int64_t x, std::int64_t anchor, double drift) {
  const auto distance = static_cast<double>(static_cast<wide>(x) - anchor);
  int exponent = 0;
  const double fraction = std::frexp(drift, &exponent);
  const wide product = static_cast<wide>(distance) * static_cast<wide>(std::ldexp(fraction, 53));
  const int shift = 53 - exponent;
  if (shift > 120) return 0;
  const wide whole = product >> shift;  // floor
  const wide rest = product - whole * (static_cast<wide>(1) << shift);
  const wide half = static_cast<wide>(1) << (shift - 1);
  const bool up = rest > half || (rest == half && (whole & 1) != 0);
  return static_cast<std::int64_t>(whole + (up ? 1 : 0));
}

/// What the stream's clock reads when the common clock reads x.
template <class Time>
Time clock_reading(const robocache::fuse_stream<Time>& s, Time x) {
  if constexpr (std::is_integral_v<Time>) {
    const wide exact = static_cast<wide>(x) + s.clock_offset;
    if (s.clock_drift == 0) return saturated<Time>(exact);
    return saturated<Time>(exact + drifted(x, s.clock_anchor, s.clock_drift));
  } else {
    return x + s.clock_offset;
  }
}

/// first + floor(i * step / per); for floating-point times rounded once.
template <class Time>
Time uniform_target(Time first, Time step, std::int64_t per, std::int64_t i) {
  if constexpr (std::is_integral_v<Time>) {
    const wide product = static_cast<wide>(i) * step;
    const wide whole = product / per - (product % per < 0 ? 1 : 0);
    return static_cast<Time>(first + whole);
  } else {
    const double each = static_cast<double>(step) / static_cast<double>(per);
    return static_cast<Time>(std::fma(static_cast<double>(i), each, static_cast<double>(first)));
  }
}

/// The sum of finite numbers as parts that do not overlap, largest last (Shewchuk 1997).
class exact_sum {
 public:
  void add(double x) {
    std::vector<double> parts;
    for (double y : parts_) {
      if (std::fabs(x) < std::fabs(y)) std::swap(x, y);
      const double high = x + y;
      const double low = y - (high - x);
      if (low != 0) parts.push_back(low);
      x = high;
    }
    parts.push_back(x);
    parts_ = parts;
  }
  [[nodiscard]] long double value() const {
    long double sum = 0;
    for (auto part = parts_.rbegin(); part != parts_.rend(); ++part) {
      sum += static_cast<long double>(*part);
    }
    return sum;
  }

 private:
  std::vector<double> parts_;
};

/// One item of a stream, looked at from one time on its own clock.
template <class Time>
class seen_item {
 public:
  seen_item(const sensor<Time>& s, std::int64_t b, Time x) : s_(s), x_(x) {
    const auto range = s.range(b);
    for (std::int64_t i = range.first; i < range.first + range.second; ++i) {
      const auto at = static_cast<std::size_t>(i);
      rows_.push_back(i);
      times_.push_back(s.p.times[at]);
      present_.push_back(s.p.mask.empty() || s.p.mask[at] != 0);
    }
  }

  /// target - stamp of the nearest present sample; a tie goes to the earlier.
  [[nodiscard]] Time error() const {
    std::optional<std::size_t> before, after;
    neighbours(before, after);
    if (!before && !after) return 0;
    const bool late = !before || (after && is_nearer(times_[*after], times_[*before]));
    return since(times_[late ? *after : *before]);
  }

  /// target - stamp of the last sample at or before it that counts, else of the first one; where
  /// channels differ the earlier of those before, or else the later.
  [[nodiscard]] Time age() const {
    if (x_ != x_) return 0;
    bool all_before = true;
    std::optional<Time> before, first;
    std::int64_t channel = 0;
    const auto& kinds = s_.p.options.kinds;
    for (int g = 0; g < kinds.count(); ++g) {
      const std::int64_t width = robocache::is_slerp(kinds[g].kind) ? 4 : 1;
      const std::int64_t count = kinds[g].channels < 0 ? s_.p.channels : kinds[g].channels;
      for (std::int64_t c = 0; c < count; c += width, channel += width) {
        std::optional<Time> own_before, own_first;
        for (std::size_t i = 0; i < times_.size(); ++i) {
          if (!counts(i, channel, width)) continue;
          if (times_[i] <= x_) own_before = times_[i];
          if (!own_first) own_first = times_[i];
        }
        all_before = all_before && own_before;
        if (own_before) before = before ? std::min(*before, *own_before) : own_before;
        const auto own = own_before ? own_before : own_first;
        if (own) first = first ? std::max(*first, *own) : own;
      }
    }
    if (!first) return 0;
    return since(all_before ? *before : *first);
  }

  /// The rows of the samples in (x - window, x] that count for a channel, in their order.
  [[nodiscard]] std::vector<std::int64_t> window(std::int64_t channel) const {
    std::vector<std::int64_t> rows;
    for (std::size_t i = 0; i < times_.size(); ++i) {
      const bool skipped =
          s_.p.options.nans == robocache::nan_policy::skip && std::isnan(value(rows_[i], channel));
      if (present_[i] && !skipped && times_[i] <= x_ && is_after_begin(times_[i])) {
        rows.push_back(rows_[i]);
      }
    }
    return rows;
  }

  /// The mean or an extreme over them.
  [[nodiscard]] expected_value reduced(const std::vector<std::int64_t>& rows,
                                       std::int64_t channel) const {
    using robocache::reduction;
    std::vector<float> values;
    for (const auto row : rows) {
      values.push_back(value(row, channel));
      if (std::isnan(values.back())) return {std::numeric_limits<long double>::quiet_NaN()};
    }
    if (s_.settings.reduce == reduction::mean) return mean(values);
    const auto below = [](float a, float b) {
      return a < b || (a == b && std::signbit(a) && !std::signbit(b));
    };
    const auto extreme = s_.settings.reduce == reduction::minimum
                             ? std::min_element(values.begin(), values.end(), below)
                             : std::max_element(values.begin(), values.end(), below);
    return {static_cast<long double>(*extreme)};
  }

  [[nodiscard]] float value(std::int64_t row, std::int64_t channel) const {
    return s_.p.source[static_cast<std::size_t>(row * s_.p.channels + channel)];
  }

 private:
  static expected_value mean(const std::vector<float>& values) {
    const auto n = static_cast<long double>(values.size());
    exact_sum sum;
    long double size = 0;
    float ends = 0;  // what the infinities sum to
    for (const float v : values) {
      if (std::isinf(v)) {
        ends += v;
      } else {
        sum.add(static_cast<double>(v));
        size += static_cast<long double>(std::fabs(v));
      }
    }
    if (ends != 0) return {static_cast<long double>(ends)};  // NaN where both signs meet
    const long double result = sum.value() / n;
    // Summed in two floats: but for the last rounding of the quotient it is exact.
    return {result, std::fabs(result) * 0x1p-44L + size * 0x1p-46L + 0x1p-149L};
  }

  [[nodiscard]] bool counts(std::size_t i, std::int64_t channel, std::int64_t width) const {
    bool is_nan = false;
    for (std::int64_t c = 0; c < width; ++c) {
      is_nan = is_nan || std::isnan(value(rows_[i], channel + c));
    }
    return present_[i] && !(is_nan && s_.p.options.nans == robocache::nan_policy::skip);
  }

  void neighbours(std::optional<std::size_t>& before, std::optional<std::size_t>& after) const {
    if (x_ != x_) return;
    for (std::size_t i = 0; i < times_.size(); ++i) {
      if (!present_[i]) continue;
      if (times_[i] <= x_) before = i;
      if (times_[i] > x_ && !after) after = i;
    }
  }
  [[nodiscard]] bool is_nearer(Time later, Time earlier) const {
    if constexpr (std::is_integral_v<Time>) {
      return static_cast<wide>(later) - x_ < static_cast<wide>(x_) - earlier;
    } else {
      return later - x_ < x_ - earlier;
    }
  }
  [[nodiscard]] Time since(Time stamp) const {
    if constexpr (std::is_integral_v<Time>) {
      return saturated<Time>(static_cast<wide>(x_) - stamp);
    } else {
      const Time difference = x_ - stamp;  // of two infinities: the one NaN of results
      return difference == difference ? difference : std::numeric_limits<Time>::quiet_NaN();
    }
  }
  [[nodiscard]] bool is_after_begin(Time stamp) const {
    const Time window = s_.settings.window;
    if (window == robocache::unlimited<Time>()) return true;
    if constexpr (std::is_integral_v<Time>) {
      return stamp > static_cast<wide>(x_) - window;
    } else {
      return stamp > x_ - window;
    }
  }

  const sensor<Time>& s_;
  Time x_;
  std::vector<std::int64_t> rows_;
  std::vector<Time> times_;
  std::vector<bool> present_;
};

namespace detail {

/// The stream as a problem of another element type.
template <class T, class Time>
problem<T, Time> retyped(const problem<float, Time>& p, std::vector<T> source) {
  problem<T, Time> q;
  q.batch = p.batch;
  q.samples = p.samples;
  q.queries = p.queries;
  q.channels = p.channels;
  q.source = std::move(source);
  q.times = p.times;
  q.targets = p.targets;
  q.lengths = p.lengths;
  q.target_lengths = p.target_lengths;
  q.offsets = p.offsets;
  q.mask = p.mask;
  q.options = p.options;
  return q;
}

/// The dense elements of a laid-out array.
template <class T, class Time>
std::vector<T> dense(const laid_out<T>& from, const problem<float, Time>& p) {
  const auto cube = from.cube(from.memory.data());
  std::vector<T> list;
  for (std::int64_t b = 0; b < cube.extent(0); ++b) {
    for (std::int64_t r = 0; r < cube.extent(1); ++r) {
      for (std::int64_t c = 0; c < p.channels; ++c) list.push_back(cube(b, r, c));
    }
  }
  return list;
}

template <class T, class From>
T rounded_once(From value) {
  const long double real = rounded_to<T>(as_real(value));
  if constexpr (std::is_same_v<T, float>) {
    return std::isnan(real) ? from_bits<float>(0x7fc00000) : static_cast<float>(real);
  } else {
    return std::isnan(real) ? from_bits<T>(0x7fff) : T(static_cast<float>(real));
  }
}

}  // namespace detail

/// One stream by `resample`, at what its clock reads: values of the output's type, and the report.
template <class T, class Time>
outcome<T, Time> resampled(const sensor<Time>& s, const fuse_problem<Time, T>& p) {
  auto q = s.p;
  q.queries = p.queries;
  q.targets.clear();
  for (const Time x : p.targets) q.targets.push_back(clock_reading(s.settings, x));
  q.target_lengths = p.lengths;
  if (const auto* own = std::get_if<laid_out<T>>(&s.values)) {
    return resample(robocache::cpu{1}, detail::retyped<T>(q, detail::dense(*own, q)));
  }
  // Others are widened and rounded once.
  const auto narrow = resample(robocache::cpu{1}, q);
  outcome<T, Time> result(detail::retyped<T>(q, {}));
  result.valid = narrow.valid;
  result.age = narrow.age;
  for (std::size_t i = 0; i < result.output.size(); ++i) {
    result.output[i] = detail::rounded_once<T>(narrow.output[i]);
  }
  return result;
}

}  // namespace test
