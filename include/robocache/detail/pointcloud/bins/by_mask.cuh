// Sorts points into voxels that are numbered by their rank in a bit mask of all voxels.
#pragma once

#include <robocache/detail/pointcloud/bins/rank.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

template <class P>
__global__ void __launch_bounds__(point_threads)
    mark_voxels_kernel(const __grid_constant__ locate_op<P> op,
                       const __grid_constant__ bin_table table) {
  wait_for_stream();
  const thread_point point = find_thread_point(op);
  if (point.cell < 0) return;
  atomicOr(&table.mask[point.cloud * table.words + point.cell / 32], 1U << (point.cell % 32));
}

template <class P>
__global__ void __launch_bounds__(point_threads)
    count_points_kernel(const __grid_constant__ locate_op<P> op,
                        const __grid_constant__ bin_table table) {
  wait_for_stream();
  const point_block mine = find_point_block(op, point_threads, blockIdx.x);
  const std::int64_t i = mine.begin + threadIdx.x;
  if (i >= mine.range.count) return;
  const std::int64_t slot = op.first_slot(mine.cloud, mine.range) + i;
  const std::int64_t cell = op.cell_of(mine.cloud, mine.range, i);
  if (cell < 0) {
    table.voxel_of[slot] = -1;
    return;
  }
  const std::int64_t word = mine.cloud * table.words + cell / 32;
  const std::uint32_t v =
      voxel_at(table.bases, word, table.mask[word], static_cast<std::uint32_t>(cell % 32));
  table.voxel_of[slot] = static_cast<std::int32_t>(v);
  const std::uint32_t rank = atomicAdd(&table.counts[v], 1U);
  table.ranks[slot] = rank;
  if (rank == 0) {
    table.cells[v] = cell;
    table.clouds[v] = static_cast<std::int32_t>(mine.cloud);
  }
  if (table.firsts != nullptr) atomicMax(&table.firsts[v], ~static_cast<std::uint32_t>(slot));
}

/// Gives each voxel its part of `order`, in any order, and lists the large ones.
template <class = void>
__global__ void __launch_bounds__(point_threads)
    start_voxels_kernel(const __grid_constant__ bin_table table, std::uint32_t slots) {
  wait_for_stream();
  __shared__ std::uint32_t claimed;
  const std::uint32_t number = *table.number();
  if (blockIdx.x * point_threads >= number) return;
  const std::uint32_t v = blockIdx.x * point_threads + threadIdx.x;
  const std::uint32_t count = v < number ? table.counts[v] : 0;
  std::uint32_t total = 0;
  const std::uint32_t before = sum_before<point_threads>(count, total);
  if (threadIdx.x == 0) claimed = atomicAdd(table.placed(), total);
  __syncthreads();
  // Clouds that overlap, by offsets that descend, hold more points than there are.
  const bool fits = claimed + before + count <= slots;
  if (v < number) table.starts[v] = fits ? claimed + before : 0;
  if (v < number && !fits) table.counts[v] = 0;
  if (fits && count > large_voxel) table.large[atomicAdd(table.large_number(), 1U)] = v;
}

template <class = void>
__global__ void __launch_bounds__(point_threads)
    place_points_kernel(const __grid_constant__ cloud_layout op,
                        const __grid_constant__ bin_table table) {
  wait_for_stream();
  const point_block mine = find_point_block(op, point_threads, blockIdx.x);
  const std::int64_t i = mine.begin + threadIdx.x;
  if (i >= mine.range.count) return;
  const std::int64_t slot = op.first_slot(mine.cloud, mine.range) + i;
  const std::int32_t v = table.voxel_of[slot];
  if (v >= 0 && table.ranks[slot] < table.counts[v]) {
    table.order[table.starts[v] + table.ranks[slot]] = static_cast<std::uint32_t>(slot);
  }
}

template <class P>
void build_by_mask(const label& name, const gpu& executor, const locate_op<P>& op,
                   const bin_table& table) {
  const std::int64_t words = op.items * table.words;
  const std::int64_t blocks = count_point_blocks(op, point_threads);
  const auto layout = static_cast<const cloud_layout&>(op);
  launch_kernel(name, executor, mark_voxels_kernel<P>, blocks, point_threads, 0, op, table);
  rank_words(name, executor, table.mask, words, table.sums, table.bases, table.number());
  launch_kernel(name, executor, count_points_kernel<P>, blocks, point_threads, 0, op, table);
  launch_kernel(name, executor, start_voxels_kernel<>, (op.slots() - 1) / point_threads + 1,
                point_threads, 0, table, static_cast<std::uint32_t>(op.slots()));
  launch_kernel(name, executor, place_points_kernel<>, blocks, point_threads, 0, layout, table);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
