// Depth images into volumes: plain values that are copied into kernels.
#pragma once

#include <robocache/core/ragged.hpp>
#include <robocache/detail/tsdf/camera/camera_poses.hpp>
#include <robocache/detail/tsdf/integrate/depth_rule.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// A frame's depths and the channels of its pixels.
template <class D>
struct frame_images {
  const D* depth;
  const std::uint8_t* channels;
};

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
  const std::uint8_t* channels = nullptr;
  std::int64_t channels_batch = 0, channels_frame = 0, channels_row = 0, channels_pixel = 0;
  std::int64_t* valid = nullptr;
  std::int64_t* invalid = nullptr;
  std::int64_t valid_batch = 0, invalid_batch = 0;

  // Frame f of `range` in volume b.

  ROBOCACHE_HD frame_images<D> images(std::int64_t b, const item_range& range,
                                      std::int64_t f) const {
    const std::int64_t entry = frames.entry_of(b), frame = range.first + f;
    return {
        depth + entry * depth_batch + frame * depth_frame,
        channels == nullptr ? nullptr : channels + entry * channels_batch + frame * channels_frame};
  }

  /// Adds what a frame says of voxel (i, j, k), which is `cell` of `to`.
  ROBOCACHE_HD void add(const tsdf_cells& to, std::int64_t cell, const frame_projection& frame,
                        const frame_images<D>& seen, float i, float j, float k) const {
    const tsdf_sample sample = rule(frame, seen.depth, i, j, k);
    if ((sample.weight | sample.free) == 0) return;
    to.add(cell, sample);
    if (seen.channels == nullptr || sample.weight == 0) return;
    const pixel at = rule.pixel_of(frame, i, j, k);
    to.add_channels(cell, sample.weight,
                    seen.channels + at.line * channels_row + at.column * channels_pixel);
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
