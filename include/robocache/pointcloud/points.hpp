/// \file
/// What comes before voxels: bounds of clouds, depth images to points, points in a box.
#pragma once

#include <robocache/detail/pointcloud/points/points_cpu.hpp>
#include <robocache/detail/run_on.hpp>
#include <robocache/pointcloud/points_options.hpp>
#include <robocache/pointcloud/voxelize_options.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The promised types.
#define ROBOCACHE_POINTS_TYPES(Do, P) Do(bounds_op<P>) Do(crop_op<P>)
#define ROBOCACHE_DEPTH_TYPES(Do, D) Do(depth_op<D>)

#define ROBOCACHE_PROMISED_POINTS(Do)      \
  ROBOCACHE_POINTS_TYPES(Do, float)        \
  ROBOCACHE_POINTS_TYPES(Do, double)       \
  ROBOCACHE_POINTS_TYPES(Do, bf16)         \
  ROBOCACHE_POINTS_TYPES(Do, f16)          \
  ROBOCACHE_DEPTH_TYPES(Do, std::uint16_t) \
  ROBOCACHE_DEPTH_TYPES(Do, float)

ROBOCACHE_PROMISED_POINTS(ROBOCACHE_PROMISE)

}  // namespace detail

/// Finds the smallest and the largest coordinates of each cloud.
///
/// \param executor `cpu`, `gpu` or `any_executor`; all views lie in memory that it can reach.
/// \param points   [B, N, 3] float, bf16, f16 or double; rows may be longer. Packed batches are
///                 [1, N, 3] with `options.clouds.offsets`. A point with a NaN coordinate does not
///                 count, infinities do.
/// \param minimum  [B, 3] float, double for double points; +inf for a cloud without points.
///                 -0 is below +0.
/// \param maximum  [B, 3] as `minimum`; -inf for a cloud without points.
/// \param options  the points of each cloud.
/// \param report   optional: how many points count.
///
/// Exact, and deterministic: the same bits on the CPU with any number of threads and on any GPU.
/// On CUDA it is asynchronous, can be captured and allocates nothing. Ranges are checked before
/// anything is written on the CPU; on CUDA a cloud whose range is bad is taken to be empty, and
/// offsets that lie in bounds but descend leave the results unspecified.
///
/// Throws `invalid_argument` for shapes, strides and pointers that cannot be right, and
/// `cuda_error` when a launch fails.
template <class Executor, class P>
void cloud_bounds(const Executor& executor, view<P, 3> points,
                  view<compute_type<std::remove_const_t<P>>, 2> minimum,
                  view<compute_type<std::remove_const_t<P>>, 2> maximum,
                  const cloud_options& options = {}, const bounds_report& report = {}) {
  detail::run(executor, detail::make_bounds_op(points, minimum, maximum, options.clouds, report));
}

/// Bytes of workspace that `depth_to_points` needs on CUDA.
inline std::size_t depth_to_points_workspace_bytes(std::int64_t images, std::int64_t pixels) {
  return detail::selection_bytes(images, pixels);
}

/// Turns depth images into clouds of points.
///
/// \param executor `cpu`, `gpu` (with a workspace) or `any_executor`.
/// \param depth    [B, H, W] uint16_t or float: distances along the optical axis.
/// \param camera   of all images.
/// \param poses    optional [B, 3, 4] or [B, 4, 4]: camera to world, row by row; the camera looks
///                 along +z with x to the right and y down. A stride of 0 gives all images one
///                 pose.
/// \param points   [B, H * W, 3], rows may be longer: the points of the valid pixels in the order
/// of
///                 rows and columns, then NaN, so that voxelization needs no lengths.
/// \param options  scale and limits. Pixels of depth 0, negative, NaN, infinite, or outside the
///                 limits are dropped.
/// \param report   optional: how many pixels were valid, and which one each point is.
///
/// With z = depth / scale: x = (u - cx) * z / fx, y = (v - cy) * z / fy, in double as IEEE rounds
/// them; a pose is applied by `fma` in double; each coordinate is rounded once to float. Images
/// have less than 2^31 pixels. Deterministic and asynchronous as `cloud_bounds`; on CUDA it
/// allocates nothing but what the workspace lacks of `depth_to_points_workspace_bytes`.
template <class Executor, class D>
void depth_to_points(const Executor& executor, view<D, 3> depth, const pinhole_camera& camera,
                     view<const float, 3> poses, view<float, 3> points,
                     const depth_options& options = {}, const depth_report& report = {}) {
  detail::run(executor, detail::make_depth_op(depth, camera, poses, points, options, report));
}

/// Bytes of workspace that `crop_points` needs on CUDA; `points` are those of a cloud with its
/// padding, or of all clouds when packed.
inline std::size_t crop_points_workspace_bytes(std::int64_t clouds, std::int64_t points) {
  return detail::selection_bytes(clouds, points);
}

/// Keeps the points of each cloud that lie in a box.
///
/// \param executor `cpu`, `gpu` (with a workspace) or `any_executor`.
/// \param points   as for `cloud_bounds`.
/// \param box      its limits are rounded to float, to double for double points.
/// \param indices  [B, N] ([1, N] when packed): the points kept, counted within their cloud, in the
///                 order of input, from where their cloud begins; then -1 to the cloud's end, which
///                 includes its padding.
/// \param count    [B]: how many they are.
/// \param options  the points of each cloud.
///
/// Deterministic and asynchronous as `cloud_bounds`; on CUDA it allocates nothing but what the
/// workspace lacks of `crop_points_workspace_bytes`.
template <class Executor, class P>
void crop_points(const Executor& executor, view<P, 3> points, const point_box& box,
                 view<std::int32_t, 2> indices, view<std::int64_t, 1> count,
                 const cloud_options& options = {}) {
  detail::run(executor, detail::make_crop_op(points, box, indices, count, options.clouds));
}

/// The same with rows of the points: of `values` [B, N, C], which may be the points themselves,
/// into `output` [B, N, C] in the places of `indices`, then NaN. `output` must not overlap
/// `values`.
template <class Executor, class P>
void crop_points(const Executor& executor, view<P, 3> points, const point_box& box,
                 view<const float, 3> values, view<std::int32_t, 2> indices,
                 view<std::int64_t, 1> count, view<float, 3> output,
                 const cloud_options& options = {}) {
  auto op = detail::make_crop_op(points, box, indices, count, options.clouds);
  detail::check_rows_cropped(values, output, points.extent(0), op);
  detail::output_arrays outputs(op.name);
  outputs.add("indices", indices);
  outputs.add("count", count);
  outputs.add("output", output);
  outputs.avoid("values", values);
  detail::avoid_clouds(outputs, points, options.clouds);
  detail::run(executor, op);
}

ROBOCACHE_END_NAMESPACE
