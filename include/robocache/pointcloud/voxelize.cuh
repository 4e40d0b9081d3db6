/// \file
/// The CUDA path of `voxelize_occupancy`, `voxelize_density` and `voxelize_features`. Needs nvcc;
/// the compiled library has it for points of float, double, bf16 and f16.
#pragma once

#include <robocache/detail/pointcloud/features_kernels.cuh>
#include <robocache/detail/pointcloud/fill_kernels.cuh>
#include <robocache/pointcloud/voxelize.hpp>

namespace robocache::detail {

/// Outputs of up to this many bytes stay in the cache while points are added to them.
constexpr std::int64_t cached_bytes = 16 << 20;

template <class P, class Out>
std::int64_t bytes_of_output(const fill_op<P, Out>& op) {
  if (std::is_same_v<Out, cell_bits>) return (op.locate.cells + 31) / 32 * 4;
  return op.locate.cells * static_cast<std::int64_t>(sizeof(*op.to.data));
}

template <class P, class Out>
bool goes_by_slabs(const fill_op<P, Out>& op) {
  const std::int64_t slabs = (op.locate.cells - 1) / slab_cells + 1;
  return bytes_of_output(op) * op.locate.items > cached_bytes && slabs <= most_slabs &&
         slabs * op.locate.items <= INT32_MAX;
}

template <class P, class Out>
std::size_t layout_slabs(const fill_op<P, Out>& op, unsigned char* base, slab_table& table) {
  table.slabs = static_cast<std::int32_t>((op.locate.cells - 1) / slab_cells + 1);
  const std::int64_t chunks = count_point_blocks(op.locate, sort_chunk_points);
  scratch_layout layout(base);
  table.places = layout.take<std::uint16_t>(chunks * sort_chunk_points);
  table.starts = layout.take<std::uint16_t>(chunks * (table.slabs + 1));
  return layout.bytes();
}

/// Lets a kernel have more shared memory than the default.
template <class Kernel>
void allow_shared(const char* op, Kernel* kernel, std::size_t bytes) {
  check_cuda(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                  static_cast<int>(bytes)),
             op, "shared memory");
}

template <class P, class Out>
void fill_by_slabs(const cuda& executor, const fill_op<P, Out>& op) {
  slab_table table;
  unsigned char* const base = reserve_scratch(op.name, executor, layout_slabs(op, nullptr, table));
  layout_slabs(op, base, table);
  clear_reports(op.name, executor, op.locate);
  const std::int64_t chunks = count_point_blocks(op.locate, sort_chunk_points);
  const std::size_t sort_bytes =
      static_cast<std::size_t>(sort_chunk_points) * sizeof(std::uint16_t) +
      static_cast<std::size_t>(table.slabs) * sizeof(std::uint32_t);
  if (chunks > 0) {
    allow_shared(op.name, sort_chunks_kernel<P>, sort_bytes);
    launch(op.name, executor, sort_chunks_kernel<P>, chunks, sort_threads, sort_bytes, op.locate,
           table);
  }
  constexpr std::size_t fill_bytes = slab_cells * sizeof(std::uint32_t);
  allow_shared(op.name, fill_slabs_kernel<P, Out>, fill_bytes);
  launch(op.name, executor, fill_slabs_kernel<P, Out>, op.locate.items * table.slabs, fill_threads,
         fill_bytes, op, table);
}

template <class P, class Out>
void fill_by_adding(const cuda& executor, const fill_op<P, Out>& op) {
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
    return launch(op.name, executor, add_points_kernel<P, Out, false>, blocks, point_threads, 0,
                  op);
  }
  if constexpr (can_count) {
    launch(op.name, executor, add_points_kernel<P, Out, true>, blocks, point_threads, 0, op);
    const std::int64_t cells = op.locate.cells * op.locate.items;
    const std::int64_t wanted = (cells - 1) / point_threads + 1;
    launch(op.name, executor, finish_counts_kernel<P, Out>, wanted < 1 << 16 ? wanted : 1 << 16,
           point_threads, 0, op);
  }
}

template <class P, class Out>
void run(const cuda& executor, const fill_op<P, Out>& op) {
  check_device_points(op.name, op.locate);
  if (op.locate.items == 0) return;
  check_device_pointer(op.name, "output", op.to.data);
  if (goes_by_slabs(op)) {
    fill_by_slabs(executor, op);
  } else {
    fill_by_adding(executor, op);
  }
}

template <class P>
void run(const cuda& executor, const features_op<P>& op) {
  constexpr const char* name = "voxelize_features";
  check_device_points(name, op.locate);
  check_device_features(name, op.locate, op.features);
  if (op.locate.items == 0) return;
  check_device_pointer(name, "counts", op.counts.data);
  const bins_request wanted{false, false, op.features.data(), static_cast<int>(op.features.size())};
  voxel_bins bins = build_bins(name, executor, op.locate, wanted);
  write_dense_features(name, executor, op, bins);
}

}  // namespace robocache::detail
