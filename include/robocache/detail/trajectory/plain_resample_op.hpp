// The operation behind `resample` on batches without ragged items, and what all its forms share:
// plain values that are copied into kernels, and the functions of one target that the CPU driver
// and the CUDA kernels call alike.
#pragma once

#include <robocache/trajectory/resample_options.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// One target, found: the samples it is answered from and where its row goes.
template <class T, class Time, class Out>
struct target_slot {
  enum class state : std::uint8_t {
    answer,   ///< interpolate
    padding,  ///< beyond the item's targets: fill
    skip,     ///< the item's range is bad: write nothing
  };

  const T* samples = nullptr;  ///< first channel of the item's first sample
  const Time* times = nullptr;
  const std::uint8_t* mask = nullptr;
  Out* output = nullptr;
  std::int64_t count = 0;  ///< samples of the item
  std::int64_t interval = -1;
  Time time{};
  state is = state::skip;
};

/// A row that is a blend of two sample rows, a copy of one, or one value throughout. The weight of
/// a blend is kept apart: rows can be on their way before it is known.
template <class T, class Out>
struct alignas(16) row_plan {
  using element = T;
  using result = Out;
  enum class action : std::uint8_t { blend, copy, constant, skip };

  const T* left = nullptr;
  const T* right = nullptr;
  Out* output = nullptr;
  Out value{};
  action what = action::skip;
};

/// A sample as a result: its own bits where the types agree.
template <class Out, class T>
ROBOCACHE_HD Out copied(T value) {
  if constexpr (std::is_same_v<Out, T>) {
    return value;
  } else {
    return narrow<Out>(widen(value));
  }
}

/// An optional output shaped like `targets`.
template <class V>
struct optional_output {
  V* data = nullptr;
  std::int64_t row_stride = 0;
  std::int64_t column_stride = 1;

  ROBOCACHE_HD void write(std::int64_t row, std::int64_t column, V value) const {
    if (data != nullptr) data[row * row_stride + column * column_stride] = value;
  }
};

struct group_span {
  std::int32_t first_channel;
  std::int32_t first_unit;  ///< units are channels, or quaternions of four channels
  interpolation kind;
};

/// The operation on batches without ragged items: whole rows, one pairwise kind. Kept small, since
/// a launch copies it and each block reads it afresh.
template <class T, class Time, class Out = T>
struct plain_resample_op {
  using element = T;
  using result = Out;
  using slot = target_slot<T, Time, Out>;
  using plan = row_plan<T, Out>;

  const Time* times;
  const Time* targets;
  std::int64_t times_batch, targets_batch;
  std::int64_t samples;              // S, or all samples of a packed batch
  std::uint64_t samples_per_target;  // in units of 2^-32
  interpolation kind;                // of the first group
  nan_policy nans;
  Out fill;
  sampling_policy<Time> policy;
  const T* source;
  Out* output;
  std::int64_t source_batch, source_row;
  std::int64_t output_batch, output_row;
  std::int64_t rows;      // of `targets`: B, or 1 when they are packed
  std::int64_t columns;   // U, or all targets of a packed batch
  std::int64_t channels;  // D

  optional_output<std::uint8_t> valid;
  optional_output<std::int64_t> left;
  optional_output<double> weight;
  optional_output<Time> age;

  /// The number of targets, answered or not.
  ROBOCACHE_HD std::int64_t slots() const { return rows * columns; }

  /// Where the samples of a target would lie if stamps and targets were uniform.
  ROBOCACHE_HD std::int64_t guess(std::int64_t column) const {
    return static_cast<std::int64_t>(
        (static_cast<std::uint64_t>(column) * samples_per_target + samples_per_target / 2) >> 32);
  }

  /// Finds the samples for the target at (row, column) of `targets`.
  ROBOCACHE_HD slot find(std::int64_t row, std::int64_t column) const {
    slot s;
    s.times = times + row * times_batch;
    s.count = samples;
    s.time = targets[row * targets_batch + column];
    s.interval = find_interval(s.times, static_cast<std::int32_t>(samples), s.time,
                               static_cast<std::int32_t>(guess(column)));
    s.samples = source + row * source_batch;
    s.output = output + row * output_batch + column * output_row;
    s.is = slot::state::answer;
    return s;
  }

  /// The fast path: what the whole row is, and into `at` its samples. Pairwise kinds only.
  ROBOCACHE_HD plan plan_row(const slot& s, bracket& at) const {
    plan p;
    p.output = s.output;
    p.value = fill;
    if (s.is != slot::state::answer) {
      p.what = s.is == slot::state::padding ? plan::action::constant : plan::action::skip;
      return p;
    }
    at = bracket_in(s.interval, s.times, s.count, s.time, kind, policy, all_usable{});
    if (at.from != bracket::source::samples) {
      p.what = plan::action::constant;
      if (at.from == bracket::source::nan) p.value = nan_value();
      return p;
    }
    p.left = s.samples + at.left * source_row;
    p.right = s.samples + at.right * source_row;
    p.what = at.left == at.right ? plan::action::copy : plan::action::blend;
    return p;
  }

  /// Where the target lies between the samples of its bracket.
  ROBOCACHE_HD fraction fraction_of(const slot& s, const bracket& at) const {
    return fraction_in(at, s.times, s.time);
  }

  /// Writes the optional outputs of a planned row.
  ROBOCACHE_HD void write_report(const slot& s, const plan& p, std::int64_t row,
                                 std::int64_t column) const {
    write_report(s, row, column);
    if (p.what != plan::action::skip) {
      const bool answered = p.what == plan::action::blend || p.what == plan::action::copy;
      valid.write(row, column, answered ? 1 : 0);
    }
  }

  /// Writes the optional outputs that speak of time alone.
  ROBOCACHE_HD void write_report(const slot& s, std::int64_t row, std::int64_t column) const {
    if (left.data == nullptr && weight.data == nullptr && age.data == nullptr) return;
    if (s.is == slot::state::skip) return;
    std::int64_t index = -1;
    double w = 0.0;
    Time elapsed_time{};
    if (s.is == slot::state::answer && !is_nan(s.time)) {
      const present usable{s.mask};
      index = last_usable(s.interval, usable);
      const std::int64_t next = first_usable(s.interval + 1, s.count, usable);
      if (index >= 0 && next < s.count) {
        w = elapsed(s.time, s.times[index]) / elapsed(s.times[next], s.times[index]);
      }
      if (index < 0) index = next < s.count ? next : -1;
      if (index >= 0) elapsed_time = saturating_difference(s.time, s.times[index]);
    }
    left.write(row, column, index);
    weight.write(row, column, narrow<double>(w));
    age.write(row, column, elapsed_time);
  }

 protected:
  struct present {
    const std::uint8_t* mask;
    ROBOCACHE_HD bool operator()(std::int64_t i) const { return mask == nullptr || mask[i] != 0; }
  };

  ROBOCACHE_HD static Out nan_value() { return narrow<Out>(canonical_nan<compute_type<Out>>()); }

  ROBOCACHE_HD static Time saturating_difference(Time a, Time b) {
    if constexpr (std::is_integral_v<Time>) {
      const auto difference = static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b);
      if (a >= b) return difference > INT64_MAX ? INT64_MAX : static_cast<Time>(difference);
      return difference <= INT64_MAX ? INT64_MIN : static_cast<Time>(difference);
    } else {
      return narrow<Time>(a - b);
    }
  }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
