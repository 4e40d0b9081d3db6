// What the arguments of bounds and selections can tell before they run.
#pragma once

#include <robocache/detail/cloud/camera_check.hpp>
#include <robocache/detail/cloud/check.hpp>
#include <robocache/detail/pointcloud/points/bounds_op.hpp>
#include <robocache/detail/pointcloud/points/selection_op.hpp>
#include <robocache/pointcloud/points_options.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

template <class P, class Real>
bounds_op<std::remove_const_t<P>> make_bounds_op(const view<P, 3>& points,
                                                 const view<Real, 2>& minimum,
                                                 const view<Real, 2>& maximum, const ragged& clouds,
                                                 const bounds_report& report) {
  bounds_op<std::remove_const_t<P>> op;
  op.clouds = make_locate_op(op.name, points, clouds);
  const std::int64_t items = op.clouds.items;
  check_shape(op.name, "minimum", minimum, {items, 3}, {"the number of clouds", "3 coordinates"});
  check_shape(op.name, "maximum", maximum, {items, 3}, {"the number of clouds", "3 coordinates"});
  op.minimum = minimum.data_handle();
  op.minimum_batch = minimum.stride(0);
  op.maximum = maximum.data_handle();
  op.maximum_batch = maximum.stride(0);
  op.valid =
      check_optional(op.name, "report.valid", report.valid, {items}, {"the number of clouds"});
  output_arrays outputs(op.name);
  outputs.add("maximum", maximum);
  outputs.add("minimum", minimum);
  outputs.add("report.valid", report.valid);
  avoid_clouds(outputs, points, clouds);
  return op;
}

template <class D>
depth_op<std::remove_const_t<D>> make_depth_op(
    const view<D, 3>& depth, const pinhole_camera& camera, const view<const float, 3>& poses,
    const view<float, 3>& points, const depth_options& options, const depth_report& report) {
  using T = std::remove_const_t<D>;
  static_assert(std::is_same_v<T, std::uint16_t> || std::is_same_v<T, float>,
                "robocache::depth_to_points: depth is uint16_t or float");
  depth_op<T> op;
  check_view(op.name, "depth", depth);
  check_depth_options(op.name, "options", options);
  const std::int64_t height = depth.extent(1), width = depth.extent(2);
  check_camera(op.name, camera, height, width);
  op.items = depth.extent(0);
  op.width = static_cast<std::int32_t>(width);
  op.pixels = static_cast<std::int32_t>(height * width);
  check_shape(op.name, "points", points, {op.items, height * width, 3},
              {"depth.extent(0)", "the pixels of an image", "3 coordinates"});
  if (is_given(poses)) {
    const bool square = poses.extent(1) == 4;
    check_shape(op.name, "poses", poses, {op.items, square ? 4 : 3, 4},
                {"depth.extent(0)", "3 or 4 rows", "4 columns"}, false);
    op.poses = poses.data_handle();
    op.pose_batch = poses.stride(0);
    op.pose_row = poses.stride(1);
  }
  op.sources = check_optional(op.name, "report.pixels", report.pixels, {op.items, height * width},
                              {"depth.extent(0)", "the pixels of an image"});
  op.sources_batch = report.pixels.stride(0);
  op.valid =
      check_optional(op.name, "report.valid", report.valid, {op.items}, {"the number of images"});
  op.depth = depth.data_handle();
  op.depth_batch = depth.stride(0);
  op.depth_row = depth.stride(1);
  op.camera = camera;
  op.options = options;
  op.scale = options.scale_of<T>();
  op.points = points.data_handle();
  op.points_batch = points.stride(0);
  op.points_row = points.stride(1);
  output_arrays outputs(op.name);
  outputs.add("points", points);
  outputs.add("report.pixels", report.pixels);
  outputs.add("report.valid", report.valid);
  outputs.avoid("depth", depth);
  outputs.avoid("poses", poses);
  return op;
}

template <class P>
crop_op<std::remove_const_t<P>> make_crop_op(const view<P, 3>& points, const point_box& box,
                                             const view<std::int32_t, 2>& indices,
                                             const view<std::int64_t, 1>& count,
                                             const ragged& clouds) {
  crop_op<std::remove_const_t<P>> op;
  op.clouds = make_locate_op(op.name, points, clouds);
  op.items = op.clouds.items;
  check_shape(op.name, "indices", indices, {points.extent(0), points.extent(1)},
              {"points.extent(0)", "points.extent(1)"});
  check_shape(op.name, "count", count, {op.items}, {"the number of clouds"});
  for (int a = 0; a < 3; ++a) {
    if (is_nan(box.lower[a]) || is_nan(box.upper[a])) {
      fail(op.name, "box.lower and box.upper must not be NaN");
    }
    op.lower[a] = box_limit<compute_type<std::remove_const_t<P>>>(box.lower[a]);
    op.upper[a] = box_limit<compute_type<std::remove_const_t<P>>>(box.upper[a]);
  }
  op.negate = box.negate;
  op.indices = indices.data_handle();
  op.indices_batch = indices.stride(0);
  op.count = count.data_handle();
  output_arrays outputs(op.name);
  outputs.add("indices", indices);
  outputs.add("count", count);
  avoid_clouds(outputs, points, clouds);
  return op;
}

/// Checks the rows that a crop copies.
template <class P>
void check_rows_cropped(const view<const float, 3>& values, const view<float, 3>& output,
                        std::int64_t entries, crop_op<P>& op) {
  check_shape(op.name, "values", values, {entries, op.clouds.rows, output.extent(2)},
              {"points.extent(0)", "points.extent(1)", "output.extent(2)"}, false);
  check_shape(op.name, "output", output, {entries, op.clouds.rows, values.extent(2)},
              {"points.extent(0)", "points.extent(1)", "values.extent(2)"});
  op.channels = values.extent(2);
  op.values = values.data_handle();
  op.values_batch = values.stride(0);
  op.values_row = values.stride(1);
  op.output = output.data_handle();
  op.output_batch = output.stride(0);
  op.output_row = output.stride(1);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
