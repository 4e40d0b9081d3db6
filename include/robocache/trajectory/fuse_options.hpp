/// \file
/// What can be asked of `fuse`, and what it can report.
#pragma once

#include <robocache/core/element.hpp>
#include <robocache/detail/check.hpp>
#include <robocache/trajectory/resample_options.hpp>

ROBOCACHE_BEGIN_NAMESPACE

/// What stands for a stream at a target.
enum class reduction : std::uint8_t {
  none,     ///< a value interpolated at the target
  mean,     ///< the mean of the window's samples: a compensated sum in their precision
  minimum,  ///< their minimum; -0 is below +0
  maximum,  ///< their maximum
  last,     ///< the window's last `keep` samples, the oldest first: `keep` times the channels
};

/// One sensor's samples with their own clock. Plain values; nothing is owned.
template <class Time>
struct fuse_stream {
  fuse_stream() = default;

  /// `values` [B, S, D] of any `element` (another type, CUDA's own among them, does not compile),
  /// and their `times` [B, S].
  template <class T, class Stamp>
  fuse_stream(const view<T, 3>& values, const view<Stamp, 2>& stamps, channel_groups kinds = {})
      : type(element_of<std::remove_const_t<T>>()), data(values.data_handle()), times(stamps) {
    for (int r = 0; r < 3; ++r) {
      extents[r] = values.extent(r);
      strides[r] = values.stride(r);
    }
    options.kinds = kinds;
  }

  element type = element::f32;
  const void* data = nullptr;
  std::int64_t extents[3] = {};
  std::int64_t strides[3] = {};
  view<const Time, 2> times;

  /// Kinds, ends, gaps, missing samples, ragged samples, as in `resample`. Ranges of targets are
  /// given for all streams at once, in `fuse_clock`.
  resample_options<Time> options;

  /// What the stream's clock reads when the target clock reads `clock_anchor`, less that: a target
  /// x is looked up at x + clock_offset + round((x - clock_anchor) * clock_drift).
  Time clock_offset{};
  double clock_drift = 0.0;
  Time clock_anchor{};

  /// Not `none`: the stream is reduced over its samples in (x - window, x], x being the target. On
  /// a uniform clock a window of one step, rounded up or down, begins where the target before lies,
  /// so that every sample lies in exactly one. An empty window is no answer; kinds and ends do not
  /// matter, limits are refused.
  reduction reduce = reduction::none;
  Time window = unlimited<Time>();
  std::int64_t keep = 1;  ///< for `reduction::last`

  /// Channels of the result. Throws `invalid_argument` where their number does not fit.
  [[nodiscard]] std::int64_t channels() const {
    if (reduce != reduction::last) return extents[2];
    return detail::checked_product("fuse", "keep * channels", extents[2], keep);
  }
};

/// The target clock: an array, or start + i * period.
template <class Time>
struct fuse_clock {
  /// `targets` [B, U], in any order.
  template <class Stamp>
  fuse_clock(const view<Stamp, 2>& at) : targets(at), batch(at.extent(0)), count(at.extent(1)) {}

  /// The same targets for each of `items`, at first + floor(i * step / steps_per), without an
  /// array: 333 Hz in nanoseconds is {t0, 1000000000, batch, count, 333}. For floating-point times
  /// first + i * (step / steps_per). i * step must fit the type; step must not be negative.
  fuse_clock(Time first, Time step, std::int64_t items, std::int64_t targets_each,
             std::int64_t steps_per = 1)
      : start(first),
        period(step),
        per(steps_per),
        batch(items),
        count(targets_each),
        uniform(true) {}

  view<const Time, 2> targets;
  Time start{}, period{};
  std::int64_t per = 1;
  std::int64_t batch = 0, count = 0;
  bool uniform = false;
  /// [B] targets of each item; the rest is filled, marked invalid. Null means all.
  view<const std::int64_t, 1> lengths;
};

/// What `fuse` can say besides the values, for each of N streams; every output is optional.
template <class Time>
struct fuse_report {
  view<std::uint8_t, 3> valid;  ///< [B, U, N]: 1 where every channel of the stream has an answer
  view<Time, 3> age;            ///< [B, U, N]: as `resample_report::age`, on the stream's clock
  view<Time, 3> error;          ///< [B, U, N]: target - stamp of the nearest present sample, signed
};

ROBOCACHE_END_NAMESPACE
