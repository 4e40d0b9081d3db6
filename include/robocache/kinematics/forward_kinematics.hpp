/// \file
/// `forward_kinematics`, `jacobian`, both at once, and `manipulability`.
#pragma once

#include <robocache/detail/kinematics/motion_check.hpp>
#include <robocache/detail/kinematics/rows_cpu.hpp>
#include <robocache/detail/run_on.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

template <class Model>
void compute(const cpu& executor, const motion_op<Model>& op) {
  compute_rows(executor, op, 256);
}

/// The promised models of a room's operation.
#define ROBOCACHE_MODELS(Do, Op)                                                      \
  Do(Op<chain<float>>) Do(Op<chain<double>>) Do(Op<tree<float>>) Do(Op<tree<double>>) \
      Do(Op<chain<float, 6>>) Do(Op<chain<float, 7>>) Do(Op<chain<double, 6>>)        \
          Do(Op<chain<double, 7>>)

ROBOCACHE_MODELS(ROBOCACHE_PROMISE_CPU, motion_op)

}  // namespace detail

/// Finds the poses of links.
///
/// \param executor `cpu`, or `any_executor` of one, until there are kernels; all views lie in
/// memory that it can reach. \param model    a `chain` or a `tree`, of float or double: the type of
/// all arrays. \param q        [B, D] positions of its joints, rad or m; rows may be longer. \param
/// poses    [B, L, W] with the model's L links and W = `options.form.width()`: position (m)
///                 and rotation of each link in the base's frame. Of a chain also [B, W].
/// \param options  the form; base poses.
///
/// Rotations are written as `rotation_form` says, quaternions with w >= 0. NaN and infinite
/// positions give NaN, and so do angles beyond 2^30 rad. Errors, relative to the reach and in
/// radians: 1e-6 in float for up to 32 joints and 3e-6 for 64, 1e-12 in double.
///
/// Deterministic: the same bits on the CPU with any number of threads, and by the functors of
/// `frames.hpp`.
///
/// Throws `invalid_argument` for shapes, strides, pointers and options that cannot be right and for
/// outputs that overlap another array, before anything is written.
template <class Executor, class Model, class Q, class Real = typename Model::real>
void forward_kinematics(const Executor& executor, const Model& model, view<Q, 2> q,
                        view<Real, 3> poses, const motion_options<Real>& options = {}) {
  const detail::label name = "forward_kinematics";
  detail::model_check<Model> check(name, model, q.extent(0));
  auto op = detail::make_motion_op<Model>(check, model, q, options);
  op.poses = check.of_links("poses", poses, options.form.width(), "the width of options.form");
  detail::check_apart<Model>(check, q, options.base);
  detail::run(executor, op);
}
template <class Executor, class Real, int Joints, class Q>
void forward_kinematics(const Executor& executor, const chain<Real, Joints>& model, view<Q, 2> q,
                        view<Real, 2> poses, const motion_options<Real>& options = {}) {
  forward_kinematics(executor, model, q, detail::with_links(poses), options);
}

/// Finds the geometric Jacobians of links: [v; w] = J dq, in m/s and rad/s for rad/s and m/s.
///
/// \param jacobians [B, L, 6, D], of a chain also [B, 6, D]; rows v, then w, in `options.frame`.
///
/// All else as `forward_kinematics`.
template <class Executor, class Model, class Q, class Real = typename Model::real>
void jacobian(const Executor& executor, const Model& model, view<Q, 2> q, view<Real, 4> jacobians,
              const motion_options<Real>& options = {}) {
  const detail::label name = "jacobian";
  detail::model_check<Model> check(name, model, q.extent(0));
  auto op = detail::make_motion_op<Model>(check, model, q, options);
  op.jacobians = check.jacobians(jacobians);
  detail::check_apart<Model>(check, q, options.base);
  detail::run(executor, op);
}
template <class Executor, class Real, int Joints, class Q>
void jacobian(const Executor& executor, const chain<Real, Joints>& model, view<Q, 2> q,
              view<Real, 3> jacobians, const motion_options<Real>& options = {}) {
  jacobian(executor, model, q, detail::with_links(jacobians), options);
}

/// `forward_kinematics` and `jacobian` in one pass, with the bits of each.
template <class Executor, class Model, class Q, class Real = typename Model::real>
void forward_kinematics_and_jacobian(const Executor& executor, const Model& model, view<Q, 2> q,
                                     view<Real, 3> poses, view<Real, 4> jacobians,
                                     const motion_options<Real>& options = {}) {
  const detail::label name = "forward_kinematics_and_jacobian";
  detail::model_check<Model> check(name, model, q.extent(0));
  auto op = detail::make_motion_op<Model>(check, model, q, options);
  op.poses = check.of_links("poses", poses, options.form.width(), "the width of options.form");
  op.jacobians = check.jacobians(jacobians);
  detail::check_apart<Model>(check, q, options.base);
  detail::run(executor, op);
}
template <class Executor, class Real, int Joints, class Q>
void forward_kinematics_and_jacobian(const Executor& executor, const chain<Real, Joints>& model,
                                     view<Q, 2> q, view<Real, 2> poses, view<Real, 3> jacobians,
                                     const motion_options<Real>& options = {}) {
  forward_kinematics_and_jacobian(executor, model, q, detail::with_links(poses),
                                  detail::with_links(jacobians), options);
}

/// Finds how far each link is from a singularity: sqrt(det(J J^T)), 0 with less than 6 joints.
///
/// \param volumes [B, L].
///
/// All else as `forward_kinematics`. Source: Yoshikawa 1985.
template <class Executor, class Model, class Q, class Real = typename Model::real>
void manipulability(const Executor& executor, const Model& model, view<Q, 2> q,
                    view<Real, 2> volumes, const motion_options<Real>& options = {}) {
  const detail::label name = "manipulability";
  detail::model_check<Model> check(name, model, q.extent(0));
  auto op = detail::make_motion_op<Model>(check, model, q, options);
  detail::check_shape(name, "volumes", volumes, {q.extent(0), model.links()},
                      {"the rows of q", "the links of the model"});
  check.outputs.add("volumes", volumes);
  op.volumes = detail::rows_in(volumes);
  detail::check_apart<Model>(check, q, options.base);
  detail::run(executor, op);
}

ROBOCACHE_END_NAMESPACE
