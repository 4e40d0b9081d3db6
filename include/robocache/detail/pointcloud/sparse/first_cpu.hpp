// The CPU driver of `voxelize_first`.
#pragma once

#include <robocache/detail/pointcloud/bins/sort_cpu.hpp>
#include <robocache/detail/pointcloud/sparse/sparse_check.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Writes voxel v of cloud b, and its first points, to `row`; returns how many those are.
template <class P>
std::int64_t write_first_points(const first_op<P>& op, std::int64_t b, const cloud_voxels& voxels,
                                std::int64_t v, std::int64_t row) {
  const locate_op<P>& locate = op.locate;
  const item_range range = locate.rows_of(b);
  const std::int64_t first_slot = locate.first_slot(b, range);
  const std::uint32_t* const order = voxels.points_of(v);
  const std::int64_t count = voxels.size_of(v), keep = std::min(count, op.most);
  op.voxels.write_coordinates(locate, row, b, voxels.cells[v]);
  if (op.voxels.counts != nullptr) op.voxels.counts[row] = static_cast<std::int32_t>(keep);
  for (std::int64_t k = 0; k < op.most; ++k) {
    const std::int64_t i = k < keep ? order[k] - first_slot : -1;
    op.indices[row * op.indices_row + k] = static_cast<std::int32_t>(i);
    if (op.output == nullptr) continue;
    float* const to = op.output + row * op.output_voxel + k * op.output_row;
    if (i < 0) {
      std::fill_n(to, op.channels, 0.0F);
    } else {
      std::copy_n(op.row_of(b, range, i), op.channels, to);
    }
  }
  for (std::int64_t k = 0; op.voxel_of != nullptr && k < count; ++k) {
    op.voxels_of(b, range)[order[k] - first_slot] = static_cast<std::int32_t>(row);
  }
  return keep;
}

/// The voxels of a cloud in the order of their first points, into `ordered`; `voxel_at` has room
/// for the cloud's points.
inline void order_by_first(const cloud_voxels& voxels, const item_range& range,
                           std::int64_t first_slot, std::int32_t* voxel_at, std::int32_t* ordered) {
  std::fill_n(voxel_at, range.count, -1);
  for (std::int64_t v = 0; v < voxels.count; ++v) {
    voxel_at[*voxels.points_of(v) - first_slot] = static_cast<std::int32_t>(v);
  }
  for (std::int64_t i = 0; i < range.count; ++i) {
    if (voxel_at[i] >= 0) *ordered++ = voxel_at[i];
  }
}

template <class P>
void compute(const cpu& executor, const first_op<P>& op) {
  const locate_op<P>& locate = op.locate;
  const int threads = executor.threads();
  check_items(op.name, cloud_names, locate);
  sorted_clouds clouds;
  std::int32_t* voxel_at = nullptr;  // which voxel has its first point there
  std::int32_t* ordered = nullptr;
  const cpu_scratch memory(executor, [&](scratch_layout& scratch) {
    clouds = sorted_clouds(locate, threads, scratch);
    voxel_at = scratch.take<std::int32_t>(locate.rows);
    ordered = scratch.take<std::int32_t>(locate.rows);
  });
  clouds.sort(locate);
  const std::int64_t entries = locate.packed() ? 1 : locate.items;
  for (std::int64_t b = 0; op.voxel_of != nullptr && b < entries; ++b) {
    std::fill_n(op.voxel_of + b * op.voxel_of_batch, locate.rows, -1);
  }
  std::int64_t number = 0, inside = 0, kept = 0;
  for (std::int64_t b = 0; b < locate.items; ++b) {
    const cloud_voxels& voxels = clouds[b];
    const item_range range = locate.rows_of(b);
    order_by_first(voxels, range, locate.first_slot(b, range), voxel_at, ordered);
    parallel_for(std::min(voxels.count, op.voxels.capacity - number), 256, threads,
                 [&](std::int64_t begin, std::int64_t end) {
                   std::int64_t keeps = 0;
                   for (std::int64_t k = begin; k < end; ++k) {
                     keeps += write_first_points(op, b, voxels, ordered[k], number + k);
                   }
                   __atomic_fetch_add(&kept, keeps, __ATOMIC_RELAXED);
                 });
    number += voxels.count;
    inside += voxels.inside;
  }
  *op.voxels.number = number;
  if (op.dropped != nullptr) *op.dropped = inside - kept;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
