// The kernel for rows of several kinds.
//
// A block takes a tile of targets: a thread each finds a target's samples and plans its groups of
// channels, then all threads answer lanes of channels, a group at a time, so that they are of one
// kind. Rows are put together in shared memory and leave in whole words.
#pragma once

#include <robocache/detail/cuda/divisor.cuh>
#include <robocache/detail/cuda/lane.cuh>
#include <robocache/detail/cuda/launch.cuh>
#include <robocache/detail/trajectory/resample_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// How a block divides its work.
struct group_tiling {
  std::uint32_t tile = 1;   // targets of a block
  bool is_aligned = false;  // lanes are of four channels, which rows of samples hold aligned
  bool is_staged = true;    // rows go through shared memory
  bool is_dense = false;    // the rows of a tile lie one after another in the output
  std::uint32_t piece = 1;  // bytes of a store
  fast_divisor columns{1};  // of `targets`
  fast_divisor pieces{1};   // of a row
  fast_divisor lanes[channel_groups::capacity];  // of each group in a row
};

/// A block's shared memory.
template <class Op>
struct group_tile {
  using Out = typename Op::result;
  using slot = typename Op::slot;
  using plan = group_plan<typename Op::element>;

  plan* plans;
  slot* slots;
  std::int64_t* firsts;  // of windows, in place of plans
  int* valid;
  Out* rows;

  ROBOCACHE_HD static constexpr std::size_t round_up(std::size_t bytes) {
    return (bytes + 15) / 16 * 16;
  }
  /// Bytes for `tile` targets of so many plans, or 0 for windows, and so many channels.
  static std::size_t bytes(std::size_t tile, std::size_t plan_count, std::size_t channels) {
    const std::size_t planned = plan_count > 0 ? plan_count * sizeof(plan) : sizeof(std::int64_t);
    return round_up(tile * planned) + round_up(tile * sizeof(slot)) + round_up(tile * sizeof(int)) +
           round_up(tile * channels * sizeof(Out));
  }
  __device__ group_tile(unsigned char* memory, std::uint32_t tile, std::uint32_t plan_count)
      : plans(reinterpret_cast<plan*>(memory)), firsts(reinterpret_cast<std::int64_t*>(memory)) {
    memory += round_up(tile * (plan_count > 0 ? plan_count * sizeof(plan) : sizeof(std::int64_t)));
    slots = reinterpret_cast<slot*>(memory);
    memory += round_up(tile * sizeof(slot));
    valid = reinterpret_cast<int*>(memory);
    rows = reinterpret_cast<Out*>(memory + round_up(tile * sizeof(int)));
  }
};

/// The targets of a block.
struct target_range {
  std::uint32_t begin, count;

  __device__ target_range(std::int64_t slots, std::uint32_t tile, std::uint32_t block)
      : begin(block * tile) {
    const std::uint32_t left_over = static_cast<std::uint32_t>(slots) - begin;
    count = left_over < tile ? left_over : tile;
  }
};

/// Calls `f(i, row, column)` for each target of the block, a thread each.
template <class F>
__device__ __forceinline__ void for_each_target(const target_range& targets,
                                                const fast_divisor& columns, const F& f) {
  for (std::uint32_t i = threadIdx.x; i < targets.count; i += blockDim.x) {
    const std::uint32_t row = columns.divide(targets.begin + i);
    f(i, row, targets.begin + i - row * columns.divisor);
  }
}

/// Copies the tile's rows out in pieces of a type.
template <class Piece, class Op>
__device__ __forceinline__ void store_rows(const Op& op, const group_tiling& tiling,
                                           const group_tile<Op>& tile, const target_range& targets,
                                           std::int64_t channels) {
  using Out = typename Op::result;
  const auto* const from = reinterpret_cast<const Piece*>(tile.rows);
  if (tiling.is_dense) {
    constexpr auto per_piece = static_cast<std::uint32_t>(sizeof(Piece) / sizeof(Out));
    Out* const out = op.output + targets.begin * channels;
    const std::uint32_t values = targets.count * static_cast<std::uint32_t>(channels);
    const std::uint32_t whole = values / per_piece;
    for (std::uint32_t i = threadIdx.x; i < whole; i += blockDim.x) {
      __stcs(reinterpret_cast<Piece*>(out) + i, from[i]);
    }
    const std::uint32_t rest = whole * per_piece + threadIdx.x;
    if (rest < values) out[rest] = tile.rows[rest];
    return;
  }
  const std::uint32_t pieces = targets.count * tiling.pieces.divisor;
  for (std::uint32_t i = threadIdx.x; i < pieces; i += blockDim.x) {
    const std::uint32_t target = tiling.pieces.divide(i);
    const auto& slot = tile.slots[target];
    if (slot.is == Op::slot::state::skip) continue;
    reinterpret_cast<Piece*>(slot.output)[i - target * tiling.pieces.divisor] = from[i];
  }
}

template <class Op>
__device__ __forceinline__ void store_staged_rows(const Op& op, const group_tiling& tiling,
                                                  const group_tile<Op>& tile,
                                                  const target_range& targets,
                                                  std::int64_t channels) {
  using Out = typename Op::result;
  switch (tiling.piece) {
    case 16:
      return store_rows<uint4>(op, tiling, tile, targets, channels);
    case 8:
      return store_rows<uint2>(op, tiling, tile, targets, channels);
    case 4:
      if constexpr (sizeof(Out) <= 4) {
        store_rows<std::uint32_t>(op, tiling, tile, targets, channels);
      }
      return;
    default:  // of 2 bytes, or of 8
      store_rows<typename lane<sizeof(Out)>::type>(op, tiling, tile, targets, channels);
  }
}

template <class Op>
__device__ __forceinline__ void store_tile(const Op& op, const group_tiling& tiling,
                                           const group_tile<Op>& tile, const target_range& targets,
                                           std::int64_t channels) {
  if constexpr (is_typed<typename Op::result>) {
    if (tiling.is_staged) store_staged_rows(op, tiling, tile, targets, channels);
  }
  if (op.valid.data == nullptr) return;
  for_each_target(targets, tiling.columns,
                  [&](std::uint32_t i, std::uint32_t row, std::uint32_t column) {
                    if (tile.slots[i].is != Op::slot::state::skip) {
                      op.valid.write(row, column, static_cast<std::uint8_t>(tile.valid[i]));
                    }
                  });
}

/// Where a target's row of results is put together.
template <class Op>
__device__ __forceinline__ auto row_of(const group_tiling& tiling, const group_tile<Op>& tile,
                                       std::uint32_t target, std::int64_t channels) {
  if constexpr (is_typed<typename Op::result>) {
    if (tiling.is_staged) return tile.rows + target * channels;
  }
  return tile.slots[target].output;
}

/// Answers `count` channels of one lane into its row.
template <bool Aligned, bool Skips, class Op, class To>
__device__ __forceinline__ bool write_lane(const Op& op, const group_tile<Op>& tile,
                                           std::uint32_t target, const group_span& group,
                                           const typename group_tile<Op>::plan& plan,
                                           std::int64_t channel, int count, const To& to) {
  using Out = typename Op::result;
  Out results[4];
  const bool valid =
      op.template answer<Aligned, Skips>(tile.slots[target], group, plan, channel, count, results);
  if constexpr (Aligned && 4 * sizeof(Out) <= 16) {
    typename lane<4 * static_cast<int>(sizeof(Out))>::type whole;
    memcpy(&whole, results, sizeof(whole));
    *reinterpret_cast<decltype(whole)*>(to) = whole;
  } else {
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      if (k < count) to[k] = results[k];
    }
  }
  return valid;
}

/// Answers a group of the block's targets by lanes of up to four channels. `kind` is the group's,
/// as a constant.
template <bool Aligned, bool Skips, class Op>
__device__ __forceinline__ void answer_group(const Op& op, const group_tiling& tiling,
                                             const group_tile<Op>& tile, std::uint32_t targets,
                                             int g, interpolation kind) {
  group_span group = op.groups[g];
  group.kind = kind;
  const fast_divisor lanes = tiling.lanes[g];
  const std::uint32_t items = targets * lanes.divisor;
  for (std::uint32_t item = threadIdx.x; item < items; item += blockDim.x) {
    const std::uint32_t target = lanes.divide(item);
    const auto& plan = tile.plans[target * static_cast<std::uint32_t>(op.plan_count) + group.plan];
    if (plan.what == group_tile<Op>::plan::action::skip) continue;
    const auto in_group = static_cast<std::int32_t>(item - target * lanes.divisor) * 4;
    const std::int32_t left = group.channels - in_group;
    const int count = Aligned || is_slerp(kind) || left > 4 ? 4 : left;
    const std::int32_t channel = group.first_channel + in_group;
    const auto row = row_of(tiling, tile, target, op.channels) + channel;
    if (!write_lane<Aligned, Skips>(op, tile, target, group, plan, channel, count, row)) {
      tile.valid[target] = 0;
    }
  }
}

template <bool Aligned, bool Skips, class Op>
__device__ __forceinline__ void answer_groups(const Op& op, const group_tiling& tiling,
                                              const group_tile<Op>& tile, std::uint32_t targets) {
  const auto answer = [&](int g, interpolation kind) {
    answer_group<Aligned, Skips>(op, tiling, tile, targets, g, kind);
  };
  for (int g = 0; g < op.group_count; ++g) {
    switch (op.groups[g].kind) {
      case interpolation::cubic:
        answer(g, interpolation::cubic);
        break;
      case interpolation::pchip:
        answer(g, interpolation::pchip);
        break;
      case interpolation::slerp_xyzw:
      case interpolation::slerp_wxyz:
        answer(g, op.groups[g].kind == interpolation::slerp_xyzw ? interpolation::slerp_xyzw
                                                                 : interpolation::slerp_wxyz);
        break;
      case interpolation::angle:
        answer(g, interpolation::angle);
        break;
      default:  // a blend of two rows or a copy of one, as the plan says; what answers to NaN
        answer(g, Skips ? op.groups[g].kind : interpolation::linear);  // must know which
    }
  }
}

/// Groups of any kinds: the work of block number `block`. `Aligned`: lanes of four channels.
template <bool Aligned, bool Skips, class Op>
__device__ __forceinline__ void resample_groups_block(const Op& op, const group_tiling& tiling,
                                                      std::uint32_t block, unsigned char* memory) {
  const target_range targets(op.slots(), tiling.tile, block);
  const auto plan_count = static_cast<std::uint32_t>(op.plan_count);
  const group_tile<Op> tile(memory, tiling.tile, plan_count);
  for_each_target(targets, tiling.columns,
                  [&](std::uint32_t i, std::uint32_t row, std::uint32_t column) {
                    const auto slot = op.find(row, column);
                    for (std::uint32_t p = 0; p < plan_count; ++p) {
                      tile.plans[i * plan_count + p] = op.plan_group(slot, op.plan_kinds[p]);
                    }
                    tile.slots[i] = slot;
                    tile.valid[i] = slot.is == Op::slot::state::answer ? 1 : 0;
                    op.write_report(slot, row, column);
                  });
  __syncthreads();
  answer_groups<Aligned, Skips>(op, tiling, tile, targets.count);
  __syncthreads();
  store_tile(op, tiling, tile, targets, op.channels);
}

template <bool Aligned, bool Skips, class Op>
__global__ void __launch_bounds__(64, 16)
    resample_groups_kernel(const __grid_constant__ group_tiling tiling,
                           const __grid_constant__ Op op) {
  unsigned char* const memory = launched_memory();
  wait_for_stream();
  resample_groups_block<Aligned, Skips>(op, tiling, blockIdx.x, memory);
}

/// A block for item number `item`: looks through its stamps and does what follows.
template <class Op>
__device__ __forceinline__ void check_stamps_block(const Op& op, std::int64_t item) {
  const std::uint32_t mine = op.status_of(item, threadIdx.x, blockDim.x);
  const int unsorted = __syncthreads_or(static_cast<int>(mine & stamps_unsorted));
  const int bad = __syncthreads_or(static_cast<int>(mine & stamps_bad_range));
  const std::uint32_t found =
      (unsorted != 0 ? stamps_unsorted : stamps_ok) | (bad != 0 ? stamps_bad_range : stamps_ok);
  op.apply_status(item, found, threadIdx.x, blockDim.x);
}

template <class Op>
__global__ void __launch_bounds__(256) check_stamps_kernel(const __grid_constant__ Op op) {
  wait_for_stream();
  check_stamps_block(op, blockIdx.x);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
