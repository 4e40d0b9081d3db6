// The kernel for dense rows that are no whole number of words of 16 bytes: 3, 7 or 13 floats.
//
// A block plans a tile of rows, a thread each. Then a thread makes a word of the output at a time,
// whichever rows its values are of: results leave in whole words, and samples, neighbours of one
// another, arrive through the cache.
#pragma once

#include <robocache/detail/trajectory/resample_kernels.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

constexpr int flat_threads = 128;
constexpr std::int64_t most_flat_channels = 1024;  // wider rows do well enough by themselves

struct flat_tiling {
  std::uint32_t tile = 1;    // targets of a block, at most its threads
  fast_divisor channels{1};  // of a row
  fast_divisor columns{1};   // of `targets`
};

/// A planned row and its weight.
template <class Op>
struct flat_row {
  typename Op::plan plan;
  compute_type<typename Op::element> weight;
};

/// Plans the block's rows.
template <bool Skips, class Op>
__device__ __forceinline__ void plan_flat_rows(const Op& op, const flat_tiling& tiling,
                                               std::uint32_t begin, std::uint32_t count,
                                               flat_row<Op>* rows) {
  if (threadIdx.x >= count) return;
  const std::uint32_t row = tiling.columns.divide(begin + threadIdx.x);
  const std::uint32_t column = begin + threadIdx.x - row * tiling.columns.divisor;
  const auto slot = op.find_row(row, column);
  bracket at;
  const auto plan = op.plan_row(slot, at);
  const fraction weight = op.fraction_of(slot, at);
  rows[threadIdx.x] = {plan, static_cast<compute_type<typename Op::element>>(weight.value())};
  op.template write_row_report<Skips>(slot, plan, row, column);
}

/// Answers a channel of a planned row; false where it is NaN, as far as it comes from samples.
template <class Op>
__device__ __forceinline__ bool answer_flat(const typename Op::plan& plan,
                                            typename Op::element left, typename Op::element right,
                                            compute_type<typename Op::element> weight,
                                            typename Op::result& result) {
  using Out = typename Op::result;
  using action = typename Op::plan::action;
  if (plan.what == action::blend) {
    const auto value = lerp(widen(left), widen(right), weight);
    result = narrow<Out>(value);
    return value == value;
  }
  result = plan.what == action::copy ? copied<Out>(left) : plan.value;
  return plan.what != action::copy || !is_nan(left);
}

template <class Op, bool Skips>
__global__ void __launch_bounds__(flat_threads, Skips ? 1024 / flat_threads : 1)
    resample_flat_kernel(const __grid_constant__ flat_tiling tiling,
                         const __grid_constant__ Op op) {
  using T = typename Op::element;
  using Out = typename Op::result;
  using action = typename Op::plan::action;
  constexpr std::uint32_t width = 16 / sizeof(Out);
  auto* const rows = reinterpret_cast<flat_row<Op>*>(launched_memory());
  wait_for_stream();
  const std::uint32_t begin = blockIdx.x * tiling.tile;
  const std::uint32_t left_over = static_cast<std::uint32_t>(op.slots()) - begin;
  const std::uint32_t count = left_over < tiling.tile ? left_over : tiling.tile;
  const nan_queue queue(rows + tiling.tile);  // where NaN is skipped
  if (Skips) queue.clear();
  plan_flat_rows<Skips>(op, tiling, begin, count, rows);
  __syncthreads();

  const std::uint32_t channels = tiling.channels.divisor;
  const std::uint32_t values = count * channels;
  Out* const out = op.output + static_cast<std::int64_t>(begin) * channels;
  const auto mend = [&](std::uint32_t value) {
    const std::uint32_t target = tiling.channels.divide(value);
    const std::uint32_t at = tiling.columns.divide(begin + target);
    Out mended[1];
    mend_lane(op, at, begin + target - at * tiling.columns.divisor, value - target * channels,
              mended);
    return mended[0];
  };
  for (std::uint32_t first = threadIdx.x * width; first < values; first += blockDim.x * width) {
    const std::uint32_t held = values - first < width ? values - first : width;
    T left[width], right[width];
    std::uint32_t of_row[width];
    std::uint32_t target = tiling.channels.divide(first);
    std::uint32_t channel = first - target * channels;
#pragma unroll
    for (std::uint32_t k = 0; k < width; ++k) {  // all are on their way before one is needed
      of_row[k] = target;
      if (k >= held) break;
      const auto& plan = rows[target].plan;
      left[k] = plan.what <= action::copy ? load_global(plan.left + channel) : T{};
      right[k] = plan.what == action::blend ? load_global(plan.right + channel) : T{};
      if (++channel == channels) {
        channel = 0;
        ++target;
      }
    }
    Out results[width];
#pragma unroll
    for (std::uint32_t k = 0; k < width; ++k) {
      if (k >= held) break;
      const flat_row<Op>& row = rows[of_row[k]];
      if (answer_flat<Op>(row.plan, left[k], right[k], row.weight, results[k])) continue;
      if constexpr (Skips) {
        if (is_nan(results[k]) && !queue.push(first + k)) results[k] = mend(first + k);
      } else if (!op.nan_is_valid) {
        const std::uint32_t at = tiling.columns.divide(begin + of_row[k]);
        op.valid.write(at, begin + of_row[k] - at * tiling.columns.divisor, 0);
      }
    }
    if (held == width) {
      uint4 whole;
      memcpy(&whole, results, sizeof(whole));
      __stcs(reinterpret_cast<uint4*>(out + first), whole);
    } else {
      for (std::uint32_t k = 0; k < held; ++k) out[first + k] = results[k];
    }
  }
  if constexpr (Skips) {
    __syncthreads();
    queue.for_each([&](std::uint32_t value) { out[value] = mend(value); });
  }
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
