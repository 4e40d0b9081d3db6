// What a grid, points and their clouds can tell before anything runs.
#pragma once

#include <robocache/detail/check.hpp>
#include <robocache/detail/cloud/locate.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// What messages call the points of clouds.
inline constexpr ragged_names cloud_names{"options.clouds.lengths", "options.clouds.offsets"};

template <class Real>
void check_grid(const label& op, const voxel_grid& grid) {
  constexpr const char* axes[] = {"x", "y", "z"};
  std::int64_t cells = 1;
  for (int a = 0; a < 3; ++a) {
    const auto size = static_cast<Real>(grid.size[a]);
    const auto origin = static_cast<Real>(grid.origin[a]);
    if (!(size > Real(0)) || size - size != Real(0)) {
      fail(op, std::string("grid.size must be positive and finite along ") + axes[a] + " (got " +
                   std::to_string(grid.size[a]) + ")");
    }
    if (origin - origin != Real(0)) {
      fail(op, std::string("grid.origin must be finite along ") + axes[a] + " (got " +
                   std::to_string(grid.origin[a]) + ")");
    }
    if (grid.extents[a] < 1 || grid.extents[a] > INT32_MAX) {
      fail(op, std::string("grid.extents must be 1 to 2^31 - 1 along ") + axes[a] + " (got " +
                   std::to_string(grid.extents[a]) + ")");
    }
    if (grid.extents[a] > (std::int64_t{1} << 62) / cells) {
      fail(op, "grid must have at most 2^62 voxels");
    }
    cells *= grid.extents[a];
  }
  require_enum(op, "grid.rule must be an index_rule", grid.rule, index_rule::round);
}

/// The number of clouds, as offsets or points tell.
template <class P>
std::int64_t count_clouds(const label& op, const view<P, 3>& points, const ragged& clouds) {
  if (!is_given(clouds.offsets)) return points.extent(0);
  return count_packed(op, cloud_names.offsets, clouds);
}

/// Checks grid, points and clouds.
template <class P>
locate_op<std::remove_const_t<P>> make_locate_op(const label& op_name, const voxel_grid& grid,
                                                 const view<P, 3>& points, const ragged& clouds) {
  using T = std::remove_const_t<P>;
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, bf16> ||
                    std::is_same_v<T, f16>,
                "robocache: points are float, double, bf16 or f16");
  check_grid<compute_type<T>>(op_name, grid);
  require_extent(op_name, "points", 2, points.extent(2), "3 coordinates", 3);
  check_view(op_name, "points", points);
  const std::int64_t items = count_clouds(op_name, points, clouds);
  if (items > 0 && grid.cells() > (std::int64_t{1} << 62) / items) {
    fail(op_name, "the clouds must have at most 2^62 voxels in all");
  }
  locate_op<T> op;
  static_cast<item_ranges&>(op) =
      check_ragged(op_name, cloud_names, clouds, items, points.extent(1));
  if (op.packed()) {
    require_extent(op_name, "points", 0, points.extent(0),
                   "1, since options.clouds.offsets is given", 1);
  }
  const std::int64_t entries = points.extent(0);
  if (entries > 0 && points.extent(1) > INT32_MAX / entries) {
    fail(op_name, "one call takes at most 2^31 - 1 points (got " + std::to_string(entries) + " x " +
                      std::to_string(points.extent(1)) + ")");
  }
  op.points = points.data_handle();
  op.batch_stride = points.stride(0);
  op.row_stride = points.stride(1);
  op.find = voxel_finder<compute_type<T>>(grid);
  op.cells = grid.cells();
  for (int a = 0; a < 3; ++a) op.extents[a] = grid.extents[a];
  return op;
}

/// Checks points and clouds alone.
template <class P>
locate_op<std::remove_const_t<P>> make_locate_op(const label& op_name, const view<P, 3>& points,
                                                 const ragged& clouds) {
  return make_locate_op(op_name, voxel_grid{}, points, clouds);
}

/// Requires that no output shares memory with the clouds.
template <class P>
void avoid_clouds(const output_arrays& outputs, const view<P, 3>& points, const ragged& clouds) {
  outputs.avoid("points", points);
  outputs.avoid("options.clouds.lengths", clouds.lengths);
  outputs.avoid("options.clouds.offsets", clouds.offsets);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
