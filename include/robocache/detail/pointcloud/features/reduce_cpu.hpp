// Reduces the features of the points of a voxel on the CPU, channels side by side.
#pragma once

#include <robocache/detail/pointcloud/bins/sort_cpu.hpp>
#include <robocache/detail/pointcloud/features/vote_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Calls `f(width, channel)` for channels side by side, as many as `width`, a constant, says.
template <class F>
void for_channels(std::int32_t channels, const F& f) {
  std::int32_t c = 0;
  for (; c + 4 <= channels; c += 4) f(std::integral_constant<int, 4>{}, c);
  if (channels - c == 3) return f(std::integral_constant<int, 3>{}, c);
  for (; c < channels; ++c) f(std::integral_constant<int, 1>{}, c);
}

/// A feature of one cloud.
template <class T>
class cloud_feature {
 public:
  /// `rules` has room for the rules of all channels.
  cloud_feature(const feature_op& f, const item_ranges& clouds, std::int64_t b, sum_rule* rules)
      : feature_(f), rules_(rules) {
    const item_range range = clouds.rows_of(b);
    reader_ = read_cloud<T>(f, b, range, clouds.first_slot(b, range));
    for (std::int32_t c = 0; f.sums() && c < f.channels; ++c) {
      rules_[c] = f.rule_of(b, c, range.count);
    }
    if (f.has_scale) {
      plain_limit_ = std::min(plain_limit_, 0x1p61 / static_cast<double>(range.count));
    }
  }

  /// One voxel's row.
  template <class Out>
  void operator()(const std::uint32_t* order, std::int64_t count, const result_row<Out>& to) const {
    if constexpr (std::is_integral_v<T>) {
      for (std::int32_t c = 0; c < feature_.channels; ++c) {
        to.values[c] = vote(feature_, reader_, order, count, c);
      }
    } else if (feature_.reduce == voxel_reduction::normal) {
      for (std::int32_t c = 0; c < feature_.channels; c += 3) average<3>(order, count, c, to);
    } else if (feature_.sums()) {
      for_channels(feature_.channels, [&](auto width, std::int32_t channel) {
        average<decltype(width)::value>(order, count, channel, to);
      });
    } else {
      for (std::int32_t c = 0; c < feature_.channels; ++c) {
        max_state state[1];
        const sum_rule none[1] = {};
        reduce_channels(feature_, reader_, order, 0, count, 1, c, none, state);
        write(state, none, c, to);
      }
    }
  }

 private:
  template <int Width, class Out>
  void average(const std::uint32_t* order, std::int64_t count, std::int32_t channel,
               const result_row<Out>& to) const {
    mean_state states[Width];
    sum_rule own_rules[Width];
    std::copy_n(rules_ + channel, Width, own_rules);
    if (!sum_plain_values(order, count, channel, states)) {
      if (Width == 3 && feature_.reduce == voxel_reduction::normal) {
        reduce_channels(feature_, reader_, order, 0, count, 1, channel, own_rules, states);
      } else {
        sum_one_by_one(order, count, channel, states);
      }
    }
    write(states, own_rules, channel, to);
  }

  /// False where there are values that are not finite or too large; this is `mean_state::add`
  /// without its branches.
  template <int Width>
  bool sum_plain_values(const std::uint32_t* order, std::int64_t count, std::int32_t channel,
                        mean_state (&states)[Width]) const {
    constexpr double shift = 0x1.8p52;
    double powers[Width];
    std::uint64_t sums[Width] = {};
    for (int k = 0; k < Width; ++k) powers[k] = rules_[channel + k].power;
    bool plain = true;
    for (std::int64_t i = 0; i < count; ++i) {
      const T* const row = reader_.row(order[i]) + channel;
      for (int k = 0; k < Width; ++k) {
        const double scaled = static_cast<double>(widen(row[k])) * powers[k];
        plain &= (scaled > -plain_limit_) & (scaled < plain_limit_);
        sums[k] += bit_cast<std::uint64_t>(scaled + shift) - bit_cast<std::uint64_t>(shift);
      }
    }
    for (int k = 0; plain && k < Width; ++k) {
      states[k] = {static_cast<std::int64_t>(sums[k]), count, 0};
    }
    return plain;
  }

  template <int Width>
  void sum_one_by_one(const std::uint32_t* order, std::int64_t count, std::int32_t channel,
                      mean_state (&states)[Width]) const {
    for (int k = 0; k < Width; ++k) {
      mean_state state[1];
      const sum_rule rule[1] = {rules_[channel + k]};
      reduce_channels(feature_, reader_, order, 0, count, 1, channel + k, rule, state);
      states[k] = state[0];
    }
  }

  template <int Width, class State, class Out>
  void write(const State (&states)[Width], const sum_rule (&own_rules)[Width], std::int32_t channel,
             const result_row<Out>& to) const {
    Out results[Width];
    finish(feature_, states, own_rules, channel, to.argmax, results);
    std::copy_n(results, Width, to.values + channel);
  }

  const feature_op& feature_;
  feature_reader<T> reader_;
  sum_rule* rules_;              // of channels that are summed
  double plain_limit_ = 0x1p51;  // of values times their power: `to_fixed` adds a shift to those
};

/// Raises `largest` to the largest finite magnitude of each channel over the points order[begin ..
/// end), as bits.
template <class T>
void raise_largest(const feature_op& f, const feature_reader<T>& reader, const std::uint32_t* order,
                   std::int64_t begin, std::int64_t end, std::uint32_t* largest) {
  for_channels(f.channels, [&](auto width, std::int32_t channel) {
    constexpr int channels = decltype(width)::value;
    std::uint32_t found[channels] = {};
    for (std::int64_t i = begin; i < end; ++i) {
      const T* const row = reader.row(order[i]) + channel;
      for (int k = 0; k < channels; ++k) {
        const std::uint32_t bits = bit_cast<std::uint32_t>(widen(row[k])) & 0x7fffffffU;
        found[k] = std::max(found[k], bits < 0x7f800000U ? bits : 0U);
      }
    }
    for (int k = 0; k < channels; ++k) {
      std::uint32_t seen = __atomic_load_n(largest + channel + k, __ATOMIC_RELAXED);
      while (seen < found[k] &&
             !__atomic_compare_exchange_n(largest + channel + k, &seen, found[k], true,
                                          __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
      }
    }
  });
}

/// The largest finite magnitudes of all clouds' points inside: [B, C], from 0s.
template <class T>
void find_largest_magnitudes(const item_ranges& ranges, const sorted_clouds& clouds,
                             const feature_op& f, std::uint32_t* largest) {
  if constexpr (!std::is_integral_v<T>) {
    clouds.for_each_cloud(ranges.items, [&](std::int64_t b, int) {
      const item_range range = ranges.rows_of(b);
      const auto reader = read_cloud<T>(f, b, range, ranges.first_slot(b, range));
      const auto body = [&](std::int64_t begin, std::int64_t end) {
        raise_largest(f, reader, clouds[b].order, begin, end, largest + b * f.channels);
      };
      parallel_for(clouds[b].inside, 8192, clouds.own_threads(), body);
    });
  }
}

/// Sorted clouds, and scratch that features take in turn.
struct features_scratch {
  sorted_clouds clouds;
  std::uint32_t* largest = nullptr;
  sum_rule* rules = nullptr;
  std::int64_t rules_each = 0;  // of a worker

  features_scratch() = default;
  features_scratch(const item_ranges& ranges, const feature_list& features, int threads,
                   scratch_layout& scratch)
      : clouds(ranges, threads, scratch) {
    std::int64_t channels = 0;
    for (std::int64_t n = 0; n < features.count; ++n) {
      const feature_op f = features[n];
      if (f.needs_largest() && f.channels > channels) channels = f.channels;
      if (f.sums() && f.channels > rules_each) rules_each = f.channels;
    }
    largest = scratch.take<std::uint32_t>(ranges.items * channels);
    rules = scratch.take<sum_rule>(count_workers(INT64_MAX, threads) * rules_each);
  }

  [[nodiscard]] sum_rule* rules_of(int worker) const { return rules + worker * rules_each; }
};

/// Calls `f(feature, value tag, result tag)` for each feature, whose scale is known.
template <class F>
void for_each_feature(const item_ranges& ranges, const feature_list& features,
                      const features_scratch& scratch, const F& f) {
  for (std::int64_t n = 0; n < features.count; ++n) {
    feature_op feature = features[n];
    with_types(feature, [&](auto values, auto results) {
      if (feature.needs_largest()) {
        feature.largest = scratch.largest;
        std::fill_n(scratch.largest, ranges.items * feature.channels, 0U);
        find_largest_magnitudes<typename decltype(values)::type>(ranges, scratch.clouds, feature,
                                                                 scratch.largest);
      }
      f(feature, values, results);
    });
  }
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
