/// \file
/// What can be asked of voxelization, and what it can report.
#pragma once

#include <robocache/core/element.hpp>
#include <robocache/core/nan_policy.hpp>
#include <robocache/core/ragged.hpp>
#include <robocache/core/voxel_grid.hpp>

ROBOCACHE_BEGIN_NAMESPACE

/// The clouds of a batch, for operations that have no other options.
struct cloud_options {
  /// The points of each cloud; packed batches have `points` [1, N, 3].
  ragged clouds;
};

/// What voxelization can say besides the voxels; every output is optional.
struct voxelize_report {
  view<std::int64_t, 1> inside;   ///< [B] points that lie in the grid
  view<std::int64_t, 1> outside;  ///< [B] points that do not
  view<std::int64_t, 1> invalid;  ///< [B] points with a NaN coordinate; they are in no voxel
};

/// The same of features.
struct features_report : voxelize_report {
  view<std::int32_t, 4> counts;  ///< [B, Z, Y, X]: the points of each voxel
};

struct density_options {
  bool per_volume = false;  ///< counts divided by the volume of a voxel, for floating-point outputs
  ragged clouds;            ///< the points of each cloud
};

/// Of one feature, averaged or maximised.
struct feature_options {
  ragged clouds;                            ///< the points of each cloud
  float empty = 0.0F;                       ///< the value of voxels without points
  nan_policy nans = nan_policy::propagate;  ///< of the values
};

/// What becomes of the features of a voxel's points, channel by channel.
enum class voxel_reduction : std::uint8_t {
  mean,     ///< exact sums of fixed-point numbers, one division, one rounding
  maximum,  ///< -0 is below +0
  normal,   ///< the mean of vectors of 3, scaled to length 1; a zero mean stays zero
  vote,     ///< of labels: the most frequent one, the smallest of those that tie
};

/// The element types of features: numbers, and labels, which are voted on.
using number_elements = type_list<float, bf16, f16>;
using label_elements = type_list<std::uint8_t, std::uint16_t, std::int32_t>;

/// An array of any rank up to 5, for choices at run time.
template <class T>
struct any_view {
  any_view() = default;
  template <class V, int Rank>
  any_view(const view<V, Rank>& v) : data(v.data_handle()), rank(Rank) {  // NOLINT(*-explicit-*)
    static_assert(Rank <= 5, "robocache::any_view: rank must be at most 5");
    for (int r = 0; r < Rank; ++r) {
      extents[r] = v.extent(r);
      strides[r] = v.stride(r);
    }
  }

  T* data = nullptr;
  int rank = 0;
  std::int64_t extents[5] = {}, strides[5] = {};
};

/// One feature of the points, its reduction, and where the result goes. Plain values.
struct voxel_feature {
  voxel_feature() = default;

  /// `values` [B, N, C] (packed: [1, N, C]) float, bf16 or f16, with an `output` of the same type
  /// or float; or labels of uint8_t, uint16_t or int32_t with an `output` of the same type. It is
  /// [B, Z, Y, X, C] for dense results, [V, C] for sparse ones.
  template <class T, class Out, int Rank>
  voxel_feature(voxel_reduction how, const view<T, 3>& from, const view<Out, Rank>& output)
      : reduce(how),
        type(element_of<std::remove_const_t<T>>()),
        output_type(element_of<Out>()),
        values(from),
        result(output) {
    using Value = std::remove_const_t<T>;
    static_assert(Rank == 5 || Rank == 2,
                  "robocache::voxel_feature: output is [B, Z, Y, X, C] or [V, C]");
    static_assert(is_one_of(element_of<Value>(), number_elements{}) ||
                      is_one_of(element_of<Value>(), label_elements{}),
                  "robocache::voxel_feature: values are float, bf16 or f16, or labels of uint8_t, "
                  "uint16_t or int32_t");
    static_assert(
        std::is_same_v<Value, Out> || (std::is_same_v<Out, float> && !std::is_integral_v<T>),
        "robocache::voxel_feature: output has the type of the values, or float where they "
        "are no labels");
  }

  voxel_reduction reduce = voxel_reduction::mean;
  element type = element::f32;
  element output_type = element::f32;
  any_view<const void> values;
  any_view<void> result;

  nan_policy nans = nan_policy::propagate;
  float empty = 0.0F;  ///< the value of voxels without points; of labels `empty_label`

  /// For `maximum`: like the output, and contiguous: the point that has it, counted within its
  /// cloud, the first one on ties; -1 where there is none.
  any_view<std::int32_t> argmax;

  /// For sums: values are rounded to multiples of 2^-scale, instead of what the largest of a voxel
  /// allows: the finest at which its points' sum fits 62 bits.
  /// A value of 2^(62 - scale) / N or more in magnitude makes its channel NaN, N being the points
  /// of the cloud.
  bool has_scale = false;
  std::int32_t scale = 0;

  /// For `vote`: the label of voxels without points, or whose points all have `ignored_label`.
  std::int32_t empty_label = 0;

  /// For `vote`: a label that does not count, such as the 0 or 255 of points without one.
  bool has_ignored_label = false;
  std::int32_t ignored_label = 0;

  [[nodiscard]] std::int64_t channels() const { return values.extents[2]; }
};

ROBOCACHE_END_NAMESPACE
