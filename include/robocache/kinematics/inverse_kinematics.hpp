/// \file
/// `inverse_kinematics`: positions of joints that bring links to poses; `track`: along paths.
#pragma once

#include <robocache/detail/kinematics/inverse_cpu.hpp>
#include <robocache/detail/run_on.hpp>
#include <robocache/kinematics/forward_kinematics.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

ROBOCACHE_MODELS(ROBOCACHE_PROMISE_CPU, inverse_op)

}  // namespace detail

/// Finds positions of joints that bring the links of a model to targets.
///
/// \param executor `cpu`, or `any_executor` of one, until there are kernels; all views lie in
/// memory that it can reach. \param model    a `chain`, or a `tree` of at most 8 links, all of
/// which are steered at once. \param targets  [B, L, W] poses in the base's frame, W =
/// `options.form.width()`; of a chain also
///                 [B, W].
/// \param q        [B, D]: the best positions found, always within the limits.
/// \param options  tolerances, weights, starts, iterations, a rest posture.
/// \param report   errors of the row returned, whether it converged, iterations.
///
/// A row has converged when the distance and the angle, 2 atan2(|v|, |w|), of each link of the row
/// returned are within the tolerances. Each start descends by Levenberg's and Marquardt's method,
/// a joint at its limit being held; a descent ends at a tenth of the tolerances. Of the starts that
/// converged by the coarse iterations wins the one nearest to the rest posture, without such the
/// first; where none did, the best go on and win by the same rule or by the least cost. A target
/// that is NaN gives the first start, not converged.
///
/// Deterministic: the same bits on the CPU with any number of threads, and what one row gives does
/// not depend on the others. It allocates nothing.
///
/// Throws `invalid_argument` for shapes, strides, pointers and options that cannot be right and for
/// outputs that overlap another array, before anything is written.
template <class Executor, class Model, class P, class Real = typename Model::real>
void inverse_kinematics(const Executor& executor, const Model& model, view<P, 3> targets,
                        view<Real, 2> q, const inverse_options<Real>& options = {},
                        const inverse_report<Real>& report = {}) {
  using namespace detail;
  const label name = "inverse_kinematics", rows = "targets.extent(0)",
              links = "the links of the model";
  const std::int64_t items = targets.extent(0);
  auto op = make_inverse_op(name, model, items, 1, options);
  check_shape(name, "targets", targets, {items, model.links(), options.form.width()},
              {"itself", links, "the width of options.form"}, false);
  check_shape(name, "q", q, {items, model.columns()}, {rows, "the joints of the model"});
  const std::int64_t shape[2] = {items, model.links()};
  check_optional(name, "report.position_error", report.position_error, shape, {rows, links});
  check_optional(name, "report.rotation_error", report.rotation_error, shape, {rows, links});
  check_optional(name, "report.converged", report.converged, {items}, {rows});
  check_optional(name, "report.iterations", report.iterations, {items}, {rows});
  outputs_of_inverse(name, q, report, targets, options);
  op.targets = without_steps(view<const Real, 3>(targets));
  op.q = without_steps(q);
  op.position_error = without_steps(report.position_error);
  op.rotation_error = without_steps(report.rotation_error);
  op.converged = without_steps(report.converged);
  op.iterations = without_steps(report.iterations);
  run(executor, op);
}
template <class Executor, class Real, int Joints, class P>
void inverse_kinematics(const Executor& executor, const chain<Real, Joints>& model,
                        view<P, 2> targets, view<Real, 2> q,
                        const inverse_options<Real>& options = {},
                        const inverse_report<Real>& report = {}) {
  inverse_kinematics(executor, model, detail::with_links(targets), q, options, report);
}

/// Finds positions of joints that bring the links along paths: each step goes on from the one
/// before, so that the joints move continuously where they can. A step that fails so searches as
/// `inverse_kinematics` does, and takes what is nearest to the step before.
///
/// \param targets [B, T, L, W], of a chain also [B, T, W]. \param q [B, T, D].
/// \param options `start` and `rest` count for the first step of each path.
///
/// All else as `inverse_kinematics`. Source of the method: Levenberg 1944, Marquardt 1963.
template <class Executor, class Model, class P, class Real = typename Model::real>
void track(const Executor& executor, const Model& model, view<P, 4> targets, view<Real, 3> q,
           const inverse_options<Real>& options = {}, const track_report<Real>& report = {}) {
  using namespace detail;
  const label name = "track", rows = "targets.extent(0)", steps_name = "targets.extent(1)",
              links = "the links of the model";
  const std::int64_t items = targets.extent(0), steps = targets.extent(1);
  auto op = make_inverse_op(name, model, items, steps, options);
  check_shape(name, "targets", targets, {items, steps, model.links(), options.form.width()},
              {"itself", "itself", links, "the width of options.form"}, false);
  check_shape(name, "q", q, {items, steps, model.columns()},
              {rows, steps_name, "the joints of the model"});
  const std::int64_t shape[3] = {items, steps, model.links()}, flat[2] = {items, steps};
  check_optional(name, "report.position_error", report.position_error, shape,
                 {rows, steps_name, links});
  check_optional(name, "report.rotation_error", report.rotation_error, shape,
                 {rows, steps_name, links});
  check_optional(name, "report.converged", report.converged, flat, {rows, steps_name});
  check_optional(name, "report.iterations", report.iterations, flat, {rows, steps_name});
  op.jumps = check_optional(name, "report.jumps", report.jumps, {items}, {rows});
  outputs_of_inverse(name, q, report, targets, options).add("report.jumps", report.jumps);
  op.targets = with_steps(view<const Real, 4>(targets));
  op.q = with_steps(q);
  op.position_error = with_steps(report.position_error);
  op.rotation_error = with_steps(report.rotation_error);
  op.converged = with_steps(report.converged);
  op.iterations = with_steps(report.iterations);
  run(executor, op);
}
template <class Executor, class Real, int Joints, class P>
void track(const Executor& executor, const chain<Real, Joints>& model, view<P, 3> targets,
           view<Real, 3> q, const inverse_options<Real>& options = {},
           const track_report<Real>& report = {}) {
  const view<P, 4> of_links(targets.data_handle(),
                            {targets.extent(0), targets.extent(1), 1, targets.extent(2)},
                            {targets.stride(0), targets.stride(1), 0, targets.stride(2)});
  track(executor, model, of_links, q, options, report);
}

ROBOCACHE_END_NAMESPACE
