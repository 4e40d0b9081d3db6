// The kernels that reduce features over the points of voxels.
//
// A thread makes one lane of one row, up to 16 bytes of neighbouring channels where rows are
// aligned. Voxels of many points get a block each. Dense outputs that slabs do not suit
// (slab_features.cuh) are filled with what empty voxels hold first.
#pragma once

#include <robocache/detail/cuda/divisor.cuh>
#include <robocache/detail/pointcloud/bins/table.cuh>
#include <robocache/detail/pointcloud/features/lane_work.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Where the rows of voxels go.
struct row_target {
  bool dense = true;
  std::int64_t capacity = 0;  // of a sparse output
};

/// Those of voxel v of a table.
template <class T>
__device__ __forceinline__ voxel_points<T> points_of_bin(const cloud_layout& op,
                                                         const feature_op& f,
                                                         const bin_table& table, std::uint32_t v) {
  const std::int64_t b = table.clouds[v];
  const item_range range = op.rows_of(b);
  return {read_cloud<T>(f, b, range, op.first_slot(b, range)), range.count,
          table.order + table.starts[v], table.counts[v]};
}

template <class Out>
__device__ __forceinline__ result_row<Out> row_of_bin(const cloud_layout& op, const feature_op& f,
                                                      const bin_table& table,
                                                      const row_target& target, std::uint32_t v) {
  if (!target.dense) return row_of_result<Out>(f, 0, v, 0);
  return row_of_result<Out>(f, table.clouds[v], table.cells[v], op.cells);
}

/// The rows of all voxels but large ones.
template <class T, class Out, int Width, class State>
__global__ void __launch_bounds__(point_threads)
    features_kernel(const __grid_constant__ cloud_layout op, const __grid_constant__ feature_op f,
                    const __grid_constant__ bin_table table,
                    const __grid_constant__ row_target target,
                    const __grid_constant__ fast_divisor lanes) {
  wait_for_stream();
  const std::int64_t number = *table.number();
  const std::int64_t rows = target.dense || number < target.capacity ? number : target.capacity;
  const std::int64_t items = rows * lanes.divisor;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * point_threads;
  for (std::int64_t item = static_cast<std::int64_t>(blockIdx.x) * point_threads + threadIdx.x;
       item < items; item += step) {
    const auto v = static_cast<std::uint32_t>(
        items <= INT32_MAX ? lanes.divide(static_cast<std::uint32_t>(item)) : item / lanes.divisor);
    if (table.counts[v] > large_voxel) continue;
    const auto voxel = points_of_bin<T>(op, f, table, v);
    const auto lane_of_row = item - static_cast<std::int64_t>(v) * lanes.divisor;
    const auto channel = static_cast<std::int32_t>(lane_of_row * Width);
    lane_work<Width, State> work(f, voxel.cloud_points, channel);
    work.reduce(voxel, row_of_bin<Out>(op, f, table, target, v));
  }
}

/// Rows of large voxels, a block each.
template <class T, class Out, int Width, class State>
__global__ void __launch_bounds__(point_threads)
    large_features_kernel(const __grid_constant__ cloud_layout op,
                          const __grid_constant__ feature_op f,
                          const __grid_constant__ bin_table table,
                          const __grid_constant__ row_target target) {
  wait_for_stream();
  const std::uint32_t number = *table.large_number();
  for (std::uint32_t n = blockIdx.x; n < number; n += gridDim.x) {
    const std::uint32_t v = table.large[n];
    if (!target.dense && v >= target.capacity) continue;
    reduce_together<Out, Width, State>(points_of_bin<T>(op, f, table, v), f,
                                       row_of_bin<Out>(op, f, table, target, v));
  }
}

template <class = void>
__global__ void __launch_bounds__(point_threads)
    write_counts_kernel(const __grid_constant__ bin_table table, std::int32_t* counts,
                        std::int64_t batch_stride) {
  wait_for_stream();
  const std::uint32_t v = blockIdx.x * point_threads + threadIdx.x;
  if (v >= *table.number()) return;
  counts[table.clouds[v] * batch_stride + table.cells[v]] =
      static_cast<std::int32_t>(table.counts[v]);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
