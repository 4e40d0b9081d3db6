// What a point with a normal says of the voxels around it, in single precision.
#pragma once

#include <robocache/detail/tsdf/volume/volume_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// A point whose normal has length 1.
struct oriented_point {
  float at[3], normal[3];
};

/// Where a voxel is as a point has it.
struct voxel_offset {
  float distance;  // along the normal
  float square;    // of the whole offset
};

/// Voxels [low, high) along each axis.
struct voxel_box {
  std::int64_t low[3], high[3];
};

/// Voxel centres and points.
struct point_geometry {
  float first[3] = {};  // the first centre
  float voxel = 1.0F, truncation = 1.0F;

  /// Into `point` that of three coordinates and a normal of any length; false where a number is not
  /// finite or the normal has no direction.
  ROBOCACHE_HD static bool read(const float* at, const float* normal, oriented_point& point) {
    const float square = robocache::fma(
        normal[0], normal[0], robocache::fma(normal[1], normal[1], normal[2] * normal[2]));
    const float length = square_root(square);
    bool usable = length >= 0x1p-60F && length <= 0x1p60F;
    for (int a = 0; a < 3; ++a) {
      usable = usable && is_finite(at[a]);
      point.at[a] = at[a];
      point.normal[a] = normal[a] / length;
    }
    return usable;
  }

  [[nodiscard]] ROBOCACHE_HD voxel_offset offset(const oriented_point& p, float i, float j,
                                                 float k) const {
    const float x = robocache::fma(i, voxel, first[0]) - p.at[0];
    const float y = robocache::fma(j, voxel, first[1]) - p.at[1];
    const float z = robocache::fma(k, voxel, first[2]) - p.at[2];
    return {robocache::fma(x, p.normal[0], robocache::fma(y, p.normal[1], z * p.normal[2])),
            robocache::fma(x, x, robocache::fma(y, y, z * z))};
  }

  /// The voxels within `reach[a]` of a point along each axis, and a little more.
  ROBOCACHE_HD voxel_box box_around(const oriented_point& p, const float (&reach)[3],
                                    const std::int64_t (&extents)[3]) const {
    voxel_box box;
    for (int a = 0; a < 3; ++a) {
      const double centre = (static_cast<double>(p.at[a]) - static_cast<double>(first[a])) /
                            static_cast<double>(voxel);
      const double size = centre < 0.0 ? -centre : centre;
      // A voxel more than there would be without rounding, and of what large coordinates round.
      const double more = 1.0 + static_cast<double>(reach[a]) / static_cast<double>(voxel) +
                          0x1p-20 * (size + static_cast<double>(extents[a]));
      const auto last = static_cast<double>(extents[a]);
      const double low = centre - more, high = centre + more + 1.0;
      box.low[a] = low < 0.0 ? 0 : low < last ? static_cast<std::int64_t>(low) : extents[a];
      box.high[a] = high < 0.0 ? 0 : high < last ? static_cast<std::int64_t>(high) : extents[a];
    }
    return box;
  }
};

/// Distances to the planes of points, as samples of a `tsdf_volume`.
struct plane_rule {
  using cells = tsdf_cells;

  point_geometry geometry;
  float square_radius = 1.0F, inverse_square_radius = 1.0F;  // of the disc of a plane that counts
  float radius = 1.0F;
  float inverse_voxel = 1.0F;
  float ones = 0.0F;  // distance_one / truncation

  ROBOCACHE_HD void reach_of(const oriented_point& p, float (&reach)[3]) const {
    for (int a = 0; a < 3; ++a) {
      const float along = p.normal[a] < 0.0F ? -p.normal[a] : p.normal[a];
      reach[a] = robocache::fma(along, geometry.truncation, radius);
    }
  }

  template <class Memory>
  ROBOCACHE_HD void operator()(const Memory& memory, const tsdf_cells& into, std::int64_t cell,
                               const oriented_point& p, float i, float j, float k) const {
    const tsdf_sample sample = sample_of(geometry.offset(p, i, j, k));
    if (sample.weight != 0) into.add(memory, cell, sample);
  }

 private:
  [[nodiscard]] ROBOCACHE_HD tsdf_sample sample_of(const voxel_offset& at) const {
    tsdf_sample sample;
    const float beside = robocache::fma(-at.distance, at.distance, at.square);
    if (!(at.distance >= -geometry.truncation && at.distance <= geometry.truncation &&
          beside <= square_radius)) {
      return sample;
    }
    const float voxels = at.distance * inverse_voxel, square = voxels * voxels;
    const float near = robocache::fma(-beside, inverse_square_radius, 1.0F);
    const float weight = near / robocache::fma(square, square, 1.0F);
    const std::int32_t whole = nearest_multiple(weight, weight_one);
    sample.weight = whole > 1 ? static_cast<std::uint32_t>(whole) : 1U;
    sample.sum = static_cast<std::int64_t>(sample.weight) * nearest_multiple(at.distance, ones);
    return sample;
  }
};

/// Distances to points themselves, the nearest of which counts.
struct nearest_rule {
  using cells = nearest_cells;

  point_geometry geometry;
  float square_truncation = 1.0F;

  ROBOCACHE_HD void reach_of(const oriented_point&, float (&reach)[3]) const {
    for (float& each : reach) each = geometry.truncation;
  }

  template <class Memory>
  ROBOCACHE_HD void operator()(const Memory& memory, const nearest_cells& into, std::int64_t cell,
                               const oriented_point& p, float i, float j, float k) const {
    const voxel_offset at = geometry.offset(p, i, j, k);
    if (!(at.square <= square_truncation)) return;
    const std::uint32_t behind = at.distance < 0.0F ? 1 : 0;
    memory.lower(into.keys + cell, bit_cast<std::uint32_t>(at.square) << 1 | behind);
  }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
