// The kernels of `voxelize_sparse` and `voxelize_first`.
#pragma once

#include <robocache/detail/pointcloud/features_kernels.cuh>
#include <robocache/detail/pointcloud/sparse_cpu.hpp>

namespace robocache::detail {

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

/// The first points of voxels, as a mask of all points.
struct first_mask {
  std::uint32_t* mask = nullptr;
  std::uint32_t* bases = nullptr;
  std::uint32_t* sums = nullptr;
  std::uint32_t* number = nullptr;
  unsigned long long* kept = nullptr;
  std::int64_t words = 0;

  /// The place of the voxel whose first point is `slot`, in the order of first points.
  __device__ std::int64_t row_of(std::uint32_t slot) const {
    return voxel_at(bases, slot / 32, mask[slot / 32], slot % 32);
  }
};

template <class = void>
__global__ void __launch_bounds__(point_threads)
    mark_firsts_kernel(const __grid_constant__ bin_table table,
                       const __grid_constant__ first_mask firsts) {
  wait_for_stream();
  const std::uint32_t v = blockIdx.x * point_threads + threadIdx.x;
  if (v >= *table.number()) return;
  const std::uint32_t slot = ~table.firsts[v];
  atomicOr(&firsts.mask[slot / 32], 1U << (slot % 32));
}

/// The smallest of order[0 .. count) above `floor`, for a warp.
__device__ __forceinline__ std::uint32_t next_smallest(const std::uint32_t* order,
                                                       std::uint32_t count, std::int64_t floor) {
  std::uint32_t least = UINT32_MAX;
  for (std::uint32_t i = threadIdx.x % 32; i < count; i += 32) {
    const std::uint32_t slot = order[i];
    if (static_cast<std::int64_t>(slot) > floor && slot < least) least = slot;
  }
  return __reduce_min_sync(0xffffffffU, least);
}

/// Points number `base` to `base` + 31 of a voxel in the order of input: lane k has the k-th, or
/// all ones. `last` is the one before, -1 at first.
__device__ __forceinline__ std::uint32_t next_points(const std::uint32_t* order,
                                                     std::uint32_t count, std::int64_t base,
                                                     std::int64_t most, std::int64_t& last) {
  const std::uint32_t lane = threadIdx.x % 32;
  std::uint32_t mine = UINT32_MAX;
  if (count <= 32) {  // each lane has a point, and its rank is how many come before it
    if (base > 0) return mine;
    const std::uint32_t slot = lane < count ? order[lane] : UINT32_MAX;
    std::uint32_t rank = 0;
    for (std::uint32_t other = 0; other < count; ++other) {
      rank += __shfl_sync(0xffffffffU, slot, static_cast<int>(other)) < slot ? 1 : 0;
    }
    for (std::uint32_t other = 0; other < count; ++other) {
      const std::uint32_t its_rank = __shfl_sync(0xffffffffU, rank, static_cast<int>(other));
      const std::uint32_t its_slot = __shfl_sync(0xffffffffU, slot, static_cast<int>(other));
      if (its_rank == lane) mine = its_slot;
    }
    return mine;
  }
  for (std::int64_t k = base; k < base + 32 && k < most && k < count; ++k) {
    last = next_smallest(order, count, last);
    if (lane == k - base) mine = static_cast<std::uint32_t>(last);
  }
  return mine;
}

/// A warp for each voxel: its first points in the order of input.
template <class P>
__global__ void __launch_bounds__(point_threads)
    keep_first_kernel(const __grid_constant__ first_op<P> op,
                      const __grid_constant__ bin_table table,
                      const __grid_constant__ first_mask firsts) {
  wait_for_stream();
  __shared__ unsigned long long block_kept;
  if (threadIdx.x == 0) block_kept = 0;
  __syncthreads();
  const std::uint32_t number = *table.number();
  const std::uint32_t lane = threadIdx.x % 32;
  const std::uint32_t step = gridDim.x * (point_threads / 32);
  unsigned long long kept = 0;
  if (blockIdx.x == 0 && threadIdx.x == 0) *op.voxels.number = number;
  for (std::uint32_t v = blockIdx.x * (point_threads / 32) + threadIdx.x / 32; v < number;
       v += step) {
    const std::int64_t row = firsts.row_of(~table.firsts[v]);
    if (row >= op.voxels.capacity) continue;
    const std::uint32_t count = table.counts[v];
    const std::uint32_t* const order = table.order + table.starts[v];
    const std::int64_t b = table.clouds[v];
    const cloud_range range = op.locate.points_of(b);
    const std::int64_t first = op.locate.first_slot(b, range);
    const std::int64_t keep = count < op.most ? count : op.most;
    if (lane == 0) {
      op.voxels.write_coordinates(op.locate, row, b, table.cells[v]);
      if (op.voxels.counts != nullptr) op.voxels.counts[row] = static_cast<std::int32_t>(keep);
      kept += static_cast<unsigned long long>(keep);
    }
    std::int64_t last = -1;
    for (std::int64_t base = 0; base < op.most; base += 32) {
      const std::uint32_t slot =
          base < keep ? next_points(order, count, base, op.most, last) : UINT32_MAX;
      const std::int64_t in_cloud =
          slot == UINT32_MAX ? -1 : static_cast<std::int64_t>(slot) - first;
      const std::int64_t rows = op.most - base < 32 ? op.most - base : 32;
      if (lane < rows) {
        op.indices[row * op.indices_row + base + lane] = static_cast<std::int32_t>(in_cloud);
      }
      if (op.output == nullptr) continue;
      float* const to = op.output + row * op.output_voxel + base * op.output_row;
      const auto channels = static_cast<std::uint32_t>(op.channels);
      for (std::uint32_t j = lane; j < (rows * channels + 31) / 32 * 32; j += 32) {
        const std::uint32_t k = j / channels;
        const auto i = static_cast<std::int64_t>(
            __shfl_sync(0xffffffffU, static_cast<long long>(in_cloud), static_cast<int>(k % 32)));
        if (k >= rows) continue;
        const std::uint32_t c = j - k * channels;
        to[k * op.output_row + c] = i < 0 ? 0.0F : op.row_of(b, range, i)[c];
      }
    }
  }
  if (firsts.kept == nullptr) return;
  if (lane == 0 && kept != 0) atomicAdd(&block_kept, kept);
  __syncthreads();
  if (threadIdx.x == 0 && block_kept != 0) atomicAdd(firsts.kept, block_kept);
}

/// The row of each point's voxel.
template <class P>
__global__ void __launch_bounds__(point_threads)
    write_voxel_of_kernel(const __grid_constant__ first_op<P> op,
                          const __grid_constant__ bin_table table,
                          const __grid_constant__ first_mask firsts) {
  wait_for_stream();
  const point_block mine = find_point_block(op.locate, point_threads, blockIdx.x);
  const std::int64_t i = mine.begin + threadIdx.x;
  if (i >= mine.range.count) return;
  const std::int64_t slot = op.locate.first_slot(mine.cloud, mine.range) + i;
  const std::int32_t v = table.voxel_of[slot];
  const std::int64_t row = v < 0 ? -1 : firsts.row_of(~table.firsts[v]);
  op.voxel_of[(op.locate.offsets != nullptr ? 0 : mine.cloud) * op.voxel_of_batch +
              mine.range.first + i] =
      row < op.voxels.capacity ? static_cast<std::int32_t>(row) : -1;
}

/// Points inside the grid that were not kept.
template <class = void>
__global__ void count_dropped_kernel(const __grid_constant__ bin_table table,
                                     const unsigned long long* kept, std::int64_t* dropped,
                                     bool by_mask) {
  wait_for_stream();
  __shared__ unsigned long long inside;
  if (threadIdx.x == 0) inside = 0;
  __syncthreads();
  if (by_mask) {
    if (threadIdx.x == 0) inside = *table.placed();
  } else {
    const std::uint32_t number = *table.number();
    unsigned long long mine = 0;
    for (std::uint32_t v = threadIdx.x; v < number; v += blockDim.x) mine += table.counts[v];
    atomicAdd(&inside, mine);
  }
  __syncthreads();
  if (threadIdx.x == 0) *dropped = static_cast<std::int64_t>(inside - *kept);
}

}  // namespace robocache::detail
