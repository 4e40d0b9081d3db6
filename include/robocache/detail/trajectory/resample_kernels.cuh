// The kernels of `resample`.
//
// A block takes a tile of targets. First one thread each finds a target's samples and plans its
// row, then all threads stream the rows: the search is done once per target, and the loads of the
// second phase do not depend on one another.
#pragma once

#include <robocache/detail/launch.cuh>
#include <robocache/detail/trajectory/resample_op.hpp>

namespace robocache::detail {

/// Bytes that one thread moves at a time, as one load or store.
template <int Bytes>
struct lane;
template <>
struct lane<16> {
  using type = uint4;
};
template <>
struct lane<8> {
  using type = uint2;
};
template <>
struct lane<4> {
  using type = std::uint32_t;
};
template <>
struct lane<2> {
  using type = std::uint16_t;
};

/// A / B and A % B for 0 <= A < 2^31 by one multiplication.
struct fast_divisor {
  std::uint32_t divisor;
  std::uint32_t multiplier;
  std::uint32_t shift;

  __host__ explicit fast_divisor(std::uint32_t d) : divisor(d), multiplier(0), shift(0) {
    while ((1ULL << shift) < d) ++shift;
    // ceil(2^(31 + shift) / d) fits 32 bits and is exact for every A below 2^31.
    multiplier = static_cast<std::uint32_t>(((1ULL << (31 + shift)) + d - 1) / d);
  }
  __device__ std::uint32_t divide(std::uint32_t a) const {
    return static_cast<std::uint32_t>((static_cast<std::uint64_t>(a) * multiplier) >> (31 + shift));
  }
};

/// Two results rounded together where the processor can.
template <class T>
__device__ __forceinline__ void narrow_pair(compute_type<T> first, compute_type<T> second, T* to) {
  if constexpr (std::is_same_v<T, bf16>) {
    std::uint32_t both;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(second), "f"(first));
    memcpy(to, &both, sizeof(both));
  } else if constexpr (std::is_same_v<T, f16>) {
    std::uint32_t both;
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(second), "f"(first));
    memcpy(to, &both, sizeof(both));
  } else {
    to[0] = narrow<T>(first);
    to[1] = narrow<T>(second);
  }
}

template <class T, class Lane>
__device__ __forceinline__ Lane blend_lanes(const Lane& left, const Lane& right,
                                            compute_type<T> weight) {
  constexpr int count = sizeof(Lane) / sizeof(T);
  T a[count], b[count], blended[count];
  memcpy(a, &left, sizeof(Lane));
  memcpy(b, &right, sizeof(Lane));
  if constexpr (count % 2 == 0) {
#pragma unroll
    for (int k = 0; k < count; k += 2) {
      narrow_pair<T>(lerp(widen(a[k]), widen(b[k]), weight),
                     lerp(widen(a[k + 1]), widen(b[k + 1]), weight), blended + k);
    }
  } else {
    blended[0] = narrow<T>(lerp(widen(a[0]), widen(b[0]), weight));
  }
  Lane result;
  memcpy(&result, blended, sizeof(Lane));
  return result;
}

template <class Lane, class T>
__device__ __forceinline__ Lane spread_lanes(T value) {
  constexpr int count = sizeof(Lane) / sizeof(T);
  T values[count];
#pragma unroll
  for (int k = 0; k < count; ++k) values[k] = value;
  Lane result;
  memcpy(&result, values, sizeof(Lane));
  return result;
}

/// The shape of a launch of `resample_rows_kernel`.
struct row_tiling {
  std::uint32_t tile;    // targets of a block; at most its threads
  fast_divisor per_row;  // lanes of a row
  fast_divisor columns;  // of `targets`, where all slots fit 31 bits
};

/// The fast path, for `resample_op` and `plain_resample_op` alike.
template <class T, class Op, int LaneBytes, int Threads, int Unroll>
__global__ void __launch_bounds__(Threads)
    resample_rows_kernel(const __grid_constant__ Op op, const __grid_constant__ row_tiling tiling) {
  using Lane = typename lane<LaneBytes>::type;
  using action = typename row_plan<T>::action;
  constexpr int per_lane = LaneBytes / static_cast<int>(sizeof(T));
  extern __shared__ __align__(16) unsigned char memory[];
  auto* plans = reinterpret_cast<row_plan<T>*>(memory);
  auto* weights = reinterpret_cast<compute_type<T>*>(plans + tiling.tile);

  const auto begin =
      static_cast<std::uint32_t>(blockIdx.x) * static_cast<std::uint32_t>(tiling.tile);
  const std::uint32_t left_over = static_cast<std::uint32_t>(op.slots()) - begin;
  const std::uint32_t count = left_over < tiling.tile ? left_over : tiling.tile;
  const std::uint32_t row = tiling.columns.divide(begin + threadIdx.x);
  const std::uint32_t column = begin + threadIdx.x - row * tiling.columns.divisor;
  wait_for_stream();
  typename Op::slot slot;
  bracket at;
  if (threadIdx.x < count) {
    slot = op.find(row, column);
    plans[threadIdx.x] = op.plan_row(slot, at);
  }
  __syncthreads();

  const std::uint32_t lanes = count * tiling.per_row.divisor;
  Lane left[Unroll], right[Unroll];
  const auto load = [&](std::uint32_t first) {
#pragma unroll
    for (int k = 0; k < Unroll; ++k) {
      const std::uint32_t item = first + static_cast<std::uint32_t>(k) * blockDim.x;
      if (item >= lanes) break;
      const std::uint32_t target = tiling.per_row.divide(item);
      const std::uint32_t offset = (item - target * tiling.per_row.divisor) * per_lane;
      const row_plan<T>& p = plans[target];
      if (p.what <= action::copy) left[k] = __ldg(reinterpret_cast<const Lane*>(p.left + offset));
      if (p.what == action::blend)
        right[k] = __ldg(reinterpret_cast<const Lane*>(p.right + offset));
    }
  };
  const auto store = [&](std::uint32_t first) {
#pragma unroll
    for (int k = 0; k < Unroll; ++k) {
      const std::uint32_t item = first + static_cast<std::uint32_t>(k) * blockDim.x;
      if (item >= lanes) break;
      const std::uint32_t target = tiling.per_row.divide(item);
      const std::uint32_t offset = (item - target * tiling.per_row.divisor) * per_lane;
      const row_plan<T>& p = plans[target];
      if (p.what == action::skip) continue;
      Lane result = left[k];
      if (p.what == action::blend) result = blend_lanes<T>(left[k], right[k], weights[target]);
      if (p.what == action::constant) result = spread_lanes<Lane>(p.value);
      __stcs(reinterpret_cast<Lane*>(p.output + offset), result);
    }
  };

  load(threadIdx.x);
  if (threadIdx.x < count) {  // while the rows are on their way
    weights[threadIdx.x] = op.weight_of(slot, at);
    op.write_report(slot, plans[threadIdx.x], row, column);
  }
  __syncthreads();
  store(threadIdx.x);
  for (std::uint32_t first = threadIdx.x + blockDim.x * Unroll; first < lanes;
       first += blockDim.x * Unroll) {
    load(first);
    store(first);
  }
}

/// Any kinds, groups, masks and NaN policies: one thread per unit of a row.
template <class T, class Time>
__global__ void __launch_bounds__(256)
    resample_units_kernel(const __grid_constant__ resample_op<T, Time> op, int tile) {
  using slot_type = target_slot<T, Time>;
  extern __shared__ __align__(16) unsigned char memory[];
  auto* found = reinterpret_cast<slot_type*>(memory);
  auto* valid = reinterpret_cast<int*>(found + tile);
  wait_for_stream();

  const std::int64_t slots = op.slots();
  const std::int64_t begin = static_cast<std::int64_t>(blockIdx.x) * tile;
  const int count = slots - begin < tile ? static_cast<int>(slots - begin) : tile;
  for (int i = static_cast<int>(threadIdx.x); i < count; i += static_cast<int>(blockDim.x)) {
    const std::int64_t row = (begin + i) / op.columns;
    const std::int64_t column = (begin + i) % op.columns;
    found[i] = op.find(row, column);
    valid[i] = found[i].is == slot_type::state::answer ? 1 : 0;
    op.write_report(found[i], row, column);
  }
  __syncthreads();
  const std::int64_t units = count * op.units;
  for (std::int64_t item = threadIdx.x; item < units; item += blockDim.x) {
    const std::int64_t target = item / op.units;
    if (found[target].is == slot_type::state::skip) continue;
    if (!op.write_unit(found[target], item - target * op.units)) valid[target] = 0;
  }
  __syncthreads();
  for (int i = static_cast<int>(threadIdx.x); i < count; i += static_cast<int>(blockDim.x)) {
    if (found[i].is == slot_type::state::skip) continue;
    op.valid.write((begin + i) / op.columns, (begin + i) % op.columns,
                   static_cast<std::uint8_t>(valid[i]));
  }
}

/// One block per item: the words of `resample_report::status`.
template <class T, class Time>
__global__ void check_stamps_kernel(const __grid_constant__ resample_op<T, Time> op) {
  wait_for_stream();
  const std::uint32_t mine = op.check_stamps(blockIdx.x, threadIdx.x, blockDim.x);
  const int unsorted = __syncthreads_or(static_cast<int>(mine & stamps_unsorted));
  const int bad = __syncthreads_or(static_cast<int>(mine & stamps_bad_range));
  if (threadIdx.x == 0) {
    op.status[blockIdx.x] =
        (unsorted != 0 ? stamps_unsorted : stamps_ok) | (bad != 0 ? stamps_bad_range : stamps_ok);
  }
}

}  // namespace robocache::detail
