// What occupancy and density can tell before they run.
#pragma once

#include <robocache/detail/pointcloud/dense_check.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

template <class Out, class P, class Output>
fill_op<std::remove_const_t<P>, Out> make_fill_op(const char* name, const voxel_grid& grid,
                                                  const view<P, 3>& points, const ragged& clouds,
                                                  const voxelize_report& report,
                                                  const Output& output) {
  fill_op<std::remove_const_t<P>, Out> op;
  op.name = name;
  op.locate = make_locate_op(name, grid, points, clouds);
  check_report(name, report, op.locate);
  if constexpr (std::is_same_v<Out, cell_bits>) {
    op.to = check_bits(name, op.locate, output);
  } else {
    op.to = check_cells(name, op.locate, output);
  }
  output_arrays outputs(name);
  outputs.add("output", output);
  add_report(outputs, report);
  avoid_clouds(outputs, points, clouds);
  return op;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
