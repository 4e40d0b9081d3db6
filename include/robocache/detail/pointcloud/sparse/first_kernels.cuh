// The kernels of `voxelize_first`.
#pragma once

#include <robocache/detail/pointcloud/bins/rank.cuh>
#include <robocache/detail/pointcloud/sparse/sparse_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

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

constexpr std::uint32_t first_lanes = 8;  // threads that write a voxel's points
constexpr std::uint32_t ranked_points = 4 * first_lanes;

__device__ __forceinline__ void copy_row(const float* from, float* to, std::int64_t channels) {
  const auto either = reinterpret_cast<std::uintptr_t>(from) | reinterpret_cast<std::uintptr_t>(to);
  if (channels % 4 == 0 && either % 16 == 0) {
    for (std::int64_t c = 0; c < channels; c += 4) {
      *reinterpret_cast<float4*>(to + c) = __ldg(reinterpret_cast<const float4*>(from + c));
    }
  } else {
    for (std::int64_t c = 0; c < channels; ++c) to[c] = from[c];
  }
}

__device__ __forceinline__ void clear_row(float* to, std::int64_t channels) {
  if (channels % 4 == 0 && reinterpret_cast<std::uintptr_t>(to) % 16 == 0) {
    for (std::int64_t c = 0; c < channels; c += 4) {
      *reinterpret_cast<float4*>(to + c) = float4{0.0F, 0.0F, 0.0F, 0.0F};
    }
  } else {
    for (std::int64_t c = 0; c < channels; ++c) to[c] = 0.0F;
  }
}

/// A voxel whose first points are written by `first_lanes` neighbouring threads.
template <class P>
struct first_writer {
  const first_op<P>& op;
  std::int64_t row, cloud;
  item_range range;
  std::int64_t first_slot;
  std::uint32_t lane, lanes;  // of the threads; those of the voxel as a mask

  /// By one thread: point `slot` is the k-th.
  __device__ void write(std::uint32_t slot, std::int64_t k) const {
    const std::int64_t i = static_cast<std::int64_t>(slot) - first_slot;
    op.indices[row * op.indices_row + k] = static_cast<std::int32_t>(i);
    if (op.output != nullptr) copy_row(op.row_of(cloud, range, i), output(k), op.channels);
  }

  /// Places without points.
  __device__ void clear_from(std::int64_t begin) const {
    for (std::int64_t k = begin + lane; k < op.most; k += first_lanes) {
      op.indices[row * op.indices_row + k] = -1;
      if (op.output != nullptr) clear_row(output(k), op.channels);
    }
  }

  /// Few points: each thread has some, and a point's place is how many come before it.
  __device__ void write_few(const std::uint32_t* order, std::uint32_t count) const {
    constexpr int each = ranked_points / first_lanes;
    std::uint32_t slots[each], ranks[each] = {};
#pragma unroll
    for (int q = 0; q < each; ++q) {
      const std::uint32_t i = q * first_lanes + lane;
      slots[q] = i < count ? order[i] : UINT32_MAX;
    }
#pragma unroll
    for (int q = 0; q < each; ++q) {
      if (q * first_lanes >= count) break;
      for (std::uint32_t from = 0; from < first_lanes; ++from) {
        const std::uint32_t other =
            __shfl_sync(lanes, slots[q], static_cast<int>(from), first_lanes);
#pragma unroll
        for (int own = 0; own < each; ++own) ranks[own] += other < slots[own] ? 1 : 0;
      }
    }
#pragma unroll
    for (int q = 0; q < each; ++q) {
      if (slots[q] != UINT32_MAX && ranks[q] < op.most) write(slots[q], ranks[q]);
    }
  }

  /// Many points: one after another, by passes over all.
  __device__ void write_many(const std::uint32_t* order, std::uint32_t count) const {
    std::int64_t last = -1;
    for (std::int64_t k = 0; k < op.most && k < count; ++k) {
      std::uint32_t least = UINT32_MAX;
      for (std::uint32_t i = lane; i < count; i += first_lanes) {
        const std::uint32_t slot = order[i];
        if (static_cast<std::int64_t>(slot) > last && slot < least) least = slot;
      }
      last = __reduce_min_sync(lanes, least);
      if (lane == k % first_lanes) write(static_cast<std::uint32_t>(last), k);
    }
  }

 private:
  __device__ float* output(std::int64_t k) const {
    return op.output + row * op.output_voxel + k * op.output_row;
  }
};

/// The first points of voxels in the order of input.
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
  constexpr std::uint32_t at_once = point_threads / first_lanes;
  const std::uint32_t lane = threadIdx.x % first_lanes;
  const std::uint32_t lanes = ((1U << first_lanes) - 1) << (threadIdx.x % 32 - lane);
  unsigned long long kept = 0;
  if (blockIdx.x == 0 && threadIdx.x == 0) *op.voxels.number = number;
  for (std::uint32_t v = blockIdx.x * at_once + threadIdx.x / first_lanes; v < number;
       v += gridDim.x * at_once) {
    const std::int64_t row = firsts.row_of(~table.firsts[v]);
    if (row >= op.voxels.capacity) continue;
    const std::uint32_t count = table.counts[v];
    const std::uint32_t* const order = table.order + table.starts[v];
    const std::int64_t b = table.clouds[v];
    const item_range range = op.locate.rows_of(b);
    const std::int64_t keep = count < op.most ? count : op.most;
    if (lane == 0) {
      op.voxels.write_coordinates(op.locate, row, b, table.cells[v]);
      if (op.voxels.counts != nullptr) op.voxels.counts[row] = static_cast<std::int32_t>(keep);
      kept += static_cast<unsigned long long>(keep);
    }
    const first_writer<P> writer{op, row, b, range, op.locate.first_slot(b, range), lane, lanes};
    if (count <= ranked_points) {
      writer.write_few(order, count);
    } else {
      writer.write_many(order, count);
    }
    writer.clear_from(keep);
  }
  if (firsts.kept == nullptr) return;
  if (kept != 0) atomicAdd(&block_kept, kept);
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
  op.voxels_of(mine.cloud, mine.range)[i] =
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

}  // namespace detail
ROBOCACHE_END_NAMESPACE
