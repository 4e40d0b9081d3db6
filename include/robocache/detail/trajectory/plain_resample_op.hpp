// The operation behind `resample` on batches without ragged items, and what all its forms share:
// plain values that are copied into kernels, and the functions of one target that the CPU driver
// and the CUDA kernels call alike.
#pragma once

#include <robocache/detail/trajectory/group_plan.hpp>
#include <robocache/detail/trajectory/target_slot.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The operation on batches without ragged items: whole rows, one pairwise kind. Kept small, since
/// a launch copies it and each block reads it afresh.
template <class T, class Time, class Out = T>
struct plain_resample_op {
  using element = T;
  using result = Out;
  using slot = target_slot<T, Time, Out>;
  using plan = row_plan<T, Out>;
  static constexpr const char* name = "resample";
  static constexpr bool skips = false;  // NaN, in whole rows

  const Time* times;
  const Time* targets;
  std::int64_t times_batch, targets_batch;
  std::int64_t samples;              // S, or all samples of a packed batch
  std::uint64_t samples_per_target;  // in units of 2^-32
  interpolation kind;                // of the first group
  nan_policy nans;
  bool nan_is_valid;
  Out fill;
  sampling_policy<Time> policy;
  typename pointers_to<T>::source source;
  typename pointers_to<Out>::target output;
  std::int64_t source_batch, source_row;
  std::int64_t output_batch, output_row;
  std::int64_t rows;      // of `targets`: B, or 1 when they are packed
  std::int64_t columns;   // U, or all targets of a packed batch
  std::int64_t channels;  // D

  optional_output<std::uint8_t> valid;
  optional_output<std::int64_t> left;
  optional_output<double> weight;
  optional_output<Time> age;
  const presence_index* presence;  // on the CPU, where samples may be missing

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
    s.item = static_cast<std::int32_t>(row);
    return s;
  }

  ROBOCACHE_HD slot find_row(std::int64_t row, std::int64_t column) const {
    return find(row, column);
  }

  /// The fast path: what the whole row is, and into `at` its samples. Pairwise kinds only.
  ROBOCACHE_HD plan plan_row(const slot& s, bracket& at) const {
    return plan_row(s, at, all_usable{});
  }

  /// Where the target lies between the samples of its bracket.
  ROBOCACHE_HD fraction fraction_of(const slot& s, const bracket& at) const {
    return fraction_in(at, s.times, s.time);
  }

  /// The row as one group.
  [[nodiscard]] ROBOCACHE_HD group_span whole_row() const {
    return {0, static_cast<std::int32_t>(channels), kind, 0, 0.0};
  }

  /// What groups of a kind are at a target, as far as all their channels share it.
  ROBOCACHE_HD group_plan<T> plan_group(const slot& s, interpolation of) const {
    using action = typename group_plan<T>::action;
    group_plan<T> p = plan_group(s, of, rows_in(s));
    if (nans == nan_policy::skip && p.what != action::skip) {
      // A curve that another sample at the same stamp has ended, too.
      const bool ends = p.before == p.left || p.after == p.right;
      const bool ended = is_curve(of) && p.what == action::blend && ends;
      p.look_again = ended || (p.what > action::sample && nan_may_hide(of));
    }
    return p;
  }

  /// Answers `count` of `Width` channels of a group by its plan; returns whether they are valid.
  /// `Skips`: NaN may be skipped.
  template <bool Aligned, bool Skips, int Width>
  ROBOCACHE_HD bool answer(const slot& s, const group_span& group, const group_plan<T>& planned,
                           std::int64_t channel, int count, Out (&results)[Width]) const {
    const bool numbers = answer_lane<Aligned>(planned, group, channel, count, fill, results);
    const bool answered = planned.what <= group_plan<T>::action::copy;
    if (Skips && nans == nan_policy::skip && (planned.look_again || (answered && !numbers))) {
      Out own[Width];  // or `results` could not stay in registers
      const bool numbers_now = answer_skipping(s, group, channel, count, own);
      for (int k = 0; k < Width; ++k) results[k] = own[k];
      return numbers_now;
    }
    return numbers || (answered && nan_is_valid);
  }

  /// Whether a NaN that is skipped may matter although it is not among the samples that a target is
  /// answered from: it may widen a gap, stand in the way of a line beyond the end, or be what makes
  /// the selected sample the first or the last.
  [[nodiscard]] ROBOCACHE_HD bool nan_may_hide(interpolation of) const {
    const auto fills = [&](bool early) { return end_of(policy, of, early) == end_policy::fill; };
    const bool is_end = !blends(of) && ((of != interpolation::previous && fills(true)) ||
                                        (of != interpolation::next && fills(false)));
    return is_end || policy.max_gap != unlimited<Time>() ||
           policy.before == end_policy::extrapolate || policy.after == end_policy::extrapolate;
  }

  /// Writes the optional outputs of a planned row. `Skips`: NaN may be skipped.
  template <bool Skips>
  ROBOCACHE_HD void write_row_report(const slot& s, const plan& p, std::int64_t row,
                                     std::int64_t column) const {
    if (reports_time() && s.is != slot::state::skip) {
      neighbours near;
      if (s.is == slot::state::answer && !is_nan(s.time)) {
        near = neighbours_in<Skips>(s, whole_row());
      }
      write_neighbours(s, near, row, column);
    }
    if (p.what == plan::action::skip) return;
    valid.write(row, column, p.what <= plan::action::copy ? 1 : 0);
  }

 protected:
  struct present {
    const std::uint8_t* mask;
    ROBOCACHE_HD bool operator()(std::int64_t i) const { return mask == nullptr || mask[i] != 0; }
  };

  ROBOCACHE_HD searched<present> rows_in(const slot& s) const {
    return {{s.mask}, presence, s.item, 0};
  }

  struct channel_usable {
    present row;
    typename pointers_to<T>::source channel;
    std::int64_t stride;
    int width;

    ROBOCACHE_HD bool operator()(std::int64_t i) const {
      if (!row(i)) return false;
      for (int c = 0; c < width; ++c) {
        if (is_nan(channel[i * stride + c])) return false;
      }
      return true;
    }
  };

  ROBOCACHE_HD searched<channel_usable> usable_in(const slot& s, std::int64_t channel,
                                                  int width) const {
    return {{{s.mask}, s.samples + channel, source_row, width}, presence, s.item, 1 + channel};
  }

  /// The samples around a target that count for all channels; -1 where there is none.
  struct neighbours {
    std::int64_t before = -1, after = -1;
    std::int64_t first = -1;  // where there is none before
  };

  template <class Usable>
  ROBOCACHE_HD plan plan_row(const slot& s, bracket& at, const Usable& usable) const {
    plan p;
    p.output = s.output;
    p.value = fill;
    if (s.is != slot::state::answer) {
      p.what = s.is == slot::state::padding ? plan::action::constant : plan::action::skip;
      return p;
    }
    at = bracket_in(s.interval, s.times, s.count, s.time, kind, policy, usable);
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

  [[nodiscard]] ROBOCACHE_HD bool reports_time() const {
    return left.data != nullptr || weight.data != nullptr || age.data != nullptr;
  }

  /// The neighbours of a target among what counts for each channel of a group.
  template <bool Skips>
  ROBOCACHE_HD neighbours neighbours_in(const slot& s, const group_span& group) const {
    if (!Skips || nans != nan_policy::skip) return neighbours_of(s, rows_in(s));
    neighbours near;
    const int width = is_slerp(group.kind) ? 4 : 1;
    for (std::int64_t c = 0; c < group.channels; c += width) {
      merge(near, neighbours_of(s, usable_in(s, group.first_channel + c, width)), c == 0);
    }
    return near;
  }

  /// Takes the neighbours that lie further away.
  ROBOCACHE_HD static void merge(neighbours& near, const neighbours& other, bool is_first) {
    if (is_first) near = other;
    near.before = near.before < other.before ? near.before : other.before;
    near.after = near.after < 0 || other.after < 0 ? -1
                 : near.after > other.after        ? near.after
                                                   : other.after;
    near.first = near.first > other.first ? near.first : other.first;
  }

  ROBOCACHE_HD void write_neighbours(const slot& s, const neighbours& near, std::int64_t row,
                                     std::int64_t column) const {
    const std::int64_t index = near.before >= 0 ? near.before : near.first;
    double w = 0.0;
    Time elapsed_time{};
    if (near.before >= 0 && near.after >= 0) {
      w = elapsed(s.time, s.times[near.before]) /
          elapsed(s.times[near.after], s.times[near.before]);
    }
    if (index >= 0) elapsed_time = saturating_difference(s.time, s.times[index]);
    left.write(row, column, index);
    weight.write(row, column, narrow<double>(w));
    age.write(row, column, elapsed_time);
  }

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

 private:
  template <class Usable>
  ROBOCACHE_HD neighbours neighbours_of(const slot& s, const Usable& usable) const {
    neighbours near;
    near.before = last_usable(s.interval, usable);
    near.after = first_usable(s.interval + 1, s.count, usable);
    if (near.after >= s.count) near.after = -1;
    near.first = near.before >= 0 ? near.before : near.after;
    return near;
  }

  template <class Usable>
  ROBOCACHE_HD group_plan<T> plan_group(const slot& s, interpolation group_kind,
                                        const Usable& usable) const {
    using action = typename group_plan<T>::action;
    using Real = compute_type<T>;
    group_plan<T> p;
    if (s.is != slot::state::answer) {
      p.what = s.is == slot::state::padding ? action::fill : action::skip;
      return p;
    }
    const bracket at = bracket_in(s.interval, s.times, s.count, s.time, group_kind, policy, usable);
    if (at.from != bracket::source::samples) {
      p.what = at.from == bracket::source::nan ? action::not_a_time : action::fill;
      return p;
    }
    const auto row = [&](std::int64_t i) { return s.samples + i * source_row; };
    p.left = row(at.left);
    p.right = row(at.right);
    p.what = at.left == at.right ? action::copy : action::blend;
    if (p.what == action::copy) return p;
    p.weight = static_cast<Real>(fraction_of(s, at).value());
    if (p.weight == 0) p.what = action::sample;
    if (!is_curve(group_kind) || p.what == action::sample) return p;
    const curve_sides sides = sides_of(at, s.times, s.count, policy.max_gap, usable);
    const auto side = [](const side_interval<double>& of) {
      return side_interval<Real>{static_cast<Real>(of.ratio), static_cast<Real>(of.share)};
    };
    p.before = row(sides.before);
    p.after = row(sides.after);
    p.left_side = side(sides.left);
    p.right_side = side(sides.right);
    return p;
  }

  /// Answers them one by one, each from the samples that are not NaN.
  template <int Width>
  ROBOCACHE_HD_RARELY bool answer_skipping(const slot& s, const group_span& group,
                                           std::int64_t channel, int count,
                                           Out (&results)[Width]) const {
    const bool whole = is_slerp(group.kind);
    bool all = true;
    for (int k = 0; k < count; k += whole ? Width : 1) {
      const auto planned = plan_group(s, group.kind, usable_in(s, channel + k, whole ? Width : 1));
      bool number = true;
      if (whole) {
        number = answer_lane<false>(planned, group, channel, Width, fill, results);
      } else {
        Out own[1];
        number = answer_lane<false>(planned, group, channel + k, 1, fill, own);
        results[k] = own[0];
      }
      const bool answered = planned.what <= group_plan<T>::action::copy;
      all = all && (number || (answered && nan_is_valid));
    }
    return all;
  }
};

/// Answers channels of a planned row again of which some were NaN: an infinity is blended as it
/// must be, NaN is skipped where that is asked for, and what is NaN still is not valid.
template <int Width, class Op>
ROBOCACHE_HD_RARELY void mend_lane(const Op& op, std::int64_t row, std::int64_t column,
                                   std::int64_t channel, typename Op::result (&results)[Width]) {
  const auto s = op.find(row, column);
  const group_span group = op.whole_row();
  const auto planned = op.plan_group(s, group.kind);
  if (op.template answer<false, true>(s, group, planned, channel, Width, results)) return;
  op.valid.write(row, column, 0);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
