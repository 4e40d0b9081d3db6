// The CUDA drivers of `voxelize_sparse` and `voxelize_first`.
#pragma once

#include <robocache/detail/pointcloud/features/write_features.cuh>
#include <robocache/detail/pointcloud/sparse/first_kernels.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

template <class P>
__global__ void __launch_bounds__(point_threads)
    write_list_kernel(const __grid_constant__ locate_op<P> op,
                      const __grid_constant__ voxel_list list,
                      const __grid_constant__ bin_table table) {
  wait_for_stream();
  const std::int64_t number = *table.number();
  const std::int64_t rows = number < list.capacity ? number : list.capacity;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * point_threads;
  const std::int64_t first = static_cast<std::int64_t>(blockIdx.x) * point_threads + threadIdx.x;
  if (first == 0) *list.number = number;
  for (std::int64_t v = first; v < rows; v += step) {
    list.write_coordinates(op, v, table.clouds[v], table.cells[v]);
    if (list.counts != nullptr) list.counts[v] = static_cast<std::int32_t>(table.counts[v]);
  }
}

/// `argument` is what the caller knows the list by.
inline void check_device_list(const label& name, const char* argument, const voxel_list& list) {
  check_device_pointer(name, label("#.number", argument), list.number);
  if (list.capacity == 0) return;
  check_device_pointer(name, label("#.coordinates", argument), list.coordinates);
  check_device_pointer(name, label("#.counts", argument), list.counts);
}

template <class P>
void launch(const gpu& executor, const sparse_op<P>& op) {
  const label name = op.name;
  check_device_points(name, op.locate);
  check_device_features(name, op.locate, op.features);
  check_device_list(name, "voxels", op.voxels);
  if (op.locate.items == 0 || op.locate.slots() == 0) {
    clear_reports(name, executor, op.locate);
    return clear(name, executor, op.voxels.number, sizeof(*op.voxels.number));
  }
  const bins_plan bins = build_bins(name, executor, op.locate, {true, false});
  const std::int64_t rows = std::min(op.voxels.capacity, op.locate.slots());
  launch_kernel(name, executor, write_list_kernel<P>, blocks_for(rows), point_threads, 0, op.locate,
                op.voxels, bins.table);
  if (rows > 0) {
    write_features(name, executor, op.locate, op.features, bins, {false, op.voxels.capacity});
  }
}

template <class P>
std::size_t layout_firsts(const locate_op<P>& op, unsigned char* base, first_mask& firsts) {
  scratch_layout layout(base);
  firsts.words = (op.slots() + 31) / 32;
  firsts.kept = layout.take<unsigned long long>(1);
  firsts.number = layout.take<std::uint32_t>(1);
  firsts.mask = layout.take<std::uint32_t>(firsts.words);
  firsts.bases = layout.take<std::uint32_t>(firsts.words);
  firsts.sums = layout.take<std::uint32_t>(firsts.words / rank_words_each + 1);
  return layout.bytes();
}

template <class P>
void check_device_first(const label& name, const first_op<P>& op) {
  check_device_points(name, op.locate);
  check_device_list(name, "kept", op.voxels);
  if (op.voxels.capacity > 0) {
    check_device_pointer(name, "kept.indices", op.indices);
    check_device_pointer(name, "output", op.output);
  }
  check_device_pointer(name, "kept.dropped", op.dropped);
  if (op.locate.slots() > 0) {
    check_device_pointer(name, "kept.voxel_of", op.voxel_of);
    check_device_pointer(name, "values", op.values);
  }
}

/// Numbers the voxels by their first points, and writes those that are kept.
template <class P>
void keep_first(const label& name, const gpu& executor, const first_op<P>& op,
                const bin_table& table, first_mask firsts) {
  const locate_op<P>& locate = op.locate;
  const std::int64_t blocks = (locate.slots() - 1) / point_threads + 1;
  launch_kernel(name, executor, mark_firsts_kernel<>, blocks, point_threads, 0, table, firsts);
  rank_words(name, executor, firsts.mask, firsts.words, firsts.sums, firsts.bases, firsts.number);
  if (op.dropped == nullptr) firsts.kept = nullptr;
  const std::int64_t keep_blocks = (locate.slots() - 1) / (point_threads / first_lanes) + 1;
  launch_kernel(name, executor, keep_first_kernel<P>, keep_blocks < 2112 ? keep_blocks : 2112,
                point_threads, 0, op, table, firsts);
  if (op.dropped != nullptr) {
    launch_kernel(name, executor, count_dropped_kernel<>, 1, 1024, 0, table, firsts.kept,
                  op.dropped, table.mask != nullptr);
  }
  if (op.voxel_of == nullptr) return;
  launch_kernel(name, executor, write_voxel_of_kernel<P>, count_point_blocks(locate, point_threads),
                point_threads, 0, op, table, firsts);
}

template <class P>
void launch(const gpu& executor, const first_op<P>& op) {
  const label name = op.name;
  const locate_op<P>& locate = op.locate;
  check_device_first(name, op);
  // The mask of first points lies behind the voxels' own arrays, so both are reserved at once.
  const bool any = locate.items > 0 && locate.slots() > 0;
  const bins_request wanted{false, true};
  first_mask firsts;
  std::size_t before = 0;
  unsigned char* base = nullptr;
  if (any) {
    before = plan_bins(locate, wanted, nullptr).bytes;
    base = reserve_scratch(name, executor, before + layout_firsts(locate, nullptr, firsts));
    layout_firsts(locate, base + before, firsts);
  }
  if (op.voxel_of != nullptr) {  // what is no point belongs to no voxel
    const std::int64_t entries = locate.packed() ? 1 : locate.items;
    set_memory(name, executor, op.voxel_of, locate.rows * 4, UINT32_MAX, entries,
               op.voxel_of_batch * 4);
  }
  if (!any) {
    clear_reports(name, executor, locate);
    if (op.dropped != nullptr) clear(name, executor, op.dropped, sizeof(*op.dropped));
    return clear(name, executor, op.voxels.number, sizeof(*op.voxels.number));
  }
  const bin_table table = build_bins(name, executor, locate, wanted).table;
  clear(name, executor, base + before,
        reinterpret_cast<unsigned char*>(firsts.bases) - (base + before));
  keep_first(name, executor, op, table, firsts);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
