// What normals of depth images can tell before they are estimated.
#pragma once

#include <robocache/detail/cloud/camera_check.hpp>
#include <robocache/detail/tsdf/normals/depth_normals_op.hpp>
#include <robocache/tsdf/normals_options.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

template <class D>
depth_normals_op<std::remove_const_t<D>> make_depth_normals_op(
    const view<D, 3>& depth, const pinhole_camera& camera, const view<const float, 3>& poses,
    const view<float, 3>& points, const view<float, 3>& normals,
    const depth_normals_options& options, const depth_normals_report& report) {
  using T = std::remove_const_t<D>;
  static_assert(std::is_same_v<T, std::uint16_t> || std::is_same_v<T, float>,
                "robocache::estimate_normals: depth is uint16_t or float");
  depth_normals_op<T> op;
  check_view(op.name, "depth", depth);
  check_depth_options(op.name, "options.depth", options.depth);
  const std::int64_t height = depth.extent(1), width = depth.extent(2);
  check_camera(op.name, camera, height, width);
  if (!(options.max_jump > 0.0)) {
    fail(op.name,
         "options.max_jump must be positive (got " + std::to_string(options.max_jump) + ")");
  }
  op.frames = depth.extent(0);
  op.poses = check_frame_poses(op.name, poses, op.frames);
  const std::int64_t extents[] = {op.frames, height * width, 3};
  const label like[] = {"depth.extent(0)", "the pixels of an image", "3 coordinates"};
  op.points = check_optional(op.name, "points", points, extents, like);
  check_shape(op.name, "normals", normals, extents, like);
  op.valid =
      check_optional(op.name, "report.valid", report.valid, {op.frames}, {"depth.extent(0)"});
  output_arrays outputs(op.name);
  outputs.add("points", points);
  outputs.add("normals", normals);
  outputs.add("report.valid", report.valid);
  outputs.avoid("depth", depth);
  outputs.avoid("poses", poses);
  const double scale = options.depth.template scale_of<T>();
  op.depth = depth.data_handle();
  op.depth_frame = depth.stride(0);
  op.depth_row = depth.stride(1);
  op.width = static_cast<std::int32_t>(width);
  op.height = static_cast<std::int32_t>(height);
  op.cx = static_cast<float>(camera.cx);
  op.cy = static_cast<float>(camera.cy);
  op.inverse_fx = static_cast<float>(1.0 / camera.fx);
  op.inverse_fy = static_cast<float>(1.0 / camera.fy);
  op.metre = static_cast<float>(1.0 / scale);
  op.max_jump = static_cast<float>(options.max_jump * scale);
  op.range = range_of_depths<T>(options.depth);
  op.points_frame = points.stride(0);
  op.points_row = points.stride(1);
  op.normals = normals.data_handle();
  op.normals_frame = normals.stride(0);
  op.normals_row = normals.stride(1);
  return op;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
