// The kernel that reduces features slab by slab: every row of a dense output is written once.
#pragma once

#include <robocache/detail/cuda/divisor.cuh>
#include <robocache/detail/pointcloud/bins/slabs.cuh>
#include <robocache/detail/pointcloud/bins/table.cuh>
#include <robocache/detail/pointcloud/features/lane_work.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

constexpr int reduce_bits = 11;  // 2^11 voxels to a slab
constexpr std::int32_t reduce_cells = 1 << reduce_bits;
constexpr std::uint32_t order_capacity = 2048;  // points of a slab that shared memory holds
constexpr std::int32_t most_reduced_channels = 1 << 16;

/// Where the points of slabs that hold many are ordered.
struct order_pool {
  std::uint32_t* order = nullptr;
  std::uint32_t* used = nullptr;
  std::uint32_t capacity = 0;
};

using feature_slabs = sorted_slabs<point_record>;

/// The voxels of a slab and their points.
struct slab_voxels {
  std::uint32_t counts[reduce_cells];  // then where each voxel's next point goes in `order`
  std::uint32_t occupied[reduce_cells / 32];
  // Of those occupied, in any order:
  std::uint32_t starts[reduce_cells];  // in `order`
  std::uint16_t cells[reduce_cells];
  std::uint32_t own_order[order_capacity];
  std::uint32_t* order;
  std::uint32_t number, points, has_large;

  [[nodiscard]] __device__ bool holds(std::uint32_t cell) const {
    return (occupied[cell / 32] >> (cell % 32) & 1U) != 0;
  }

  __device__ void clear(std::int32_t size) {
    for (std::int32_t i = threadIdx.x; i < size; i += point_threads) counts[i] = 0;
    if (threadIdx.x == 0) number = points = has_large = 0;
  }

  /// Counts the points of voxels and gives each its part of `order`.
  __device__ void count(const slab_points<point_record>& slab, std::int32_t size) {
    slab.template for_each<point_threads>(
        [this](std::uint32_t cell, std::uint32_t) { atomicAdd(&counts[cell], 1U); });
    __syncthreads();
#pragma unroll 2
    for (std::int32_t cell = threadIdx.x; cell < size; cell += point_threads) {
      const std::uint32_t count = counts[cell];
      const std::uint32_t bits = __ballot_sync(0xffffffffU, count != 0);
      if (threadIdx.x % 32 == 0) occupied[cell / 32] = bits;
      if (count == 0) continue;
      const std::uint32_t n = atomicAdd(&number, 1U);
      const std::uint32_t start = atomicAdd(&points, count);
      counts[cell] = start;
      starts[n] = start;
      cells[n] = static_cast<std::uint16_t>(cell);
      if (count > large_voxel) has_large = 1;
    }
    __syncthreads();
  }

  /// Brings the points into the order of voxels, any within one.
  __device__ void sort(const slab_points<point_record>& slab, const order_pool& pool) {
    if (threadIdx.x == 0) order = place_order(pool);
    __syncthreads();
    if (order == nullptr) {
      if (threadIdx.x == 0) number = 0;
    } else {
      slab.template for_each<point_threads>([this](std::uint32_t cell, std::uint32_t point) {
        order[atomicAdd(&counts[cell], 1U)] = point;
      });
    }
    __syncthreads();
  }

 private:
  /// Null where clouds that overlap, by offsets that descend, hold more points than there are.
  __device__ std::uint32_t* place_order(const order_pool& pool) {
    if (points <= order_capacity) return own_order;
    const std::uint32_t at = atomicAdd(pool.used, points);
    return at + points <= pool.capacity && at + points >= at ? pool.order + at : nullptr;
  }
};

/// Writes the elements of empty voxels, 16 bytes at a time where it can.
template <class Out>
__device__ __forceinline__ void write_empty(const slab_voxels& voxels, std::int32_t count,
                                            const fast_divisor& channels, Out value, Out* to) {
  constexpr std::uint32_t each = 16 / sizeof(Out);
  const std::uint32_t elements = static_cast<std::uint32_t>(count) * channels.divisor;
  const bool aligned = reinterpret_cast<std::uintptr_t>(to) % 16 == 0;
  const std::uint32_t packs = aligned ? elements / each : 0;
  Out values[each];
  for (std::uint32_t k = 0; k < each; ++k) values[k] = value;
  uint4 pack;
  memcpy(&pack, values, sizeof(pack));
  const auto write_each = [&](std::uint32_t begin, std::uint32_t end) {
    for (std::uint32_t e = begin; e < end; ++e) {
      if (!voxels.holds(channels.divide(e))) to[e] = value;
    }
  };
  const std::uint32_t row_packs = channels.divisor / each;
  if (channels.divisor % each == 0 && point_threads / 32 % row_packs == 0) {
    // A thread's voxels have the same place in their words.
    const std::uint32_t cell = threadIdx.x / row_packs, step = point_threads / 32 / row_packs;
    const std::uint32_t bit = 1U << (cell % 32);
    const std::uint32_t* word = voxels.occupied + cell / 32;
    auto* const wide = reinterpret_cast<uint4*>(to);
#pragma unroll 4
    for (std::uint32_t i = threadIdx.x; i < packs; i += point_threads, word += step) {
      if ((*word & bit) == 0) __stcs(wide + i, pack);
    }
  } else {
    for (std::uint32_t i = threadIdx.x; i < packs; i += point_threads) {
      const std::uint32_t first = channels.divide(i * each);
      const std::uint32_t last = channels.divide(i * each + each - 1);
      bool any = false;
      for (std::uint32_t c = first; c <= last; ++c) any = any || voxels.holds(c);
      if (any) {
        write_each(i * each, i * each + each);
      } else {
        __stcs(reinterpret_cast<uint4*>(to) + i, pack);
      }
    }
  }
  for (std::uint32_t e = packs * each + threadIdx.x; e < elements; e += point_threads) {
    write_each(e, e + 1);
  }
}

__device__ __forceinline__ void prefetch([[maybe_unused]] const void* from) {
#if defined(__CUDA_ARCH__)
  asm volatile("prefetch.global.L1 [%0];" ::"l"(from));
#endif
}

template <class T, class Out, int Width, class State>
__global__ void __launch_bounds__(point_threads, 4)
    reduce_slabs_kernel(const __grid_constant__ cloud_layout op,
                        const __grid_constant__ feature_op f,
                        const __grid_constant__ feature_slabs table,
                        const __grid_constant__ order_pool pool,
                        const __grid_constant__ fast_divisor channels) {
  __shared__ slab_voxels voxels;
  voxels.clear(table.cells());
  wait_for_stream();
  __syncthreads();
  const std::int64_t b = blockIdx.x / table.slabs;
  const auto s = static_cast<std::int32_t>(blockIdx.x - b * table.slabs);
  const slab_points<point_record> points(op, table, b, s);
  voxels.count(points, table.cells());

  const std::int64_t begin = static_cast<std::int64_t>(s) << table.bits;
  const std::int64_t left = op.cells - begin;
  const auto count = static_cast<std::int32_t>(left < table.cells() ? left : table.cells());
  const result_row<Out> first = row_of_result<Out>(f, b, begin, op.cells);
  voxels.sort(points, pool);
  const auto reader = read_cloud<T>(f, b, points.range, 0);
  const auto points_in = [&](std::uint32_t n) {
    const std::uint32_t start = voxels.starts[n];
    return voxel_points<T>{reader, points.range.count, voxels.order + start,
                           voxels.counts[voxels.cells[n]] - start};
  };
  const auto row_of = [&](std::uint32_t n) {
    return row_of_result<Out>(f, b, begin + voxels.cells[n], op.cells);
  };
  const std::uint32_t lanes = channels.divisor / Width;
  for (std::uint32_t base = 0; base < lanes; base += point_threads) {
    const std::uint32_t across = min(lanes - base, static_cast<std::uint32_t>(point_threads));
    const std::uint32_t at_once = point_threads / across, mine = threadIdx.x / across;
    if (mine >= at_once) continue;
    const auto channel = static_cast<std::int32_t>((base + threadIdx.x - mine * across) * Width);
    lane_work<Width, State> work(f, points.range.count, channel);
    for (std::uint32_t n = mine; n < voxels.number; n += at_once) {
      if (n + at_once < voxels.number) {
        prefetch(reader.row(voxels.order[voxels.starts[n + at_once]]) + channel);
      }
      const voxel_points<T> voxel = points_in(n);
      if (voxel.count <= large_voxel) work.reduce(voxel, row_of(n));
    }
  }
  // Last, so that the block need not wait for these stores: most of the output.
  write_empty(voxels, count, channels, empty_value<Out>(f), first.values);
  if (first.argmax != nullptr) write_empty(voxels, count, channels, -1, first.argmax);
  if (voxels.has_large == 0) return;
  for (std::uint32_t n = 0; n < voxels.number; ++n) {
    const voxel_points<T> voxel = points_in(n);
    if (voxel.count > large_voxel) reduce_together<Out, Width, State>(voxel, f, row_of(n));
  }
}

template <class T, class Out>
void reduce_slabs(const label& name, const gpu& executor, const cloud_layout& op,
                  const feature_op& f, const feature_slabs& table, const order_pool& pool) {
  with_lanes<T, Out>(f, [&](auto width, auto state) {
    constexpr int Width = decltype(width)::value;
    launch_kernel(name, executor, reduce_slabs_kernel<T, Out, Width, decltype(state)>,
                  op.items * table.slabs, point_threads, 0, op, f, table, pool,
                  fast_divisor(static_cast<std::uint32_t>(f.channels)));
  });
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
