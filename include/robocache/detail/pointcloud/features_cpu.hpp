// Reduces the features of the points of a voxel on the CPU, channels side by side.
#pragma once

#include <robocache/detail/pointcloud/sort_cpu.hpp>
#include <robocache/detail/pointcloud/vote_op.hpp>

namespace robocache::detail {

/// Calls `f(width, channel)` for channels side by side, as many as `width`, a constant, says.
template <class F>
void for_channels(std::int32_t channels, const F& f) {
  std::int32_t c = 0;
  for (; c + 4 <= channels; c += 4) f(std::integral_constant<int, 4>{}, c);
  if (channels - c == 3) return f(std::integral_constant<int, 3>{}, c);
  for (; c < channels; ++c) f(std::integral_constant<int, 1>{}, c);
}

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

/// A feature of one cloud.
template <class T>
class cloud_feature {
 public:
  template <class P>
  cloud_feature(const feature_op& f, const locate_op<P>& op, std::int64_t b)
      : cloud_feature(f, op, b, op.points_of(b)) {}

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
  template <class P>
  cloud_feature(const feature_op& f, const locate_op<P>& op, std::int64_t b,
                const cloud_range& range)
      : feature_(f), reader_(read_cloud<T>(f, b, range, op.first_slot(b, range))) {
    for (std::int32_t c = 0; f.sums() && c < f.channels; ++c) {
      rules_.push_back(f.rule_of(b, c, range.count));
    }
    if (f.has_scale)
      plain_limit_ = std::min(plain_limit_, 0x1p61 / static_cast<double>(range.count));
  }

  template <int Width, class Out>
  void average(const std::uint32_t* order, std::int64_t count, std::int32_t channel,
               const result_row<Out>& to) const {
    mean_state states[Width];
    sum_rule own_rules[Width];
    std::copy_n(rules_.data() + channel, Width, own_rules);
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
    for (int k = 0; k < Width; ++k) powers[k] = rules_[static_cast<std::size_t>(channel + k)].power;
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
      const sum_rule rule[1] = {rules_[static_cast<std::size_t>(channel + k)]};
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
  std::vector<sum_rule> rules_;  // of channels that are summed
  double plain_limit_ = 0x1p51;  // of values times their power: `to_fixed` adds a shift to those
};

/// The largest finite magnitudes of all clouds' points inside: [B, C], from 0s.
template <class T, class P>
void find_largest_magnitudes(const locate_op<P>& op, const sorted_clouds& clouds,
                             const feature_op& f, int threads, std::uint32_t* largest) {
  if constexpr (!std::is_integral_v<T>) {
    parallel_clouds(op.items, threads, [&](std::int64_t b, int own) {
      const cloud_range range = op.points_of(b);
      const auto reader = read_cloud<T>(f, b, range, op.first_slot(b, range));
      parallel_for(clouds[b].inside, 8192, own, [&](std::int64_t begin, std::int64_t end) {
        raise_largest(f, reader, clouds[b].order, begin, end, largest + b * f.channels);
      });
    });
  }
}

/// Calls `f(feature, feature_of, results)`: its scale is known, and feature_of(b) is cloud b's.
template <class P, class F>
void with_feature(const locate_op<P>& op, const sorted_clouds& clouds, const feature_op& given,
                  int threads, const F& f) {
  feature_op feature = given;
  std::vector<std::uint32_t> largest(
      static_cast<std::size_t>(given.needs_largest() ? op.items * given.channels : 0));
  feature.largest = largest.data();
  with_types(feature, [&](auto* values, auto* results) {
    using T = std::remove_pointer_t<decltype(values)>;
    if (given.needs_largest())
      find_largest_magnitudes<T>(op, clouds, feature, threads, largest.data());
    f(
        feature, [&](std::int64_t b) { return cloud_feature<T>(feature, op, b); }, results);
  });
}

}  // namespace robocache::detail
