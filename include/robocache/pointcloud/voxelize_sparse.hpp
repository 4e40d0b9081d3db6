/// \file
/// Point clouds to lists of occupied voxels, and to the first points of each.
#pragma once

#include <robocache/detail/pointcloud/sparse/first_cpu.hpp>
#include <robocache/detail/pointcloud/sparse/sparse_cpu.hpp>
#include <robocache/detail/run_on.hpp>
#include <robocache/pointcloud/sparse_options.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The promised types.
#define ROBOCACHE_SPARSE_TYPES(Do, P) Do(sparse_op<P>) Do(first_op<P>)

#define ROBOCACHE_PROMISED_SPARSE(Do) \
  ROBOCACHE_SPARSE_TYPES(Do, float)   \
  ROBOCACHE_SPARSE_TYPES(Do, double)  \
  ROBOCACHE_SPARSE_TYPES(Do, bf16)    \
  ROBOCACHE_SPARSE_TYPES(Do, f16)

ROBOCACHE_PROMISED_SPARSE(ROBOCACHE_PROMISE)

}  // namespace detail

/// Lists the occupied voxels, sorted by cloud, z, y, x, with counts and features.
///
/// `features` is a contiguous host container of `voxel_feature` whose outputs are [V, C]; rows past
/// min(number, V) are left as they are. Extents may be up to 2^31 - 1 each, and up to 2^62 voxels
/// in all. Else as `voxelize_features`.
template <class Executor, class P, class Features>
void voxelize_sparse(const Executor& executor, const voxel_grid& grid, view<P, 3> points,
                     const Features& features, const sparse_voxels& voxels,
                     const cloud_options& options = {}, const voxelize_report& report = {}) {
  detail::sparse_op<std::remove_const_t<P>> op;
  op.locate = detail::make_locate_op(op.name, grid, points, options.clouds);
  detail::check_report(op.name, report, op.locate);
  op.features = detail::check_features(op.name, op.locate, points.extent(0), features.data(),
                                       static_cast<std::int64_t>(features.size()), 2,
                                       voxels.coordinates.extent(0));
  op.voxels = detail::check_list(op.name, "voxels", voxels);
  detail::output_arrays outputs(op.name);
  detail::add_list(outputs, "voxels", voxels);
  detail::add_report(outputs, report);
  detail::check_features_apart(outputs, features.data(), op.features.count);
  detail::avoid_clouds(outputs, points, options.clouds);
  detail::run(executor, op);
}

/// Keeps the first K points of each voxel in the order of input, for the first V voxels in the
/// order of their first points, cloud by cloud: the input of VoxelNet and PointPillars.
///
/// `kept.voxel_of` gives the row of a point's voxel even when the point itself was dropped, and -1
/// when its voxel was. Rows past min(number, V) are left as they are. Else as `voxelize_sparse`.
template <class Executor, class P>
void voxelize_first(const Executor& executor, const voxel_grid& grid, view<P, 3> points,
                    const first_points& kept, const cloud_options& options = {},
                    const voxelize_report& report = {}) {
  detail::first_op<std::remove_const_t<P>> op;
  op.locate = detail::make_locate_op(op.name, grid, points, options.clouds);
  detail::check_report(op.name, report, op.locate);
  detail::check_first(kept, points.extent(0), op);
  detail::output_arrays outputs(op.name);
  detail::add_first(outputs, kept, report);
  detail::avoid_clouds(outputs, points, options.clouds);
  detail::run(executor, op);
}

/// The same with the rows of the points: of `values` [B, N, C] into `output` [V, K, C], 0 where
/// there is no point.
template <class Executor, class P>
void voxelize_first(const Executor& executor, const voxel_grid& grid, view<P, 3> points,
                    view<const float, 3> values, const first_points& kept, view<float, 3> output,
                    const cloud_options& options = {}, const voxelize_report& report = {}) {
  detail::first_op<std::remove_const_t<P>> op;
  op.locate = detail::make_locate_op(op.name, grid, points, options.clouds);
  detail::check_report(op.name, report, op.locate);
  detail::check_first(kept, points.extent(0), op);
  detail::check_rows_kept(values, output, points.extent(0), op);
  detail::output_arrays outputs(op.name);
  detail::add_first(outputs, kept, report);
  outputs.add("output", output);
  outputs.avoid("values", values);
  detail::avoid_clouds(outputs, points, options.clouds);
  detail::run(executor, op);
}

ROBOCACHE_END_NAMESPACE
