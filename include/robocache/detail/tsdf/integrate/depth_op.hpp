// Depth images into volumes: plain values that are copied into kernels.
#pragma once

#include <robocache/core/ragged.hpp>
#include <robocache/detail/tsdf/camera/camera_poses.hpp>
#include <robocache/detail/tsdf/integrate/depth_rule.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

template <class D>
struct integrate_depth_op {
  const char* name = "integrate_depth";
  tsdf_grid grid;
  tsdf_cells into;
  item_ranges frames;  // of each volume
  pinhole_camera camera;
  depth_rule<D> rule;
  const D* depth = nullptr;
  std::int64_t depth_batch = 0, depth_frame = 0;
  camera_poses poses;
  std::int64_t* valid = nullptr;
  std::int64_t* invalid = nullptr;
  std::int64_t valid_batch = 0, invalid_batch = 0;

  // Frame f of `range` in volume b.

  ROBOCACHE_HD const D* image(std::int64_t b, const item_range& range, std::int64_t f) const {
    return depth + frames.entry_of(b) * depth_batch + (range.first + f) * depth_frame;
  }

  /// A frame whose pose is not rigid says nothing.
  ROBOCACHE_HD frame_projection projection(std::int64_t b, const item_range& range,
                                           std::int64_t f) const {
    const std::int64_t entry = frames.entry_of(b), frame = range.first + f;
    frame_projection p = project_voxels(grid, camera, poses.at(entry, frame));
    if (poses.is_rigid(entry, frame)) return p;
    for (auto& row : p.rows) {
      for (float& number : row) number = canonical_nan<float>();
    }
    return p;
  }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
