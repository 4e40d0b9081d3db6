// The kernels of accumulators.
#pragma once

#include <robocache/detail/cloud/points.cuh>
#include <robocache/detail/pointcloud/accumulate/accumulate_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Numbers that all threads of the device change.
struct device_numbers {
  __device__ void add(std::int64_t* to, std::int64_t value) const {
    atomicAdd(reinterpret_cast<unsigned long long*>(to), static_cast<unsigned long long>(value));
  }
  __device__ void raise(std::uint32_t* to, std::uint32_t value) const { atomicMax(to, value); }
  __device__ void unite(std::uint32_t* to, std::uint32_t bits) const { atomicOr(to, bits); }
};

/// A block takes as many points as it has threads: each finds the voxel of one, then all share the
/// values, so that neighbours read neighbours.
template <class P, class T>
__global__ void __launch_bounds__(point_threads)
    accumulate_kernel(const __grid_constant__ accumulate_op<P, T> op) {
  __shared__ std::int64_t cells[point_threads];
  wait_for_stream();
  const point_block mine = find_point_block(op.locate, point_threads, blockIdx.x);
  if (mine.begin < 0) return;  // before the first of packed clouds
  const device_numbers memory;
  const std::int64_t left = mine.range.count - mine.begin;
  if (left <= 0) return;
  const int points = static_cast<int>(left < point_threads ? left : point_threads);
  const int thread = static_cast<int>(threadIdx.x);
  if (thread < points) {
    const std::int64_t cell = op.locate.cell_of(mine.cloud, mine.range, mine.begin + thread);
    cells[thread] = cell;
    if (cell >= 0) memory.add(op.into.counts + cell, 1);
  }
  if (op.into.channels == 0) return;
  __syncthreads();
  const auto channels = static_cast<unsigned>(op.into.channels);
  const T* const rows = op.rows_of(mine.cloud, mine.range) + mine.begin * op.values_row;
  const unsigned values = static_cast<unsigned>(points) * channels;
  for (unsigned k = threadIdx.x; k < values; k += point_threads) {
    const unsigned point = k / channels, channel = k - point * channels;
    const std::int64_t cell = cells[point];
    if (cell < 0) continue;
    op.into.add(memory, cell * channels + channel, widen(rows[point * op.values_row + channel]));
  }
}

template <class Rule>
__global__ void __launch_bounds__(point_threads)
    each_entry_kernel(const __grid_constant__ Rule rule, std::int64_t count) {
  wait_for_stream();
  const std::int64_t i = std::int64_t{blockIdx.x} * point_threads + threadIdx.x;
  if (i < count) rule(i);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
