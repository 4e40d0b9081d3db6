// The CUDA driver of occupancy and density: by slabs, or by adding.
#pragma once

#include <robocache/detail/pointcloud/fill/fill_kernels.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Outputs of up to this many bytes stay in the cache while points are added to them.
constexpr std::int64_t cached_bytes = 16 << 20;

template <class P, class Out>
std::int64_t bytes_of_output(const fill_op<P, Out>& op) {
  if (std::is_same_v<Out, cell_bits>) return (op.locate.cells + 31) / 32 * 4;
  return op.locate.cells * static_cast<std::int64_t>(sizeof(*op.to.data));
}

template <class P, class Out>
bool goes_by_slabs(const fill_op<P, Out>& op) {
  return can_cut(op.locate, fill_bits) && bytes_of_output(op) > cached_bytes / op.locate.items;
}

template <class P, class Out>
void fill_by_slabs(const gpu& executor, const fill_op<P, Out>& op) {
  scratch_layout size;
  plan_slabs<place_record>(op.locate, fill_bits, size);
  scratch_layout layout(reserve_scratch(op.name, executor, size.bytes()));
  const auto table = plan_slabs<place_record>(op.locate, fill_bits, layout);
  clear_reports(op.name, executor, op.locate);
  sort_chunks(op.name, executor, op.locate, table);
  fill_slabs(executor, op, table);
}

template <class P, class Out>
void fill_by_adding(const gpu& executor, const fill_op<P, Out>& op) {
  const std::int64_t bytes = bytes_of_output(op);
  clear_reports(op.name, executor, op.locate);
  set_memory(op.name, executor, op.to.data, bytes, 0, op.locate.items,
             op.to.batch_stride * static_cast<std::int64_t>(sizeof(*op.to.data)));
  const std::int64_t blocks = count_point_blocks(op.locate, point_threads);
  if (blocks == 0) return;
  constexpr bool can_count = std::is_same_v<Out, float>;
  const bool counts = can_count && op.value.rule != cell_rule::occupied &&
                      (op.value.rule == cell_rule::per_volume || op.locate.rows > 1 << 24);
  if (!counts) {
    return launch_kernel(op.name, executor, add_points_kernel<P, Out, false>, blocks, point_threads,
                         0, op);
  }
  if constexpr (can_count) {
    launch_kernel(op.name, executor, add_points_kernel<P, Out, true>, blocks, point_threads, 0, op);
    const std::int64_t cells = op.locate.cells * op.locate.items;
    const std::int64_t wanted = (cells - 1) / point_threads + 1;
    launch_kernel(op.name, executor, finish_counts_kernel<P, Out>,
                  wanted < 1 << 16 ? wanted : 1 << 16, point_threads, 0, op);
  }
}

template <class P, class Out>
void launch(const gpu& executor, const fill_op<P, Out>& op) {
  check_device_points(op.name, op.locate);
  if (op.locate.items == 0) return;
  check_device_pointer(op.name, "output", op.to.data);
  if (goes_by_slabs(op)) {
    fill_by_slabs(executor, op);
  } else {
    fill_by_adding(executor, op);
  }
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
