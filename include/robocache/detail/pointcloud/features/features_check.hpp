// What features and their outputs can tell before they are reduced.
#pragma once

#include <robocache/detail/pointcloud/dense_check.hpp>
#include <robocache/detail/pointcloud/features/features_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Feature n of a call, while it is checked.
struct checked_feature {
  label op;
  std::int64_t n;
  const voxel_feature& feature;

  /// Throws an error about the feature: `text` goes on from its name.
  [[noreturn]] void refuse(const std::string& text) const {
    fail(op, label("features[#]", n).text() + text);
  }

  /// As of a view: anything but the default.
  [[nodiscard]] bool has_argmax() const {
    bool given = feature.argmax.data != nullptr;
    for (const std::int64_t extent : feature.argmax.extents) given = given || extent != 0;
    return given;
  }

  [[nodiscard]] bool votes() const { return feature.reduce == voxel_reduction::vote; }

  /// A label that the type of the values can hold.
  void check_label(const char* member, std::int32_t value) const {
    if (feature.type == element::i32) return;
    const std::int32_t most = feature.type == element::u8 ? UINT8_MAX : UINT16_MAX;
    if (value >= 0 && value <= most) return;
    refuse(std::string(".") + member + " must be 0 to " + std::to_string(most) +
           ", as the labels (got " + std::to_string(value) + ")");
  }

  /// What has a meaning for labels alone, or for numbers alone.
  void check_kind() const {
    const voxel_feature& f = feature;
    if (!is_one_of(f.type, feature_elements{})) {
      refuse(std::string(".type must be one that features have (got ") + name_of(f.type) + ")");
    }
    if (votes() != is_one_of(f.type, label_elements{})) {
      refuse(votes() ? ".reduce must not be voxel_reduction::vote for float, bf16 or f16"
                     : ".reduce must be voxel_reduction::vote for labels");
    }
    if (f.output_type != f.type && (votes() || f.output_type != element::f32)) {
      refuse(".output must have the type of the values, or float for numbers");
    }
    if (votes() && f.empty != 0.0F) refuse(".empty must be 0 for labels, which have empty_label");
    if (!votes() && f.empty_label != 0) refuse(".empty_label needs voxel_reduction::vote");
    if (!votes() && f.has_ignored_label) refuse(".has_ignored_label needs voxel_reduction::vote");
    if (votes()) check_label("empty_label", f.empty_label);
    if (f.has_ignored_label) check_label("ignored_label", f.ignored_label);
  }

  /// How it is reduced.
  void check_reduction() const {
    const voxel_feature& f = feature;
    require_enum(op, label("features[#].reduce must be a voxel_reduction", n), f.reduce,
                 voxel_reduction::vote);
    require_enum(op, label("features[#].nans must be a nan_policy", n), f.nans, nan_policy::skip);
    check_kind();
    if (f.reduce == voxel_reduction::normal && f.channels() % 3 != 0) {
      refuse(".values.extent(2) must be a multiple of 3 for normals (got " +
             std::to_string(f.channels()) + ")");
    }
    if (f.has_scale && (f.scale < -200 || f.scale > 250)) {
      refuse(".scale must be -200 to 250 (got " + std::to_string(f.scale) + ")");
    }
    if (f.argmax.data != nullptr && f.reduce != voxel_reduction::maximum) {
      refuse(".argmax needs voxel_reduction::maximum");
    }
  }

  /// Values of [batch, rows] points.
  void check_values(std::int64_t batch, std::int64_t rows) const {
    const label name("features[#].values", n);
    if (feature.channels() < 1 || feature.channels() > (1 << 20)) {
      fail(op,
           name.extent(2) + " must be 1 to 2^20 (got " + std::to_string(feature.channels()) + ")");
    }
    visit(feature.type, feature_elements{}, [&](auto tag) {
      using T = typename decltype(tag)::type;
      check_shape(op, name, typed<const T, 3>(feature.values), {batch, rows, feature.channels()},
                  {"points.extent(0)", "points.extent(1)", "itself"}, false);
    });
  }

  /// Where a dense result goes, and its argmax.
  template <class P>
  void check_dense_result(const locate_op<P>& locate) const {
    const label values("features[#].values.extent(2)", n);
    const auto check = [&](const label& name, const auto& v) {
      check_dense(op, name, locate, v);
      require_extent(op, name, 4, v.extent(4), values, feature.channels());
    };
    visit(feature.output_type, feature_elements{}, [&](auto tag) {
      check(label("features[#].output", n), typed<typename decltype(tag)::type, 5>(feature.result));
    });
    if (!has_argmax()) return;
    const auto argmax = typed<std::int32_t, 5>(feature.argmax);
    check(label("features[#].argmax", n), argmax);
    const std::int64_t dense = locate.cells * feature.channels();
    if (locate.items > 1 && argmax.stride(0) != dense) {
      refuse(".argmax.stride(0) must be " + std::to_string(dense) +
             ", since it is contiguous (got " + std::to_string(argmax.stride(0)) + ")");
    }
  }

  /// Where a sparse result goes, and its argmax: `capacity` rows.
  void check_sparse_result(std::int64_t capacity) const {
    const label rows = "voxels.coordinates.extent(0)";
    const label values("features[#].values.extent(2)", n);
    visit(feature.output_type, feature_elements{}, [&](auto tag) {
      check_shape(op, label("features[#].output", n),
                  typed<typename decltype(tag)::type, 2>(feature.result),
                  {capacity, feature.channels()}, {rows, values});
    });
    if (!has_argmax()) return;
    const auto argmax = typed<std::int32_t, 2>(feature.argmax);
    check_shape(op, label("features[#].argmax", n), argmax, {capacity, feature.channels()},
                {rows, values});
    if (capacity > 1 && argmax.stride(0) != feature.channels()) {
      refuse(".argmax.stride(0) must be " + std::to_string(feature.channels()) +
             ", since it is contiguous (got " + std::to_string(argmax.stride(0)) + ")");
    }
  }

  void check_rank(const char* member, int got, int expected) const {
    if (got == expected) return;
    refuse(std::string(".") + member + " must have rank " + std::to_string(expected) + " (got " +
           std::to_string(got) + ")");
  }

 private:
  template <class T, int Rank, class V>
  static view<T, Rank> typed(const any_view<V>& v) {
    std::int64_t extents[Rank], strides[Rank];
    for (int r = 0; r < Rank; ++r) {
      extents[r] = v.extents[r];
      strides[r] = v.strides[r];
    }
    return {static_cast<T*>(v.data), extents, strides};
  }
};

template <class V>
footprint footprint_of(const any_view<V>& v, element type) {
  return {v.data, size_of(type), v.extents, v.strides, v.rank};
}

/// Requires that no result of checked features shares memory with another array.
inline void check_features_apart(output_arrays& outputs, const voxel_feature* features,
                                 std::int64_t count) {
  for (std::int64_t n = 0; n < count; ++n) {
    const voxel_feature& f = features[n];
    outputs.add(label("features[#].output", n), footprint_of(f.result, f.output_type));
    outputs.add(label("features[#].argmax", n), footprint_of(f.argmax, element::i32));
  }
  for (std::int64_t n = 0; n < count; ++n) {
    outputs.avoid(label("features[#].values", n),
                  footprint_of(features[n].values, features[n].type));
  }
}

/// Checks features and where they go: rank 5 is dense, rank 2 has `capacity` rows.
template <class P>
feature_list check_features(const label& op_name, const locate_op<P>& op, std::int64_t entries,
                            const voxel_feature* features, std::int64_t count, int rank,
                            std::int64_t capacity = 0) {
  for (std::int64_t n = 0; n < count; ++n) {
    const checked_feature f{op_name, n, features[n]};
    f.check_reduction();
    f.check_rank("values", features[n].values.rank, 3);
    f.check_values(entries, op.rows);
    f.check_rank("output", features[n].result.rank, rank);
    if (f.has_argmax()) f.check_rank("argmax", features[n].argmax.rank, rank);
    if (rank == 5) {
      f.check_dense_result(op);
    } else {
      f.check_sparse_result(capacity);
    }
  }
  return {features, count, op.packed()};
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
