// The kernels of selections: `depth_to_points` and `crop_points`.
#pragma once

#include <robocache/detail/cloud/points.cuh>
#include <robocache/detail/cuda/block.cuh>
#include <robocache/detail/pointcloud/points/selection_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

constexpr int point_warps = point_threads / 32;

// Selections count the rows that each chunk keeps; then every chunk sums the counts before its own.

constexpr int selection_rounds = 4;  // rows of a thread that are looked at together
static_assert(selection_rounds * point_threads == selection_tile, "rounds make a tile");

/// The chunk of this block.
struct selection_block {
  std::int64_t item;
  std::int32_t index, from;

  __device__ explicit selection_block(const selection_chunks& chunks)
      : item(blockIdx.x / static_cast<unsigned>(chunks.number)),
        index(static_cast<std::int32_t>(blockIdx.x - item * chunks.number)),
        from(index * chunks.rows) {}
};

template <class Op>
__global__ void __launch_bounds__(point_threads)
    count_kernel(const __grid_constant__ Op op, const selection_chunks chunks,
                 std::int32_t* counts) {
  wait_for_stream();
  const selection_block block(chunks);
  const auto item = op.at(block.item);
  const std::int32_t end = chunks.end(block.from, item.rows);
  std::int32_t kept = 0;
  for (std::int32_t i = block.from; i < end; i += point_threads) {
    const std::int32_t mine = i + static_cast<std::int32_t>(threadIdx.x);
    kept += __syncthreads_count(mine < end && item.keeps(mine));
  }
  if (threadIdx.x == 0) counts[blockIdx.x] = kept;
}

/// The rows that chunks before the block's keep, and that all of the item's keep.
__device__ __forceinline__ int2 sum_counts(const std::int32_t* counts, std::int32_t number,
                                           std::int32_t index, int2 (&sums)[point_warps]) {
  int2 sum = {0, 0};
  for (int k = static_cast<int>(threadIdx.x); k < number; k += point_threads) {
    const std::int32_t kept = counts[k];
    sum.y += kept;
    if (k < index) sum.x += kept;
  }
  for (int distance = 16; distance > 0; distance /= 2) {
    sum.x += __shfl_xor_sync(~0U, sum.x, distance);
    sum.y += __shfl_xor_sync(~0U, sum.y, distance);
  }
  if (threadIdx.x % 32 == 0) sums[threadIdx.x / 32] = sum;
  __syncthreads();
  sum = sums[0];
  for (int w = 1; w < point_warps; ++w) {
    sum.x += sums[w].x;
    sum.y += sums[w].y;
  }
  return sum;
}

template <class Op>
__global__ void __launch_bounds__(point_threads)
    select_kernel(const __grid_constant__ Op op, const selection_chunks chunks,
                  const std::int32_t* counts) {
  __shared__ int2 sums[point_warps];
  __shared__ std::int32_t starts[selection_rounds * point_warps + 1];
  static_assert(selection_rounds * point_warps == 32, "one warp scans a tile");
  wait_for_stream();
  const selection_block block(chunks);
  const auto item = op.at(block.item);
  const int thread = static_cast<int>(threadIdx.x);
  const int lane = thread % 32, warp = thread / 32;
  const int2 kept =
      sum_counts(counts + block.item * chunks.number, chunks.number, block.index, sums);
  if (block.index == 0 && thread == 0) op.finish(block.item, kept.y);

  const std::int32_t end = chunks.end(block.from, item.rows);
  std::int32_t place = kept.x;
  for (std::int32_t tile = block.from; tile < end;
       tile += static_cast<std::int32_t>(selection_tile)) {
    unsigned keeps[selection_rounds];  // of the warp's rows, in each round
#pragma unroll
    for (int r = 0; r < selection_rounds; ++r) {
      const std::int32_t i = tile + r * point_threads + thread;
      keeps[r] = __ballot_sync(~0U, i < end && item.keeps(i));
      if (lane == 0) starts[r * point_warps + warp] = __popc(keeps[r]);
    }
    __syncthreads();
    if (warp == 0) {
      const std::int32_t own = starts[lane];
      const auto sum = static_cast<std::int32_t>(scan_in_warp(static_cast<std::uint32_t>(own)));
      starts[lane] = sum - own;
      if (lane == 31) starts[32] = sum;
    }
    __syncthreads();
#pragma unroll
    for (int r = 0; r < selection_rounds; ++r) {
      if ((keeps[r] >> lane & 1U) == 0) continue;
      const std::int32_t below = __popc(keeps[r] & ((1U << lane) - 1));
      item.write(tile + r * point_threads + thread, place + starts[r * point_warps + warp] + below);
    }
    place += starts[32];
    __syncthreads();
  }

  const std::int32_t last = chunks.end(block.from, item.places);
  const std::int32_t first = block.from > kept.y ? block.from : kept.y;
  for (std::int32_t i = first + thread; i < last; i += point_threads) item.clear(i);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
