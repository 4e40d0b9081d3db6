// The operation behind `resample`: groups of channels, masks, ragged batches.
#pragma once

#include <robocache/detail/trajectory/plain_resample_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Any kinds and any batch.
template <class T, class Time, class Out = T>
struct resample_op : plain_resample_op<T, Time, Out> {
  using base = plain_resample_op<T, Time, Out>;
  using base::output, base::policy, base::fill, base::nans, base::kind, base::fraction_of;
  using base::samples, base::columns, base::channels, base::source, base::source_row;
  using typename base::slot;

  std::int64_t items;  // B
  const std::int64_t* lengths;
  const std::int64_t* offsets;
  const std::int64_t* target_lengths;
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

  /// The items' samples, and their targets: not stored, since a launch copies what is.
  [[nodiscard]] ROBOCACHE_HD item_ranges samples_of() const {
    return {items, samples, lengths, offsets};
  }
  [[nodiscard]] ROBOCACHE_HD item_ranges targets_of() const {
    return {items, columns, target_lengths, target_offsets};
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
    item_range own, asked;
    if (!samples_of().range_of(b, own) || !targets_of().range_of(b, asked)) return s;
    if (column < asked.first || column - asked.first >= asked.count) {
      s.is = target_offsets != nullptr ? slot::state::skip : slot::state::padding;
      return s;
    }
    const std::int64_t entry = samples_of().entry_of(b);
    s.count = own.count;
    s.samples = source + entry * this->source_batch + own.first * source_row;
    s.times = this->times + entry * this->times_batch + own.first;
    if (mask != nullptr) s.mask = mask + entry * mask_batch + own.first;
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
    item_range own, asked;
    if (!samples_of().range_of(b, own) || !targets_of().range_of(b, asked)) return stamps_bad_range;
    const Time* t = this->times + samples_of().entry_of(b) * this->times_batch + own.first;
    std::uint32_t found = stamps_ok;
    for (std::int64_t i = part; i < own.count; i += parts) {
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

}  // namespace detail
ROBOCACHE_END_NAMESPACE
