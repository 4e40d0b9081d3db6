// Poses of cameras, one a frame: plain values that are copied into kernels.
#pragma once

#include <robocache/core/geometry.hpp>
#include <robocache/detail/check.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// How far from rigid a camera's pose may be.
inline constexpr double most_from_rigid = 1e-4;

/// Of frame f of a batch's entry; the identity where there are none.
struct camera_poses {
  const float* data = nullptr;
  std::int64_t entry_stride = 0, frame_stride = 0, row_stride = 0;
  bool have_last_row = false;

  [[nodiscard]] ROBOCACHE_HD pose at(std::int64_t entry, std::int64_t f) const {
    if (data == nullptr) return {{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}}};
    return pose::read(first_of(entry, f), row_stride);
  }

  /// How far a pose is from a rigid one, its last row from (0, 0, 0, 1) included.
  [[nodiscard]] ROBOCACHE_HD double distance_from_rigid(std::int64_t entry, std::int64_t f) const {
    double distance = at(entry, f).distance_from_rigid();
    if (data == nullptr || !have_last_row) return distance;
    const float* const last = first_of(entry, f) + 3 * row_stride;
    for (int c = 0; c < 4; ++c) {
      const double off = static_cast<double>(last[c]) - (c == 3 ? 1.0 : 0.0);
      const double size = off < 0 ? -off : off;
      if (!(size <= distance)) distance = size;
    }
    return distance;
  }

  [[nodiscard]] ROBOCACHE_HD bool is_rigid(std::int64_t entry, std::int64_t f) const {
    return distance_from_rigid(entry, f) <= most_from_rigid;
  }

 private:
  [[nodiscard]] ROBOCACHE_HD const float* first_of(std::int64_t entry, std::int64_t f) const {
    return data + entry * entry_stride + f * frame_stride;
  }
};

/// Checks optional poses [B, F, 3, 4] or [B, F, 4, 4].
inline camera_poses check_poses(const label& op, const view<const float, 4>& poses,
                                const std::int64_t (&extents)[2], const label (&like)[2]) {
  if (!is_given(poses)) return {};
  const bool square = poses.extent(2) == 4;
  check_shape(op, "poses", poses, {extents[0], extents[1], square ? 4 : 3, 4},
              {like[0], like[1], "3 or 4 rows", "4 columns"}, false);
  return {poses.data_handle(), poses.stride(0), poses.stride(1), poses.stride(2), square};
}

/// The same for poses [F, 3, 4] or [F, 4, 4], an entry a frame.
inline camera_poses check_frame_poses(const label& op, const view<const float, 3>& poses,
                                      std::int64_t frames) {
  if (!is_given(poses)) return {};
  require_extent(op, "poses", 0, poses.extent(0), "depth.extent(0)", frames);
  const bool square = poses.extent(1) == 4;
  check_shape(op, "poses", poses, {frames, square ? 4 : 3, 4},
              {"depth.extent(0)", "3 or 4 rows", "4 columns"}, false);
  return {poses.data_handle(), poses.stride(0), 0, poses.stride(1), square};
}

/// The CPU can read poses, so bad ones are errors before anything is written.
inline void check_rigid(const label& op, const camera_poses& poses, std::int64_t entry,
                        std::int64_t f) {
  if (poses.is_rigid(entry, f)) return;
  fail(op, "poses[" + std::to_string(entry) + ", " + std::to_string(f) +
               "] must be rigid to 1e-4 (got one that is " +
               std::to_string(poses.distance_from_rigid(entry, f)) + " away)");
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
