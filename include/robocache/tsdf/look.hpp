/// \file
/// Distance fields looked at: at points, and by cameras.
#pragma once

#include <robocache/detail/cpu/each_entry.hpp>
#include <robocache/detail/run_on.hpp>
#include <robocache/detail/tsdf/field/look_cpu.hpp>
#include <robocache/tsdf/field.hpp>
#include <robocache/tsdf/look_options.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The promised types.
#define ROBOCACHE_PROMISED_LOOK(Do) Do(each_entry<query_rule>) Do(ray_cast_op)

ROBOCACHE_PROMISED_LOOK(ROBOCACHE_PROMISE_CPU)

}  // namespace detail

/// Finds the distance at points, and which way it grows.
///
/// \param executor  `cpu`, or `any_executor` of one, until there are kernels; all views lie in
/// memory that it can reach. \param field     trilinear between voxel centres. \param points    [N,
/// 3] float in the world, rows may be longer. \param values    [N]: metres; NaN outside the
/// outermost centres, and where one of the eight
///                  around is unknown.
/// \param gradients optional [N, 3]: derivatives of the value along x, y, z; NaN likewise.
///
/// In single precision. Deterministic: the same bits on the CPU with any number of threads. Throws
/// `invalid_argument` for what cannot be right.
template <class Executor>
void query_field(const Executor& executor, const distance_field& field, view<const float, 2> points,
                 view<float, 1> values, view<float, 2> gradients = {}) {
  detail::run(executor, detail::make_query_op("query_field", field, points, values, gradients));
}

/// Finds what cameras see of the surface.
///
/// \param executor `cpu`, or `any_executor` of one, until there are kernels.
/// \param field    trilinear between voxel centres.
/// \param camera   of all images.
/// \param poses    optional [F, 3, 4] or [F, 4, 4]: camera to world, as for `integrate_depth`.
/// \param depth    [F, H, W] float, rows may be longer: metres along the optical axis to where the
///                 distance first changes from positive to negative; 0 where it does nowhere.
/// \param options  limits of depth; a ray that begins behind a surface does not see it.
/// \param report   optional: normals.
///
/// Rays walk by three quarters of the distance and at least half a voxel, so what is thinner than
/// that may be missed; the crossing is refined by two secants. In single precision; deterministic
/// as `query_field`. A pose that is not rigid is refused.
template <class Executor>
void ray_cast(const Executor& executor, const distance_field& field, const pinhole_camera& camera,
              view<const float, 3> poses, view<float, 3> depth,
              const ray_cast_options& options = {}, const ray_cast_report& report = {}) {
  detail::run(executor, detail::make_ray_cast_op(field, camera, poses, depth, options, report));
}

ROBOCACHE_END_NAMESPACE
