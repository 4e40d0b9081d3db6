/// \file
/// Surfaces of distance fields as meshes of triangles.
#pragma once

#include <robocache/detail/run_on.hpp>
#include <robocache/detail/tsdf/mesh/mesh_cpu.hpp>
#include <robocache/tsdf/field.hpp>
#include <robocache/tsdf/mesh_options.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The promised types.
#define ROBOCACHE_PROMISED_MESH(Do) Do(mesh_op)

ROBOCACHE_PROMISED_MESH(ROBOCACHE_PROMISE_CPU)

}  // namespace detail

/// Extracts the surface where distances change sign (marching cubes: Lorensen and Cline, 1987).
///
/// \param executor `cpu`, or `any_executor` of one, until there are kernels; all views lie in
/// memory that it can reach. \param field    distances in metres. Cells of eight voxels one of
/// which is unknown have no
///                 triangles; a distance of 0 counts as positive.
/// \param mesh     vertices lie where the distance along an edge between two voxels is 0, once for
///                 all triangles that share it: numbered by voxel and then by axis, those without a
///                 triangle left out. Triangles are numbered by cell. Normals are those of the
///                 field: central differences, or one-sided next to what is unknown.
///
/// Where everything is known and the surface does not leave the grid, the mesh is closed, and each
/// side belongs to two triangles that go along it in opposite directions; triangles may have no
/// area. In single precision. Deterministic: the same bits in the same order on the CPU with any
/// number of threads. Throws `invalid_argument` for what cannot be right, a capacity of 0 included.
template <class Executor>
void extract_mesh(const Executor& executor, const distance_field& field, const mesh_arrays& mesh) {
  detail::run(executor, detail::make_mesh_op(field, mesh));
}

ROBOCACHE_END_NAMESPACE
