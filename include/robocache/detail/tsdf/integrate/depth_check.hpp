// What depth images for volumes can tell before anything runs.
#pragma once

#include <robocache/detail/cloud/camera_check.hpp>
#include <robocache/detail/tsdf/integrate/depth_op.hpp>
#include <robocache/detail/tsdf/volume/volume_check.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

inline constexpr ragged_names frame_names{"options.frames.lengths", "options.frames.offsets"};

template <class D>
depth_rule<D> make_depth_rule(const tsdf_grid& grid, const pinhole_camera& camera,
                              const integrate_depth_options& options) {
  depth_rule<D> rule;
  rule.cx = static_cast<float>(camera.cx);
  rule.cy = static_cast<float>(camera.cy);
  const double scale = options.depth.template scale_of<D>();
  rule.metre = static_cast<float>(1.0 / scale);
  rule.range = range_of_depths<D>(options.depth);
  rule.truncation = static_cast<float>(grid.truncation);
  rule.inverse_truncation = static_cast<float>(1.0 / grid.truncation);
  rule.truncation_raw = static_cast<float>(grid.truncation * scale);
  rule.ones = static_cast<float>(static_cast<double>(distance_one) / grid.truncation);
  rule.weighting = options.weighting;
  rule.lookup = options.lookup;
  rule.drop_off = options.drop_off;
  return rule;
}

template <class D>
void check_depth_report(const integrate_depth_report& report, const view<D, 4>& depth,
                        integrate_depth_op<std::remove_const_t<D>>& op) {
  const auto check = [&](const label& name, const view<std::int64_t, 2>& v) {
    return check_optional(op.name, name, v, {depth.extent(0), depth.extent(1)},
                          {"depth.extent(0)", "depth.extent(1)"});
  };
  op.valid = check("report.valid", report.valid);
  op.invalid = check("report.invalid", report.invalid);
  op.valid_batch = report.valid.stride(0);
  op.invalid_batch = report.invalid.stride(0);
}

template <class D>
void check_depth_apart(const label& op, const view<D, 4>& depth, const view<const float, 4>& poses,
                       const tsdf_volume& volume, const integrate_depth_options& options,
                       const integrate_depth_report& report) {
  output_arrays outputs(op);
  outputs.add("volume.sums", volume.sums);
  outputs.add("volume.weights", volume.weights);
  outputs.add("volume.free_votes", volume.free_votes);
  outputs.add("volume.channels", volume.channels);
  outputs.add("report.valid", report.valid);
  outputs.add("report.invalid", report.invalid);
  outputs.avoid("depth", depth);
  outputs.avoid("poses", poses);
  outputs.avoid("options.channels", options.channels);
}

/// Checks the channels of pixels, which are given where the volume keeps `kept` of them.
template <class D>
void check_channels(const view<const std::uint8_t, 5>& channels, const view<D, 4>& depth,
                    std::int64_t kept, integrate_depth_op<std::remove_const_t<D>>& op) {
  if (is_given(channels) != (kept > 0)) {
    fail(op.name, "options.channels must be given if and only if the volume has channels");
  }
  if (kept == 0) return;
  check_shape(op.name, "options.channels", channels,
              {depth.extent(0), depth.extent(1), depth.extent(2), depth.extent(3), kept},
              {"depth.extent(0)", "depth.extent(1)", "depth.extent(2)", "depth.extent(3)",
               "the channels of the volume"},
              false);
  op.channels = channels.data_handle();
  op.channels_batch = channels.stride(0);
  op.channels_frame = channels.stride(1);
  op.channels_row = channels.stride(2);
  op.channels_pixel = channels.stride(3);
}

/// Checks frames for `op.into.items` volumes of `op.grid`.
template <class D>
void check_depth_frames(const view<D, 4>& depth, const pinhole_camera& camera,
                        const view<const float, 4>& poses, const integrate_depth_options& options,
                        const integrate_depth_report& report,
                        integrate_depth_op<std::remove_const_t<D>>& op) {
  using T = std::remove_const_t<D>;
  static_assert(std::is_same_v<T, std::uint16_t> || std::is_same_v<T, float>,
                "robocache::integrate_depth: depth is uint16_t or float");
  check_view(op.name, "depth", depth);
  check_depth_options(op.name, "options.depth", options.depth);
  check_camera(op.name, camera, depth.extent(2), depth.extent(3));
  require_enum(op.name, "options.weighting must be a tsdf_weighting", options.weighting,
               tsdf_weighting::inverse_square);
  require_enum(op.name, "options.lookup must be a depth_lookup", options.lookup,
               depth_lookup::bilinear);
  op.frames = check_ragged(op.name, frame_names, options.frames, op.into.items, depth.extent(1));
  require_extent(
      op.name, "depth", 0, depth.extent(0),
      op.frames.packed() ? "1, since options.frames.offsets is given" : "the number of volumes",
      op.frames.packed() ? 1 : op.into.items);
  op.poses = check_poses(op.name, poses, {depth.extent(0), depth.extent(1)},
                         {"depth.extent(0)", "depth.extent(1)"});
  check_depth_report(report, depth, op);
  check_channels(options.channels, depth, op.into.channel_count, op);
  op.camera = camera;
  op.rule = make_depth_rule<T>(op.grid, camera, options);
  op.rule.height = static_cast<std::int32_t>(depth.extent(2));
  op.rule.width = static_cast<std::int32_t>(depth.extent(3));
  op.rule.row_stride = depth.stride(2);
  op.depth = depth.data_handle();
  op.depth_batch = depth.stride(0);
  op.depth_frame = depth.stride(1);
}

template <class D>
integrate_depth_op<std::remove_const_t<D>> make_integrate_depth_op(
    const view<D, 4>& depth, const pinhole_camera& camera, const view<const float, 4>& poses,
    const tsdf_volume& volume, const integrate_depth_options& options,
    const integrate_depth_report& report) {
  integrate_depth_op<std::remove_const_t<D>> op;
  op.grid = volume.grid;
  op.into = check_volume(op.name, "volume", volume);
  check_depth_frames(depth, camera, poses, options, report, op);
  check_depth_apart(op.name, depth, poses, volume, options, report);
  return op;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
