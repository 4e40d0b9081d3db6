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
  cloud_feature(const feature_op& f, const item_ranges& clouds, std::int64_t b) : feature_(f) {
    const item_range range = clouds.rows_of(b);
    reader_ = read_cloud<T>(f, b, range, clouds.first_slot(b, range));
    given_rule_ = f.given_rule(range.count);
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
    sum_rule rules[Width];
    find_rules(order, count, channel, rules);
    if (!sum_plain_values(order, count, channel, rules, states)) {
      if (Width == 3 && feature_.reduce == voxel_reduction::normal) {
        reduce_channels(feature_, reader_, order, 0, count, 1, channel, rules, states);
      } else {
        sum_one_by_one(order, count, channel, rules, states);
      }
    }
    write(states, rules, channel, to);
  }

  /// Those that are given, or the finest that the voxel's values allow.
  template <int Width>
  void find_rules(const std::uint32_t* order, std::int64_t count, std::int32_t channel,
                  sum_rule (&rules)[Width]) const {
    largest_state largest[Width];
    if (!feature_.has_scale) find_largest(reader_, order, 0, count, 1, channel, largest);
    for (int k = 0; k < Width; ++k) {
      rules[k] = feature_.has_scale ? given_rule_ : rule_for(largest[k], count);
    }
  }

  /// False where there are values that are not finite or too large; this is `mean_state::add`
  /// without its branches.
  template <int Width>
  bool sum_plain_values(const std::uint32_t* order, std::int64_t count, std::int32_t channel,
                        const sum_rule (&rules)[Width], mean_state (&states)[Width]) const {
    constexpr double shift = 0x1.8p52;
    double powers[Width];
    std::uint64_t sums[Width] = {};
    for (int k = 0; k < Width; ++k) powers[k] = rules[k].power;
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
                      const sum_rule (&rules)[Width], mean_state (&states)[Width]) const {
    for (int k = 0; k < Width; ++k) {
      mean_state state[1];
      const sum_rule rule[1] = {rules[k]};
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
  sum_rule given_rule_;
  double plain_limit_ = 0x1p51;  // of values times their power: `to_fixed` adds a shift to those
};

/// Calls `f(feature, value tag, result tag)` for each feature.
template <class F>
void for_each_feature(const feature_list& features, const F& f) {
  for (std::int64_t n = 0; n < features.count; ++n) {
    const feature_op feature = features[n];
    with_types(feature, [&](auto values, auto results) { f(feature, values, results); });
  }
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
