// What the arguments of bounds and selections can tell before they run.
#pragma once

#include <robocache/detail/pointcloud/points_op.hpp>
#include <robocache/detail/pointcloud/voxelize_check.hpp>
#include <robocache/pointcloud/points_options.hpp>

namespace robocache::detail {

/// Requires extents, rank by rank, that equal what `like` calls them.
template <class V, int Rank>
void check_shape(const char* op_name, const char* name, const view<V, Rank>& v,
                 const std::int64_t (&extents)[Rank], const char* const (&like)[Rank],
                 bool is_output = true) {
  for (int r = 0; r < Rank; ++r) require_extent(op_name, name, r, v.extent(r), like[r], extents[r]);
  check_view(op_name, name, v, is_output);
}

template <class V, int Rank>
bool is_given(const view<V, Rank>& v) {
  return v.data_handle() != nullptr || v.size() != 0;
}

inline void require_finite(const char* op_name, const char* name, double value) {
  if (value - value == 0.0) return;
  fail(op_name, std::string(name) + " must be finite (got " + std::to_string(value) + ")");
}

/// Checks points and ranges alone.
template <class P>
locate_op<std::remove_const_t<P>> check_clouds(const char* op_name, const view<P, 3>& points,
                                               const cloud_ranges& ranges) {
  const bool packed = ranges.offsets.data_handle() != nullptr;
  const std::int64_t clouds = packed ? ranges.offsets.extent(0) - 1 : points.extent(0);
  return make_locate_op(op_name, voxel_grid{}, points, ranges, {}, clouds);
}

template <class P, class Real>
bounds_op<std::remove_const_t<P>> make_bounds_op(const view<P, 3>& points,
                                                 const view<Real, 2>& minimum,
                                                 const view<Real, 2>& maximum,
                                                 const view<std::int64_t, 1>& valid,
                                                 const cloud_ranges& ranges) {
  bounds_op<std::remove_const_t<P>> op;
  op.clouds = check_clouds(op.name, points, ranges);
  constexpr const char* like[] = {"the number of clouds", "3 coordinates"};
  check_shape(op.name, "minimum", minimum, {op.clouds.items, 3}, like);
  check_shape(op.name, "maximum", maximum, {op.clouds.items, 3}, like);
  op.minimum = minimum.data_handle();
  op.minimum_batch = minimum.stride(0);
  op.maximum = maximum.data_handle();
  op.maximum_batch = maximum.stride(0);
  op.valid = check_report(op.name, "valid", valid, op.clouds.items);
  return op;
}

inline void check_camera(const char* op_name, const pinhole_camera& camera) {
  require_finite(op_name, "camera.fx", camera.fx);
  require_finite(op_name, "camera.fy", camera.fy);
  require_finite(op_name, "camera.cx", camera.cx);
  require_finite(op_name, "camera.cy", camera.cy);
  if (camera.fx == 0.0 || camera.fy == 0.0) fail(op_name, "camera.fx and camera.fy must not be 0");
}

template <class D>
depth_op<std::remove_const_t<D>> make_depth_op(
    const view<D, 3>& depth, const pinhole_camera& camera, const view<const float, 3>& poses,
    const view<float, 3>& points, const view<std::int64_t, 1>& valid, const depth_options& options,
    const view<std::int32_t, 2>& pixels) {
  using T = std::remove_const_t<D>;
  static_assert(std::is_same_v<T, std::uint16_t> || std::is_same_v<T, float>,
                "robocache::depth_to_points: depth is uint16_t or float");
  depth_op<T> op;
  check_view(op.name, "depth", depth);
  check_camera(op.name, camera);
  const std::int64_t height = depth.extent(1), width = depth.extent(2);
  if (width > 0 && height > INT32_MAX / width) {
    fail(op.name, "depth must have less than 2^31 pixels (got " + std::to_string(height) + " x " +
                      std::to_string(width) + ")");
  }
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
  if (is_given(pixels)) {
    check_shape(op.name, "pixels", pixels, {op.items, height * width},
                {"depth.extent(0)", "the pixels of an image"});
    op.sources = pixels.data_handle();
    op.sources_batch = pixels.stride(0);
  }
  require_finite(op.name, "options.scale", options.scale);
  if (options.scale < 0.0) {
    fail(op.name, "options.scale must not be negative (got " + std::to_string(options.scale) + ")");
  }
  if (is_nan(options.min_depth) || is_nan(options.max_depth)) {
    fail(op.name, "options.min_depth and options.max_depth must not be NaN");
  }
  op.depth = depth.data_handle();
  op.depth_batch = depth.stride(0);
  op.depth_row = depth.stride(1);
  op.fx = camera.fx;
  op.fy = camera.fy;
  op.cx = camera.cx;
  op.cy = camera.cy;
  op.scale = options.scale != 0.0 ? options.scale : std::is_same_v<T, float> ? 1.0 : 1000.0;
  op.nearest = options.min_depth;
  op.farthest = options.max_depth;
  op.points = points.data_handle();
  op.points_batch = points.stride(0);
  op.points_row = points.stride(1);
  op.valid = check_report(op.name, "valid", valid, op.items);
  return op;
}

template <class P>
crop_op<std::remove_const_t<P>> make_crop_op(const view<P, 3>& points, const point_box& box,
                                             const view<std::int32_t, 2>& indices,
                                             const view<std::int64_t, 1>& count,
                                             const cloud_ranges& ranges,
                                             const view<const float, 3>& values,
                                             const view<float, 3>& output) {
  crop_op<std::remove_const_t<P>> op;
  op.clouds = check_clouds(op.name, points, ranges);
  op.items = op.clouds.items;
  const std::int64_t batch = points.extent(0), rows = points.extent(1);
  check_shape(op.name, "indices", indices, {batch, rows}, {"points.extent(0)", "points.extent(1)"});
  check_shape(op.name, "count", count, {op.items}, {"the number of clouds"});
  if (is_given(values) || is_given(output)) {
    check_shape(op.name, "values", values, {batch, rows, output.extent(2)},
                {"points.extent(0)", "points.extent(1)", "output.extent(2)"}, false);
    check_shape(op.name, "output", output, {batch, rows, values.extent(2)},
                {"points.extent(0)", "points.extent(1)", "values.extent(2)"});
    op.channels = values.extent(2);
    op.values = values.data_handle();
    op.values_batch = values.stride(0);
    op.values_row = values.stride(1);
    op.output = output.data_handle();
    op.output_batch = output.stride(0);
    op.output_row = output.stride(1);
  }
  for (int a = 0; a < 3; ++a) {
    if (is_nan(box.lower[a]) || is_nan(box.upper[a])) {
      fail(op.name, "box.lower and box.upper must not be NaN");
    }
    op.lower[a] = box.lower[a];
    op.upper[a] = box.upper[a];
  }
  op.negate = box.negate;
  op.indices = indices.data_handle();
  op.indices_batch = indices.stride(0);
  op.count = count.data_handle();
  return op;
}

}  // namespace robocache::detail
