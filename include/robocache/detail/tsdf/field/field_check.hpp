// What fields can tell before anything runs.
#pragma once

#include <robocache/detail/tsdf/field/dense_field.hpp>
#include <robocache/detail/tsdf/volume/volume_check.hpp>
#include <robocache/tsdf/field.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

inline dense_field check_field(const label& op, const distance_field& field) {
  check_tsdf_grid(op, "field.grid", field.grid);
  const view<const float, 3>& v = field.distances;
  check_voxel_array(
      op, "field.distances",
      view<const float, 4>(v.data_handle(), {1, v.extent(0), v.extent(1), v.extent(2)},
                           {0, v.stride(0), v.stride(1), v.stride(2)}),
      1, field.grid);
  dense_field checked;
  checked.values = v.data_handle();
  for (int a = 0; a < 3; ++a) checked.extents[a] = field.grid.extents[a];
  return checked;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
