// Points into volumes: plain values that are copied into kernels.
#pragma once

#include <robocache/core/ragged.hpp>
#include <robocache/detail/tsdf/points/point_rule.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// `Rule` is `plane_rule` or `nearest_rule`.
template <class Rule>
struct integrate_points_op {
  static constexpr const char* name = "integrate_points";

  typename Rule::cells into;
  Rule rule;
  item_ranges clouds;  // of each volume
  const float* points = nullptr;
  std::int64_t points_batch = 0, points_row = 0;
  const float* normals = nullptr;
  std::int64_t normals_batch = 0, normals_row = 0;
  std::int64_t* invalid = nullptr;

  /// Point i of `range` in cloud b; false where it does not count.
  ROBOCACHE_HD bool read(std::int64_t b, const item_range& range, std::int64_t i,
                         oriented_point& point) const {
    const std::int64_t entry = clouds.entry_of(b), row = range.first + i;
    return point_geometry::read(points + entry * points_batch + row * points_row,
                                normals + entry * normals_batch + row * normals_row, point);
  }

  /// What a point says of all voxels of volume b.
  template <class Memory>
  ROBOCACHE_HD void add(const Memory& memory, std::int64_t b, const oriented_point& point) const {
    float reach[3];
    rule.reach_of(point, reach);
    const voxel_box box = rule.geometry.box_around(point, reach, into.extents);
    for (std::int64_t k = box.low[2]; k < box.high[2]; ++k) {
      for (std::int64_t j = box.low[1]; j < box.high[1]; ++j) {
        const std::int64_t row = b * into.cells + (k * into.extents[1] + j) * into.extents[0];
        for (std::int64_t i = box.low[0]; i < box.high[0]; ++i) {
          rule(memory, into, row + i, point, static_cast<float>(i), static_cast<float>(j),
               static_cast<float>(k));
        }
      }
    }
  }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
