// What volumes that forget can tell before anything runs.
#pragma once

#include <robocache/detail/tsdf/integrate/depth_check.hpp>
#include <robocache/detail/tsdf/running/running_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

inline running_cells check_running(const label& op, const running_volume& volume) {
  check_tsdf_grid(op, "volume.grid", volume.grid);
  const std::int64_t items = volume.distances.extent(0);
  check_voxel_array(op, "volume.distances", volume.distances, items, volume.grid);
  check_voxel_array(op, "volume.weights", volume.weights, items, volume.grid);
  require_apart(op, "volume.distances", footprint(volume.distances), "volume.weights",
                footprint(volume.weights));
  return {volume.distances.data_handle(), volume.weights.data_handle()};
}

template <class D>
running_depth_op<std::remove_const_t<D>> make_running_depth_op(
    const view<D, 4>& depth, const pinhole_camera& camera, const view<const float, 4>& poses,
    const running_volume& volume, double max_weight, const integrate_depth_options& options) {
  running_depth_op<std::remove_const_t<D>> op;
  const char* const name = op.frames.name = "integrate_depth_in_order";
  op.into = check_running(name, volume);
  op.frames.grid = volume.grid;
  op.frames.into.items = volume.distances.extent(0);
  op.frames.into.cells = volume.grid.cells();
  for (int a = 0; a < 3; ++a) op.frames.into.extents[a] = volume.grid.extents[a];
  if (is_given(options.channels)) fail(name, "options.channels must be null: they are not kept");
  check_depth_frames(depth, camera, poses, options, {}, op.frames);
  if (!(max_weight > 0.0)) {
    fail(name, "max_weight must be positive (got " + std::to_string(max_weight) + ")");
  }
  output_arrays outputs(name);
  outputs.add("volume.distances", volume.distances);
  outputs.add("volume.weights", volume.weights);
  outputs.avoid("depth", depth);
  outputs.avoid("poses", poses);
  op.rule = {static_cast<float>(volume.grid.truncation), static_cast<float>(max_weight)};
  return op;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
