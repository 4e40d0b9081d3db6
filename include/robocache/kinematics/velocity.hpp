/// \file
/// `joint_to_twist`, `twist_to_joint`: velocities of joints to those of links, and back.
#pragma once

#include <robocache/detail/kinematics/rows_cpu.hpp>
#include <robocache/detail/kinematics/twist_op.hpp>
#include <robocache/detail/run_on.hpp>
#include <robocache/kinematics/forward_kinematics.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

template <class Model>
void compute(const cpu& executor, const joint_to_twist_op<Model>& op) {
  compute_rows(executor, op, 256);
}
template <class Model>
void compute(const cpu& executor, const twist_to_joint_op<Model>& op) {
  compute_rows(executor, op, 64);
}

ROBOCACHE_MODELS(ROBOCACHE_PROMISE_CPU, joint_to_twist_op)
ROBOCACHE_MODELS(ROBOCACHE_PROMISE_CPU, twist_to_joint_op)

}  // namespace detail

/// Finds the twists [v; w] of links (m/s, rad/s) as the joints move.
///
/// \param q          [B, D] positions; \param velocities [B, D] of the joints, rad/s or m/s.
/// \param twists     [B, L, 6], of a chain also [B, 6], in `options.frame`.
///
/// All else as `forward_kinematics`.
template <class Executor, class Model, class Q, class V, class Real = typename Model::real>
void joint_to_twist(const Executor& executor, const Model& model, view<Q, 2> q,
                    view<V, 2> velocities, view<Real, 3> twists,
                    const twist_options<Real>& options = {}) {
  const detail::label name = "joint_to_twist";
  detail::model_check<Model> check(name, model, q.extent(0));
  auto op =
      detail::make_twist_op<detail::joint_to_twist_op<Model>, Model>(check, model, q, options);
  op.velocities = check.positions("velocities", velocities);
  op.twists = check.of_links("twists", twists, 6, "6");
  detail::check_apart<Model>(check, q, options.base);
  check.outputs.avoid("velocities", velocities);
  detail::run(executor, op);
}
template <class Executor, class Real, int Joints, class Q, class V>
void joint_to_twist(const Executor& executor, const chain<Real, Joints>& model, view<Q, 2> q,
                    view<V, 2> velocities, view<Real, 2> twists,
                    const twist_options<Real>& options = {}) {
  joint_to_twist(executor, model, q, velocities, detail::with_links(twists), options);
}

/// Finds velocities of joints that move links by twists: J^T (J J^T + damping^2 I)^-1 twist, where
/// J are the Jacobians of all links. With a damping of 0 it is the least solution, and NaN where
/// the links cannot move so.
///
/// \param twists     [B, L, 6] of at most 8 links, of a chain also [B, 6], in `options.frame`.
/// \param velocities [B, D]; limits are not looked at.
///
/// All else as `forward_kinematics`.
template <class Executor, class Model, class Q, class V, class Real = typename Model::real>
void twist_to_joint(const Executor& executor, const Model& model, view<Q, 2> q, view<V, 3> twists,
                    view<Real, 2> velocities, const twist_options<Real>& options = {}) {
  const detail::label name = "twist_to_joint";
  detail::check_goals(name, model);
  detail::require_finite(name, "options.damping", options.damping);
  detail::model_check<Model> check(name, model, q.extent(0));
  auto op =
      detail::make_twist_op<detail::twist_to_joint_op<Model>, Model>(check, model, q, options);
  detail::check_shape(name, "twists", twists, {q.extent(0), model.links(), 6},
                      {"the rows of q", "the links of the model", "6"}, false);
  op.twists = detail::rows_in(view<const Real, 3>(twists));
  detail::check_shape(name, "velocities", velocities, {q.extent(0), model.columns()},
                      {"the rows of q", "the joints of the model"});
  op.velocities = detail::rows_in(velocities);
  op.damping = static_cast<Real>(options.damping * options.damping);
  check.outputs.add("velocities", velocities);
  detail::check_apart<Model>(check, q, options.base);
  check.outputs.avoid("twists", twists);
  detail::run(executor, op);
}
template <class Executor, class Real, int Joints, class Q, class V>
void twist_to_joint(const Executor& executor, const chain<Real, Joints>& model, view<Q, 2> q,
                    view<V, 2> twists, view<Real, 2> velocities,
                    const twist_options<Real>& options = {}) {
  twist_to_joint(executor, model, q, detail::with_links(twists), velocities, options);
}

ROBOCACHE_END_NAMESPACE
