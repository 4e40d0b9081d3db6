// What the shapes, strides and pointers of a voxelization can tell before it runs.
#pragma once

#include <robocache/core/executor.hpp>
#include <robocache/detail/check.hpp>
#include <robocache/detail/pointcloud/features_op.hpp>
#include <vector>

namespace robocache::detail {

/// Calls `run(executor, op)` for whichever executor it is.
template <class Executor, class Op>
void run_on(const Executor& executor, const Op& op) {
  if constexpr (std::is_same_v<Executor, any_executor>) {
    executor.visit([&](const auto& chosen) { run(chosen, op); });
  } else {
    run(executor, op);
  }
}

inline std::string extent_name(const char* what, int r) {
  return std::string(what) + ".extent(" + std::to_string(r) + ")";
}

inline void require_extent(const char* op, const char* what, int r, std::int64_t got,
                           const char* other, std::int64_t expected) {
  require_equal(op, extent_name(what, r).c_str(), got, other, expected);
}

template <class Real>
void check_grid(const char* op, const voxel_grid& grid) {
  constexpr const char* axes[] = {"x", "y", "z"};
  std::int64_t cells = 1;
  for (int a = 0; a < 3; ++a) {
    const auto size = static_cast<Real>(grid.size[a]);
    const auto origin = static_cast<Real>(grid.origin[a]);
    if (!(size > Real(0)) || size - size != Real(0)) {
      fail(op, std::string("grid.size must be positive and finite along ") + axes[a] + " (got " +
                   std::to_string(grid.size[a]) + ")");
    }
    if (origin - origin != Real(0)) {
      fail(op, std::string("grid.origin must be finite along ") + axes[a] + " (got " +
                   std::to_string(grid.origin[a]) + ")");
    }
    if (grid.extents[a] < 1 || grid.extents[a] > INT32_MAX) {
      fail(op, std::string("grid.extents must be 1 to 2^31 - 1 along ") + axes[a] + " (got " +
                   std::to_string(grid.extents[a]) + ")");
    }
    if (grid.extents[a] > (std::int64_t{1} << 62) / cells) {
      fail(op, "grid must have at most 2^62 voxels");
    }
    cells *= grid.extents[a];
  }
  if (grid.rule > index_rule::round) fail(op, "grid.rule must be an index_rule");
}

inline const std::int64_t* check_range_view(const char* op, const char* name,
                                            const view<const std::int64_t, 1>& v, const char* other,
                                            std::int64_t expected) {
  if (v.data_handle() == nullptr && v.extent(0) == 0) return nullptr;
  require_extent(op, name, 0, v.extent(0), other, expected);
  check_view(op, name, v);
  return v.data_handle();
}

inline std::int64_t* check_report(const char* op, const char* name, const view<std::int64_t, 1>& v,
                                  std::int64_t items) {
  if (v.data_handle() == nullptr && v.extent(0) == 0) return nullptr;
  require_extent(op, name, 0, v.extent(0), "the number of clouds", items);
  check_view(op, name, v, true);
  return v.data_handle();
}

/// Checks grid, points, ranges and report. `batch` is what the output says of the clouds.
template <class P>
locate_op<std::remove_const_t<P>> make_locate_op(const char* op_name, const voxel_grid& grid,
                                                 const view<P, 3>& points,
                                                 const cloud_ranges& ranges,
                                                 const voxelize_report& report,
                                                 std::int64_t batch) {
  using T = std::remove_const_t<P>;
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, bf16> ||
                    std::is_same_v<T, f16>,
                "robocache: points are float, double, bf16 or f16");
  check_grid<compute_type<T>>(op_name, grid);
  if (batch > 0 && grid.cells() > (std::int64_t{1} << 62) / batch) {
    fail(op_name, "the clouds must have at most 2^62 voxels in all");
  }
  require_extent(op_name, "points", 2, points.extent(2), "3 coordinates", 3);
  check_view(op_name, "points", points);
  locate_op<T> op;
  const bool packed = ranges.offsets.data_handle() != nullptr;
  if (packed && ranges.lengths.data_handle() != nullptr) {
    fail(op_name, "ranges.lengths and ranges.offsets must not both be given");
  }
  if (packed) {
    if (batch < 0) fail(op_name, "ranges.offsets.extent(0) must be at least 1 (got 0)");
    require_extent(op_name, "points", 0, points.extent(0), "1, since ranges.offsets is given", 1);
    op.offsets = check_range_view(op_name, "ranges.offsets", ranges.offsets,
                                  "the number of clouds + 1", batch + 1);
  } else {
    require_extent(op_name, "points", 0, points.extent(0), "the number of clouds", batch);
    op.lengths =
        check_range_view(op_name, "ranges.lengths", ranges.lengths, "the number of clouds", batch);
  }
  const std::int64_t clouds = packed ? 1 : batch;
  if (clouds > 0 && points.extent(1) > INT32_MAX / clouds) {
    fail(op_name, "one call takes at most 2^31 - 1 points (got " + std::to_string(clouds) + " x " +
                      std::to_string(points.extent(1)) + ")");
  }
  op.points = points.data_handle();
  op.batch_stride = points.stride(0);
  op.row_stride = points.stride(1);
  op.items = batch;
  op.rows = points.extent(1);
  op.find = voxel_finder<compute_type<T>>(grid);
  op.cells = grid.cells();
  for (int a = 0; a < 3; ++a) op.extents[a] = grid.extents[a];
  op.inside = check_report(op_name, "report.inside", report.inside, batch);
  op.outside = check_report(op_name, "report.outside", report.outside, batch);
  op.invalid = check_report(op_name, "report.invalid", report.invalid, batch);
  return op;
}

/// The CPU can read lengths and offsets before it writes.
template <class P>
void check_ranges_of_clouds(const char* op_name, const locate_op<P>& op) {
  for (std::int64_t b = 0; b < op.items; ++b) {
    cloud_range range;
    if (op.range_of(b, range)) continue;
    fail(op_name, "ranges: the points of cloud " + std::to_string(b) + " must lie in 0 to " +
                      std::to_string(op.rows) + " (got " + std::to_string(range.count) + " from " +
                      std::to_string(range.first) + ")");
  }
}

/// Requires [B, Z, Y, X] with the voxels of a cloud contiguous.
template <class P, class Out, int Rank>
void check_dense(const char* op_name, const char* name, const locate_op<P>& op,
                 const view<Out, Rank>& output) {
  require_extent(op_name, name, 0, output.extent(0), "the number of clouds", op.items);
  require_extent(op_name, name, 1, output.extent(1), "grid.extents[2]", op.extents[2]);
  require_extent(op_name, name, 2, output.extent(2), "grid.extents[1]", op.extents[1]);
  require_extent(op_name, name, 3, output.extent(3), "grid.extents[0]", op.extents[0]);
  check_view(op_name, name, output, true);
  std::int64_t dense = 1;
  for (int r = Rank - 1; r >= 1; --r) {
    if (output.extent(r) > 1 && output.stride(r) != dense && !output.empty()) {
      fail(op_name, std::string(name) + ".stride(" + std::to_string(r) + ") must be " +
                        std::to_string(dense) +
                        ", since the voxels of a cloud are contiguous (got " +
                        std::to_string(output.stride(r)) + ")");
    }
    dense *= output.extent(r);
  }
}

template <class P, class Out>
cell_target<Out> check_cells(const char* op_name, const locate_op<P>& op,
                             const view<Out, 4>& output) {
  check_dense(op_name, "output", op, output);
  return {output.data_handle(), output.stride(0)};
}

template <class P>
cell_target<cell_bits> check_bits(const char* op_name, const locate_op<P>& op,
                                  const view<std::uint32_t, 2>& output) {
  require_extent(op_name, "output", 0, output.extent(0), "the number of clouds", op.items);
  require_extent(op_name, "output", 1, output.extent(1), "ceil(voxels / 32)", (op.cells + 31) / 32);
  check_view(op_name, "output", output, true);
  return {output.data_handle(), output.stride(0)};
}

template <class P>
cell_target<std::int32_t> check_counts(const char* op_name, const locate_op<P>& op,
                                       const view<std::int32_t, 4>& counts) {
  if (counts.data_handle() == nullptr && counts.size() == 0) return {};
  check_dense(op_name, "counts", op, counts);
  return {counts.data_handle(), counts.stride(0)};
}

/// Requires a usable pointer to elements of a feature.
inline void check_elements(const char* op_name, const std::string& name, feature_type type,
                           const void* data) {
  const auto check = [&](auto element) {
    using T = decltype(element);
    check_view(op_name, name.c_str(), view<const T, 1>(static_cast<const T*>(data), {1}));
  };
  if (type == feature_type::u8) return check(std::uint8_t{});
  if (type == feature_type::f32 || type == feature_type::i32) return check(std::uint32_t{});
  check(std::uint16_t{});
}

/// Requires that labels of the type can be `label`.
inline void check_label(const char* op_name, const std::string& name, feature_type type,
                        std::int32_t label) {
  if (type == feature_type::i32) return;
  const std::int32_t most = type == feature_type::u8 ? UINT8_MAX : UINT16_MAX;
  if (label < 0 || label > most) {
    fail(op_name, name + " must be 0 to " + std::to_string(most) + ", as the labels (got " +
                      std::to_string(label) + ")");
  }
}

/// Checks what has a meaning for labels alone, or for numbers alone.
inline void check_kind(const char* op_name, const std::string& name, const voxel_feature& f) {
  const bool votes = f.reduce == voxel_reduction::vote;
  if (f.type > feature_type::i32) fail(op_name, name + ".type must be a feature_type");
  if (votes != is_label(f.type)) {
    fail(op_name, name + (votes ? ".reduce must not be voxel_reduction::vote for float, bf16 or f16"
                                : ".reduce must be voxel_reduction::vote for labels"));
  }
  if (f.output_type != f.type && (votes || f.output_type != feature_type::f32)) {
    fail(op_name, name + ".output must have the type of the values, or float for numbers");
  }
  if (votes && f.empty != 0.0F) {
    fail(op_name, name + ".empty must be 0 for labels, which have empty_label");
  }
  if (!votes && f.empty_label != 0) {
    fail(op_name, name + ".empty_label needs voxel_reduction::vote");
  }
  if (!votes && f.has_ignored_label) {
    fail(op_name, name + ".has_ignored_label needs voxel_reduction::vote");
  }
  if (votes) check_label(op_name, name + ".empty_label", f.type, f.empty_label);
  if (f.has_ignored_label) check_label(op_name, name + ".ignored_label", f.type, f.ignored_label);
}

/// Checks how a feature is reduced.
inline void check_reduction(const char* op_name, const std::string& name, const voxel_feature& f) {
  if (f.reduce > voxel_reduction::vote) fail(op_name, name + ".reduce must be a voxel_reduction");
  if (f.nans > voxel_nan::propagate) fail(op_name, name + ".nans must be a voxel_nan");
  check_kind(op_name, name, f);
  if (f.reduce == voxel_reduction::normal && f.channels % 3 != 0) {
    fail(op_name, name + ".values.extent(2) must be a multiple of 3 for normals (got " +
                      std::to_string(f.channels) + ")");
  }
  if (f.has_scale && (f.scale < -200 || f.scale > 250)) {
    fail(op_name, name + ".scale must be -200 to 250 (got " + std::to_string(f.scale) + ")");
  }
  if (f.argmax != nullptr && f.reduce != voxel_reduction::maximum) {
    fail(op_name, name + ".argmax needs voxel_reduction::maximum");
  }
}

/// Checks the values of a feature of [batch, rows] points.
inline void check_values(const char* op_name, const std::string& name, const voxel_feature& f,
                         std::int64_t batch, std::int64_t rows) {
  require_extent(op_name, name.c_str(), 0, f.extents[0], "points.extent(0)", batch);
  require_extent(op_name, name.c_str(), 1, f.extents[1], "points.extent(1)", rows);
  if (f.channels < 1 || f.channels > (1 << 20)) {
    fail(op_name, name + ".extent(2) must be 1 to 2^20 (got " + std::to_string(f.channels) + ")");
  }
  if (batch * rows > 0) check_elements(op_name, name, f.type, f.data);
  if (f.channels > 1 && f.strides[2] != 1) {
    fail(op_name, name + ".stride(2) must be 1 (got " + std::to_string(f.strides[2]) + ")");
  }
}

/// Checks where a feature's dense result goes.
template <class P>
void check_dense_result(const char* op_name, const std::string& name, const voxel_feature& f,
                        const locate_op<P>& op, const std::string& channels) {
  require_extent(op_name, name.c_str(), 4, f.result_extents[4], channels.c_str(), f.channels);
  if (op.items > 0) check_elements(op_name, name, f.output_type, f.result);
  const view<const std::uint8_t, 5> somewhere(reinterpret_cast<const std::uint8_t*>(1),
                                              f.result_extents, f.result_strides);
  check_dense(op_name, name.c_str(), op, somewhere);
}

/// Checks where a feature's sparse result goes: `capacity` rows.
inline void check_sparse_result(const char* op_name, const std::string& name,
                                const voxel_feature& f, std::int64_t capacity,
                                const std::string& channels) {
  require_extent(op_name, name.c_str(), 0, f.result_extents[0], "voxels.coordinates.extent(0)",
                 capacity);
  require_extent(op_name, name.c_str(), 1, f.result_extents[1], channels.c_str(), f.channels);
  if (capacity > 0) check_elements(op_name, name, f.output_type, f.result);
  if (f.channels > 1 && f.result_strides[1] != 1) {
    fail(op_name, name + ".stride(1) must be 1 (got " + std::to_string(f.result_strides[1]) + ")");
  }
  if (capacity > 1 && f.result_strides[0] == 0) {
    fail(op_name, name + ".stride(0) must not be 0: rows of an output must be distinct");
  }
}

/// A feature that was checked.
inline feature_op make_feature_op(const voxel_feature& f, bool packed) {
  const bool dense = f.result_rank == 5;
  feature_op op;
  op.reduce = f.reduce;
  op.nans = f.nans;
  op.type = f.type;
  op.output_type = f.output_type;
  op.values = f.data;
  op.batch_stride = packed ? 0 : f.strides[0];
  op.row_stride = f.strides[1];
  op.channels = static_cast<std::int32_t>(f.channels);
  op.result = f.result;
  op.result_batch = dense ? f.result_strides[0] : 0;
  op.result_row = dense ? f.channels : f.result_strides[0];
  op.argmax = f.argmax;
  op.empty = f.empty;
  op.empty_label = f.empty_label;
  op.has_ignored_label = f.has_ignored_label;
  op.ignored_label = f.ignored_label;
  op.has_scale = f.has_scale;
  op.scale = f.scale;
  return op;
}

/// Checks features and where they go: rank 5 is dense, rank 2 has `capacity` rows.
template <class P>
std::vector<feature_op> check_features(const char* op_name, const locate_op<P>& op,
                                       std::int64_t batch, std::int64_t rows,
                                       const voxel_feature* features, std::int64_t count, int rank,
                                       std::int64_t capacity = 0) {
  std::vector<feature_op> checked;
  for (std::int64_t n = 0; n < count; ++n) {
    const voxel_feature& f = features[n];
    const std::string name = "features[" + std::to_string(n) + "]";
    const std::string values = name + ".values", output = name + ".output";
    check_values(op_name, values, f, batch, rows);
    check_reduction(op_name, name, f);
    if (f.result_rank != rank) {
      fail(op_name, output + " must have rank " + std::to_string(rank) + " (got " +
                        std::to_string(f.result_rank) + ")");
    }
    if (rank == 5) {
      check_dense_result(op_name, output, f, op, extent_name(values.c_str(), 2));
    } else {
      check_sparse_result(op_name, output, f, capacity, extent_name(values.c_str(), 2));
    }
    checked.push_back(make_feature_op(f, op.offsets != nullptr));
  }
  return checked;
}

}  // namespace robocache::detail
