// The kernels of `resample`.
//
// A block takes a tile of targets. First one thread each finds a target's samples and plans its
// row, then all threads stream the rows: the search is done once per target, and the loads of the
// second phase do not depend on one another.
#pragma once

#include <robocache/detail/cuda/divisor.cuh>
#include <robocache/detail/cuda/lane.cuh>
#include <robocache/detail/cuda/launch.cuh>
#include <robocache/detail/trajectory/resample_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// What a row's lane becomes, by the row's plan. `Width` channels make a lane.
template <int Width, class T, class Out, class LaneIn>
__device__ __forceinline__ void finish_lane(const row_plan<T, Out>& plan, const LaneIn& left,
                                            const LaneIn& right, compute_type<T> weight,
                                            Out (&results)[Width]) {
  using action = typename row_plan<T, Out>::action;
  T a[Width], b[Width];
  memcpy(a, &left, sizeof(LaneIn));
  memcpy(b, &right, sizeof(LaneIn));
  if (plan.what == action::blend) {
    if constexpr (Width % 2 == 0) {
#pragma unroll
      for (int k = 0; k < Width; k += 2) {
        compute_type<T> a0, a1, b0, b1;
        widen_pair(a + k, a0, a1);
        widen_pair(b + k, b0, b1);
        narrow_pair<Out>(lerp(a0, b0, weight), lerp(a1, b1, weight), results + k);
      }
    } else {
      results[0] = narrow<Out>(lerp(widen(a[0]), widen(b[0]), weight));
    }
  } else {
    const bool copies = plan.what == action::copy;
#pragma unroll
    for (int k = 0; k < Width; ++k) results[k] = copies ? copied<Out>(a[k]) : plan.value;
  }
}

/// How a block divides its work.
struct row_tiling {
  std::uint32_t tile = 1;    // targets of a block; at most its threads
  std::uint32_t piece = 16;  // bytes to which lanes of 16 bytes are aligned in the output
  fast_divisor lanes{1};     // of a row
  fast_divisor columns{1};   // of `targets`
};

/// The fast path, for whatever finds slots and plans rows like `resample_op`: the work of block
/// number `block`. `Width` channels make a lane; a thread has `Unroll` lanes in flight. `Shifts` is
/// for rows that may be aligned to 4 bytes.
template <class Op, int Width, int Threads, int Unroll, bool Shifts = false>
__device__ __forceinline__ void resample_rows_block(const Op& op, const row_tiling& tiling,
                                                    std::uint32_t block, unsigned char* memory) {
  using T = typename Op::element;
  using Out = typename Op::result;
  using Plan = typename Op::plan;
  using LaneIn = typename lane<Width* static_cast<int>(sizeof(T))>::type;
  using action = typename Plan::action;
  auto* plans = reinterpret_cast<Plan*>(memory);
  auto* weights = reinterpret_cast<compute_type<T>*>(plans + tiling.tile);

  const std::uint32_t begin = block * tiling.tile;
  const std::uint32_t left_over = static_cast<std::uint32_t>(op.slots()) - begin;
  const std::uint32_t count = left_over < tiling.tile ? left_over : tiling.tile;
  const std::uint32_t row = tiling.columns.divide(begin + threadIdx.x);
  const std::uint32_t column = begin + threadIdx.x - row * tiling.columns.divisor;
  typename Op::slot slot;
  fraction weight;
  if (threadIdx.x < count) {
    slot = op.find(row, column);
    bracket at;
    plans[threadIdx.x] = op.plan_row(slot, at);
    weight = op.fraction_of(slot, at);  // the stamps are read before the rows, divided after
  }
  __syncthreads();

  const std::uint32_t lanes = count * tiling.lanes.divisor;
  LaneIn left[Unroll], right[Unroll];
  const auto load = [&](std::uint32_t first) {
#pragma unroll
    for (int k = 0; k < Unroll; ++k) {
      const std::uint32_t item = first + static_cast<std::uint32_t>(k) * Threads;
      if (item >= lanes) break;
      const std::uint32_t target = tiling.lanes.divide(item);
      const std::uint32_t offset = (item - target * tiling.lanes.divisor) * Width;
      const Plan& p = plans[target];
      if (p.what <= action::copy) left[k] = __ldg(reinterpret_cast<const LaneIn*>(p.left + offset));
      if (p.what == action::blend) {
        right[k] = __ldg(reinterpret_cast<const LaneIn*>(p.right + offset));
      }
    }
  };
  // The same as in `store` below for lanes that are not aligned; by whole warps.
  const auto store_item_shifted = [&](std::uint32_t item, const LaneIn& from, const LaneIn& to) {
    const std::uint32_t target = item < lanes ? tiling.lanes.divide(item) : 0;
    const std::uint32_t in_row = item - target * tiling.lanes.divisor;
    const Plan& p = plans[target];
    const bool writes = item < lanes && p.what != action::skip;
    uint4 whole{};
    if (writes) {
      Out results[Width];
      finish_lane<Width>(p, from, to, weights[target], results);
      memcpy(&whole, results, sizeof(results));
    }
    const std::uint32_t place = threadIdx.x % 32;
    store_shifted(reinterpret_cast<uint4*>(p.output + in_row * Width), whole, writes,
                  in_row > 0 && place > 0, in_row + 1 < tiling.lanes.divisor && place < 31);
  };
  constexpr bool shifts = Shifts && Width * sizeof(Out) == 16;
  const std::uint32_t place = shifts ? threadIdx.x % 32 : 0;
  const auto store = [&](std::uint32_t first) {
#pragma unroll
    for (int k = 0; k < Unroll; ++k) {
      const std::uint32_t item = first + static_cast<std::uint32_t>(k) * Threads;
      if (item - place >= lanes) break;
      if constexpr (shifts) {
        if (tiling.piece != 16) {
          store_item_shifted(item, left[k], right[k]);
          continue;
        }
        if (item >= lanes) break;
      }
      const std::uint32_t target = tiling.lanes.divide(item);
      const std::uint32_t offset = (item - target * tiling.lanes.divisor) * Width;
      const Plan& p = plans[target];
      if (p.what == action::skip) continue;
      Out results[Width];
      finish_lane<Width>(p, left[k], right[k], weights[target], results);
      store_lane<Width>(p.output + offset, results, tiling.piece);
    }
  };

  load(threadIdx.x);
  if (threadIdx.x < count) {  // while the rows are on their way
    weights[threadIdx.x] = static_cast<compute_type<T>>(weight.value());
    op.write_report(slot, plans[threadIdx.x], row, column);
  }
  __syncthreads();
  store(threadIdx.x);
  for (std::uint32_t first = threadIdx.x + Threads * Unroll; first - place < lanes;
       first += Threads * Unroll) {
    load(first);
    store(first);
  }
}

template <class Op, int Width, int Threads, int Unroll>
__global__ void __launch_bounds__(Threads)
    resample_rows_kernel(const __grid_constant__ row_tiling tiling, const __grid_constant__ Op op) {
  extern __shared__ __align__(16) unsigned char memory[];
  wait_for_stream();
  resample_rows_block<Op, Width, Threads, Unroll>(op, tiling, blockIdx.x, memory);
}

/// Any kinds, groups, masks and NaN policies, one thread per unit of a row: the work of block
/// number `block` on `tile` targets.
template <class Op>
__device__ __forceinline__ void resample_units_block(const Op& op, int tile, std::int64_t block,
                                                     unsigned char* memory) {
  using Slot = typename Op::slot;
  auto* found = reinterpret_cast<Slot*>(memory);
  auto* valid = reinterpret_cast<int*>(found + tile);
  const std::int64_t slots = op.slots();
  const std::int64_t begin = block * tile;
  const int count = slots - begin < tile ? static_cast<int>(slots - begin) : tile;
  for (int i = static_cast<int>(threadIdx.x); i < count; i += static_cast<int>(blockDim.x)) {
    const std::int64_t row = (begin + i) / op.columns;
    const std::int64_t column = (begin + i) % op.columns;
    found[i] = op.find(row, column);
    valid[i] = found[i].is == Slot::state::answer ? 1 : 0;
    op.write_report(found[i], row, column);
  }
  __syncthreads();
  const std::int64_t units = count * op.units;
  for (std::int64_t item = threadIdx.x; item < units; item += blockDim.x) {
    const std::int64_t target = item / op.units;
    if (found[target].is == Slot::state::skip) continue;
    if (!op.write_unit(found[target], item - target * op.units)) atomicAnd(&valid[target], 0);
  }
  __syncthreads();
  for (int i = static_cast<int>(threadIdx.x); i < count; i += static_cast<int>(blockDim.x)) {
    if (found[i].is == Slot::state::skip) continue;
    op.valid.write((begin + i) / op.columns, (begin + i) % op.columns,
                   static_cast<std::uint8_t>(valid[i]));
  }
}

template <class Op>
__global__ void __launch_bounds__(256)
    resample_units_kernel(const __grid_constant__ Op op, int tile) {
  extern __shared__ __align__(16) unsigned char memory[];
  wait_for_stream();
  resample_units_block(op, tile, blockIdx.x, memory);
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

}  // namespace detail
ROBOCACHE_END_NAMESPACE
