/// \file
/// Times of a stream's clock on the common one.
#pragma once

#include <algorithm>
#include <cmath>

#include "fusing.hpp"

namespace robocache::cli {

template <class F>
auto with_time_type(element type, const F& f) {
  return type == element::i64 ? f(std::int64_t{}) : f(double{});
}

/// `time + seconds` in the stamps' unit, saturating.
template <class Time>
Time shifted(Time time, double seconds) {
  if constexpr (std::is_integral_v<Time>) {
    const Time shift = std::llround(std::clamp(seconds * 1e9, -0x1p62, 0x1p62));
    Time sum = 0;
    if (__builtin_add_overflow(time, shift, &sum)) return shift < 0 ? INT64_MIN : INT64_MAX;
    return sum;
  } else {
    return time + seconds;
  }
}

/// What the common clock reads at a stream's first stamp.
template <class Time>
Time anchor_of(const fuse_source& source) {
  const array& times = source.data.times;
  return times.size() == 0 ? Time{} : shifted(times.as<Time>()[0], -source.settings.offset);
}

template <class Time>
Time on_common_clock(const fuse_source& source, Time stamp) {
  const fuse_settings& s = source.settings;
  if (s.drift == 0) return shifted(stamp, -s.offset);
  constexpr double unit = std::is_integral_v<Time> ? 1e-9 : 1.0;
  const double since_first = elapsed(stamp, source.data.times.as<Time>()[0]) * unit;
  return shifted(anchor_of<Time>(source), since_first / (1 + s.drift));
}

/// How far its targets are taken for its stamps, in seconds.
double snap_of(const fuse_source& source, const std::optional<clock_rate>& rate);

}  // namespace robocache::cli
