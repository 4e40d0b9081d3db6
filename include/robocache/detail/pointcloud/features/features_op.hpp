// What becomes of the features of a voxel's points.
#pragma once

#include <robocache/core/geometry.hpp>
#include <robocache/detail/pointcloud/features/states.hpp>
#include <robocache/detail/pointcloud/fill/fill_op.hpp>
#include <robocache/pointcloud/voxelize_options.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// All that features hold.
using feature_elements = type_list<float, bf16, f16, std::uint8_t, std::uint16_t, std::int32_t>;

/// A `voxel_feature`, checked. Types are known at run time.
struct feature_op {
  voxel_reduction reduce = voxel_reduction::mean;
  nan_policy nans = nan_policy::propagate;
  element type = element::f32;
  element output_type = element::f32;
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

  [[nodiscard]] ROBOCACHE_HD bool sums() const {
    return reduce == voxel_reduction::mean || reduce == voxel_reduction::normal;
  }

  /// Of a channel whose scale is given, in a cloud of so many points.
  [[nodiscard]] ROBOCACHE_HD sum_rule given_rule(std::int64_t points) const {
    return {scale, power_of_two(scale), points};
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
                                          const item_range& range, std::int64_t first_slot) {
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
  const bool keep_nan = f.nans != nan_policy::skip;
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

/// The finest scale for `count` values of a voxel: what lies in others does not matter.
ROBOCACHE_HD sum_rule rule_for(const largest_state& largest, std::int64_t count) {
  const int scale = scale_for(exponent_above(bit_cast<float>(largest.bits)), count);
  return {scale, power_of_two(scale), 0};
}

/// Takes every `step`-th of the points order[from .. count) into what is largest.
template <int Width, class T>
ROBOCACHE_HD void find_largest(const feature_reader<T>& reader, const std::uint32_t* order,
                               std::int64_t from, std::int64_t count, std::int64_t step,
                               std::int32_t channel, largest_state (&largest)[Width]) {
  for (std::int64_t i = from; i < count; i += step) {
    T values[Width];
    read_channels(reader.row(order[i]) + channel, values);
    for (int k = 0; k < Width; ++k) largest[k].add(widen(values[k]));
  }
}

/// Means as results, or unit vectors.
template <int Width, class Out>
ROBOCACHE_HD void finish(const feature_op& f, double (&means)[Width], Out (&results)[Width]) {
  if constexpr (Width == 3) {
    if (f.reduce == voxel_reduction::normal) {
      const double inverse = inverse_length(vec3{means[0], means[1], means[2]});
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

/// Calls `f` with the type of a feature's values and that of its results, as tags.
template <class F>
void with_types(const feature_op& feature, const F& f) {
  visit(feature.type, feature_elements{}, [&](auto values) {
    using T = typename decltype(values)::type;
    if constexpr (sizeof(T) == 2 && !std::is_integral_v<T>) {
      if (feature.output_type == element::f32) return f(values, type_tag<float>{});
    }
    f(values, values);
  });
}

/// The features of a call, checked: an operation is made of each when its turn comes.
struct feature_list {
  const voxel_feature* list = nullptr;
  std::int64_t count = 0;
  bool packed = false;

  [[nodiscard]] feature_op operator[](std::int64_t n) const {
    const voxel_feature& f = list[n];
    const bool dense = f.result.rank == 5;
    feature_op op;
    op.reduce = f.reduce;
    op.nans = f.nans;
    op.type = f.type;
    op.output_type = f.output_type;
    op.values = f.values.data;
    op.batch_stride = packed ? 0 : f.values.strides[0];
    op.row_stride = f.values.strides[1];
    op.channels = static_cast<std::int32_t>(f.channels());
    op.result = f.result.data;
    op.result_batch = dense ? f.result.strides[0] : 0;
    op.result_row = dense ? f.channels() : f.result.strides[0];
    op.argmax = f.argmax.data;
    op.empty = f.empty;
    op.empty_label = f.empty_label;
    op.has_ignored_label = f.has_ignored_label;
    op.ignored_label = f.ignored_label;
    op.has_scale = f.has_scale;
    op.scale = f.scale;
    return op;
  }
};

/// `voxelize_features`, dense.
template <class P>
struct features_op {
  static constexpr const char* name = "voxelize_features";

  locate_op<P> locate;
  feature_list features;
  cell_target<std::int32_t> counts;
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
