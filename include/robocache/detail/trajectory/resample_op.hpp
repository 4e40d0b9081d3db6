// The operation behind `resample`: groups of channels, masks, ragged batches.
#pragma once

#include <robocache/detail/trajectory/plain_resample_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Any kinds and any batch.
template <class T, class Time, class Out = T>
struct resample_op : plain_resample_op<T, Time, Out> {
  using base = plain_resample_op<T, Time, Out>;
  using base::output, base::nans, base::kind, base::valid;
  using base::samples, base::columns, base::channels, base::source, base::source_row;
  using typename base::slot, typename base::plan;
  static constexpr bool skips = true;

  std::int64_t items;  // B
  const std::int64_t* lengths;
  const std::int64_t* offsets;
  const std::int64_t* target_lengths;
  const std::int64_t* target_offsets;
  const std::uint8_t* mask;
  std::int64_t mask_batch;
  std::uint32_t* status;
  Time snap;
  bool is_simple;  // whole items, nothing moved, samples counted in 31 bits: found the short way

  group_span groups[channel_groups::capacity];
  int group_count;
  interpolation plan_kinds[channel_groups::capacity];  // what the row's plans are made for
  int plan_count;
  bool check_stamps;  // bad ones make an item invalid

  /// Whether every row is a blend of two rows or a copy of one: the fast path.
  [[nodiscard]] bool is_pairwise() const {
    return group_count == 1 && channels > 0 && robocache::is_pairwise(kind) &&
           !(nans == nan_policy::skip && base::nan_may_hide(kind)) && snap == Time(0);
  }

  /// Whether every item has all its samples and targets.
  [[nodiscard]] bool is_whole() const {
    return lengths == nullptr && target_lengths == nullptr && offsets == nullptr &&
           target_offsets == nullptr;
  }

  /// Whether besides nothing is missing or moved, and samples can be counted in 31 bits.
  [[nodiscard]] bool is_plain() const {
    return is_simple && mask == nullptr && nans == nan_policy::propagate;
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
    if (is_simple) {
      slot s = base::find(row, column);
      if (mask != nullptr) s.mask = mask + row * mask_batch;
      return s;
    }
    return find_at<true>(row, column, this->targets[row * this->targets_batch + column]);
  }
  /// The same where nothing snaps: on the fast path.
  ROBOCACHE_HD slot find_row(std::int64_t row, std::int64_t column) const {
    return find_at<false>(row, column, this->targets[row * this->targets_batch + column]);
  }

  /// The same for a target whose time is `time`.
  template <bool Snaps>
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
    s.item = static_cast<std::int32_t>(b);
    s.count = own.count;
    s.samples = source + entry * this->source_batch + own.first * source_row;
    s.times = this->times + entry * this->times_batch + own.first;
    if (mask != nullptr) s.mask = mask + entry * mask_batch + own.first;
    const found at = find_snapped<Snaps>(s.times, s.count, time, this->guess(column));
    s.time = at.time;
    s.interval = at.interval;
    s.is = slot::state::answer;
    return s;
  }

  ROBOCACHE_HD plan plan_row(const slot& s, bracket& at) const {
    return base::plan_row(s, at, base::rows_in(s));
  }

  /// Writes the optional outputs that speak of time alone.
  ROBOCACHE_HD void write_report(const slot& s, std::int64_t row, std::int64_t column) const {
    if (!base::reports_time() || s.is == slot::state::skip) return;
    typename base::neighbours near;
    if (s.is == slot::state::answer && !is_nan(s.time)) {
      near = base::template neighbours_in<true>(s, groups[0]);
      for (int g = 1; nans == nan_policy::skip && g < group_count; ++g) {
        base::merge(near, base::template neighbours_in<true>(s, groups[g]), false);
      }
    }
    base::write_neighbours(s, near, row, column);
  }

  /// Whether a target has its answer already, where those of indexed items are answered again.
  [[nodiscard]] bool is_answered(const slot& s) const {
    return this->presence != nullptr && this->presence->is_built &&
           this->presence->wanted[s.item] == 0;
  }

  /// Sets the bits of an item in a column of the index.
  void index_column(const presence_index& of, std::int64_t item, std::int64_t column) const {
    const item_range own = samples_of().rows_of(item);
    const std::int64_t entry = samples_of().entry_of(item);
    slot s;
    s.samples = source + entry * this->source_batch + own.first * source_row;
    if (mask != nullptr) s.mask = mask + entry * mask_batch + own.first;
    bit_levels levels = of.levels(item, column);
    if (column == 0) return levels.build(base::rows_in(s));
    const std::int64_t channel = column - 1;
    int g = group_count - 1;
    while (groups[g].first_channel > channel) --g;
    const bool is_first = (channel - groups[g].first_channel) % 4 == 0;  // of a quaternion
    levels.build(base::usable_in(s, channel, is_slerp(groups[g].kind) && is_first ? 4 : 1));
  }

  /// The `stamp_status` of item b as seen by one of `parts` equal helpers: OR them together.
  ROBOCACHE_HD std::uint32_t status_of(std::int64_t b, std::int64_t part,
                                       std::int64_t parts) const {
    item_range own, asked;
    if (!samples_of().range_of(b, own) || !targets_of().range_of(b, asked)) return stamps_bad_range;
    const Time* t = this->times + samples_of().entry_of(b) * this->times_batch + own.first;
    std::uint32_t seen = stamps_ok;
    for (std::int64_t i = part; i < own.count; i += parts) {
      if (!(t[i > 0 ? i - 1 : 0] <= t[i])) seen = stamps_unsorted;
    }
    return seen;
  }

  /// Whether the stamps are to be looked through, after the answers are written.
  [[nodiscard]] ROBOCACHE_HD bool needs_status() const {
    return status != nullptr || (check_stamps && valid.data != nullptr);
  }

  /// What follows from item b's status, as done by one of `parts` equal helpers.
  ROBOCACHE_HD void apply_status(std::int64_t b, std::uint32_t seen, std::int64_t part,
                                 std::int64_t parts) const {
    if (status != nullptr && part == 0) status[b] = seen;
    if (!check_stamps || valid.data == nullptr || (seen & stamps_unsorted) == 0) return;
    item_range asked;
    static_cast<void>(targets_of().range_of(b, asked));
    const std::int64_t row = targets_of().entry_of(b);
    for (std::int64_t i = part; i < asked.count; i += parts) valid.write(row, asked.first + i, 0);
  }

 protected:
  using base::plan_row;
  using typename base::present;

  struct found {
    std::int64_t interval;
    Time time;  // of a stamp within `snap` of the one asked for, else that
  };

  template <bool Snaps>
  ROBOCACHE_HD found find_snapped(const Time* stamps, std::int64_t count, Time time,
                                  std::int64_t hint) const {
    const std::int64_t at = find_interval(stamps, count, time, hint);
    if constexpr (Snaps) {
      if (snap > Time(0) && !is_nan(time)) return snapped(stamps, count, time, at);
    }
    return {at, time};
  }

 private:
  ROBOCACHE_HD_RARELY found snapped(const Time* stamps, std::int64_t count, Time time,
                                    std::int64_t at) const {
    const std::int64_t right = at + 1;
    const bool to_left = at >= 0 && within(time, stamps[at], snap);
    const bool to_right = right < count && within(stamps[right], time, snap);
    if (to_right && !(to_left && !is_closer(stamps[right], time, stamps[at]))) {
      return {find_interval(stamps, count, stamps[right], right), stamps[right]};
    }
    return {at, to_left ? stamps[at] : time};
  }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
