// Normals of clouds: plain values that are copied into kernels.
#pragma once

#include <robocache/core/ragged.hpp>
#include <robocache/detail/tsdf/normals/plane_fit.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The voxel of a point, and where it is in there.
struct cloud_place {
  std::int64_t key;  // 21 bits for each axis
  std::int64_t within[3];
};

struct cloud_normals_op {
  static constexpr const char* name = "estimate_normals";
  static constexpr std::int64_t key_none = INT64_MAX;

  item_ranges clouds;
  const float* points = nullptr;
  std::int64_t points_batch = 0, points_row = 3;
  float* normals = nullptr;
  std::int64_t normals_batch = 0, normals_row = 3;
  std::int64_t* valid = nullptr;
  float voxel = 1.0F;
  float viewpoint[3] = {};
  std::int64_t min_points = 1;

  [[nodiscard]] ROBOCACHE_HD const float* point(std::int64_t b, std::int64_t row) const {
    return points + clouds.entry_of(b) * points_batch + row * points_row;
  }
  [[nodiscard]] ROBOCACHE_HD float* normal(std::int64_t b, std::int64_t row) const {
    return normals + clouds.entry_of(b) * normals_batch + row * normals_row;
  }

  /// The key is `key_none` for a point that is not within 2^20 voxels of the origin.
  [[nodiscard]] ROBOCACHE_HD cloud_place place_of(const float* p) const {
    cloud_place place{0, {}};
    for (int a = 0; a < 3; ++a) {
      const float at = p[a] / voxel;
      if (!(at >= -0x1p20F && at < 0x1p20F)) return {key_none, {}};
      auto cell = static_cast<std::int64_t>(at);
      if (static_cast<float>(cell) > at) --cell;
      place.key = place.key << 21 | (cell + (std::int64_t{1} << 20));
      place.within[a] =
          nearest_multiple(at - static_cast<float>(cell) - 0.5F, static_cast<float>(moment_one));
    }
    return place;
  }

  /// The key of the voxel next to one, or `key_none`.
  [[nodiscard]] ROBOCACHE_HD static std::int64_t neighbour(std::int64_t key,
                                                           const std::int64_t (&by)[3]) {
    std::int64_t other = 0;
    for (int a = 0; a < 3; ++a) {
      const std::int64_t cell = (key >> (21 * (2 - a)) & 0x1fffff) + by[a];
      if (cell < 0 || cell > 0x1fffff) return key_none;
      other = other << 21 | cell;
    }
    return other;
  }

  /// Writes the normal of a point, or NaN, with the sign that makes it look towards the viewpoint.
  ROBOCACHE_HD void write(const float* p, const basic_vec3<float>& n, bool has, float* to) const {
    const basic_vec3<float> towards = {viewpoint[0] - p[0], viewpoint[1] - p[1],
                                       viewpoint[2] - p[2]};
    const bool behind = dot(towards, n) < 0.0F;
    const float parts[] = {n.x, n.y, n.z};
    for (int a = 0; a < 3; ++a) {
      to[a] = !has ? canonical_nan<float>() : behind ? -parts[a] : parts[a];
    }
  }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
