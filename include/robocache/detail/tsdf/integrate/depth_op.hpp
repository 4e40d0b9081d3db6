// Depth images into volumes: plain values that are copied into kernels.
#pragma once

#include <robocache/core/ragged.hpp>
#include <robocache/detail/tsdf/integrate/depth_rule.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// How far from rigid a camera's pose may be.
inline constexpr double most_from_rigid = 1e-4;

template <class D>
struct integrate_depth_op {
  static constexpr const char* name = "integrate_depth";

  tsdf_grid grid;
  tsdf_cells into;
  item_ranges frames;  // of each volume
  pinhole_camera camera;
  depth_rule<D> rule;
  const D* depth = nullptr;
  std::int64_t depth_batch = 0, depth_frame = 0;
  const float* poses = nullptr;
  std::int64_t pose_batch = 0, pose_frame = 0, pose_row = 0;
  bool poses_have_last_row = false;
  std::int64_t* valid = nullptr;
  std::int64_t* invalid = nullptr;
  std::int64_t valid_batch = 0, invalid_batch = 0;

  // Frame f of `range` in volume b.

  ROBOCACHE_HD const D* image(std::int64_t b, const item_range& range, std::int64_t f) const {
    return depth + frames.entry_of(b) * depth_batch + (range.first + f) * depth_frame;
  }

  ROBOCACHE_HD pose camera_to_world(std::int64_t b, const item_range& range, std::int64_t f) const {
    if (poses == nullptr) return {{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}}};
    return pose::read(first_of_pose(b, range, f), pose_row);
  }

  /// How far the pose is from a rigid one, its last row from (0, 0, 0, 1) included.
  ROBOCACHE_HD double distance_from_rigid(std::int64_t b, const item_range& range,
                                          std::int64_t f) const {
    double distance = camera_to_world(b, range, f).distance_from_rigid();
    if (poses == nullptr || !poses_have_last_row) return distance;
    const float* const last = first_of_pose(b, range, f) + 3 * pose_row;
    for (int c = 0; c < 4; ++c) {
      const double off = static_cast<double>(last[c]) - (c == 3 ? 1.0 : 0.0);
      const double size = off < 0 ? -off : off;
      if (!(size <= distance)) distance = size;
    }
    return distance;
  }

  /// A frame whose pose is not rigid says nothing.
  ROBOCACHE_HD frame_projection projection(std::int64_t b, const item_range& range,
                                           std::int64_t f) const {
    frame_projection p = project_voxels(grid, camera, camera_to_world(b, range, f));
    if (distance_from_rigid(b, range, f) <= most_from_rigid) return p;
    for (auto& row : p.rows) {
      for (float& number : row) number = canonical_nan<float>();
    }
    return p;
  }

 private:
  ROBOCACHE_HD const float* first_of_pose(std::int64_t b, const item_range& range,
                                          std::int64_t f) const {
    return poses + frames.entry_of(b) * pose_batch + (range.first + f) * pose_frame;
  }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
