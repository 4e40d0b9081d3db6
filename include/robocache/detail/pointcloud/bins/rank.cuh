// Numbers the set bits of a mask.
#pragma once

#include <robocache/detail/cuda/block.cuh>
#include <robocache/detail/pointcloud/bins/table.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

constexpr std::uint32_t most_unscanned_sums = 2048;

/// A thread's words of a mask; arrays of words are aligned to 16 bytes and padded to a multiple.
struct thread_words {
  std::int64_t first = 0;
  uint4 words = {0, 0, 0, 0};

  __device__ thread_words(const std::uint32_t* mask, std::int64_t count) {
    first = (static_cast<std::int64_t>(blockIdx.x) * point_threads + threadIdx.x) * words_each;
    if (first < count) words = *reinterpret_cast<const uint4*>(mask + first);
  }
  [[nodiscard]] __device__ std::uint32_t bits() const {
    return static_cast<std::uint32_t>(__popc(words.x) + __popc(words.y) + __popc(words.z) +
                                      __popc(words.w));
  }
};

template <class = void>
__global__ void __launch_bounds__(point_threads)
    sum_words_kernel(const std::uint32_t* mask, std::int64_t count, std::uint32_t* sums) {
  wait_for_stream();
  const thread_words mine(mask, count);
  const std::uint32_t total = sum_in_block<point_threads>(mine.bits());
  if (threadIdx.x == 0) sums[blockIdx.x] = total;
}

/// Turns sums of blocks into those of all blocks before: for so many that each block would take
/// long to add them itself.
template <class = void>
__global__ void __launch_bounds__(1024) scan_sums_kernel(std::uint32_t* sums, std::int32_t count) {
  wait_for_stream();
  static_cast<void>(scan_in_block<1024>(sums, count));
}

/// Numbers the set bits of a mask: in order when `sums` has those of all blocks, else by block as
/// they come.
template <class = void>
__global__ void __launch_bounds__(point_threads)
    rank_words_kernel(const std::uint32_t* mask, std::int64_t count, const std::uint32_t* sums,
                      std::uint32_t* bases, std::uint32_t* number) {
  wait_for_stream();
  __shared__ std::uint32_t claimed;
  const thread_words mine(mask, count);
  std::uint32_t total = 0;
  std::uint32_t at = sum_before<point_threads>(mine.bits(), total);
  if (sums != nullptr) {
    std::uint32_t before = 0;
    if (gridDim.x > most_unscanned_sums) {
      before = sums[blockIdx.x];
    } else {
      for (std::uint32_t i = threadIdx.x; i < blockIdx.x; i += point_threads) before += sums[i];
      before = sum_in_block<point_threads>(before);
    }
    if (blockIdx.x == gridDim.x - 1 && threadIdx.x == 0) *number = before + total;
    at += before;
  } else {
    if (threadIdx.x == 0) claimed = total == 0 ? 0 : atomicAdd(number, total);
    __syncthreads();
    at += claimed;
  }
  if (mine.first >= count) return;
  uint4 four = {at, 0, 0, 0};
  four.y = four.x + static_cast<std::uint32_t>(__popc(mine.words.x));
  four.z = four.y + static_cast<std::uint32_t>(__popc(mine.words.y));
  four.w = four.z + static_cast<std::uint32_t>(__popc(mine.words.z));
  *reinterpret_cast<uint4*>(bases + mine.first) = four;
}

/// The number of the voxel at a set bit.
__device__ __forceinline__ std::uint32_t voxel_at(const std::uint32_t* bases, std::int64_t word,
                                                  std::uint32_t bits, std::uint32_t bit) {
  return bases[word] + static_cast<std::uint32_t>(__popc(bits & ((1U << bit) - 1)));
}

/// Launches what numbers the set bits of `words` words, in order where there are `sums`.
inline void rank_words(const label& name, const gpu& executor, const std::uint32_t* mask,
                       std::int64_t words, std::uint32_t* sums, std::uint32_t* bases,
                       std::uint32_t* number) {
  const std::int64_t blocks = (words + rank_words_each - 1) / rank_words_each;
  check_blocks(name, blocks);
  if (sums != nullptr) {
    launch_kernel(name, executor, sum_words_kernel<>, blocks, point_threads, 0, mask, words, sums);
    if (blocks > most_unscanned_sums) {
      launch_kernel(name, executor, scan_sums_kernel<>, 1, 1024, 0, sums,
                    static_cast<std::int32_t>(blocks));
    }
  }
  launch_kernel(name, executor, rank_words_kernel<>, blocks, point_threads, 0, mask, words,
                static_cast<const std::uint32_t*>(sums), bases, number);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
