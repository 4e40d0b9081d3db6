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

  stream_clock<Time> clock;
  optional_output<Time> error;
  reduction reduce;
  Time window;
  std::int64_t keep;

  [[nodiscard]] bool is_pairwise() const {
    return reduce == reduction::none && base::is_pairwise();
  }

  ROBOCACHE_HD slot find(std::int64_t row, std::int64_t column) const {
    const Time target = this->targets != nullptr ? this->targets[row * this->targets_batch + column]
                                                 : clock.uniform(column);
    return base::find_at(row, column, clock.to_stream(target));
  }

  ROBOCACHE_HD bool write_unit(const slot& s, std::int64_t unit) const {
    if (reduce == reduction::none) return base::write_unit(s, unit);
    const std::int64_t channel = unit % this->channels;
    Out& out = s.output[unit];
    out = this->fill;
    if (s.is != slot::state::answer) return false;
    const std::int64_t first = first_in_window(s);
    return reduce == reduction::last ? write_kept(s, channel, unit / this->channels, first, out)
                                     : write_reduced(s, channel, first, out);
  }

  ROBOCACHE_HD void write_report(const slot& s, std::int64_t row, std::int64_t column) const {
    base::write_report(s, row, column);
    write_error(s, row, column);
  }

  ROBOCACHE_HD void write_report(const slot& s, const plan& p, std::int64_t row,
                                 std::int64_t column) const {
    base::write_report(s, p, row, column);
    write_error(s, row, column);
  }

 private:
  using typename base::present;

  ROBOCACHE_HD void write_error(const slot& s, std::int64_t row, std::int64_t column) const {
    if (error.data == nullptr || s.is == slot::state::skip) return;
    Time difference{};
    if (s.is == slot::state::answer && !is_nan(s.time)) {
      const present usable{s.mask};
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

  /// The first sample after `time - window`.
  ROBOCACHE_HD std::int64_t first_in_window(const slot& s) const {
    if (window == unlimited<Time>()) return 0;
    Time begin{};
    if constexpr (std::is_integral_v<Time>) {  // unsigned, since the window may reach beyond
      begin = static_cast<Time>(static_cast<std::uint64_t>(s.time) -
                                static_cast<std::uint64_t>(window));
      if (begin > s.time) return 0;
    } else {
      begin = s.time - window;
    }
    return find_interval(s.times, s.count, begin, s.interval) + 1;
  }

  ROBOCACHE_HD bool counts(const slot& s, std::int64_t i, T value) const {
    if (s.mask != nullptr && s.mask[i] == 0) return false;
    return this->nans != nan_policy::skip || !is_nan(value);
  }

  ROBOCACHE_HD bool write_kept(const slot& s, std::int64_t channel, std::int64_t place,
                               std::int64_t first, Out& out) const {
    std::int64_t newer = keep - 1 - place;
    for (std::int64_t i = s.interval; i >= first; --i) {
      const T value = s.samples[i * this->source_row + channel];
      if (!counts(s, i, value) || newer-- > 0) continue;
      out = copied<Out>(value);
      return true;
    }
    return false;
  }

  ROBOCACHE_HD bool write_reduced(const slot& s, std::int64_t channel, std::int64_t first,
                                  Out& out) const {
    std::int64_t count = 0;
    double sum = 0.0;  // with what it lost to rounding in `lost` (Neumaier 1974)
    double lost = 0.0;
    double extreme = 0.0;
    for (std::int64_t i = first; i <= s.interval; ++i) {
      const T stored = s.samples[i * this->source_row + channel];
      if (!counts(s, i, stored)) continue;
      const auto value = static_cast<double>(widen(stored));
      const double next = sum + value;
      const bool small = (sum < 0 ? -sum : sum) < (value < 0 ? -value : value);
      lost += small ? (value - next) + sum : (sum - next) + value;
      sum = next;
      if (count == 0 || is_nan(value) || beats(value, extreme)) extreme = value;
      ++count;
    }
    if (count == 0) return false;
    const bool finite = sum - sum == 0.0;
    const double mean = (finite ? sum + lost : sum) / static_cast<double>(count);
    out = narrow<Out>(reduce == reduction::mean ? mean : extreme);
    return true;
  }

  /// Whether `value` replaces `extreme`; a NaN stays. -0 is below +0.
  ROBOCACHE_HD bool beats(double value, double extreme) const {
    if (value == extreme) {
      const bool negative = bit_cast<std::int64_t>(value) < 0;
      return negative == (reduce == reduction::minimum);
    }
    return reduce == reduction::minimum ? value < extreme : value > extreme;
  }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
