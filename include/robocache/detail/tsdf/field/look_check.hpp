// What queries and views of fields can tell before they run.
#pragma once

#include <robocache/detail/cloud/camera_check.hpp>
#include <robocache/detail/each_entry.hpp>
#include <robocache/detail/tsdf/field/field_check.hpp>
#include <robocache/detail/tsdf/field/query_op.hpp>
#include <robocache/detail/tsdf/field/ray_op.hpp>
#include <robocache/tsdf/look_options.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

inline each_entry<query_rule> make_query_op(const char* name, const distance_field& field,
                                            const view<const float, 2>& points,
                                            const view<float, 1>& values,
                                            const view<float, 2>& gradients) {
  query_rule rule;
  rule.field = check_field(name, field);
  rule.voxel = static_cast<float>(field.grid.voxel);
  for (int a = 0; a < 3; ++a) {
    rule.origin[a] = static_cast<float>(field.grid.origin[a] + 0.5 * field.grid.voxel);
  }
  const std::int64_t count = points.extent(0);
  check_shape(name, "points", points, {count, 3}, {"the points", "3 coordinates"}, false);
  check_shape(name, "values", values, {count}, {"points.extent(0)"});
  rule.gradients = check_optional(name, "gradients", gradients, {count, 3},
                                  {"points.extent(0)", "3 coordinates"});
  output_arrays outputs(name);
  outputs.add("values", values);
  outputs.add("gradients", gradients);
  outputs.avoid("points", points);
  outputs.avoid("field.distances", field.distances);
  rule.points = points.data_handle();
  rule.points_row = points.stride(0);
  rule.values = values.data_handle();
  rule.gradients_row = gradients.stride(0);
  return {name, count, rule};
}

inline ray_cast_op make_ray_cast_op(const distance_field& field, const pinhole_camera& camera,
                                    const view<const float, 3>& poses, const view<float, 3>& depth,
                                    const ray_cast_options& options,
                                    const ray_cast_report& report) {
  ray_cast_op op;
  op.field = check_field(op.name, field);
  op.grid = field.grid;
  check_view(op.name, "depth", depth, true);
  check_camera(op.name, camera, depth.extent(1), depth.extent(2));
  op.camera = camera;
  op.frames = depth.extent(0);
  op.height = static_cast<std::int32_t>(depth.extent(1));
  op.width = static_cast<std::int32_t>(depth.extent(2));
  op.poses = check_frame_poses(op.name, poses, op.frames);
  if (!(options.min_depth >= 0.0) || !(options.max_depth >= 0.0)) {
    fail(op.name, "options.min_depth and options.max_depth must not be negative or NaN");
  }
  op.min_depth = static_cast<float>(options.min_depth);
  op.max_depth = static_cast<float>(options.max_depth);
  op.voxels = static_cast<float>(1.0 / field.grid.voxel);
  op.normals = check_optional(
      op.name, "report.normals", report.normals, {op.frames, depth.extent(1), depth.extent(2), 3},
      {"depth.extent(0)", "depth.extent(1)", "depth.extent(2)", "3 coordinates"});
  output_arrays outputs(op.name);
  outputs.add("depth", depth);
  outputs.add("report.normals", report.normals);
  outputs.avoid("poses", poses);
  outputs.avoid("field.distances", field.distances);
  op.depth = depth.data_handle();
  op.depth_frame = depth.stride(0);
  op.depth_row = depth.stride(1);
  op.normal_frame = report.normals.stride(0);
  op.normal_row = report.normals.stride(1);
  op.normal_pixel = report.normals.stride(2);
  return op;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
