// What meshes can tell before they are extracted.
#pragma once

#include <robocache/detail/tsdf/field/field_check.hpp>
#include <robocache/detail/tsdf/mesh/mesh_op.hpp>
#include <robocache/tsdf/mesh_options.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Checks rows of three, 1 to 2^31 - 1 of them; null is fine.
template <class T>
T* check_rows_of_three(const label& op, const label& name, const view<T, 2>& v) {
  if (!is_given(v)) return nullptr;
  require_extent(op, name, 1, v.extent(1), "3", 3);
  check_view(op, name, v, true);
  if (v.extent(0) < 1 || v.extent(0) > INT32_MAX) {
    fail(op, name.extent(0) + " must be 1 to 2^31 - 1: the capacity (got " +
                 std::to_string(v.extent(0)) + ")");
  }
  return v.data_handle();
}

inline mesh_op make_mesh_op(const distance_field& field, const mesh_arrays& mesh) {
  mesh_op op;
  op.field = check_field(op.name, field);
  for (int a = 0; a < 3; ++a) op.origin[a] = static_cast<float>(field.grid.origin[a]);
  op.voxel = static_cast<float>(field.grid.voxel);
  check_shape(op.name, "mesh.counts", mesh.counts, {2}, {"2: vertices and triangles"});
  op.vertices = check_rows_of_three(op.name, "mesh.vertices", mesh.vertices);
  op.normals = check_rows_of_three(op.name, "mesh.normals", mesh.normals);
  op.triangles = check_rows_of_three(op.name, "mesh.triangles", mesh.triangles);
  if (op.vertices != nullptr && op.normals != nullptr) {
    require_extent(op.name, "mesh.normals", 0, mesh.normals.extent(0), "mesh.vertices.extent(0)",
                   mesh.vertices.extent(0));
  }
  if (op.vertices == nullptr && (op.normals != nullptr || op.triangles != nullptr)) {
    fail(op.name, "mesh.normals and mesh.triangles need mesh.vertices");
  }
  output_arrays outputs(op.name);
  outputs.add("mesh.vertices", mesh.vertices);
  outputs.add("mesh.normals", mesh.normals);
  outputs.add("mesh.triangles", mesh.triangles);
  outputs.add("mesh.counts", mesh.counts);
  outputs.avoid("field.distances", field.distances);
  op.vertex_row = mesh.vertices.stride(0);
  op.vertex_capacity = mesh.vertices.extent(0);
  op.normal_row = mesh.normals.stride(0);
  op.triangle_row = mesh.triangles.stride(0);
  op.triangle_capacity = mesh.triangles.extent(0);
  op.counts = mesh.counts.data_handle();
  op.counts_stride = mesh.counts.stride(0);
  return op;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
