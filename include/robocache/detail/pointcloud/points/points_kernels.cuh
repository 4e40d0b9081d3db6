// The kernels of bounds and selections.
#pragma once

#include <robocache/detail/pointcloud/launch_points.cuh>
#include <robocache/detail/pointcloud/points_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

constexpr int point_warps = point_threads / 32;

/// *to = min(*to, value) with -0 below +0, for values that are not NaN: bits of positive numbers
/// ascend as integers, those of negative ones descend.
template <class Real>
__device__ __forceinline__ void atomic_lower(Real* to, Real value) {
  using word = std::conditional_t<sizeof(Real) == 8, long long, int>;
  const auto bits = bit_cast<word>(value);
  if (bits >= 0) {
    atomicMin(reinterpret_cast<word*>(to), bits);
  } else {
    using natural = std::make_unsigned_t<word>;
    atomicMax(reinterpret_cast<natural*>(to), static_cast<natural>(bits));
  }
}

/// *to = max(*to, value), likewise.
template <class Real>
__device__ __forceinline__ void atomic_raise(Real* to, Real value) {
  using word = std::conditional_t<sizeof(Real) == 8, long long, int>;
  const auto bits = bit_cast<word>(value);
  if (bits >= 0) {
    atomicMax(reinterpret_cast<word*>(to), bits);
  } else {
    using natural = std::make_unsigned_t<word>;
    atomicMin(reinterpret_cast<natural*>(to), static_cast<natural>(bits));
  }
}

/// Takes in the states of the warp's other lanes.
template <class Real>
__device__ __forceinline__ void merge_warp(bounds_state<Real>& state) {
#pragma unroll
  for (int distance = 16; distance > 0; distance /= 2) {
    bounds_state<Real> other;
#pragma unroll
    for (int a = 0; a < 3; ++a) {
      other.least[a] = __shfl_xor_sync(~0U, state.least[a], distance);
      other.most[a] = __shfl_xor_sync(~0U, state.most[a], distance);
    }
    other.valid = __shfl_xor_sync(~0U, static_cast<long long>(state.valid), distance);
    state.merge(other);
  }
}

/// Clouds without points, to begin with.
template <class P>
__global__ void __launch_bounds__(point_threads)
    clear_bounds_kernel(const __grid_constant__ bounds_op<P> op) {
  wait_for_stream();
  const std::int64_t b = std::int64_t{blockIdx.x} * point_threads + threadIdx.x;
  if (b < op.clouds.items) op.write(b, bounds_state<compute_type<P>>::none());
}

/// Blocks take `each` points of a cloud, and merge their extremes into the output.
template <class P>
__global__ void __launch_bounds__(point_threads)
    bounds_kernel(const __grid_constant__ bounds_op<P> op, std::int64_t each) {
  using real = compute_type<P>;
  __shared__ bounds_state<real> states[point_warps];
  wait_for_stream();
  const point_block mine = find_point_block(op.clouds, each, blockIdx.x);
  if (mine.begin < 0) return;  // before the first of packed clouds
  const int thread = static_cast<int>(threadIdx.x);
  auto state =
      op.over(mine.cloud, mine.range, mine.begin + thread, mine.begin + each, point_threads);
  merge_warp(state);
  if (thread % 32 == 0) states[thread / 32] = state;
  __syncthreads();
  if (thread != 0) return;
  for (int w = 1; w < point_warps; ++w) state.merge(states[w]);
  if (state.valid == 0) return;
#pragma unroll
  for (int a = 0; a < 3; ++a) {
    atomic_lower(op.minimum + mine.cloud * op.minimum_batch + a,
                 real(from_ordered(state.least[a])));
    atomic_raise(op.maximum + mine.cloud * op.maximum_batch + a, real(from_ordered(state.most[a])));
  }
  if (op.valid != nullptr) {
    atomicAdd(reinterpret_cast<unsigned long long*>(op.valid + mine.cloud),
              static_cast<unsigned long long>(state.valid));
  }
}

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
      std::int32_t sum = own;
      for (int distance = 1; distance < 32; distance *= 2) {
        const std::int32_t below = __shfl_up_sync(~0U, sum, distance);
        if (lane >= distance) sum += below;
      }
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
