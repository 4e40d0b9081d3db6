// What fields can tell before anything runs.
#pragma once

#include <robocache/detail/tsdf/field/dense_field.hpp>
#include <robocache/detail/tsdf/volume/volume_check.hpp>
#include <robocache/tsdf/field.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

inline dense_field check_field(const label& op, const distance_field& field) {
  check_tsdf_grid(op, "field.grid", field.grid);
  check_voxel_array(op, "field.distances", as_batch(field.distances), 1, field.grid);
  dense_field checked;
  checked.values = field.distances.data_handle();
  for (int a = 0; a < 3; ++a) checked.extents[a] = field.grid.extents[a];
  return checked;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
