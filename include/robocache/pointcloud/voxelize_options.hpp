/// \file
/// What can be asked of voxelization, and what it can report.
#pragma once

#include <limits>
#include <robocache/pointcloud/voxel_grid.hpp>

namespace robocache {

/// The clouds of a batch. Null views mean that every cloud has all N points.
struct cloud_ranges {
  /// [B] points of each cloud; those beyond are padding.
  view<const std::int64_t, 1> lengths;
  /// Packed batches: [B + 1]; cloud b owns points offsets[b] to offsets[b + 1] of `points` [1,N,3].
  view<const std::int64_t, 1> offsets;
};

/// What voxelization can say besides the voxels; every output is optional.
struct voxelize_report {
  view<std::int64_t, 1> inside;   ///< [B] points that lie in the grid
  view<std::int64_t, 1> outside;  ///< [B] points that do not
  view<std::int64_t, 1> invalid;  ///< [B] points with a NaN coordinate; they are in no voxel
};

struct density_options {
  bool per_volume = false;  ///< counts divided by the volume of a voxel, for floating-point outputs
};

/// What becomes of the features of a voxel's points, channel by channel.
enum class voxel_reduction : std::uint8_t {
  mean,     ///< exact sums of fixed-point numbers, one division, one rounding
  maximum,  ///< -0 is below +0
  normal,   ///< the mean of vectors of 3, scaled to length 1; a zero mean stays zero
  vote,     ///< of labels: the most frequent one, the smallest of those that tie
};

/// What a NaN among the features does.
enum class voxel_nan : std::uint8_t {
  ignore,     ///< it is left out, or a normal as a whole; a voxel of nothing else counts as empty
  propagate,  ///< the voxel's channel is NaN
};

/// The element types of features: numbers, and labels, which are voted on.
enum class feature_type : std::uint8_t { f32, bf16, f16, u8, u16, i32 };

/// One feature of the points, its reduction, and where the result goes. Plain values.
struct voxel_feature {
  voxel_feature() = default;

  /// `values` [B, N, C] (packed: [1, N, C]) float, bf16 or f16, with an `output` of the same type
  /// or float; or labels of uint8_t, uint16_t or int32_t with an `output` of the same type. It is
  /// [B, Z, Y, X, C] for dense results, [V, C] for sparse ones.
  template <class T, class Out, int Rank>
  voxel_feature(voxel_reduction how, const view<T, 3>& values, const view<Out, Rank>& output)
      : reduce(how),
        type(type_of<std::remove_const_t<T>>()),
        output_type(type_of<Out>()),
        data(values.data_handle()),
        channels(values.extent(2)),
        result(output.data_handle()),
        result_rank(Rank) {
    static_assert(Rank == 5 || Rank == 2,
                  "robocache::voxel_feature: output is [B, Z, Y, X, C] or [V, C]");
    static_assert(
        std::is_same_v<std::remove_const_t<T>, Out> ||
            (std::is_same_v<Out, float> && !std::is_integral_v<T>),
        "robocache::voxel_feature: output has the type of the values, or float where they "
        "are no labels");
    for (int r = 0; r < 3; ++r) {
      extents[r] = values.extent(r);
      strides[r] = values.stride(r);
    }
    for (int r = 0; r < Rank; ++r) {
      result_extents[r] = output.extent(r);
      result_strides[r] = output.stride(r);
    }
  }

  voxel_reduction reduce = voxel_reduction::mean;
  feature_type type = feature_type::f32;
  feature_type output_type = feature_type::f32;
  const void* data = nullptr;
  std::int64_t extents[3] = {}, strides[3] = {};
  std::int64_t channels = 0;
  void* result = nullptr;
  int result_rank = 5;
  std::int64_t result_extents[5] = {}, result_strides[5] = {};

  voxel_nan nans = voxel_nan::propagate;
  float empty = 0.0F;  ///< the value of voxels without points; of labels `empty_label`

  /// For `maximum`: [B, Z, Y, X, C] or [V, C] contiguous, the point that has it, counted within its
  /// cloud, the first one on ties; -1 where there is none.
  std::int32_t* argmax = nullptr;

  /// For sums: values are rounded to multiples of 2^-scale, instead of what the largest one allows.
  /// A value of 2^(62 - scale) / N or more in magnitude makes its channel NaN, N being the points
  /// of the cloud.
  bool has_scale = false;
  std::int32_t scale = 0;

  /// For `vote`: the label of voxels without points, or whose points all have `ignored_label`.
  std::int32_t empty_label = 0;

  /// For `vote`: a label that does not count, such as the 0 or 255 of points without one.
  bool has_ignored_label = false;
  std::int32_t ignored_label = 0;

 private:
  template <class T>
  static constexpr feature_type type_of() {
    if constexpr (std::is_same_v<T, float>) {
      return feature_type::f32;
    } else if constexpr (std::is_same_v<T, bf16>) {
      return feature_type::bf16;
    } else if constexpr (std::is_same_v<T, f16>) {
      return feature_type::f16;
    } else if constexpr (std::is_same_v<T, std::uint8_t>) {
      return feature_type::u8;
    } else if constexpr (std::is_same_v<T, std::uint16_t>) {
      return feature_type::u16;
    } else {
      static_assert(std::is_same_v<T, std::int32_t>,
                    "robocache::voxel_feature: float, bf16 or f16, or labels of uint8_t, uint16_t "
                    "or int32_t");
      return feature_type::i32;
    }
  }
};

}  // namespace robocache
