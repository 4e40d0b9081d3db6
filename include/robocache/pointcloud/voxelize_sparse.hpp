/// \file
/// Point clouds to lists of occupied voxels, and to the first points of each.
#pragma once

#include <robocache/detail/pointcloud/sparse_cpu.hpp>
#include <robocache/pointcloud/voxelize.hpp>

namespace robocache {

/// Where `voxelize_sparse` writes. V is the capacity: voxels past it are counted, not written.
struct sparse_voxels {
  view<std::int32_t, 2> coordinates;  ///< [V, 4]: cloud, z, y, x; ascending
  view<std::int32_t, 1> counts;       ///< optional [V]: the points of the voxel
  view<std::int64_t, 1> number;       ///< [1]: occupied voxels, whether they fit or not
};

/// Lists the occupied voxels, sorted by cloud, z, y, x, with counts and features.
///
/// `features` is a contiguous host container of `voxel_feature` whose outputs are [V, C]; rows past
/// min(number, V) are left as they are. Extents may be up to 2^31 - 1 each, and up to 2^62 voxels
/// in all. Else as `voxelize_features`.
template <class Executor, class P, class Features>
void voxelize_sparse(const Executor& executor, const voxel_grid& grid, view<P, 3> points,
                     const Features& features, const sparse_voxels& voxels,
                     const cloud_ranges& ranges = {}, const voxelize_report& report = {}) {
  constexpr const char* name = "voxelize_sparse";
  const std::int64_t batch =
      ranges.offsets.data_handle() != nullptr ? ranges.offsets.extent(0) - 1 : points.extent(0);
  detail::sparse_op<std::remove_const_t<P>> op;
  op.locate = detail::make_locate_op(name, grid, points, ranges, report, batch);
  op.features = detail::check_features(name, op.locate, points.extent(0), points.extent(1),
                                       features.data(), static_cast<std::int64_t>(features.size()),
                                       2, voxels.coordinates.extent(0));
  op.voxels = detail::check_sparse(name, voxels);
  detail::run_on(executor, op);
}

/// Where `voxelize_first` writes. V voxels of at most K points.
struct first_points {
  view<std::int32_t, 2> indices;      ///< [V, K]: points, counted within their cloud; -1 where none
  view<std::int32_t, 2> coordinates;  ///< [V, 4]: cloud, z, y, x
  view<std::int32_t, 1> counts;       ///< optional [V]: points kept, at most K
  view<std::int64_t, 1> number;       ///< [1]: occupied voxels, whether they fit or not
  view<std::int64_t, 1> dropped;      ///< optional [1]: points inside the grid that were not kept
  view<std::int32_t, 2> voxel_of;     ///< optional, as points: the voxel of each point, -1 for none
};

/// Keeps the first K points of each voxel in the order of input, for the first V voxels in the
/// order of their first points, cloud by cloud: the input of VoxelNet and PointPillars.
///
/// `values` and `output` are optional: [B, N, C] float, and [V, K, C] that gets the rows of the
/// points kept, 0 elsewhere. Rows past min(number, V) are left as they are; `voxel_of` gives the
/// row of a point's voxel even when the point itself was dropped, and -1 when its voxel was.
/// Else as `voxelize_sparse`.
template <class Executor, class P>
void voxelize_first(const Executor& executor, const voxel_grid& grid, view<P, 3> points,
                    const first_points& kept, view<const float, 3> values = {},
                    view<float, 3> output = {}, const cloud_ranges& ranges = {},
                    const voxelize_report& report = {}) {
  constexpr const char* name = "voxelize_first";
  const std::int64_t batch =
      ranges.offsets.data_handle() != nullptr ? ranges.offsets.extent(0) - 1 : points.extent(0);
  detail::first_op<std::remove_const_t<P>> op;
  op.locate = detail::make_locate_op(name, grid, points, ranges, report, batch);
  detail::check_first(name, points.extent(0), points.extent(1), kept, values, output, op);
  detail::run_on(executor, op);
}

}  // namespace robocache
