// Sorts the points of a batch into voxels on the GPU.
//
// Voxels are numbered by their rank in a bit mask of all voxels; points get places in their voxel
// by atomic counters, so their order within a voxel differs from run to run, and whatever is made
// of them must not depend on it. Where the mask would be much larger than the points, a radix sort
// by the voxel's number takes its place.
#pragma once

#include <cub/device/device_radix_sort.cuh>
#include <cub/device/device_scan.cuh>
#include <robocache/detail/pointcloud/largest.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

constexpr std::uint32_t large_voxel = 256;  // points from which a block reduces a voxel
constexpr int words_each = 4;               // of a mask, of a thread
constexpr std::int64_t rank_words = words_each * point_threads;

/// The voxels of a batch. Arrays over voxels have room for one per point.
struct bin_table {
  std::uint32_t* mask = nullptr;   // [B][words]: voxels that hold a point
  std::uint32_t* bases = nullptr;  // [B][words]: the number of the word's first voxel
  std::int64_t words = 0;
  std::uint32_t* counts = nullptr;
  std::uint32_t* firsts = nullptr;  // complement of the first point; null where not wanted
  std::uint32_t* starts = nullptr;  // in `order`
  std::int64_t* cells = nullptr;
  std::int32_t* clouds = nullptr;
  std::uint32_t* order = nullptr;    // points by voxel
  std::uint32_t* ranks = nullptr;    // of points in their voxel
  std::int32_t* voxel_of = nullptr;  // -1 outside; not set for what is no point
  std::uint32_t* large = nullptr;    // voxels of more than `large_voxel` points
  std::uint32_t* sums = nullptr;     // of blocks of words
  std::uint32_t* totals = nullptr;   // see below

  [[nodiscard]] __host__ __device__ std::uint32_t* number() const { return totals; }
  [[nodiscard]] __host__ __device__ std::uint32_t* placed() const { return totals + 1; }
  [[nodiscard]] __host__ __device__ std::uint32_t* large_number() const { return totals + 2; }
};

/// What is wanted of the voxels.
struct bins_request {
  bool ordered = false;  // numbers ascend with the voxels
  bool firsts = false;
  const feature_op* features = nullptr;
  int feature_count = 0;
};

struct voxel_bins {
  bin_table table;
  std::vector<feature_op> features;  // with their scales
};

template <class P>
__global__ void __launch_bounds__(point_threads)
    mark_voxels_kernel(const __grid_constant__ locate_op<P> op,
                       const __grid_constant__ bin_table table) {
  wait_for_stream();
  const point_block mine = find_point_block(op, point_threads, blockIdx.x);
  const std::int64_t i = mine.begin + threadIdx.x;
  const bool exists = i < mine.range.count;
  const std::int64_t cell = exists ? op.cell_of(mine.cloud, mine.range, i) : -1;
  if (op.reports()) {
    report_points(op, mine.cloud, exists && cell == -1, exists && cell == -2, cell >= 0);
  }
  if (cell >= 0) atomicOr(&table.mask[mine.cloud * table.words + cell / 32], 1U << (cell % 32));
}

/// The sum over a block of `point_threads`, for all its threads.
__device__ __forceinline__ std::uint32_t sum_in_block(std::uint32_t mine) {
  __shared__ std::uint32_t warp_sums[point_threads / 32];
  const std::uint32_t sum = __reduce_add_sync(0xffffffffU, mine);
  if (threadIdx.x % 32 == 0) warp_sums[threadIdx.x / 32] = sum;
  __syncthreads();
  std::uint32_t total = 0;
  for (int w = 0; w < point_threads / 32; ++w) total += warp_sums[w];
  __syncthreads();
  return total;
}

/// The sum over the threads before this one in a block of `point_threads`.
__device__ __forceinline__ std::uint32_t sum_before(std::uint32_t mine, std::uint32_t& total) {
  __shared__ std::uint32_t warp_sums[point_threads / 32];
  std::uint32_t sum = mine;
#pragma unroll
  for (int d = 1; d < 32; d *= 2) {
    const std::uint32_t other = __shfl_up_sync(0xffffffffU, sum, d);
    if (threadIdx.x % 32 >= d) sum += other;
  }
  if (threadIdx.x % 32 == 31) warp_sums[threadIdx.x / 32] = sum;
  __syncthreads();
  std::uint32_t before = 0;
  total = 0;
  for (std::uint32_t w = 0; w < point_threads / 32; ++w) {
    if (w < threadIdx.x / 32) before += warp_sums[w];
    total += warp_sums[w];
  }
  __syncthreads();
  return before + sum - mine;
}

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
  const std::uint32_t total = sum_in_block(mine.bits());
  if (threadIdx.x == 0) sums[blockIdx.x] = total;
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
  std::uint32_t at = sum_before(mine.bits(), total);
  if (sums != nullptr) {
    std::uint32_t before = 0;
    for (std::uint32_t i = threadIdx.x; i < blockIdx.x; i += point_threads) before += sums[i];
    before = sum_in_block(before);
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

template <class P>
__global__ void __launch_bounds__(point_threads)
    count_points_kernel(const __grid_constant__ locate_op<P> op,
                        const __grid_constant__ bin_table table) {
  wait_for_stream();
  const point_block mine = find_point_block(op, point_threads, blockIdx.x);
  const std::int64_t i = mine.begin + threadIdx.x;
  if (i >= mine.range.count) return;
  const std::int64_t slot = op.first_slot(mine.cloud, mine.range) + i;
  const std::int64_t cell = op.cell_of(mine.cloud, mine.range, i);
  if (cell < 0) {
    table.voxel_of[slot] = -1;
    return;
  }
  const std::int64_t word = mine.cloud * table.words + cell / 32;
  const std::uint32_t v =
      voxel_at(table.bases, word, table.mask[word], static_cast<std::uint32_t>(cell % 32));
  table.voxel_of[slot] = static_cast<std::int32_t>(v);
  const std::uint32_t rank = atomicAdd(&table.counts[v], 1U);
  table.ranks[slot] = rank;
  if (rank == 0) {
    table.cells[v] = cell;
    table.clouds[v] = static_cast<std::int32_t>(mine.cloud);
  }
  if (table.firsts != nullptr) atomicMax(&table.firsts[v], ~static_cast<std::uint32_t>(slot));
}

/// Gives each voxel its part of `order`, in any order, and lists the large ones.
template <class = void>
__global__ void __launch_bounds__(point_threads)
    start_voxels_kernel(const __grid_constant__ bin_table table, std::uint32_t slots) {
  wait_for_stream();
  __shared__ std::uint32_t claimed;
  const std::uint32_t number = *table.number();
  if (blockIdx.x * point_threads >= number) return;
  const std::uint32_t v = blockIdx.x * point_threads + threadIdx.x;
  const std::uint32_t count = v < number ? table.counts[v] : 0;
  std::uint32_t total = 0;
  const std::uint32_t before = sum_before(count, total);
  if (threadIdx.x == 0) claimed = atomicAdd(table.placed(), total);
  __syncthreads();
  // Clouds that overlap, by offsets that descend, hold more points than there are.
  const bool fits = claimed + before + count <= slots;
  if (v < number) table.starts[v] = fits ? claimed + before : 0;
  if (v < number && !fits) table.counts[v] = 0;
  if (fits && count > large_voxel) table.large[atomicAdd(table.large_number(), 1U)] = v;
}

template <class = void>
__global__ void __launch_bounds__(point_threads)
    place_points_kernel(const __grid_constant__ cloud_layout op,
                        const __grid_constant__ bin_table table) {
  wait_for_stream();
  const point_block mine = find_point_block(op, point_threads, blockIdx.x);
  const std::int64_t i = mine.begin + threadIdx.x;
  if (i >= mine.range.count) return;
  const std::int64_t slot = op.first_slot(mine.cloud, mine.range) + i;
  const std::int32_t v = table.voxel_of[slot];
  if (v >= 0 && table.ranks[slot] < table.counts[v]) {
    table.order[table.starts[v] + table.ranks[slot]] = static_cast<std::uint32_t>(slot);
  }
}

template <class P>
__global__ void __launch_bounds__(point_threads)
    key_points_kernel(const __grid_constant__ locate_op<P> op, std::uint64_t* keys,
                      std::uint32_t* slots, std::int32_t* voxel_of) {
  wait_for_stream();
  const point_block mine = find_point_block(op, point_threads, blockIdx.x);
  const std::int64_t i = mine.begin + threadIdx.x;
  const bool exists = i < mine.range.count;
  const std::int64_t cell = exists ? op.cell_of(mine.cloud, mine.range, i) : -1;
  if (op.reports()) {
    report_points(op, mine.cloud, exists && cell == -1, exists && cell == -2, cell >= 0);
  }
  if (!exists) return;
  const std::int64_t slot = op.first_slot(mine.cloud, mine.range) + i;
  slots[slot] = static_cast<std::uint32_t>(slot);
  voxel_of[slot] = -1;
  if (cell >= 0) keys[slot] = static_cast<std::uint64_t>(mine.cloud * op.cells + cell);
}

/// 1 where a run of equal keys begins.
template <class = void>
__global__ void __launch_bounds__(point_threads)
    find_runs_kernel(const std::uint64_t* keys, std::int64_t count, std::uint64_t end,
                     std::uint32_t* begins) {
  wait_for_stream();
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * point_threads + threadIdx.x;
  if (i < count) begins[i] = keys[i] < end && (i == 0 || keys[i - 1] != keys[i]) ? 1 : 0;
}

/// Voxels from runs; `numbers` counts the runs begun up to each point.
template <class = void>
__global__ void __launch_bounds__(point_threads)
    take_runs_kernel(const std::uint64_t* keys, const std::uint32_t* numbers, std::int64_t count,
                     std::uint64_t end, std::uint64_t cells,
                     const __grid_constant__ bin_table table) {
  wait_for_stream();
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * point_threads + threadIdx.x;
  if (i >= count || keys[i] >= end) return;
  const std::uint32_t v = numbers[i] - 1;
  const std::uint32_t slot = table.order[i];
  table.voxel_of[slot] = static_cast<std::int32_t>(v);
  atomicAdd(&table.counts[v], 1U);
  if (i == 0 || numbers[i - 1] != numbers[i]) {
    table.starts[v] = static_cast<std::uint32_t>(i);
    table.clouds[v] = static_cast<std::int32_t>(keys[i] / cells);
    table.cells[v] = static_cast<std::int64_t>(keys[i] % cells);
    if (table.firsts != nullptr) table.firsts[v] = ~slot;
  }
  if (i == count - 1 || keys[i + 1] >= end) *table.number() = numbers[i];
}

template <class = void>
__global__ void __launch_bounds__(point_threads)
    list_large_kernel(const __grid_constant__ bin_table table) {
  wait_for_stream();
  const std::uint32_t v = blockIdx.x * point_threads + threadIdx.x;
  if (v < *table.number() && table.counts[v] > large_voxel) {
    table.large[atomicAdd(table.large_number(), 1U)] = v;
  }
}

/// What the radix sort needs besides.
struct sort_buffers {
  std::uint64_t *keys = nullptr, *sorted = nullptr;
  std::uint32_t *slots = nullptr, *begins = nullptr;
  unsigned char* temporary = nullptr;
  std::size_t temporary_bytes = 0;
};

inline int bits_of(std::uint64_t value) {
  int bits = 0;
  while (bits < 64 && (value >> bits) != 0) ++bits;
  return bits;
}

/// Whether a mask of all voxels is in keeping with the points.
inline bool goes_by_mask(const cloud_layout& op) {
  const std::int64_t most = std::max<std::int64_t>(std::int64_t{1} << 28, 1024 * op.slots());
  return op.cells <= most / std::max<std::int64_t>(op.items, 1);
}

/// The arrays of all steps, those that must be 0 at first coming first.
struct bins_plan {
  bin_table table;
  sort_buffers sort;
  std::vector<std::uint32_t*> largest;
  std::size_t cleared = 0, bytes = 0;
};

inline bins_plan plan_bins(const cloud_layout& op, const bins_request& wanted,
                           unsigned char* base) {
  bins_plan plan;
  bin_table& table = plan.table;
  scratch_layout layout(base);
  const std::int64_t slots = op.slots();
  const bool by_mask = goes_by_mask(op);
  table.words = by_mask ? (op.cells + 31) / 32 : 0;
  const std::int64_t words = op.items * table.words;
  table.totals = layout.take<std::uint32_t>(4);
  table.counts = layout.take<std::uint32_t>(slots);
  if (wanted.firsts) table.firsts = layout.take<std::uint32_t>(slots);
  for (int n = 0; n < wanted.feature_count; ++n) {
    const feature_op& f = wanted.features[n];
    plan.largest.push_back(f.needs_largest() ? layout.take<std::uint32_t>(op.items * f.channels)
                                             : nullptr);
  }
  if (by_mask) table.mask = layout.take<std::uint32_t>(words);
  table.order = layout.take<std::uint32_t>(slots);
  plan.cleared = layout.bytes();
  table.voxel_of = layout.take<std::int32_t>(slots);
  table.starts = layout.take<std::uint32_t>(slots);
  table.cells = layout.take<std::int64_t>(slots);
  table.large = layout.take<std::uint32_t>(slots / large_voxel + 1);
  if (by_mask) {
    table.bases = layout.take<std::uint32_t>(words);
    table.ranks = layout.take<std::uint32_t>(slots);
    table.clouds = layout.take<std::int32_t>(slots);
    if (wanted.ordered) table.sums = layout.take<std::uint32_t>(words / rank_words + 1);
  } else {
    sort_buffers& sort = plan.sort;
    sort.keys = layout.take<std::uint64_t>(slots);
    sort.sorted = layout.take<std::uint64_t>(slots);
    // Where the sort has read the keys and points, later steps write.
    sort.slots = table.starts;
    sort.begins = reinterpret_cast<std::uint32_t*>(sort.keys);
    table.clouds = base == nullptr ? nullptr : reinterpret_cast<std::int32_t*>(sort.keys) + slots;
    std::size_t sorting = 0, scanning = 0;
    check_cuda(cub::DeviceRadixSort::SortPairs(nullptr, sorting, sort.keys, sort.sorted, sort.slots,
                                               table.order, static_cast<int>(slots)),
               "voxelize", "radix sort");
    check_cuda(cub::DeviceScan::InclusiveSum(nullptr, scanning, sort.begins, sort.begins,
                                             static_cast<int>(slots)),
               "voxelize", "scan");
    sort.temporary_bytes = sorting > scanning ? sorting : scanning;
    sort.temporary = layout.take<unsigned char>(static_cast<std::int64_t>(sort.temporary_bytes));
  }
  plan.bytes = layout.bytes();
  return plan;
}

template <class P>
void build_by_mask(const char* name, const cuda& executor, const locate_op<P>& op,
                   const bin_table& table) {
  const std::int64_t words = op.items * table.words;
  const std::int64_t blocks = count_point_blocks(op, point_threads);
  const std::int64_t word_blocks = (words + rank_words - 1) / rank_words;
  const auto layout = static_cast<const cloud_layout&>(op);
  launch(name, executor, mark_voxels_kernel<P>, blocks, point_threads, 0, op, table);
  if (table.sums != nullptr) {
    launch(name, executor, sum_words_kernel<>, word_blocks, point_threads, 0, table.mask, words,
           table.sums);
  }
  launch(name, executor, rank_words_kernel<>, word_blocks, point_threads, 0, table.mask, words,
         table.sums, table.bases, table.number());
  launch(name, executor, count_points_kernel<P>, blocks, point_threads, 0, op, table);
  launch(name, executor, start_voxels_kernel<>, (op.slots() - 1) / point_threads + 1, point_threads,
         0, table, static_cast<std::uint32_t>(op.slots()));
  launch(name, executor, place_points_kernel<>, blocks, point_threads, 0, layout, table);
}

template <class P>
void build_by_sorting(const char* name, const cuda& executor, const locate_op<P>& op,
                      const bin_table& table, const sort_buffers& sort) {
  const std::int64_t slots = op.slots();
  const auto end = static_cast<std::uint64_t>(op.items * op.cells);
  const std::int64_t blocks = (slots - 1) / point_threads + 1;
  std::size_t bytes = sort.temporary_bytes;
  // What no point writes sorts behind the last voxel.
  set_memory(name, executor, sort.keys, slots * 8, UINT32_MAX);
  clear(name, executor, sort.slots, slots * 4);
  launch(name, executor, key_points_kernel<P>, count_point_blocks(op, point_threads), point_threads,
         0, op, sort.keys, sort.slots, table.voxel_of);
  check_cuda(cub::DeviceRadixSort::SortPairs(sort.temporary, bytes, sort.keys, sort.sorted,
                                             sort.slots, table.order, static_cast<int>(slots), 0,
                                             bits_of(end), executor.stream()),
             name, "radix sort");
  launch(name, executor, find_runs_kernel<>, blocks, point_threads, 0, sort.sorted, slots, end,
         sort.begins);
  check_cuda(cub::DeviceScan::InclusiveSum(sort.temporary, bytes, sort.begins, sort.begins,
                                           static_cast<int>(slots), executor.stream()),
             name, "scan");
  launch(name, executor, take_runs_kernel<>, blocks, point_threads, 0, sort.sorted, sort.begins,
         slots, end, static_cast<std::uint64_t>(op.cells), table);
  launch(name, executor, list_large_kernel<>, blocks, point_threads, 0, table);
}

/// Sorts all points into voxels; the arrays lie in the executor's workspace. There is at least one
/// cloud.
template <class P>
voxel_bins build_bins(const char* name, const cuda& executor, const locate_op<P>& op,
                      const bins_request& wanted) {
  bins_plan plan = plan_bins(op, wanted, nullptr);
  unsigned char* const base = reserve_scratch(name, executor, plan.bytes);
  plan = plan_bins(op, wanted, base);
  clear_reports(name, executor, op);
  clear(name, executor, base, static_cast<std::int64_t>(plan.cleared));
  voxel_bins bins{plan.table, {}};
  bins.features.assign(wanted.features, wanted.features + wanted.feature_count);
  if (op.slots() > 0) {
    if (plan.table.mask != nullptr) {
      build_by_mask(name, executor, op, plan.table);
    } else {
      build_by_sorting(name, executor, op, plan.table, plan.sort);
    }
  }
  for (std::size_t n = 0; n < bins.features.size(); ++n) {
    if (plan.largest[n] != nullptr) {
      find_largest(name, executor, op, bins.features[n], plan.largest[n]);
    }
  }
  return bins;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
