// The kernel for windows.
//
// A block takes a tile of targets: a thread each finds a target's window. Where the samples of all
// of them lie together they are brought into shared memory in whole words, each once; then a thread
// each reduces a channel of a window.
#pragma once

#include <robocache/detail/trajectory/fuse_op.hpp>
#include <robocache/detail/trajectory/resample_groups.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

constexpr int window_threads = 128;
constexpr std::int64_t most_window_bytes = 12 * 1024;  // of samples in shared memory

struct window_tiling : group_tiling {
  fast_divisor width{1};         // of a row of results
  std::uint32_t samples_at = 0;  // where samples begin in shared memory ...
  std::int64_t most_bytes = 0;   // ... and how many bytes there may be
};

/// The samples that the windows of a block hold together: those of one item, or none.
template <class Op>
struct window_span {
  const typename Op::element* samples = nullptr;
  std::int64_t begin = 0, end = 0;

  __device__ window_span(const group_tile<Op>& tile, std::uint32_t targets) {
    for (std::uint32_t i = 0; i < targets; ++i) {
      const auto& slot = tile.slots[i];
      const std::int64_t first = tile.firsts[i];
      if (slot.is != Op::slot::state::answer || first > slot.interval) continue;
      if (samples != nullptr && slot.samples != samples) {
        samples = nullptr;
        return;
      }
      begin = samples == nullptr || first < begin ? first : begin;
      end = samples == nullptr || slot.interval >= end ? slot.interval + 1 : end;
      samples = slot.samples;
    }
  }
};

/// Copies values to where they lie alike between words of 16 bytes.
template <class T>
__device__ __forceinline__ void copy_values(const T* from, T* to, std::int64_t count) {
  const std::int64_t past = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(from) % 16);
  const std::int64_t to_word = (16 - past) % 16 / static_cast<std::int64_t>(sizeof(T));
  const std::int64_t head = to_word < count ? to_word : count;
  constexpr auto per_word = static_cast<std::int64_t>(16 / sizeof(T));
  const std::int64_t words = (count - head) / per_word;
  const auto* const source = reinterpret_cast<const uint4*>(from + head);
  auto* const words_to = reinterpret_cast<uint4*>(to + head);
  for (std::int64_t i = threadIdx.x; i < words; i += blockDim.x) words_to[i] = __ldg(source + i);
  const std::int64_t tail = head + words * per_word;
  if (threadIdx.x < head) to[threadIdx.x] = from[threadIdx.x];
  if (tail + threadIdx.x < count) to[tail + threadIdx.x] = from[tail + threadIdx.x];
}

/// Brings the samples of all windows into shared memory; returns what stands for the item's first
/// sample then, or null where they stay where they are.
template <class Op>
__device__ __forceinline__ const typename Op::element* stage_samples(const Op& op,
                                                                     const window_tiling& tiling,
                                                                     const group_tile<Op>& tile,
                                                                     std::uint32_t targets,
                                                                     unsigned char* memory) {
  using T = typename Op::element;
  const window_span<Op> span(tile, targets);
  const std::int64_t count = (span.end - span.begin) * op.channels;
  const auto bytes = count * static_cast<std::int64_t>(sizeof(T));
  if (span.samples == nullptr || op.source_row != op.channels || bytes > tiling.most_bytes) {
    return nullptr;
  }
  const T* const from = span.samples + span.begin * op.channels;
  auto* const to = reinterpret_cast<T*>(memory + tiling.samples_at +
                                        reinterpret_cast<std::uintptr_t>(from) % 16);
  copy_values(from, to, count);
  return to - span.begin * op.channels;
}

/// Finds the windows of the block's targets.
template <class Op>
__device__ __forceinline__ void find_windows(const Op& op, const window_tiling& tiling,
                                             const group_tile<Op>& tile,
                                             const target_range& targets) {
  for_each_target(targets, tiling.columns,
                  [&](std::uint32_t i, std::uint32_t row, std::uint32_t column) {
                    tile.slots[i] = op.find(row, column);
                    tile.valid[i] = tile.slots[i].is == Op::slot::state::answer ? 1 : 0;
                  });
  __syncthreads();
  for_each_target(
      targets, tiling.columns, [&](std::uint32_t i, std::uint32_t row, std::uint32_t column) {
        // Where windows tile, one begins after the last sample of the one before.
        const bool follows = op.tiles && i > 0 && column > 0 &&
                             tile.slots[i].is == Op::slot::state::answer &&
                             tile.slots[i - 1].is == Op::slot::state::answer;
        tile.firsts[i] =
            follows ? tile.slots[i - 1].interval + 1 : op.first_in_window(tile.slots[i], column);
        op.write_report(tile.slots[i], row, column);
      });
  __syncthreads();
}

template <class Op>
__global__ void __launch_bounds__(window_threads)
    reduce_windows_kernel(const __grid_constant__ window_tiling tiling,
                          const __grid_constant__ Op op) {
  unsigned char* const memory = launched_memory();
  wait_for_stream();
  const target_range targets(op.slots(), tiling.tile, blockIdx.x);
  const group_tile<Op> tile(memory, tiling.tile, 0);
  find_windows(op, tiling, tile, targets);
  const typename Op::element* staged = nullptr;
  if constexpr (is_typed<typename Op::element>) {
    staged = stage_samples(op, tiling, tile, targets.count, memory);
    __syncthreads();
  }
  const std::uint32_t units = targets.count * tiling.width.divisor;
  for (std::uint32_t item = threadIdx.x; item < units; item += blockDim.x) {
    const std::uint32_t target = tiling.width.divide(item);
    const std::uint32_t unit = item - target * tiling.width.divisor;
    auto slot = tile.slots[target];
    if (slot.is == Op::slot::state::skip) continue;
    if constexpr (is_typed<typename Op::element>) {
      if (staged != nullptr) slot.samples = staged;
    }
    typename Op::result result;
    if (!op.write_reduced(slot, tile.firsts[target], unit, result)) tile.valid[target] = 0;
    row_of(tiling, tile, target, tiling.width.divisor)[unit] = result;
  }
  __syncthreads();
  store_tile(op, tiling, tile, targets, tiling.width.divisor);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
