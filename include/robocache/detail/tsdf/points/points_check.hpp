// What points for volumes can tell before anything runs.
#pragma once

#include <robocache/detail/cloud/check.hpp>
#include <robocache/detail/tsdf/points/points_op.hpp>
#include <robocache/detail/tsdf/volume/volume_check.hpp>
#include <robocache/tsdf/points_options.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

inline point_geometry make_point_geometry(const tsdf_grid& grid) {
  point_geometry geometry;
  for (int a = 0; a < 3; ++a) {
    geometry.first[a] = static_cast<float>(grid.origin[a] + 0.5 * grid.voxel);
  }
  geometry.voxel = static_cast<float>(grid.voxel);
  geometry.truncation = static_cast<float>(grid.truncation);
  return geometry;
}

inline plane_rule make_plane_rule(const label& op, const tsdf_grid& grid,
                                  const integrate_points_options& options) {
  if (!(options.radius >= 0.0 && options.radius <= 0x1p30)) {
    fail(op,
         "options.radius must be 0 to 2^30 metres (got " + std::to_string(options.radius) + ")");
  }
  const double radius = options.radius > 0.0 ? options.radius : grid.voxel;
  plane_rule rule;
  rule.geometry = make_point_geometry(grid);
  rule.radius = static_cast<float>(radius);
  rule.square_radius = static_cast<float>(radius * radius);
  rule.inverse_square_radius = static_cast<float>(1.0 / (radius * radius));
  rule.inverse_voxel = static_cast<float>(1.0 / grid.voxel);
  rule.ones = static_cast<float>(static_cast<double>(distance_one) / grid.truncation);
  return rule;
}

inline nearest_rule make_nearest_rule(const tsdf_grid& grid) {
  return {make_point_geometry(grid), static_cast<float>(grid.truncation * grid.truncation)};
}

/// Checks clouds for `op.into.items` volumes, whose arrays are among `outputs`.
template <class Rule>
void check_points(const view<const float, 3>& points, const view<const float, 3>& normals,
                  const ragged& clouds, const points_report& report, output_arrays& outputs,
                  integrate_points_op<Rule>& op) {
  require_extent(op.name, "points", 2, points.extent(2), "3 coordinates", 3);
  check_view(op.name, "points", points);
  check_shape(op.name, "normals", normals, {points.extent(0), points.extent(1), 3},
              {"points.extent(0)", "points.extent(1)", "3 coordinates"}, false);
  op.clouds = check_ragged(op.name, cloud_names, clouds, op.into.items, points.extent(1));
  require_extent(
      op.name, "points", 0, points.extent(0),
      op.clouds.packed() ? "1, since options.clouds.offsets is given" : "the number of volumes",
      op.clouds.packed() ? 1 : op.into.items);
  op.invalid = check_optional(op.name, "report.invalid", report.invalid, {op.into.items},
                              {"the number of volumes"});
  outputs.add("report.invalid", report.invalid);
  outputs.avoid("points", points);
  outputs.avoid("normals", normals);
  op.points = points.data_handle();
  op.points_batch = points.stride(0);
  op.points_row = points.stride(1);
  op.normals = normals.data_handle();
  op.normals_batch = normals.stride(0);
  op.normals_row = normals.stride(1);
}

inline integrate_points_op<plane_rule> make_integrate_points_op(
    const view<const float, 3>& points, const view<const float, 3>& normals,
    const tsdf_volume& volume, const integrate_points_options& options,
    const points_report& report) {
  integrate_points_op<plane_rule> op;
  op.into = check_volume(op.name, "volume", volume);
  if (op.into.channels != nullptr) {
    fail(op.name, "volume.channels must be null: points have none");
  }
  op.rule = make_plane_rule(op.name, volume.grid, options);
  output_arrays outputs(op.name);
  outputs.add("volume.sums", volume.sums);
  outputs.add("volume.weights", volume.weights);
  check_points(points, normals, options.clouds, report, outputs, op);
  return op;
}

inline integrate_points_op<nearest_rule> make_integrate_points_op(
    const view<const float, 3>& points, const view<const float, 3>& normals,
    const nearest_volume& volume, const integrate_points_options& options,
    const points_report& report) {
  integrate_points_op<nearest_rule> op;
  op.into = check_nearest(op.name, "volume", volume);
  op.rule = make_nearest_rule(volume.grid);
  output_arrays outputs(op.name);
  outputs.add("volume.keys", volume.keys);
  check_points(points, normals, options.clouds, report, outputs, op);
  return op;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
