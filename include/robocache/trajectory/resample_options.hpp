/// \file
/// What can be asked of `resample`, and what it can report.
#pragma once

#include <initializer_list>
#include <robocache/core/error.hpp>
#include <robocache/core/ragged.hpp>
#include <robocache/trajectory/interpolate.hpp>

ROBOCACHE_BEGIN_NAMESPACE

/// Neighbouring channels that share one kind of interpolation.
struct channel_group {
  std::int64_t channels = 0;  ///< how many; a multiple of 4 for slerp
  interpolation kind = interpolation::linear;
  double period = 6.283185307179586;  ///< of `interpolation::angle`: radians; 360 for degrees
};

/// The groups of a row, from its first channel to its last: at most 16. One kind alone stands for
/// all channels.
class channel_groups {
 public:
  static constexpr int capacity = 16;

  channel_groups(interpolation kind = interpolation::linear) : count_(1) {  // NOLINT(*-explicit-*)
    groups_[0] = {-1, kind, channel_group{}.period};
  }
  channel_groups(std::initializer_list<channel_group> groups)
      : channel_groups(groups.begin(), static_cast<int>(groups.size())) {}
  channel_groups(const channel_group* groups, int count) : count_(count) {
    if (count < 1 || count > capacity) {
      detail::fail("channel_groups",
                   "a row must have 1 to 16 groups (got " + std::to_string(count) + ")");
    }
    for (int g = 0; g < count; ++g) groups_[g] = groups[g];
  }

  [[nodiscard]] int count() const noexcept { return count_; }
  [[nodiscard]] const channel_group& operator[](int g) const noexcept { return groups_[g]; }

 private:
  channel_group groups_[capacity];
  int count_;
};

/// How `resample` answers; the defaults hold the end samples, look into no future and never give
/// up.
template <class Time>
struct resample_options {
  /// One kind for all channels, or a list of groups that covers them.
  channel_groups kinds = interpolation::linear;
  /// Targets before the first sample.
  end_policy before = end_policy::by_kind;
  /// Targets after the last sample.
  end_policy after = end_policy::by_kind;
  /// What stands where there is no answer.
  double fill_value = std::numeric_limits<double>::quiet_NaN();
  /// There is no answer inside an interval longer than this (inclusive), nor beyond it; a sample at
  /// the target still answers.
  Time max_gap = unlimited<Time>();
  /// There is no answer where the sample that is selected or held, or the nearer one of a blend, is
  /// further from the target than this (inclusive).
  Time tolerance = unlimited<Time>();
  /// A target no further than this from a stamp (inclusive) is taken for that stamp: for grids and
  /// stamps that differ by rounding alone.
  Time snap{};
  /// What a NaN in the samples does.
  nan_policy nans = nan_policy::propagate;
  /// Whether `report.valid` says 1 of an answer that is NaN because a sample is: a training mask
  /// must not.
  bool nan_is_valid = false;
  /// Whether `report.valid` says 0 throughout for an item whose stamps descend or are NaN. Costs
  /// one more pass over the stamps where `report.valid` is given; else nothing.
  bool check_stamps = true;

  /// The samples of each item; packed batches have `source` [1, N, D] and `times` [1, N].
  ragged samples;
  /// The targets of each item; those beyond an item's are filled, marked invalid. Packed batches
  /// have `targets` [1, M] and `output` [1, M, D].
  ragged targets;
  /// Like `times`: zero marks a sample that is missing. Null means that none is.
  view<const std::uint8_t, 2> sample_mask;
};

/// What `resample` can say besides the values; each output is optional (null) and shaped like
/// `targets` unless stated.
template <class Time>
struct resample_report {
  /// 1 where every channel has an answer that is not NaN, else 0.
  view<std::uint8_t, 2> valid;
  /// The last present sample at or before the target, else the first one, else -1; counted from
  /// the item's first sample. Where NaN is skipped, the earliest of those of all channels.
  view<std::int64_t, 2> left;
  /// How far the target lies between that sample and the next present one: 0 to 1, as `linear`
  /// weighs.
  view<double, 2> weight;
  /// target - times[left], saturating; negative before the first sample, 0 where left is -1.
  view<Time, 2> age;
  /// [B] words of `stamp_status` bits. Costs one more pass over the stamps.
  view<std::uint32_t, 1> status;
};

/// The bits of `resample_report::status`.
enum stamp_status : std::uint32_t {
  stamps_ok = 0,
  stamps_unsorted = 1,   ///< a stamp is smaller than the one before it, or is NaN
  stamps_bad_range = 2,  ///< a length or an offset is out of range; that item was not written
};

ROBOCACHE_END_NAMESPACE
