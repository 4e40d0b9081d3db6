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

/// What a row's lane becomes, by the row's plan; returns whether all are numbers, as far as they
/// come from samples. `Width` channels make a lane.
template <int Width, class T, class Out, class LaneIn>
__device__ __forceinline__ bool finish_lane(const row_plan<T, Out>& plan, const LaneIn& left,
                                            const LaneIn& right, compute_type<T> weight,
                                            Out (&results)[Width]) {
  using action = typename row_plan<T, Out>::action;
  using Real = compute_type<T>;
  T a[Width], b[Width];
  memcpy(a, &left, sizeof(LaneIn));
  memcpy(b, &right, sizeof(LaneIn));
  bool numbers = true;
  if (plan.what == action::blend) {
    if constexpr (Width % 2 == 0) {
#pragma unroll
      for (int k = 0; k < Width; k += 2) {
        Real a0, a1, b0, b1;
        widen_pair(a + k, a0, a1);
        widen_pair(b + k, b0, b1);
        const Real v0 = lerp_finite(a0, b0, weight);
        const Real v1 = lerp_finite(a1, b1, weight);
        numbers = numbers && v0 == v0 && v1 == v1;
        narrow_pair<Out>(v0, v1, results + k);
      }
    } else {
      const Real value = lerp_finite(widen(a[0]), widen(b[0]), weight);
      numbers = value == value;
      results[0] = narrow<Out>(value);
    }
    if (numbers) return true;
    numbers = true;  // unless they are NaN when infinities are blended with care
#pragma unroll
    for (int k = 0; k < Width; ++k) {
      const Real value = lerp(widen(a[k]), widen(b[k]), weight);
      numbers = numbers && value == value;
      results[k] = narrow<Out>(value);
    }
    return numbers;
  }
  const bool copies = plan.what == action::copy;
#pragma unroll
  for (int k = 0; k < Width; ++k) {
    results[k] = copies ? copied<Out>(a[k]) : plan.value;
    numbers = numbers && !(copies && is_nan(a[k]));
  }
  return numbers;
}

/// How a block divides its work.
struct row_tiling {
  std::uint32_t tile = 1;    // targets of a block; at most its threads
  std::uint32_t piece = 16;  // bytes to which lanes of 16 bytes are aligned in the output
  fast_divisor lanes{1};     // of a row
  fast_divisor columns{1};   // of `targets`
};

/// Values that are NaN, answered again by all threads of a block together: one by one, each would
/// hold up its warp.
class nan_queue {
 public:
  static constexpr std::uint32_t capacity = 512;
  static constexpr std::size_t bytes = (1 + capacity) * sizeof(std::uint32_t);

  __device__ explicit nan_queue(void* memory) : count_(static_cast<std::uint32_t*>(memory)) {}

  __device__ void clear() const {
    if (threadIdx.x == 0) *count_ = 0;
  }
  /// False where the queue is full.
  __device__ bool push(std::uint32_t value) const {
    const std::uint32_t at = atomicAdd(count_, 1U);
    if (at < capacity) count_[1 + at] = value;
    return at < capacity;
  }
  template <class F>
  __device__ void for_each(const F& f) const {
    const std::uint32_t count = *count_ < capacity ? *count_ : capacity;
    for (std::uint32_t i = threadIdx.x; i < count; i += blockDim.x) f(count_[1 + i]);
  }

 private:
  std::uint32_t* count_;
};

/// The fast path, for whatever finds slots and plans rows like `resample_op`: the work of block
/// number `block`. `Width` channels make a lane; a thread has `Unroll` lanes in flight. `Shifts` is
/// for rows that may be aligned to 4 bytes, `Skips` for NaN that is skipped.
template <class Op, int Width, int Threads, int Unroll, bool Shifts, bool Skips>
__device__ __forceinline__ void resample_rows_block(const Op& op, const row_tiling& tiling,
                                                    std::uint32_t block, unsigned char* memory) {
  using T = typename Op::element;
  using Out = typename Op::result;
  using Plan = typename Op::plan;
  using LaneIn = typename lane<Width* static_cast<int>(sizeof(T))>::type;
  using action = typename Plan::action;
  auto* plans = reinterpret_cast<Plan*>(memory);
  auto* weights = reinterpret_cast<compute_type<T>*>(plans + tiling.tile);
  const nan_queue queue(weights + tiling.tile);  // where NaN is skipped

  const std::uint32_t begin = block * tiling.tile;
  const std::uint32_t left_over = static_cast<std::uint32_t>(op.slots()) - begin;
  const std::uint32_t count = left_over < tiling.tile ? left_over : tiling.tile;
  const std::uint32_t row = tiling.columns.divide(begin + threadIdx.x);
  const std::uint32_t column = begin + threadIdx.x - row * tiling.columns.divisor;
  typename Op::slot slot;
  fraction weight;
  if (threadIdx.x < count) {
    slot = op.find_row(row, column);
    bracket at;
    plans[threadIdx.x] = op.plan_row(slot, at);
    weight = op.fraction_of(slot, at);  // the stamps are read before the rows, divided after
  }
  if (Skips) queue.clear();
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
  const auto mend = [&](std::uint32_t item, std::uint32_t k) {
    const std::uint32_t target = tiling.lanes.divide(item);
    const std::uint32_t at = tiling.columns.divide(begin + target);
    const std::uint32_t in_row = begin + target - at * tiling.columns.divisor;
    Out mended[1];
    mend_lane(op, at, in_row, (item - target * tiling.lanes.divisor) * Width + k, mended);
    return mended[0];
  };
  const auto finish = [&](std::uint32_t item, const LaneIn& from, const LaneIn& to,
                          Out(&results)[Width]) {
    const std::uint32_t target = tiling.lanes.divide(item);
    if (finish_lane<Width>(plans[target], from, to, weights[target], results)) return;
    if constexpr (Skips) {
#pragma unroll
      for (int k = 0; k < Width; ++k) {
        if (is_nan(results[k]) && !queue.push(item * Width + k)) results[k] = mend(item, k);
      }
    } else if (!op.nan_is_valid) {
      const std::uint32_t at = tiling.columns.divide(begin + target);
      op.valid.write(at, begin + target - at * tiling.columns.divisor, 0);
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
      finish(item, from, to, results);
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
      finish(item, left[k], right[k], results);
      store_lane<Width>(p.output + offset, results, tiling.piece);
    }
  };

  load(threadIdx.x);
  if (threadIdx.x < count) {  // while the rows are on their way
    weights[threadIdx.x] = static_cast<compute_type<T>>(weight.value());
    op.template write_row_report<Skips>(slot, plans[threadIdx.x], row, column);
  }
  __syncthreads();
  store(threadIdx.x);
  for (std::uint32_t first = threadIdx.x + Threads * Unroll; first - place < lanes;
       first += Threads * Unroll) {
    load(first);
    store(first);
  }
  if constexpr (Skips) {
    __syncthreads();
    queue.for_each([&](std::uint32_t value) {
      const std::uint32_t item = value / Width;
      const std::uint32_t target = tiling.lanes.divide(item);
      const std::uint32_t channel = value - target * tiling.lanes.divisor * Width;
      plans[target].output[channel] = mend(item, value % Width);
    });
  }
}

template <class Op, int Width, int Threads, int Unroll, bool Skips>
__global__ void __launch_bounds__(Threads, Skips ? 1024 / Threads : 1)
    resample_rows_kernel(const __grid_constant__ row_tiling tiling, const __grid_constant__ Op op) {
  unsigned char* const memory = launched_memory();
  wait_for_stream();
  resample_rows_block<Op, Width, Threads, Unroll, false, Skips>(op, tiling, blockIdx.x, memory);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
