// The kernels of occupancy and density.
//
// Outputs beyond the L2 cache: a block sorts a chunk of points by slab of voxels in shared memory;
// then a block per slab counts its points in shared memory and writes its voxels once. Smaller
// ones, and grids of very many slabs: the output is cleared and the points are added to it.
#pragma once

#include <robocache/detail/pointcloud/launch_points.cuh>
#include <robocache/detail/pointcloud/voxelize_cpu.hpp>

namespace robocache::detail {

constexpr int sort_threads = 1024;
constexpr int sort_points_each = 16;  // of a thread
constexpr std::int64_t sort_chunk_points = sort_threads * sort_points_each;
constexpr int fill_threads = 512;
constexpr std::int64_t most_slabs = 8192;

/// The sorted points of all chunks.
struct slab_table {
  std::uint16_t* places = nullptr;  // [chunk][point]: within the slab
  std::uint16_t* starts = nullptr;  // [chunk][slabs + 1]
  std::int32_t slabs = 1;
};

/// Into `values` their exclusive sums; returns the whole sum. For blocks of `sort_threads`.
__device__ __forceinline__ std::uint32_t scan_in_block(std::uint32_t* values, std::int32_t count) {
  __shared__ std::uint32_t warp_sums[32];
  const std::uint32_t lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  std::uint32_t before = 0;
  for (std::int32_t base = 0; base < count; base += sort_threads) {
    const std::int32_t i = base + static_cast<std::int32_t>(threadIdx.x);
    const std::uint32_t mine = i < count ? values[i] : 0;
    std::uint32_t sum = mine;
#pragma unroll
    for (int d = 1; d < 32; d *= 2) {
      const std::uint32_t other = __shfl_up_sync(0xffffffffU, sum, d);
      if (lane >= d) sum += other;
    }
    if (lane == 31) warp_sums[warp] = sum;
    __syncthreads();
    if (warp == 0) {
      std::uint32_t total = warp_sums[lane];
#pragma unroll
      for (int d = 1; d < 32; d *= 2) {
        const std::uint32_t other = __shfl_up_sync(0xffffffffU, total, d);
        if (lane >= d) total += other;
      }
      warp_sums[lane] = total;
    }
    __syncthreads();
    if (i < count) values[i] = before + sum - mine + (warp > 0 ? warp_sums[warp - 1] : 0);
    before += warp_sums[31];
    __syncthreads();
  }
  return before;
}

/// The voxels of a thread's points, by fours that neighbour; `missing` for no point.
template <class P>
__device__ __forceinline__ void locate_points(const locate_op<P>& op, const point_block& mine,
                                              std::int32_t missing,
                                              std::int32_t (&cells)[sort_points_each]) {
  const P* const points = op.points + (op.offsets != nullptr ? 0 : mine.cloud) * op.batch_stride +
                          (mine.range.first + mine.begin) * op.row_stride;
  const std::int64_t left = mine.range.count - mine.begin;
  const bool dense = std::is_same_v<P, float> && op.row_stride == 3 &&
                     reinterpret_cast<std::uintptr_t>(points) % 16 == 0;
  constexpr int together = 8;  // points whose loads are in flight at once
#pragma unroll
  for (int k = 0; k < sort_points_each; k += together) {
    float4 parts[together / 4][3];
    const auto first_of = [k](int n) {
      return static_cast<std::int64_t>((k + n) / 4 * sort_threads + threadIdx.x) * 4;
    };
    const bool whole = dense && first_of(together - 4) + 4 <= left;
#pragma unroll
    for (int n = 0; n < together; n += 4) {
      if (!whole) break;
      const auto* const from = reinterpret_cast<const float4*>(points) + first_of(n) / 4 * 3;
      for (int q = 0; q < 3; ++q) parts[n / 4][q] = __ldg(from + q);
    }
#pragma unroll
    for (int n = 0; n < together; n += 4) {
      if (whole) {
        float p[12];
        memcpy(p, parts[n / 4], sizeof(p));
        for (int q = 0; q < 4; ++q) {
          cells[k + n + q] = op.find.template number<std::int32_t>(
              static_cast<compute_type<P>>(p[3 * q]), static_cast<compute_type<P>>(p[3 * q + 1]),
              static_cast<compute_type<P>>(p[3 * q + 2]));
        }
        continue;
      }
      for (int q = 0; q < 4; ++q) {
        cells[k + n + q] = missing;
        if (first_of(n) + q >= left) continue;
        const P* const point = points + (first_of(n) + q) * op.row_stride;
        cells[k + n + q] = op.find.template number<std::int32_t>(widen(point[0]), widen(point[1]),
                                                                 widen(point[2]));
      }
    }
  }
}

template <class P>
__global__ void __launch_bounds__(sort_threads)
    sort_chunks_kernel(const __grid_constant__ locate_op<P> op,
                       const __grid_constant__ slab_table table) {
  extern __shared__ __align__(16) unsigned char memory[];
  auto* const places = reinterpret_cast<std::uint16_t*>(memory);
  auto* const starts = reinterpret_cast<std::uint32_t*>(places + sort_chunk_points);
  for (std::int32_t s = threadIdx.x; s < table.slabs; s += sort_threads) starts[s] = 0;
  wait_for_stream();
  __syncthreads();

  const point_block mine = find_point_block(op, sort_chunk_points, blockIdx.x);
  constexpr std::int32_t missing = -3;
  std::int32_t cells[sort_points_each];
  std::uint32_t ranks[sort_points_each];
  locate_points(op, mine, missing, cells);
#pragma unroll
  for (int k = 0; k < sort_points_each; ++k) {
    if (cells[k] >= 0) ranks[k] = atomicAdd(&starts[cells[k] >> slab_bits], 1U);
  }
  if (op.reports()) {
    std::uint32_t outside = 0, invalid = 0, inside = 0;
#pragma unroll
    for (int k = 0; k < sort_points_each; ++k) {
      outside += cells[k] == -1 ? 1 : 0;
      invalid += cells[k] == -2 ? 1 : 0;
      inside += cells[k] >= 0 ? 1 : 0;
    }
    report_points(op, mine.cloud, outside, invalid, inside);
  }
  __syncthreads();
  const std::uint32_t sorted = scan_in_block(starts, table.slabs);
#pragma unroll
  for (int k = 0; k < sort_points_each; ++k) {
    if (cells[k] >= 0) {
      places[starts[cells[k] >> slab_bits] + ranks[k]] =
          static_cast<std::uint16_t>(cells[k] & (slab_cells - 1));
    }
  }
  __syncthreads();
  std::uint16_t* const to_starts =
      table.starts + static_cast<std::int64_t>(blockIdx.x) * (table.slabs + 1);
  for (std::int32_t s = threadIdx.x; s < table.slabs; s += sort_threads) {
    to_starts[s] = static_cast<std::uint16_t>(starts[s]);
  }
  if (threadIdx.x == 0) to_starts[table.slabs] = static_cast<std::uint16_t>(sorted);
  auto* const to = reinterpret_cast<uint4*>(table.places + static_cast<std::int64_t>(blockIdx.x) *
                                                               sort_chunk_points);
  for (std::uint32_t i = threadIdx.x; i < (sorted + 7) / 8; i += sort_threads) {
    to[i] = reinterpret_cast<const uint4*>(places)[i];
  }
}

/// Writes voxels [0, count) of a slab from their counts.
template <class Out>
__device__ __forceinline__ void write_slab(const cell_value& value, const std::uint32_t* counts,
                                           std::int32_t count, Out* to) {
  constexpr int each = 16 / static_cast<int>(sizeof(Out));
  const bool aligned = reinterpret_cast<std::uintptr_t>(to) % 16 == 0;
  const std::int32_t packs = aligned ? count / each : 0;
#pragma unroll 4
  for (std::int32_t i = threadIdx.x; i < packs; i += fill_threads) {
    Out values[each];
#pragma unroll
    for (int k = 0; k < each; k += 4) {
      const uint4 four = reinterpret_cast<const uint4*>(counts)[(i * each + k) / 4];
      values[k] = value.of<Out>(four.x);
      values[k + 1] = value.of<Out>(four.y);
      values[k + 2] = value.of<Out>(four.z);
      values[k + 3] = value.of<Out>(four.w);
    }
    uint4 pack;
    memcpy(&pack, values, sizeof(pack));
    __stcs(reinterpret_cast<uint4*>(to) + i, pack);
  }
  for (std::int32_t i = packs * each + static_cast<std::int32_t>(threadIdx.x); i < count;
       i += fill_threads) {
    to[i] = value.of<Out>(counts[i]);
  }
}

__device__ __forceinline__ void write_slab_bits(const std::uint32_t* counts, std::int32_t count,
                                                std::uint32_t* to) {
  for (std::int32_t i = threadIdx.x; i < (count + 31) / 32 * 32; i += fill_threads) {
    const std::uint32_t word = __ballot_sync(0xffffffffU, i < count && counts[i] != 0);
    if (threadIdx.x % 32 == 0) to[i / 32] = word;
  }
}

template <class P, class Out>
__global__ void __launch_bounds__(fill_threads)
    fill_slabs_kernel(const __grid_constant__ fill_op<P, Out> op,
                      const __grid_constant__ slab_table table) {
  extern __shared__ __align__(16) unsigned char memory[];
  auto* const counts = reinterpret_cast<std::uint32_t*>(memory);
  for (std::int32_t i = threadIdx.x; i < slab_cells / 4; i += fill_threads) {
    reinterpret_cast<uint4*>(counts)[i] = uint4{0, 0, 0, 0};
  }
  wait_for_stream();
  __syncthreads();
  const std::int64_t b = blockIdx.x / table.slabs;
  const std::int32_t s = static_cast<std::int32_t>(blockIdx.x - b * table.slabs);
  const cloud_range range = op.locate.points_of(b);
  const std::int64_t chunks = (range.count + sort_chunk_points - 1) / sort_chunk_points;
  const std::int64_t first =
      op.locate.offsets != nullptr
          ? range.first / sort_chunk_points + b
          : b * ((op.locate.rows + sort_chunk_points - 1) / sort_chunk_points);
  const std::uint32_t lane = threadIdx.x % 32;
  for (std::int64_t c = threadIdx.x / 32; c < chunks; c += fill_threads / 32) {
    const std::uint16_t* const starts = table.starts + (first + c) * (table.slabs + 1) + s;
    const std::uint16_t* const places = table.places + (first + c) * sort_chunk_points;
    // Offsets that descend can leave chunks unwritten; their places must stay in bounds.
    constexpr auto most = static_cast<std::uint32_t>(sort_chunk_points);
    const std::uint32_t end = starts[1] < most ? starts[1] : most;
    for (std::uint32_t i = starts[0] + lane; i < end; i += 32) {
      atomicAdd(&counts[places[i] & (slab_cells - 1)], 1U);
    }
  }
  __syncthreads();
  const std::int64_t begin = static_cast<std::int64_t>(s) * slab_cells;
  const std::int64_t left = op.locate.cells - begin;
  const auto count = static_cast<std::int32_t>(left < slab_cells ? left : slab_cells);
  auto* const data = op.to.data + b * op.to.batch_stride;
  if constexpr (std::is_same_v<Out, cell_bits>) {
    write_slab_bits(counts, count, data + begin / 32);
  } else {
    op.value.with_rule(
        [&](const cell_value& value) { write_slab(value, counts, count, data + begin); });
  }
}

/// Adds points to an output that was cleared. Floats take whole numbers up to 2^24 exactly, in any
/// order; where there may be more, or a volume, `Counts` says that the output holds integers yet.
template <class P, class Out, bool Counts>
__global__ void __launch_bounds__(point_threads)
    add_points_kernel(const __grid_constant__ fill_op<P, Out> op) {
  wait_for_stream();
  const point_block mine = find_point_block(op.locate, point_threads, blockIdx.x);
  const std::int64_t i = mine.begin + threadIdx.x;
  const bool exists = i < mine.range.count;
  const std::int64_t cell = exists ? op.locate.cell_of(mine.cloud, mine.range, i) : -1;
  if (op.locate.reports()) {
    report_points(op.locate, mine.cloud, exists && cell == -1, exists && cell == -2, cell >= 0);
  }
  if (cell < 0) return;
  auto* const data = op.to.data + mine.cloud * op.to.batch_stride;
  if constexpr (std::is_same_v<Out, cell_bits>) {
    atomicOr(data + cell / 32, 1U << (cell % 32));
  } else if constexpr (sizeof(Out) < 4) {
    data[cell] = op.value.template of<Out>(1);
  } else if (Counts) {
    atomicAdd(reinterpret_cast<std::uint32_t*>(data + cell), 1U);
  } else if (op.value.rule == cell_rule::occupied) {  // quicker than a store, and the same
    const Out one = op.value.template of<Out>(1);
    std::uint32_t bits;
    memcpy(&bits, &one, sizeof(bits));
    atomicOr(reinterpret_cast<std::uint32_t*>(data + cell), bits);
  } else {
    atomicAdd(data + cell, Out(1));
  }
}

/// Turns the integers that an output of floats holds into its values.
template <class P, class Out>
__global__ void __launch_bounds__(point_threads)
    finish_counts_kernel(const __grid_constant__ fill_op<P, Out> op) {
  wait_for_stream();
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * point_threads;
  for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * point_threads + threadIdx.x;
       i < op.locate.cells * op.locate.items; i += step) {
    const std::int64_t b = i / op.locate.cells;
    Out* const at = op.to.data + b * op.to.batch_stride + (i - b * op.locate.cells);
    std::uint32_t count;
    memcpy(&count, at, sizeof(count));
    *at = op.value.template of<Out>(count);
  }
}

}  // namespace robocache::detail
