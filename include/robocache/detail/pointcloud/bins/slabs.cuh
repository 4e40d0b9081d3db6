// Points sorted by slab of voxels, on the GPU: what dense outputs beyond the caches are made from.
//
// A block takes a chunk of points and sorts it by slab in shared memory. Then a block for each slab
// finds its points in every chunk of its cloud and writes its voxels once.
#pragma once

#include <robocache/detail/cloud/points.cuh>
#include <robocache/detail/cuda/block.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

constexpr int sort_threads = 512;
constexpr int sort_points_each = 8;  // of a thread, by fours that neighbour
constexpr std::int64_t chunk_size = sort_threads * sort_points_each;
constexpr std::int64_t most_slabs = 8192;
constexpr std::int64_t line_records = 64;  // 128 bytes of the smaller ones
constexpr std::int64_t chunk_stride = chunk_size + line_records;

/// A point: its voxel within the slab, and above that, where it is wanted, its place in the chunk.
using place_record = std::uint16_t;
using point_record = std::uint32_t;

/// The sorted points of all chunks.
template <class Record>
struct sorted_slabs {
  Record* records = nullptr;        // of chunks, see `place_of`
  std::uint16_t* starts = nullptr;  // [chunk][slabs + 1]
  std::int32_t slabs = 1;
  std::int32_t bits = 0;      // 2^bits voxels make a slab
  std::uint32_t group = 8;    // threads that read a chunk's points of a slab, a power of 2
  std::int32_t capacity = 0;  // of a chunk

  [[nodiscard]] __host__ __device__ std::int32_t cells() const { return 1 << bits; }

  /// Where a chunk's records begin that has the points from number `slot` on: chunks lie in the
  /// order of their points, aligned to lines of the cache.
  [[nodiscard]] __host__ __device__ static std::int64_t place_of(std::int64_t chunk,
                                                                 std::int64_t slot) {
    return (slot / line_records + chunk) * line_records;
  }
};

/// Whether the grids can be cut into slabs of 2^bits voxels.
inline bool can_cut(const cloud_layout& op, int bits) {
  if (op.items == 0) return false;
  const std::int64_t slabs = ((op.cells - 1) >> bits) + 1;
  return slabs <= most_slabs && slabs <= INT32_MAX / op.items;
}

/// Cuts a grid into slabs of 2^bits voxels, with scratch from `layout`.
template <class Record>
sorted_slabs<Record> plan_slabs(const cloud_layout& op, int bits, scratch_layout& layout) {
  sorted_slabs<Record> table;
  table.bits = bits;
  table.slabs = static_cast<std::int32_t>(((op.cells - 1) >> bits) + 1);
  const std::int64_t rows = op.packed() ? chunk_size : (op.rows + 7) / 8 * 8;
  table.capacity = static_cast<std::int32_t>(rows < chunk_size ? rows : chunk_size);
  table.group = table.capacity / table.slabs < 16 ? 8 : 16;  // measured on an H200
  const std::int64_t chunks = count_point_blocks(op, chunk_size);
  table.records = layout.take<Record>(table.place_of(chunks + 1, op.slots()) + chunk_size);
  table.starts = layout.take<std::uint16_t>(chunks * (table.slabs + 1));
  return table;
}

/// Where in its chunk a thread's point number k lies.
__device__ __forceinline__ std::int32_t chunk_place(int k) {
  return (k / 4 * sort_threads + static_cast<std::int32_t>(threadIdx.x)) * 4 + k % 4;
}

/// The voxels of a thread's points, `missing` for no point: number k is point `chunk_place(k)`.
template <class P>
__device__ __forceinline__ void locate_points(const locate_op<P>& op, const point_block& mine,
                                              std::int32_t missing,
                                              std::int32_t (&cells)[sort_points_each]) {
  const P* const points = op.first_point(mine.cloud, mine.range) + mine.begin * op.row_stride;
  const std::int64_t left = mine.range.count - mine.begin;
  const bool dense = std::is_same_v<P, float> && op.row_stride == 3 &&
                     reinterpret_cast<std::uintptr_t>(points) % 16 == 0;
  if (dense && left >= chunk_size) {  // all loads first, 16 bytes each
    float4 parts[sort_points_each / 4][3];
#pragma unroll
    for (int k = 0; k < sort_points_each; k += 4) {
      const auto* const from = reinterpret_cast<const float4*>(points) + chunk_place(k) / 4 * 3;
#pragma unroll
      for (int q = 0; q < 3; ++q) parts[k / 4][q] = __ldg(from + q);
    }
#pragma unroll
    for (int k = 0; k < sort_points_each; ++k) {
      float p[12];
      memcpy(p, parts[k / 4], sizeof(p));
      cells[k] =
          op.find.template number<std::int32_t>(p[k % 4 * 3], p[k % 4 * 3 + 1], p[k % 4 * 3 + 2]);
    }
    return;
  }
#pragma unroll
  for (int k = 0; k < sort_points_each; ++k) {
    cells[k] = missing;
    if (chunk_place(k) >= left) continue;
    const P* const point = points + chunk_place(k) * op.row_stride;
    cells[k] =
        op.find.template number<std::int32_t>(widen(point[0]), widen(point[1]), widen(point[2]));
  }
}

template <class P>
__device__ __forceinline__ void report_cells(const locate_op<P>& op, std::int64_t cloud,
                                             const std::int32_t (&cells)[sort_points_each]) {
  std::uint32_t outside = 0, invalid = 0, inside = 0;
#pragma unroll
  for (int k = 0; k < sort_points_each; ++k) {
    outside += cells[k] == -1 ? 1 : 0;
    invalid += cells[k] == -2 ? 1 : 0;
    inside += cells[k] >= 0 ? 1 : 0;
  }
  report_points(op, cloud, outside, invalid, inside);
}

/// Shared memory of the next kernel.
template <class Record>
std::size_t sort_bytes(const sorted_slabs<Record>& table) {
  return chunk_size * sizeof(Record) +
         static_cast<std::size_t>(table.slabs) * sizeof(std::uint32_t);
}

template <class P, class Record>
__global__ void __launch_bounds__(sort_threads, sizeof(P) < 8 ? 3 : 2)
    sort_chunks_kernel(const __grid_constant__ locate_op<P> op,
                       const __grid_constant__ sorted_slabs<Record> table) {
  unsigned char* const memory = launched_memory();
  auto* const records = reinterpret_cast<Record*>(memory);
  auto* const starts = reinterpret_cast<std::uint32_t*>(records + chunk_size);
  for (std::int32_t s = threadIdx.x; s < table.slabs; s += sort_threads) starts[s] = 0;
  wait_for_stream();
  __syncthreads();

  const point_block mine = find_point_block(op, chunk_size, blockIdx.x);
  constexpr std::int32_t missing = -3;
  std::int32_t cells[sort_points_each];
  std::uint32_t ranks[sort_points_each];
  locate_points(op, mine, missing, cells);
#pragma unroll
  for (int k = 0; k < sort_points_each; ++k) {
    if (cells[k] >= 0) ranks[k] = atomicAdd(&starts[cells[k] >> table.bits], 1U);
  }
  if (op.reports()) report_cells(op, mine.cloud, cells);
  __syncthreads();
  const std::uint32_t sorted = scan_in_block<sort_threads>(starts, table.slabs);
#pragma unroll
  for (int k = 0; k < sort_points_each; ++k) {
    if (cells[k] < 0) continue;
    std::int32_t record = cells[k] & (table.cells() - 1);
    if (sizeof(Record) == 4) record |= chunk_place(k) << 16;
    records[starts[cells[k] >> table.bits] + ranks[k]] = static_cast<Record>(record);
  }
  __syncthreads();
  const std::int64_t chunk = blockIdx.x;
  std::uint16_t* const to_starts = table.starts + chunk * (table.slabs + 1);
  for (std::int32_t s = threadIdx.x; s < table.slabs; s += sort_threads) {
    to_starts[s] = static_cast<std::uint16_t>(starts[s]);
  }
  if (threadIdx.x == 0) to_starts[table.slabs] = static_cast<std::uint16_t>(sorted);
  constexpr std::uint32_t each = 16 / sizeof(Record);
  const std::int64_t slot = op.first_slot(mine.cloud, mine.range) + mine.begin;
  auto* const to = reinterpret_cast<uint4*>(table.records + table.place_of(chunk, slot));
  for (std::uint32_t i = threadIdx.x; i < (sorted + each - 1) / each; i += sort_threads) {
    to[i] = reinterpret_cast<const uint4*>(records)[i];
  }
}

/// The points of one slab of a cloud, found chunk by chunk.
template <class Record>
struct slab_points {
  const sorted_slabs<Record>& table;
  item_range range;
  std::int64_t first_chunk;
  const Record* records;  // of the first chunk; the others lie `chunk_stride` apart
  std::int32_t slab;

  __device__ slab_points(const cloud_layout& op, const sorted_slabs<Record>& slabs, std::int64_t b,
                         std::int32_t s)
      : table(slabs), range(op.rows_of(b)), slab(s) {
    first_chunk =
        op.packed() ? range.first / chunk_size + b : b * ((op.rows + chunk_size - 1) / chunk_size);
    records = table.records + table.place_of(first_chunk, op.first_slot(b, range));
  }

  /// Calls `f(voxel within the slab, point of the cloud)` for each, by groups of threads. The point
  /// is 0 where it was not wanted. Offsets that descend can leave chunks unwritten: what is read of
  /// those stays in bounds.
  template <int Threads, class F>
  __device__ __forceinline__ void for_each(const F& f) const {
    const std::uint32_t lane = threadIdx.x & (table.group - 1);
    const auto chunks = static_cast<std::uint32_t>((range.count + chunk_size - 1) / chunk_size);
    const auto most = static_cast<std::uint32_t>(table.capacity);
    for (std::uint32_t c = threadIdx.x / table.group; c < chunks; c += Threads / table.group) {
      const std::int64_t chunk = first_chunk + c;
      const std::uint16_t* const starts = table.starts + chunk * (table.slabs + 1) + slab;
      const Record* const from = records + c * chunk_stride;
      const std::uint32_t begin = starts[0];
      const std::uint32_t end = starts[1] < most ? starts[1] : most;
#pragma unroll 2
      for (std::uint32_t i = begin + lane; i < end; i += table.group) {
        const std::uint32_t record = from[i];
        std::uint32_t point = 0;
        if (sizeof(Record) == 4) {
          point = c * static_cast<std::uint32_t>(chunk_size) + (record >> 16);
          if (point >= range.count) continue;
        }
        f(record & static_cast<std::uint32_t>(table.cells() - 1), point);
      }
    }
  }
};

/// Lets a kernel have more shared memory than the default.
template <class Kernel>
void allow_shared(const label& op, Kernel* kernel, std::size_t bytes) {
  check_cuda(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                  static_cast<int>(bytes)),
             op, "shared memory");
}

template <class P, class Record>
void sort_chunks(const label& name, const gpu& executor, const locate_op<P>& op,
                 const sorted_slabs<Record>& table) {
  const std::int64_t chunks = count_point_blocks(op, chunk_size);
  if (chunks == 0) return;
  allow_shared(name, sort_chunks_kernel<P, Record>, sort_bytes(table));
  launch_kernel(name, executor, sort_chunks_kernel<P, Record>, chunks, sort_threads,
                sort_bytes(table), op, table);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
