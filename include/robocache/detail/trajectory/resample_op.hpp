// The operation behind `resample`: plain values that are copied into kernels, and the functions of
// one target that the CPU driver and the CUDA kernels call alike.
#pragma once

#include <robocache/trajectory/resample_options.hpp>

namespace robocache::detail {

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

template <class T, class Time, class Out = T>
struct resample_op : plain_resample_op<T, Time, Out> {
  using base = plain_resample_op<T, Time, Out>;
  using base::output, base::policy, base::fill, base::nans, base::kind, base::fraction_of;
  using base::samples, base::columns, base::channels, base::source, base::source_row;
  using typename base::slot;

  std::int64_t items;  // B
  const std::int64_t* lengths;
  const std::int64_t* target_lengths;
  const std::int64_t* offsets;
  const std::int64_t* target_offsets;
  const std::uint8_t* mask;
  std::int64_t mask_batch;
  std::uint32_t* status;

  group_span groups[channel_groups::capacity];
  int group_count;
  std::int64_t units;

  /// Whether every row is a blend of two rows or a copy of one: the fast path.
  [[nodiscard]] bool is_pairwise() const {
    return group_count == 1 && channels > 0 && robocache::is_pairwise(kind) && mask == nullptr &&
           nans == nan_policy::propagate;
  }

  /// Whether every item has all its samples and targets, and they can be counted in 31 bits.
  [[nodiscard]] bool is_plain() const {
    return lengths == nullptr && target_lengths == nullptr && offsets == nullptr &&
           target_offsets == nullptr && samples <= INT32_MAX;
  }

  /// Samples of item b: [first, first + count). False when the range cannot be right.
  ROBOCACHE_HD bool sample_range(std::int64_t b, std::int64_t& first, std::int64_t& count) const {
    first = 0;
    count = samples;
    if (lengths != nullptr) count = lengths[b];
    if (offsets != nullptr) {
      first = offsets[b];
      const std::int64_t end = offsets[b + 1];
      count = first >= 0 && first <= end && end <= samples ? end - first : -1;
    }
    return count >= 0 && count <= samples;
  }

  /// The same for the targets of item b.
  ROBOCACHE_HD bool target_range(std::int64_t b, std::int64_t& first, std::int64_t& count) const {
    first = 0;
    count = columns;
    if (target_lengths != nullptr) count = target_lengths[b];
    if (target_offsets != nullptr) {
      first = target_offsets[b];
      const std::int64_t end = target_offsets[b + 1];
      count = first >= 0 && first <= end && end <= columns ? end - first : -1;
    }
    return count >= 0 && count <= columns;
  }

  /// Finds the samples for the target at (row, column) of `targets`.
  ROBOCACHE_HD slot find(std::int64_t row, std::int64_t column) const {
    return find_at(row, column, this->targets[row * this->targets_batch + column]);
  }

  /// The same for a target whose time is `time`.
  ROBOCACHE_HD slot find_at(std::int64_t row, std::int64_t column, Time time) const {
    slot s;
    std::int64_t b = row;
    if (target_offsets != nullptr) b = find_interval(target_offsets, items + 1, column);
    s.output = output + row * this->output_batch + column * this->output_row;
    if (b < 0 || b >= items) {  // packed targets that no item owns
      s.is = slot::state::padding;
      return s;
    }
    std::int64_t first_sample, first_target, target_count;
    if (!sample_range(b, first_sample, s.count) || !target_range(b, first_target, target_count)) {
      return s;
    }
    if (column < first_target || column - first_target >= target_count) {
      s.is = target_offsets != nullptr ? slot::state::skip : slot::state::padding;
      return s;
    }
    const std::int64_t batch = offsets != nullptr ? 0 : b;
    s.samples = source + batch * this->source_batch + first_sample * source_row;
    s.times = this->times + batch * this->times_batch + first_sample;
    if (mask != nullptr) s.mask = mask + batch * mask_batch + first_sample;
    s.time = time;
    s.interval = find_interval(s.times, s.count, s.time, this->guess(column));
    s.is = slot::state::answer;
    return s;
  }

  /// The general path: writes one unit (a channel or a quaternion); returns whether it is valid.
  ROBOCACHE_HD bool write_unit(const slot& s, std::int64_t unit) const {
    int g = group_count - 1;
    while (unit < groups[g].first_unit) --g;
    const interpolation unit_kind = groups[g].kind;
    const int width = is_slerp(unit_kind) ? 4 : 1;
    const std::int64_t channel = groups[g].first_channel + (unit - groups[g].first_unit) * width;
    Out* out = s.output + channel;
    if (s.is != slot::state::answer) return write_constant(out, width, fill, false);

    const bool skip_nan = nans == nan_policy::skip;
    const channel_usable usable{
        {s.mask}, skip_nan ? s.samples + channel : nullptr, source_row, width};
    const bracket at = bracket_in(s.interval, s.times, s.count, s.time, unit_kind, policy, usable);
    if (at.from == bracket::source::fill) return write_constant(out, width, fill, false);
    if (at.from == bracket::source::nan)
      return write_constant(out, width, base::nan_value(), false);

    const T* v0 = s.samples + at.left * source_row + channel;
    const T* v1 = s.samples + at.right * source_row + channel;
    if (is_slerp(unit_kind)) {
      write_rotation(out, v0, v1, fraction_of(s, at).value(), unit_kind);
    } else if (at.left == at.right) {
      *out = copied<Out>(*v0);
    } else if (unit_kind == interpolation::linear) {
      *out = narrow<Out>(
          lerp(widen(*v0), widen(*v1), static_cast<compute_type<T>>(fraction_of(s, at).value())));
    } else {
      const channel_value value{s.samples + channel, source_row};
      *out = narrow<Out>(hermite_at(at, fraction_of(s, at).value(), s.times, s.count, unit_kind,
                                    policy.max_gap, value, usable));
    }
    return true;
  }

  /// The `stamp_status` of item b as seen by one of `parts` equal helpers: OR them together.
  ROBOCACHE_HD std::uint32_t check_stamps(std::int64_t b, std::int64_t part,
                                          std::int64_t parts) const {
    std::int64_t first, count, first_target, target_count;
    if (!sample_range(b, first, count) || !target_range(b, first_target, target_count)) {
      return stamps_bad_range;
    }
    const Time* t = this->times + (offsets != nullptr ? 0 : b) * this->times_batch + first;
    std::uint32_t found = stamps_ok;
    for (std::int64_t i = part; i < count; i += parts) {
      if (!(t[i > 0 ? i - 1 : 0] <= t[i])) found = stamps_unsorted;
    }
    return found;
  }

 protected:
  using typename base::present;

 private:
  struct channel_usable {
    present row;
    const T* channel;  // null: NaN does not matter
    std::int64_t stride;
    int width;

    ROBOCACHE_HD bool operator()(std::int64_t i) const {
      if (!row(i)) return false;
      for (int c = 0; channel != nullptr && c < width; ++c) {
        if (is_nan(channel[i * stride + c])) return false;
      }
      return true;
    }
  };

  struct channel_value {
    const T* channel;
    std::int64_t stride;
    ROBOCACHE_HD double operator()(std::int64_t i) const {
      return static_cast<double>(widen(channel[i * stride]));
    }
  };

  ROBOCACHE_HD static bool write_constant(Out* out, int width, Out value, bool answer) {
    for (int c = 0; c < width; ++c) out[c] = value;
    return answer;
  }

  // Quaternions are read in the order x y z w, so both layouts give the same bits.
  ROBOCACHE_HD static void write_rotation(Out* out, const T* from, const T* to, double weight,
                                          interpolation kind) {
    const int x = kind == interpolation::slerp_wxyz ? 1 : 0;
    const int w = kind == interpolation::slerp_wxyz ? 0 : 3;
    const auto read = [x, w](const T* q) {
      return quaternion{static_cast<double>(widen(q[x])), static_cast<double>(widen(q[x + 1])),
                        static_cast<double>(widen(q[x + 2])), static_cast<double>(widen(q[w]))};
    };
    const quaternion q = slerp(read(from), read(to), weight);
    out[x] = narrow<Out>(q.x);
    out[x + 1] = narrow<Out>(q.y);
    out[x + 2] = narrow<Out>(q.z);
    out[w] = narrow<Out>(q.w);
  }
};

}  // namespace robocache::detail
