// Sums over the threads of a warp and of a block.
#pragma once

#include <cstdint>
#include <robocache/core/config.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The sum over the lanes of a warp up to this one.
__device__ __forceinline__ std::uint32_t scan_in_warp(std::uint32_t sum) {
#pragma unroll
  for (int d = 1; d < 32; d *= 2) {
    const std::uint32_t other = __shfl_up_sync(0xffffffffU, sum, d);
    if (threadIdx.x % 32 >= d) sum += other;
  }
  return sum;
}

/// The sum over a block, for all its threads.
template <int Threads>
__device__ __forceinline__ std::uint32_t sum_in_block(std::uint32_t mine) {
  __shared__ std::uint32_t warp_sums[Threads / 32];
  const std::uint32_t sum = __reduce_add_sync(0xffffffffU, mine);
  if (threadIdx.x % 32 == 0) warp_sums[threadIdx.x / 32] = sum;
  __syncthreads();
  std::uint32_t total = 0;
  for (int w = 0; w < Threads / 32; ++w) total += warp_sums[w];
  __syncthreads();
  return total;
}

/// The sum over the threads of a block before this one.
template <int Threads>
__device__ __forceinline__ std::uint32_t sum_before(std::uint32_t mine, std::uint32_t& total) {
  __shared__ std::uint32_t warp_sums[Threads / 32];
  const std::uint32_t sum = scan_in_warp(mine);
  if (threadIdx.x % 32 == 31) warp_sums[threadIdx.x / 32] = sum;
  __syncthreads();
  std::uint32_t before = 0;
  total = 0;
  for (std::uint32_t w = 0; w < Threads / 32; ++w) {
    if (w < threadIdx.x / 32) before += warp_sums[w];
    total += warp_sums[w];
  }
  __syncthreads();
  return before + sum - mine;
}

/// Into `values` their exclusive sums; returns the whole sum. By all threads of a block.
template <int Threads>
__device__ __forceinline__ std::uint32_t scan_in_block(std::uint32_t* values, std::int32_t count) {
  __shared__ std::uint32_t warp_sums[Threads / 32];
  const std::uint32_t lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  std::uint32_t before = 0;
  for (std::int32_t base = 0; base < count; base += Threads) {
    const std::int32_t i = base + static_cast<std::int32_t>(threadIdx.x);
    const std::uint32_t mine = i < count ? values[i] : 0;
    const std::uint32_t sum = scan_in_warp(mine);
    if (lane == 31) warp_sums[warp] = sum;
    __syncthreads();
    const std::uint32_t total = scan_in_warp(lane < Threads / 32 ? warp_sums[lane] : 0);
    const std::uint32_t earlier = __shfl_sync(0xffffffffU, total, static_cast<int>(warp + 31) % 32);
    if (i < count) values[i] = before + (warp > 0 ? earlier : 0) + sum - mine;
    before += __shfl_sync(0xffffffffU, total, 31);
    __syncthreads();
  }
  return before;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
