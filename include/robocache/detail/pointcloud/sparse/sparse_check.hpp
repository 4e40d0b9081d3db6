// What lists of voxels can tell before they are written.
#pragma once

#include <robocache/detail/pointcloud/features/features_check.hpp>
#include <robocache/detail/pointcloud/sparse/sparse_op.hpp>
#include <robocache/pointcloud/sparse_options.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// `name` is that of the argument: `Voxels` has coordinates, counts and number.
template <class Voxels>
voxel_list check_list(const label& op, const char* name, const Voxels& voxels) {
  const label coordinates("#.coordinates", name), number("#.number", name);
  const std::int64_t capacity = voxels.coordinates.extent(0);
  if (capacity > INT32_MAX) fail(op, "at most 2^31 - 1 voxels fit one call");
  check_shape(op, coordinates, voxels.coordinates, {capacity, 4}, {coordinates, "4"});
  voxel_list list;
  list.capacity = capacity;
  list.counts = check_optional(op, label("#.counts", name), voxels.counts, {capacity},
                               {label("#.coordinates.extent(0)", name)});
  check_shape(op, number, voxels.number, {1}, {"1"});
  list.coordinates = voxels.coordinates.data_handle();
  list.coordinates_row = voxels.coordinates.stride(0);
  list.number = voxels.number.data_handle();
  return list;
}

template <class Voxels>
void add_list(output_arrays& outputs, const char* name, const Voxels& voxels) {
  outputs.add(label("#.coordinates", name), voxels.coordinates);
  outputs.add(label("#.counts", name), voxels.counts);
  outputs.add(label("#.number", name), voxels.number);
}

inline void add_first(output_arrays& outputs, const first_points& kept,
                      const voxelize_report& report) {
  add_list(outputs, "kept", kept);
  outputs.add("kept.indices", kept.indices);
  outputs.add("kept.dropped", kept.dropped);
  outputs.add("kept.voxel_of", kept.voxel_of);
  add_report(outputs, report);
}

/// Checks `kept` and what of the points' rows is copied: nothing where `values` is not given.
template <class P>
void check_first(const first_points& kept, std::int64_t entries, first_op<P>& op) {
  op.voxels = check_list(op.name, "kept", kept);
  op.most = kept.indices.extent(1);
  if ((op.most < 1) || (INT32_MAX < op.most)) {
    fail(op.name,
         "kept.indices.extent(1) must be 1 to 2^31 - 1 (got " + std::to_string(op.most) + ")");
  }
  check_shape(op.name, "kept.indices", kept.indices, {op.voxels.capacity, op.most},
              {"kept.coordinates.extent(0)", "itself"});
  op.indices = kept.indices.data_handle();
  op.indices_row = kept.indices.stride(0);
  op.dropped = check_optional(op.name, "kept.dropped", kept.dropped, {1}, {"1"});
  op.voxel_of = check_optional(op.name, "kept.voxel_of", kept.voxel_of, {entries, op.locate.rows},
                               {"points.extent(0)", "points.extent(1)"});
  op.voxel_of_batch = kept.voxel_of.stride(0);
}

/// Checks the rows to copy.
template <class P>
void check_rows_kept(const view<const float, 3>& values, const view<float, 3>& output,
                     std::int64_t entries, first_op<P>& op) {
  check_shape(op.name, "values", values, {entries, op.locate.rows, values.extent(2)},
              {"points.extent(0)", "points.extent(1)", "itself"}, false);
  check_shape(op.name, "output", output, {op.voxels.capacity, op.most, values.extent(2)},
              {"kept.coordinates.extent(0)", "kept.indices.extent(1)", "values.extent(2)"});
  op.values = values.data_handle();
  op.values_batch = values.stride(0);
  op.values_row = values.stride(1);
  op.channels = output.data_handle() != nullptr ? values.extent(2) : 0;
  op.output = output.data_handle();
  op.output_voxel = output.stride(0);
  op.output_row = output.stride(1);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
