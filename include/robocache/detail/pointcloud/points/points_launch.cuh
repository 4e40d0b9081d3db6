// The CUDA drivers of bounds and selections.
#pragma once

#include <algorithm>
#include <robocache/detail/pointcloud/points/bounds_kernels.cuh>
#include <robocache/detail/pointcloud/points/selection_kernels.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

template <class P>
void launch(const gpu& executor, const bounds_op<P>& op) {
  const locate_op<P>& clouds = op.clouds;
  if (clouds.items == 0) return;
  check_device_points(op.name, clouds);
  check_device_pointer(op.name, "minimum", op.minimum);
  check_device_pointer(op.name, "maximum", op.maximum);
  check_device_pointer(op.name, "report.valid", op.valid);
  launch_kernel(op.name, executor, clear_bounds_kernel<P>, (clouds.items - 1) / point_threads + 1,
                point_threads, 0, op);
  if (clouds.slots() == 0) return;
  // At least 8 points a thread, and no more blocks than keep the machine busy.
  const std::int64_t each = std::max<std::int64_t>(8 * point_threads, clouds.slots() / 2048 + 1);
  const std::int64_t blocks = count_point_blocks(clouds, each);
  check_blocks(op.name, blocks);
  launch_kernel(op.name, executor, bounds_kernel<P>, blocks, point_threads, 0, op, each);
}

template <class Op>
void launch_selection(const gpu& executor, const Op& op) {
  if (op.items == 0) return;
  if (op.most_rows() > INT32_MAX - selection_tile) {
    fail(op.name,
         "one item takes at most 2^31 - 1025 rows (got " + std::to_string(op.most_rows()) + ")");
  }
  const selection_chunks chunks = chunk_rows(op.most_rows());
  const std::int64_t blocks = op.items * chunks.number;
  check_blocks(op.name, blocks);
  const std::size_t bytes = selection_bytes(op.items, op.most_rows());
  auto* const counts = reinterpret_cast<std::int32_t*>(reserve_scratch(op.name, executor, bytes));
  launch_kernel(op.name, executor, count_kernel<Op>, blocks, point_threads, 0, op, chunks, counts);
  launch_kernel(op.name, executor, select_kernel<Op>, blocks, point_threads, 0, op, chunks,
                static_cast<const std::int32_t*>(counts));
}

template <class D>
void launch(const gpu& executor, const depth_op<D>& op) {
  if (op.items * op.pixels > 0) {
    check_device_pointer(op.name, "depth", op.depth);
    check_device_pointer(op.name, "points", op.points);
    check_device_pointer(op.name, "report.pixels", op.sources);
    check_device_pointer(op.name, "poses", op.poses);
  }
  if (op.items > 0) check_device_pointer(op.name, "report.valid", op.valid);
  launch_selection(executor, op);
}

template <class P>
void launch(const gpu& executor, const crop_op<P>& op) {
  check_device_points(op.name, op.clouds);
  if (op.clouds.slots() > 0) {
    check_device_pointer(op.name, "indices", op.indices);
    check_device_pointer(op.name, "values", op.values);
    check_device_pointer(op.name, "output", op.output);
  }
  if (op.items > 0) check_device_pointer(op.name, "count", op.count);
  launch_selection(executor, op);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
