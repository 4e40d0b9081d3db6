// Accumulators: how values enter, how two become one, and how results leave. Everything is a sum, a
// maximum or a union of integers, so that no order matters.
#pragma once

#include <robocache/detail/each_entry.hpp>
#include <robocache/detail/numeric/integers.hpp>
#include <robocache/detail/pointcloud/features/features_op.hpp>
#include <robocache/pointcloud/voxel_accumulator.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// A `voxel_accumulator`, checked.
struct accumulator {
  std::int64_t cells = 0;
  std::int64_t channels = 0;  // 0: only points are counted
  std::int64_t* counts = nullptr;
  std::int64_t* sums = nullptr;
  std::uint32_t* maxima = nullptr;
  std::uint32_t* flags = nullptr;
  std::int64_t* nans = nullptr;
  sum_rule rule;

  /// Numbers of a voxel's channels are below this, and those of voxels too.
  [[nodiscard]] std::int64_t entries() const { return channels > 0 ? cells * channels : cells; }

  /// A value of a channel; `memory` says how numbers are changed that others change, too.
  template <class Memory>
  ROBOCACHE_HD void add(const Memory& memory, std::int64_t entry, float x) const {
    mean_state state;
    if (sums != nullptr || x != x) state.add(x, rule, true);
    if (state.seen != 0) memory.unite(flags + entry, state.seen);
    if (sums != nullptr && state.sum != 0) memory.add(sums + entry, state.sum);
    if (maxima != nullptr && x == x) memory.raise(maxima + entry, ordered(x));
    if (nans != nullptr && x != x) memory.add(nans + entry, 1);
  }
};

template <class P, class T>
struct accumulate_op {
  static constexpr const char* name = "accumulate";

  locate_op<P> locate;
  accumulator into;
  const T* values = nullptr;
  std::int64_t values_batch = 0, values_row = 0;

  /// The features of the points of `range`.
  ROBOCACHE_HD const T* rows_of(std::int64_t b, const item_range& range) const {
    if (into.channels == 0) return nullptr;
    return values + locate.entry_of(b) * values_batch + range.first * values_row;
  }
};

// What is done to every entry of an accumulator on its own.

struct reset_rule {
  accumulator into;

  ROBOCACHE_HD void operator()(std::int64_t i) const {
    if (i < into.cells) into.counts[i] = 0;
    if (into.sums != nullptr) into.sums[i] = 0;
    if (into.maxima != nullptr) into.maxima[i] = 0;
    if (into.flags != nullptr) into.flags[i] = 0;
    if (into.nans != nullptr) into.nans[i] = 0;
  }
};

struct merge_rule {
  accumulator from, into;

  ROBOCACHE_HD void operator()(std::int64_t i) const {
    if (i < into.cells) into.counts[i] += from.counts[i];
    // Sums of more than `most_points` may wrap; they are never read.
    if (into.sums != nullptr) into.sums[i] = wrapping_sum(into.sums[i], from.sums[i]);
    if (into.maxima != nullptr && from.maxima[i] > into.maxima[i]) into.maxima[i] = from.maxima[i];
    if (into.flags != nullptr) into.flags[i] |= from.flags[i];
    if (into.nans != nullptr) into.nans[i] += from.nans[i];
  }
};

template <class Out>
struct read_mean_rule {
  accumulator from;
  Out* output = nullptr;
  float empty = 0.0F;
  nan_policy nans = nan_policy::propagate;

  ROBOCACHE_HD void operator()(std::int64_t i) const {
    const std::int64_t count = from.counts[i / from.channels];
    mean_state state{from.sums[i], count, from.flags[i]};
    if (nans == nan_policy::skip) {
      state.number -= from.nans[i];
      state.seen &= ~mean_state::nan;
    }
    if (count > from.rule.points) state.seen |= mean_state::too_large;
    output[i] =
        narrow<Out>(state.is_empty() ? static_cast<double>(empty) : state.value(from.rule.scale));
  }
};

template <class Out>
struct read_max_rule {
  accumulator from;
  Out* output = nullptr;
  float empty = 0.0F;
  nan_policy nans = nan_policy::propagate;

  ROBOCACHE_HD void operator()(std::int64_t i) const {
    const std::uint32_t key = from.maxima[i];
    float value = key == 0 ? empty : from_ordered(key);
    if (nans == nan_policy::propagate && (from.flags[i] & mean_state::nan) != 0) {
      value = canonical_nan<float>();
    }
    output[i] = narrow<Out>(value);
  }
};

template <class Out>
struct read_density_rule {
  accumulator from;
  Out* output = nullptr;
  bool per_volume = false;
  float volume = 1.0F;

  ROBOCACHE_HD void operator()(std::int64_t i) const {
    const std::int64_t count = from.counts[i];
    if constexpr (std::is_same_v<Out, float>) {
      const auto value = static_cast<float>(count);
      output[i] = per_volume ? narrow<float>(value / volume) : value;
    } else if constexpr (sizeof(Out) < sizeof(count)) {
      output[i] = static_cast<Out>(count > INT32_MAX ? INT32_MAX : count);
    } else {
      output[i] = count;
    }
  }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
