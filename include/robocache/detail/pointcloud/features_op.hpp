// What becomes of the features of a voxel's points: states that take values in any order.
#pragma once

#include <robocache/detail/pointcloud/exact_sum.hpp>
#include <robocache/detail/pointcloud/locate_op.hpp>

namespace robocache::detail {

/// How a channel's values are summed.
struct sum_rule {
  std::int32_t scale = 0;
  double power = 1.0;       // 2^scale
  std::int64_t points = 0;  // at most so many addends; 0 where none can be too large
};

/// A `voxel_feature`, checked. Types are known at run time.
struct feature_op {
  voxel_reduction reduce = voxel_reduction::mean;
  voxel_nan nans = voxel_nan::propagate;
  feature_type type = feature_type::f32;
  feature_type output_type = feature_type::f32;
  bool has_scale = false;
  std::int32_t scale = 0;
  std::int32_t channels = 1;
  float empty = 0.0F;
  std::int32_t empty_label = 0;
  bool has_ignored_label = false;
  std::int32_t ignored_label = 0;
  const void* values = nullptr;
  std::int64_t batch_stride = 0, row_stride = 0;
  void* result = nullptr;
  std::int64_t result_batch = 0, result_row = 0;
  std::int32_t* argmax = nullptr;
  /// [B, C] the magnitudes of the largest finite values, as bits; null where `has_scale`.
  const std::uint32_t* largest = nullptr;

  [[nodiscard]] ROBOCACHE_HD bool sums() const {
    return reduce == voxel_reduction::mean || reduce == voxel_reduction::normal;
  }

  /// Whether the scale must be found.
  [[nodiscard]] bool needs_largest() const { return sums() && !has_scale; }

  /// Of channel c of cloud b, which has `points` points.
  [[nodiscard]] ROBOCACHE_HD sum_rule rule_of(std::int64_t b, std::int32_t c,
                                              std::int64_t points) const {
    if (has_scale) return {scale, power_of_two(scale), points};
    const std::uint32_t bits = largest[b * channels + c];
    const int found = scale_for(exponent_above(bit_cast<float>(bits)), points);
    return {found, power_of_two(found), 0};
  }
};

/// What a result of type Out holds where there are no points.
template <class Out>
ROBOCACHE_HD Out empty_value(const feature_op& f) {
  if constexpr (std::is_integral_v<Out>) {
    return static_cast<Out>(f.empty_label);
  } else {
    return narrow<Out>(f.empty);
  }
}

/// The sum and number of a channel's values.
struct mean_state {
  std::int64_t sum = 0;
  std::int64_t number = 0;
  std::uint32_t seen = 0;

  static constexpr std::uint32_t nan = 1, positive = 2, negative = 4, too_large = 8;

  ROBOCACHE_HD void add(float x, const sum_rule& rule, bool keep_nan) {
    if (x != x) {
      if (keep_nan) seen |= nan;
      return;
    }
    ++number;
    if (x - x != 0.0F) {
      seen |= x > 0.0F ? positive : negative;
      return;
    }
    if (rule.points != 0 && detail::too_large(x, rule.scale, rule.points)) {
      seen |= too_large;
      return;
    }
    sum += to_fixed(x, rule.power);
  }

  ROBOCACHE_HD void merge(const mean_state& other) {
    sum += other.sum;
    number += other.number;
    seen |= other.seen;
  }

  /// In double, not yet rounded; `number` is not 0, or a NaN was seen.
  ROBOCACHE_HD double value(std::int32_t scale) const {
    if ((seen & (nan | too_large)) != 0 ||
        (seen & (positive | negative)) == (positive | negative)) {
      return canonical_nan<double>();
    }
    if (seen != 0) {
      const auto infinity = bit_cast<double>(std::uint64_t{0x7ff0000000000000});
      return seen == positive ? infinity : -infinity;
    }
    return mean_of(sum, scale, number);
  }

  [[nodiscard]] ROBOCACHE_HD bool is_empty() const { return number == 0 && seen == 0; }
};

/// The largest of a channel's values and the first point that has it.
struct max_state {
  std::uint32_t best = 0;  // as `ordered`; 0 before the first value, all ones for NaN
  std::uint32_t point = UINT32_MAX;

  ROBOCACHE_HD void add(float x, std::uint32_t from, bool keep_nan) {
    if (x != x && !keep_nan) return;
    merge({x != x ? UINT32_MAX : ordered(x), from});
  }

  ROBOCACHE_HD void merge(const max_state& other) {
    if (other.best > best || (other.best == best && other.point < point)) *this = other;
  }

  [[nodiscard]] ROBOCACHE_HD float value() const {
    return best == UINT32_MAX ? canonical_nan<float>() : from_ordered(best);
  }

  [[nodiscard]] ROBOCACHE_HD bool is_empty() const { return best == 0; }
};

/// 1 / length of a vector, or 0 for the zero vector.
ROBOCACHE_HD double inverse_length(double x, double y, double z) {
  const double square = robocache::fma(x, x, robocache::fma(y, y, z * z));
  return square == 0.0 ? 0.0 : 1.0 / square_root(square);
}

/// A voxel's points, numbered over all clouds, and what is needed to read their features.
template <class T>
struct feature_reader {
  const T* rows;  // of the cloud's first point
  std::int64_t row_stride;
  std::int64_t first_slot;  // number of the cloud's first point

  ROBOCACHE_HD const T* row(std::uint32_t slot) const {
    return rows + (static_cast<std::int64_t>(slot) - first_slot) * row_stride;
  }
  ROBOCACHE_HD std::uint32_t index(std::uint32_t slot) const {
    return static_cast<std::uint32_t>(static_cast<std::int64_t>(slot) - first_slot);
  }
};

/// The features of cloud b, whose points are `range`.
template <class T>
ROBOCACHE_HD feature_reader<T> read_cloud(const feature_op& f, std::int64_t b,
                                          const cloud_range& range, std::int64_t first_slot) {
  return {static_cast<const T*>(f.values) + b * f.batch_stride + range.first * f.row_stride,
          f.row_stride, first_slot};
}

/// Results are written by this: a row of the output, and of `argmax`.
template <class Out>
struct result_row {
  Out* values;
  std::int32_t* argmax;
};

/// Row `row` of the result for cloud b: the voxel of a dense output, the rank in a sparse one.
template <class Out>
ROBOCACHE_HD result_row<Out> row_of_result(const feature_op& f, std::int64_t b, std::int64_t row,
                                           std::int64_t cells) {
  std::int32_t* const argmax =
      f.argmax == nullptr ? nullptr : f.argmax + (b * cells + row) * f.channels;
  return {static_cast<Out*>(f.result) + b * f.result_batch + row * f.result_row, argmax};
}

/// Neighbouring channels that one access moves.
template <class T, int Width>
struct alignas(sizeof(T) * Width) channel_pack {
  T values[Width];
};

/// Widths other than 1 and 3 need aligned rows.
template <int Width, class T>
ROBOCACHE_HD void read_channels(const T* from, T (&values)[Width]) {
  if constexpr (Width == 1 || Width == 3) {
    for (int k = 0; k < Width; ++k) values[k] = from[k];
  } else {
    const auto pack = *reinterpret_cast<const channel_pack<T, Width>*>(from);
    for (int k = 0; k < Width; ++k) values[k] = pack.values[k];
  }
}

/// Takes every `step`-th of the points order[from .. count) into the states of `Width` channels.
template <int Width, class T, class State>
ROBOCACHE_HD void reduce_channels(const feature_op& f, const feature_reader<T>& reader,
                                  const std::uint32_t* order, std::int64_t from, std::int64_t count,
                                  std::int64_t step, std::int32_t channel,
                                  const sum_rule (&rules)[Width], State (&states)[Width]) {
  const bool keep_nan = f.nans == voxel_nan::propagate;
  for (std::int64_t i = from; i < count; i += step) {
    const std::uint32_t slot = order[i];
    const T* const row = reader.row(slot) + channel;
    T values[Width];
    read_channels(row, values);
    if constexpr (Width == 3) {  // a vector of which a part is left out is no vector
      if (!keep_nan && (is_nan(values[0]) || is_nan(values[1]) || is_nan(values[2]))) continue;
    }
    for (int k = 0; k < Width; ++k) {
      if constexpr (std::is_same_v<State, mean_state>) {
        states[k].add(widen(values[k]), rules[k], keep_nan);
      } else {
        states[k].add(widen(values[k]), reader.index(slot), keep_nan);
      }
    }
  }
}

template <int Width>
ROBOCACHE_HD void find_rules(const feature_op& f, std::int64_t b, std::int64_t points,
                             std::int32_t channel, sum_rule (&rules)[Width]) {
  for (int k = 0; k < Width; ++k) rules[k] = f.rule_of(b, channel + k, points);
}

/// Means as results, or unit vectors.
template <int Width, class Out>
ROBOCACHE_HD void finish(const feature_op& f, double (&means)[Width], Out (&results)[Width]) {
  if constexpr (Width == 3) {
    if (f.reduce == voxel_reduction::normal) {
      const double inverse = inverse_length(means[0], means[1], means[2]);
      for (int k = 0; k < 3; ++k) means[k] *= inverse;
    }
  }
  for (int k = 0; k < Width; ++k) results[k] = narrow<Out>(means[k]);
}

/// Writes means, or unit vectors.
template <int Width, class Out>
ROBOCACHE_HD void finish(const feature_op& f, const mean_state (&states)[Width],
                         const sum_rule (&rules)[Width], std::int32_t, std::int32_t*,
                         Out (&results)[Width]) {
  if (f.reduce == voxel_reduction::normal && states[0].is_empty()) {
    for (int k = 0; k < Width; ++k) results[k] = narrow<Out>(f.empty);
    return;
  }
  double means[Width];
  for (int k = 0; k < Width; ++k) {
    means[k] =
        states[k].is_empty() ? static_cast<double>(f.empty) : states[k].value(rules[k].scale);
  }
  finish(f, means, results);
}

/// Writes maxima, and `argmax` where it is wanted.
template <int Width, class Out>
ROBOCACHE_HD void finish(const feature_op& f, const max_state (&states)[Width],
                         const sum_rule (&)[Width], std::int32_t channel, std::int32_t* argmax,
                         Out (&results)[Width]) {
  for (int k = 0; k < Width; ++k) {
    const bool none = states[k].is_empty();
    results[k] = narrow<Out>(none ? f.empty : states[k].value());
    if (argmax != nullptr) {
      argmax[channel + k] = none ? -1 : static_cast<std::int32_t>(states[k].point);
    }
  }
}

inline bool is_label(feature_type type) { return type >= feature_type::u8; }

/// Calls `f` with null pointers of the type of labels and of their output, which is the same.
template <class F>
void with_label_types(feature_type type, const F& f) {
  if (type == feature_type::u8) {
    return f(static_cast<std::uint8_t*>(nullptr), static_cast<std::uint8_t*>(nullptr));
  }
  if (type == feature_type::u16) {
    return f(static_cast<std::uint16_t*>(nullptr), static_cast<std::uint16_t*>(nullptr));
  }
  f(static_cast<std::int32_t*>(nullptr), static_cast<std::int32_t*>(nullptr));
}

/// Calls `f` with null pointers of the element type of numbers and of their output's.
template <class F>
void with_types(feature_type type, feature_type output, const F& f) {
  if (type == feature_type::f32)
    return f(static_cast<float*>(nullptr), static_cast<float*>(nullptr));
  if (type == feature_type::bf16) {
    if (output == feature_type::f32)
      return f(static_cast<bf16*>(nullptr), static_cast<float*>(nullptr));
    return f(static_cast<bf16*>(nullptr), static_cast<bf16*>(nullptr));
  }
  if (output == feature_type::f32)
    return f(static_cast<f16*>(nullptr), static_cast<float*>(nullptr));
  f(static_cast<f16*>(nullptr), static_cast<f16*>(nullptr));
}

/// The same for numbers and labels.
template <class F>
void with_types(const feature_op& feature, const F& f) {
  if (is_label(feature.type)) return with_label_types(feature.type, f);
  with_types(feature.type, feature.output_type, f);
}

}  // namespace robocache::detail
