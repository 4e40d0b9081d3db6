/// \file
/// Normals of depth images and of clouds, for points that enter volumes.
#pragma once

#include <robocache/detail/run_on.hpp>
#include <robocache/detail/tsdf/normals/cloud_normals_cpu.hpp>
#include <robocache/detail/tsdf/normals/depth_normals_cpu.hpp>
#include <robocache/tsdf/normals_options.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The promised types.
#define ROBOCACHE_PROMISED_NORMALS(Do) \
  Do(depth_normals_op<std::uint16_t>) Do(depth_normals_op<float>) Do(cloud_normals_op)

ROBOCACHE_PROMISED_NORMALS(ROBOCACHE_PROMISE_CPU)

}  // namespace detail

/// Estimates the normals of depth images: the cross product of what lies between the neighbours of
/// a pixel along rows and along columns.
///
/// \param executor `cpu`, or `any_executor` of one, until there are kernels; all views lie in
/// memory that it can reach. \param depth    [F, H, W] uint16_t or float, as for `depth_to_points`.
/// \param camera   of all images.
/// \param poses    optional [F, 3, 4] or [F, 4, 4]: camera to world, as for `integrate_depth`.
/// \param points   optional [F, H * W, 3]: the points of the pixels in the world, where they are.
/// \param normals  [F, H * W, 3]: of length 1 in the world, towards the camera.
/// \param options  scale, limits, and how far in depth a neighbour may be. Where one of two is
///                 farther, invalid or outside, the pixel itself stands for it.
/// \param report   optional: pixels that have a normal. Others are NaN in both outputs, which
///                 `integrate_points` leaves out.
///
/// In single precision. Deterministic: the same bits on the CPU with any number of threads. Throws
/// `invalid_argument` for what cannot be right, also for a pose that is not rigid.
template <class Executor, class D>
void estimate_normals(const Executor& executor, view<D, 3> depth, const pinhole_camera& camera,
                      view<const float, 3> poses, view<float, 3> points, view<float, 3> normals,
                      const depth_normals_options& options = {},
                      const depth_normals_report& report = {}) {
  detail::run(executor, detail::make_depth_normals_op(depth, camera, poses, points, normals,
                                                      options, report));
}

/// Estimates the normals of clouds: of the plane through the points of the 27 voxels around that of
/// a point (the axis of least variance, by PCA). Points of one voxel have one, but for its sign.
///
/// \param executor `cpu`, or `any_executor` of one, until there are kernels.
/// \param points   [B, N, 3] float, rows may be longer; packed clouds are [1, N, 3] with
///                 `options.clouds.offsets`.
/// \param normals  [B, N, 3]: of length 1, towards the viewpoint. NaN for padding, for points whose
///                 coordinates are not finite or beyond 2^20 voxels, and where neighbours are few
///                 or lie on a line.
/// \param options  the points of each cloud, the voxel, the viewpoint.
/// \param report   optional: points that have a normal.
///
/// Places are rounded to 2^-10 of a voxel and summed as integers, so points may come in any order;
/// the plane is found in single precision. Deterministic and asynchronous as for depth images.
/// Throws `invalid_argument` for what cannot be right.
template <class Executor>
void estimate_normals(const Executor& executor, view<const float, 3> points, view<float, 3> normals,
                      const cloud_normals_options& options = {},
                      const cloud_normals_report& report = {}) {
  detail::run(executor, detail::make_cloud_normals_op(points, normals, options, report));
}

ROBOCACHE_END_NAMESPACE
