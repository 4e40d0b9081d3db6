// The kernels of occupancy and density.
//
// Outputs beyond the L2 cache are made slab by slab: a block counts the slab's points in shared
// memory and writes its voxels once. Smaller ones, and grids of very many slabs: the output is
// cleared and the points are added to it.
#pragma once

#include <robocache/detail/pointcloud/bins/slabs.cuh>
#include <robocache/detail/pointcloud/fill/fill_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

constexpr int fill_threads = 512;
constexpr int fill_bits = 14;  // 2^14 voxels to a slab

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

template <class P, class Out, class Record>
__global__ void __launch_bounds__(fill_threads)
    fill_slabs_kernel(const __grid_constant__ fill_op<P, Out> op,
                      const __grid_constant__ sorted_slabs<Record> table) {
  unsigned char* const memory = launched_memory();
  auto* const counts = reinterpret_cast<std::uint32_t*>(memory);
  for (std::int32_t i = threadIdx.x; i < table.cells() / 4; i += fill_threads) {
    reinterpret_cast<uint4*>(counts)[i] = uint4{0, 0, 0, 0};
  }
  wait_for_stream();
  __syncthreads();
  const std::int64_t b = blockIdx.x / table.slabs;
  const auto s = static_cast<std::int32_t>(blockIdx.x - b * table.slabs);
  const slab_points<Record> points(op.locate, table, b, s);
  points.template for_each<fill_threads>(
      [counts](std::uint32_t place, std::uint32_t) { atomicAdd(&counts[place], 1U); });
  __syncthreads();
  const std::int64_t begin = static_cast<std::int64_t>(s) << table.bits;
  const std::int64_t left = op.locate.cells - begin;
  const auto count = static_cast<std::int32_t>(left < table.cells() ? left : table.cells());
  auto* const data = op.to.data + b * op.to.batch_stride;
  if constexpr (std::is_same_v<Out, cell_bits>) {
    write_slab_bits(counts, count, data + begin / 32);
  } else {
    op.value.with_rule(
        [&](const cell_value& value) { write_slab(value, counts, count, data + begin); });
  }
}

template <class P, class Out, class Record>
void fill_slabs(const gpu& executor, const fill_op<P, Out>& op, const sorted_slabs<Record>& table) {
  const auto bytes = static_cast<std::size_t>(table.cells()) * sizeof(std::uint32_t);
  allow_shared(op.name, fill_slabs_kernel<P, Out, Record>, bytes);
  launch_kernel(op.name, executor, fill_slabs_kernel<P, Out, Record>, op.locate.items * table.slabs,
                fill_threads, bytes, op, table);
}

/// Adds points to an output that was cleared. Floats take whole numbers up to 2^24 exactly, in any
/// order; where there may be more, or a volume, `Counts` says that the output holds integers yet.
template <class P, class Out, bool Counts>
__global__ void __launch_bounds__(point_threads)
    add_points_kernel(const __grid_constant__ fill_op<P, Out> op) {
  wait_for_stream();
  const thread_point point = find_thread_point(op.locate);
  const std::int64_t cell = point.cell;
  if (cell < 0) return;
  auto* const data = op.to.data + point.cloud * op.to.batch_stride;
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

}  // namespace detail
ROBOCACHE_END_NAMESPACE
