// The kernels of `cloud_bounds`.
#pragma once

#include <robocache/detail/cloud/points.cuh>
#include <robocache/detail/pointcloud/points/bounds_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

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
  __shared__ bounds_state<real> states[point_threads / 32];
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
  for (int w = 1; w < point_threads / 32; ++w) state.merge(states[w]);
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

}  // namespace detail
ROBOCACHE_END_NAMESPACE
