// What dense outputs and reports of voxelization can tell before it runs.
#pragma once

#include <robocache/detail/cloud/check.hpp>
#include <robocache/detail/pointcloud/fill/fill_op.hpp>
#include <robocache/pointcloud/voxelize_options.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Checks an optional output with a number for each cloud.
inline std::int64_t* check_per_cloud(const label& op, const label& name,
                                     const view<std::int64_t, 1>& v, std::int64_t items) {
  return check_optional(op, name, v, {items}, {"the number of clouds"});
}

template <class P>
void check_report(const label& op_name, const voxelize_report& report, locate_op<P>& op) {
  op.inside = check_per_cloud(op_name, "report.inside", report.inside, op.items);
  op.outside = check_per_cloud(op_name, "report.outside", report.outside, op.items);
  op.invalid = check_per_cloud(op_name, "report.invalid", report.invalid, op.items);
}

inline void add_report(output_arrays& outputs, const voxelize_report& report) {
  outputs.add("report.inside", report.inside);
  outputs.add("report.outside", report.outside);
  outputs.add("report.invalid", report.invalid);
}

/// Requires [B, Z, Y, X] with the voxels of a cloud contiguous.
template <class P, class Out, int Rank>
void check_dense(const label& op_name, const label& name, const locate_op<P>& op,
                 const view<Out, Rank>& output) {
  require_extent(op_name, name, 0, output.extent(0), "the number of clouds", op.items);
  require_extent(op_name, name, 1, output.extent(1), "grid.extents[2]", op.extents[2]);
  require_extent(op_name, name, 2, output.extent(2), "grid.extents[1]", op.extents[1]);
  require_extent(op_name, name, 3, output.extent(3), "grid.extents[0]", op.extents[0]);
  check_view(op_name, name, output);
  std::int64_t dense = 1;
  for (int r = Rank - 1; r >= 1; --r) {
    if (output.extent(r) > 1 && output.stride(r) != dense && !output.empty()) {
      fail(op_name, name.text() + ".stride(" + std::to_string(r) + ") must be " +
                        std::to_string(dense) +
                        ", since the voxels of a cloud are contiguous (got " +
                        std::to_string(output.stride(r)) + ")");
    }
    dense *= output.extent(r);
  }
  if (!output.empty()) check_distinct(op_name, name, output);
}

template <class P, class Out>
cell_target<Out> check_cells(const label& op_name, const locate_op<P>& op,
                             const view<Out, 4>& output) {
  check_dense(op_name, "output", op, output);
  return {output.data_handle(), output.stride(0)};
}

template <class P>
cell_target<cell_bits> check_bits(const label& op_name, const locate_op<P>& op,
                                  const view<std::uint32_t, 2>& output) {
  require_extent(op_name, "output", 0, output.extent(0), "the number of clouds", op.items);
  require_extent(op_name, "output", 1, output.extent(1), "ceil(voxels / 32)", (op.cells + 31) / 32);
  check_view(op_name, "output", output, true);
  return {output.data_handle(), output.stride(0)};
}

template <class P>
cell_target<std::int32_t> check_counts(const label& op_name, const locate_op<P>& op,
                                       const view<std::int32_t, 4>& counts) {
  if (!is_given(counts)) return {};
  check_dense(op_name, "report.counts", op, counts);
  return {counts.data_handle(), counts.stride(0)};
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
