// The operation behind `fuse`: one stream is a `resample_op` with a clock of its own.
#pragma once

#include <robocache/detail/trajectory/resample_op.hpp>
#include <robocache/trajectory/fuse_options.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Maps targets of the common clock to a stream's clock.
template <class Time>
struct stream_clock {
  Time start, period;  // of a uniform clock, where there is no array
  std::int64_t per;
  Time offset, anchor;
  double drift;

  ROBOCACHE_HD Time uniform(std::int64_t i) const {
    if constexpr (std::is_integral_v<Time>) {
      const Time steps = i * period;  // checked to fit
      const Time whole = steps / per;
      return start + (steps % per < 0 ? whole - 1 : whole);
    } else {
      const double step = static_cast<double>(period) / static_cast<double>(per);
      return static_cast<Time>(
          robocache::fma(static_cast<double>(i), step, static_cast<double>(start)));
    }
  }

  ROBOCACHE_HD Time to_stream(Time x) const {
    if constexpr (std::is_integral_v<Time>) {
      if (drift == 0.0) return saturating_sum(x, offset);
      constexpr double to_integer = 0x1.8p52;  // adding it leaves no fraction bits
      const double distance = elapsed(x, anchor);
      const double shift = distance * drift;
      double rounded = robocache::fma(distance, drift, to_integer) - to_integer;
      if (!(shift > -0x1p51 && shift < 0x1p51)) rounded = shift;  // by 26 days: to 1 ns
      const Time drifted = rounded >= 0x1p63    ? INT64_MAX
                           : rounded <= -0x1p63 ? INT64_MIN
                                                : static_cast<Time>(rounded);
      // Either order is exact where it is taken: the sum of all three saturates once.
      if ((offset < 0) != (drifted < 0)) return saturating_sum(x, offset + drifted);
      return saturating_sum(saturating_sum(x, offset), drifted);
    } else {
      if (drift == 0.0) return x + offset;
      const double base = static_cast<double>(x) + static_cast<double>(offset);
      return static_cast<Time>(robocache::fma(elapsed(x, anchor), drift, base));
    }
  }

 private:
  ROBOCACHE_HD static Time saturating_sum(Time a, Time b) {
    const auto sum =
        static_cast<Time>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
    if (b >= 0) return sum < a ? INT64_MAX : sum;
    return sum > a ? INT64_MIN : sum;
  }
};

template <class T, class Time, class Out>
struct fuse_op : resample_op<T, Time, Out> {
  using base = resample_op<T, Time, Out>;
  using typename base::plan;
  using typename base::slot;
  using pointer = typename pointers_to<T>::source;
  static constexpr const char* name = "fuse";

  stream_clock<Time> clock;
  optional_output<Time> error;
  reduction reduce;
  bool tiles;  // a window begins where the target before lies
  Time window;
  std::int64_t keep;

  [[nodiscard]] ROBOCACHE_HD bool is_reduced() const { return reduce != reduction::none; }
  [[nodiscard]] bool is_pairwise() const {
    return is_typed<T> && !is_reduced() && base::is_pairwise() &&
           this->nans == nan_policy::propagate && this->mask == nullptr;
  }
  ROBOCACHE_HD plan plan_row(const slot& s, bracket& at) const {
    return base::plan_row(s, at, all_usable{});
  }
  /// Channels of the output.
  [[nodiscard]] ROBOCACHE_HD std::int64_t width() const { return this->channels * keep; }

  ROBOCACHE_HD slot find(std::int64_t row, std::int64_t column) const {
    return base::template find_at<true>(row, column, to_stream(row, column));
  }
  ROBOCACHE_HD slot find_row(std::int64_t row, std::int64_t column) const {
    return base::template find_at<false>(row, column, to_stream(row, column));
  }

  /// The first sample of a target's window, which ends with the slot's interval.
  ROBOCACHE_HD std::int64_t first_in_window(const slot& s, std::int64_t column) const {
    if (s.is != slot::state::answer || window == unlimited<Time>()) return 0;
    Time begin{};
    if (tiles && column > 0) {
      begin = clock.to_stream(clock.uniform(column - 1));
    } else if constexpr (std::is_integral_v<Time>) {  // unsigned: the window may reach beyond
      begin = static_cast<Time>(static_cast<std::uint64_t>(s.time) -
                                static_cast<std::uint64_t>(window));
      if (begin > s.time) return 0;
    } else {
      begin = s.time - window;
    }
    return base::template find_snapped<true>(s.times, s.count, begin, s.interval).interval + 1;
  }

  /// Writes one channel of a window's result, of `width()`; returns whether it is valid.
  ROBOCACHE_HD bool write_reduced(const slot& s, std::int64_t first, std::int64_t unit,
                                  Out& out) const {
    const std::int64_t place = reduce == reduction::last ? unit / this->channels : 0;
    const pointer values = s.samples + (unit - place * this->channels);
    out = this->fill;
    if (s.is != slot::state::answer) return false;
    if (reduce == reduction::last) return write_kept(s, values, place, first, out);
    return reduce == reduction::mean ? write_mean(s, values, first, out)
                                     : write_extreme(s, values, first, out);
  }

  ROBOCACHE_HD void write_report(const slot& s, std::int64_t row, std::int64_t column) const {
    base::write_report(s, row, column);
    write_error(s, row, column);
  }

  template <bool Skips>
  ROBOCACHE_HD void write_row_report(const slot& s, const plan& p, std::int64_t row,
                                     std::int64_t column) const {
    base::template write_row_report<Skips>(s, p, row, column);
    write_error(s, row, column);
  }

 private:
  using typename base::present;
  using Real = compute_type<T>;

  /// The target on the stream's clock.
  ROBOCACHE_HD Time to_stream(std::int64_t row, std::int64_t column) const {
    return clock.to_stream(this->targets != nullptr
                               ? this->targets[row * this->targets_batch + column]
                               : clock.uniform(column));
  }

  ROBOCACHE_HD void write_error(const slot& s, std::int64_t row, std::int64_t column) const {
    if (error.data == nullptr || s.is == slot::state::skip) return;
    Time difference{};
    if (s.is == slot::state::answer && !is_nan(s.time)) {
      const auto usable = base::rows_in(s);
      const std::int64_t earlier = last_usable(s.interval, usable);
      const std::int64_t later = first_usable(s.interval + 1, s.count, usable);
      const bool has_later = later < s.count;
      if (earlier >= 0 || has_later) {
        const bool take_later =
            earlier < 0 || (has_later && is_closer(s.times[later], s.time, s.times[earlier]));
        difference = base::saturating_difference(s.time, s.times[take_later ? later : earlier]);
      }
    }
    error.write(row, column, difference);
  }

  ROBOCACHE_HD bool counts(const slot& s, std::int64_t i, T value) const {
    if (s.mask != nullptr && s.mask[i] == 0) return false;
    return this->nans != nan_policy::skip || !is_nan(value);
  }

  /// Calls `f(value)` for each sample of the window that counts, in order. Several are on their way
  /// at a time.
  template <class F>
  ROBOCACHE_HD void for_each_in_window(const slot& s, pointer values, std::int64_t first,
                                       const F& f) const {
    constexpr int block = 8;
    pointer from = values + first * this->source_row;
    for (std::int64_t i = first; i <= s.interval; i += block) {
      T ahead[block];
      const int count = s.interval - i < block ? static_cast<int>(s.interval - i) + 1 : block;
#if defined(__CUDA_ARCH__)
#pragma unroll
#endif
      for (int k = 0; k < block; ++k) {
        if (k < count) ahead[k] = from[k * this->source_row];
      }
#if defined(__CUDA_ARCH__)
#pragma unroll
#endif
      for (int k = 0; k < block; ++k) {
        if (k < count && counts(s, i + k, ahead[k])) f(ahead[k]);
      }
      from = from + block * this->source_row;
    }
  }

  ROBOCACHE_HD bool write_kept(const slot& s, pointer values, std::int64_t place,
                               std::int64_t first, Out& out) const {
    std::int64_t newer = keep - 1 - place;
    for (std::int64_t i = s.interval; i >= first; --i) {
      const T value = values[i * this->source_row];
      if (!counts(s, i, value) || newer-- > 0) continue;
      out = copied<Out>(value);
      return this->nan_is_valid || !is_nan(value);
    }
    return false;
  }

  ROBOCACHE_HD bool write_mean(const slot& s, pointer values, std::int64_t first, Out& out) const {
    bool any = false;
    const auto mean = mean_of<Real>(s, values, first, any);
    if (!any) return false;
    out = narrow<Out>(mean);
    return this->nan_is_valid || mean == mean;
  }

  /// The sum, with what it lost to rounding kept apart (Knuth's two-sum), over the count. In double
  /// where a sum or a count is too large for float.
  template <class Sum>
  ROBOCACHE_HD Sum mean_of(const slot& s, pointer values, std::int64_t first, bool& any) const {
    std::int64_t count = 0;
    Sum sum = 0, lost = 0;
    for_each_in_window(s, values, first, [&](T stored) {
      const auto value = static_cast<Sum>(widen(stored));
      const Sum next = sum + value;
      const Sum back = next - sum;
      lost += (sum - (next - back)) + (value - back);
      sum = next;
      ++count;
    });
    any = count > 0;
    if constexpr (sizeof(Sum) == 4) {
      if (!is_finite(sum) || count > 1 << 24) return mean_in_double(s, values, first);
    }
    const auto n = static_cast<Sum>(count);
    const Sum rough = sum / n;
    if (!is_finite(sum)) return rough;
    const Sum rest = (robocache::fma(-rough, n, sum) + lost) / n;
    const Sum mean = rough + rest;
    if constexpr (sizeof(Sum) == 4 && sizeof(Out) == 2) return to_odd(mean, rest - (mean - rough));
    return mean;
  }

  ROBOCACHE_HD_RARELY Real mean_in_double(const slot& s, pointer values, std::int64_t first) const {
    bool any = false;
    const double mean = mean_of<double>(s, values, first, any);
    if constexpr (sizeof(Out) == 2) return on_the_way(mean);
    return static_cast<Real>(mean);
  }

  ROBOCACHE_HD bool write_extreme(const slot& s, pointer values, std::int64_t first,
                                  Out& out) const {
    bool any = false;
    Real extreme = 0;
    for_each_in_window(s, values, first, [&](T stored) {
      const Real value = widen(stored);
      if (!any || is_nan(value) || beats(value, extreme)) extreme = value;
      any = true;
    });
    if (!any) return false;
    out = narrow<Out>(extreme);
    return this->nan_is_valid || extreme == extreme;
  }

  /// Whether `value` replaces `extreme`; a NaN stays. -0 is below +0.
  ROBOCACHE_HD bool beats(Real value, Real extreme) const {
    if (value == extreme) return is_negative(value) == (reduce == reduction::minimum);
    return reduce == reduction::minimum ? value < extreme : value > extreme;
  }
  ROBOCACHE_HD static bool is_negative(Real value) {
    using Bits = std::conditional_t<sizeof(Real) == 8, std::int64_t, std::int32_t>;
    return bit_cast<Bits>(value) < 0;
  }
};

/// A stream whose element type, and the output's, are known at run time alone.
template <class Time>
using untyped_fuse_op = fuse_op<any_value, Time, any_value>;

}  // namespace detail
ROBOCACHE_END_NAMESPACE
