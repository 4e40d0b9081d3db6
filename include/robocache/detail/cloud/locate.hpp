// Which voxel each point of a batch of clouds lies in: plain values that are copied into kernels.
#pragma once

#include <robocache/core/ragged.hpp>
#include <robocache/core/voxel_grid.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The clouds of a batch and the grid they go into.
struct cloud_layout : item_ranges {
  std::int64_t cells = 0;  // of the grid
  std::int64_t extents[3] = {1, 1, 1};
};

template <class P>
struct locate_op : cloud_layout {
  using point = P;

  const P* points = nullptr;
  std::int64_t batch_stride = 0, row_stride = 3;
  voxel_finder<compute_type<P>> find;
  std::int64_t* inside = nullptr;
  std::int64_t* outside = nullptr;
  std::int64_t* invalid = nullptr;

  /// The voxel of point i of `range`, or `voxel_finder::outside` or `invalid`.
  ROBOCACHE_HD std::int64_t cell_of(std::int64_t b, const item_range& range, std::int64_t i) const {
    const P* const p = first_point(b, range) + i * row_stride;
    return find(widen(p[0]), widen(p[1]), widen(p[2]));
  }

  /// The first point of `range` in cloud b.
  ROBOCACHE_HD const P* first_point(std::int64_t b, const item_range& range) const {
    return points + entry_of(b) * batch_stride + range.first * row_stride;
  }

  [[nodiscard]] ROBOCACHE_HD bool reports() const {
    return inside != nullptr || outside != nullptr || invalid != nullptr;
  }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
