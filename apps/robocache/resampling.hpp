/// \file
/// `robocache::resample` on arrays whose types and shapes are known at run time only.
#pragma once

#include <cmath>
#include <limits>
#include <optional>
#include <robocache/trajectory/resample.hpp>

#include "clock_rate.hpp"
#include "files/array.hpp"
#include "stream.hpp"

namespace robocache::cli {

/// Options of a resampling, times in seconds.
struct resample_settings {
  std::vector<channel_group> kinds = {{-1, interpolation::linear}};
  end_policy before = end_policy::by_kind;
  end_policy after = end_policy::by_kind;
  nan_policy nans = nan_policy::propagate;
  double fill = std::numeric_limits<double>::quiet_NaN();
  double max_gap = std::numeric_limits<double>::infinity();
  double tolerance = std::numeric_limits<double>::infinity();
  std::optional<double> snap = std::nullopt;  ///< none: `default_snap`
};

/// A length of time in the stamps' unit; infinity is "no limit".
template <class Time>
Time limit_from(double seconds) {
  if constexpr (std::is_same_v<Time, std::int64_t>) {
    const double nanoseconds = seconds * 1e9;
    return nanoseconds < 0x1p63 ? static_cast<Time>(std::llround(nanoseconds)) : unlimited<Time>();
  } else {
    return static_cast<Time>(seconds);
  }
}

/// The library's options for `settings`.
template <class Time>
resample_options<Time> options_from(const resample_settings& settings) {
  resample_options<Time> options;
  options.kinds = channel_groups(settings.kinds.data(), static_cast<int>(settings.kinds.size()));
  options.before = settings.before;
  options.after = settings.after;
  options.nans = settings.nans;
  options.fill_value = settings.fill;
  options.max_gap = limit_from<Time>(settings.max_gap);
  options.tolerance = limit_from<Time>(settings.tolerance);
  options.snap = limit_from<Time>(settings.snap.value_or(0));
  return options;
}

/// Times to answer: [U], or [B, U] of which item b uses the first `counts[b]`.
struct clock_targets {
  array times;
  std::vector<std::int64_t> counts;  // empty: all
};

struct resampled {
  array values;        // like the stream's values, U in the place of T
  array valid;         // bool [U] or [B, U]
  double seconds = 0;  // of the resampling alone
};

/// Stamp i of `times` in seconds after its stamp `origin`.
double seconds_after(const array& times, std::int64_t i, std::int64_t origin);

/// Says on stderr where float stamps far from zero are coarse: resampling between steps they cannot
/// say is a mistake.
void warn_of_coarse_stamps(const stream& s);

/// Says on stderr where the rate of a stream cannot be true: below 0.001 Hz, above 1 MHz, or such
/// that another unit would make dates of this century at a usual rate of stamps that are none; with
/// `is_one_target`, where --rate makes one target of many samples. `option`, such as
/// "--time-unit ", is what stands before a unit. Returns whether it was said.
bool warn_of_absurd_rate(const stream& s, bool is_one_target, const std::string& option);

/// The median of the steps above 0 between `count` stamps, in seconds; 0 where there is none. Gaps
/// do not change it.
double median_step(const array& times, std::int64_t first, std::int64_t count);

/// Whether a target stands for the sample before, after or nearest to it in any channel.
bool selects(const std::vector<channel_group>& kinds);

/// How far a target and a stamp may lie apart, in seconds, and still be one time that was rounded
/// twice. Where samples are selected or windows end, a thousandth of the shorter of the clock's
/// period and the median step of the stamps, or one count of their unit up to a tenth of the same;
/// blends, and targets without a rate, bear the rounding of the stored type alone.
double default_snap(const stream& s, bool selects, const std::optional<clock_rate>& rate);

/// Whether a time axis should start at the first stamp: epochs and nanoseconds.
bool needs_origin(const array& times);

/// t0 + k / rate from each item's first stamp to its last; a last stamp no further than `snap`
/// seconds from the grid is a target itself. Unused columns of a shorter item repeat its last
/// stamp. `times` is [T] or [B, T], of which item b uses the first `lengths[b]`, all without
/// `lengths`; `name` begins errors. Fails where a result of `target_bytes` for each target is more
/// than memory can hold.
clock_targets uniform_targets(const array& times, const std::vector<std::int64_t>& lengths,
                              const std::string& name, const clock_rate& rate, double snap,
                              double target_bytes);

/// The kinds must fit the channels of the stream.
resampled resample_stream(const any_executor& executor, const stream& s,
                          const clock_targets& targets, const resample_settings& settings);

}  // namespace robocache::cli
