// Sorts points into voxels by a radix sort, where a mask of all voxels would be much larger.
#pragma once

#include <cub/device/device_radix_sort.cuh>
#include <cub/device/device_scan.cuh>
#include <robocache/detail/pointcloud/bins/table.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

template <class P>
__global__ void __launch_bounds__(point_threads)
    key_points_kernel(const __grid_constant__ locate_op<P> op, std::uint64_t* keys,
                      std::uint32_t* slots, std::int32_t* voxel_of) {
  wait_for_stream();
  const thread_point point = find_thread_point(op);
  if (!point.exists) return;
  const std::int64_t slot = op.first_slot(point.cloud, point.range) + point.i;
  slots[slot] = static_cast<std::uint32_t>(slot);
  voxel_of[slot] = -1;
  if (point.cell >= 0) {
    keys[slot] = static_cast<std::uint64_t>(point.cloud * op.cells + point.cell);
  }
}

/// 1 where a run of equal keys begins.
template <class = void>
__global__ void __launch_bounds__(point_threads)
    find_runs_kernel(const std::uint64_t* keys, std::int64_t count, std::uint64_t end,
                     std::uint32_t* begins) {
  wait_for_stream();
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * point_threads + threadIdx.x;
  if (i < count) begins[i] = keys[i] < end && (i == 0 || keys[i - 1] != keys[i]) ? 1 : 0;
}

/// Voxels from runs; `numbers` counts the runs begun up to each point.
template <class = void>
__global__ void __launch_bounds__(point_threads)
    take_runs_kernel(const std::uint64_t* keys, const std::uint32_t* numbers, std::int64_t count,
                     std::uint64_t end, std::uint64_t cells,
                     const __grid_constant__ bin_table table) {
  wait_for_stream();
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * point_threads + threadIdx.x;
  if (i >= count || keys[i] >= end) return;
  const std::uint32_t v = numbers[i] - 1;
  const std::uint32_t slot = table.order[i];
  table.voxel_of[slot] = static_cast<std::int32_t>(v);
  atomicAdd(&table.counts[v], 1U);
  if (i == 0 || numbers[i - 1] != numbers[i]) {
    table.starts[v] = static_cast<std::uint32_t>(i);
    table.clouds[v] = static_cast<std::int32_t>(keys[i] / cells);
    table.cells[v] = static_cast<std::int64_t>(keys[i] % cells);
    if (table.firsts != nullptr) table.firsts[v] = ~slot;
  }
  if (i == count - 1 || keys[i + 1] >= end) *table.number() = numbers[i];
}

template <class = void>
__global__ void __launch_bounds__(point_threads)
    list_large_kernel(const __grid_constant__ bin_table table) {
  wait_for_stream();
  const std::uint32_t v = blockIdx.x * point_threads + threadIdx.x;
  if (v < *table.number() && table.counts[v] > large_voxel) {
    table.large[atomicAdd(table.large_number(), 1U)] = v;
  }
}

/// What the radix sort needs besides.
struct sort_buffers {
  std::uint64_t *keys = nullptr, *sorted = nullptr;
  std::uint32_t *slots = nullptr, *begins = nullptr;
  unsigned char* temporary = nullptr;
  std::size_t temporary_bytes = 0;
};

inline int bits_of(std::uint64_t value) {
  int bits = 0;
  while (bits < 64 && (value >> bits) != 0) ++bits;
  return bits;
}

template <class P>
void build_by_sorting(const label& name, const gpu& executor, const locate_op<P>& op,
                      const bin_table& table, const sort_buffers& sort) {
  const std::int64_t slots = op.slots();
  const auto end = static_cast<std::uint64_t>(op.items * op.cells);
  const std::int64_t blocks = (slots - 1) / point_threads + 1;
  std::size_t bytes = sort.temporary_bytes;
  // What no point writes sorts behind the last voxel.
  set_memory(name, executor, sort.keys, slots * 8, UINT32_MAX);
  clear(name, executor, sort.slots, slots * 4);
  launch_kernel(name, executor, key_points_kernel<P>, count_point_blocks(op, point_threads),
                point_threads, 0, op, sort.keys, sort.slots, table.voxel_of);
  check_cuda(cub::DeviceRadixSort::SortPairs(sort.temporary, bytes, sort.keys, sort.sorted,
                                             sort.slots, table.order, static_cast<int>(slots), 0,
                                             bits_of(end), executor.stream()),
             name, "radix sort");
  launch_kernel(name, executor, find_runs_kernel<>, blocks, point_threads, 0, sort.sorted, slots,
                end, sort.begins);
  check_cuda(cub::DeviceScan::InclusiveSum(sort.temporary, bytes, sort.begins, sort.begins,
                                           static_cast<int>(slots), executor.stream()),
             name, "scan");
  launch_kernel(name, executor, take_runs_kernel<>, blocks, point_threads, 0, sort.sorted,
                sort.begins, slots, end, static_cast<std::uint64_t>(op.cells), table);
  launch_kernel(name, executor, list_large_kernel<>, blocks, point_threads, 0, table);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
