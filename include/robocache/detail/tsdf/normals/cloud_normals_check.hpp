// What normals of clouds can tell before they are estimated.
#pragma once

#include <robocache/detail/cloud/check.hpp>
#include <robocache/detail/tsdf/normals/cloud_normals_op.hpp>
#include <robocache/tsdf/normals_options.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

inline cloud_normals_op make_cloud_normals_op(const view<const float, 3>& points,
                                              const view<float, 3>& normals,
                                              const cloud_normals_options& options,
                                              const cloud_normals_report& report) {
  cloud_normals_op op;
  require_extent(op.name, "points", 2, points.extent(2), "3 coordinates", 3);
  check_view(op.name, "points", points);
  check_shape(op.name, "normals", normals, {points.extent(0), points.extent(1), 3},
              {"points.extent(0)", "points.extent(1)", "3 coordinates"});
  const std::int64_t items = count_clouds(op.name, points, options.clouds);
  op.clouds = check_ragged(op.name, cloud_names, options.clouds, items, points.extent(1));
  if (op.clouds.packed()) {
    require_extent(op.name, "points", 0, points.extent(0),
                   "1, since options.clouds.offsets is given", 1);
  }
  if (points.extent(1) > INT32_MAX) {
    fail(op.name,
         "a cloud must have less than 2^31 points (got " + std::to_string(points.extent(1)) + ")");
  }
  if (!(options.voxel >= 0x1p-30 && options.voxel <= 0x1p30)) {
    fail(op.name,
         "options.voxel must be 2^-30 to 2^30 metres (got " + std::to_string(options.voxel) + ")");
  }
  if (options.min_points < 3) {
    fail(op.name,
         "options.min_points must be at least 3 (got " + std::to_string(options.min_points) + ")");
  }
  op.valid =
      check_optional(op.name, "report.valid", report.valid, {items}, {"the number of clouds"});
  output_arrays outputs(op.name);
  outputs.add("normals", normals);
  outputs.add("report.valid", report.valid);
  outputs.avoid("points", points);
  op.points = points.data_handle();
  op.points_batch = points.stride(0);
  op.points_row = points.stride(1);
  op.normals = normals.data_handle();
  op.normals_batch = normals.stride(0);
  op.normals_row = normals.stride(1);
  op.voxel = static_cast<float>(options.voxel);
  op.min_points = options.min_points;
  for (int a = 0; a < 3; ++a) {
    require_finite(op.name, label("options.viewpoint[#]", a), options.viewpoint[a]);
    op.viewpoint[a] = static_cast<float>(options.viewpoint[a]);
  }
  return op;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
