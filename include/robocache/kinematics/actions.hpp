/// \file
/// `absolute_to_delta`, `delta_to_absolute`: actions of poses to relative ones, and back.
#pragma once

#include <robocache/detail/kinematics/action_check.hpp>
#include <robocache/kinematics/convert.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

template <class T>
void compute(const cpu& executor, const to_delta_op<T>& op) {
  compute_rows(executor, op, 512);
}
template <class T>
void compute(const cpu& executor, const to_absolute_op<T>& op) {
  compute_rows(executor, op, op.rule == delta_rule::step ? 1 : 512);
}

ROBOCACHE_ACTION_TYPES(ROBOCACHE_PROMISE_CPU, to_delta_op)
ROBOCACHE_ACTION_TYPES(ROBOCACHE_PROMISE_CPU, to_absolute_op)

}  // namespace detail

/// Writes poses as changes of position and rotation.
///
/// \param executor `cpu`, or `any_executor` of one, until there are kernels; all views lie in
/// memory that it can reach. \param poses    [B, T, W + E] float or double: the actions, or for
/// `delta_rule::step` the path;
///                 W = `options.form.width()`. The E numbers behind, such as the gripper's, are
///                 copied.
/// \param states   what actions are relative to: [B, T, W or more] for `from_state`, [B, 1 or more,
///                 W or more], of which the first counts, for `from_first_state`; none for `step`.
/// \param deltas   [B, T, 6 + E], of `step` with `last_row::drop` [B, T - 1, 6 + E]: position, then
///                 rotation vector (or differences of Euler angles), each over its scale.
/// \param options  what is against what, in which frame, at which scale; or a preset.
/// \param valid    [B, rows of deltas], optional: 0 for the last row of `last_row::mask`.
///
/// Deterministic: the same bits on the CPU with any number of threads. Throws `invalid_argument`
/// for shapes, strides, pointers and options that cannot be right and for outputs that overlap
/// another array, before anything is written.
template <class Executor, class P, class S, class T>
void absolute_to_delta(const Executor& executor, view<P, 3> poses, view<S, 3> states,
                       view<T, 3> deltas, const delta_options& options = {},
                       view<std::uint8_t, 2> valid = {}) {
  detail::run(executor, detail::make_to_delta_op<T>(poses, states, deltas, options, valid));
}

/// Writes changes as poses, the inverse of `absolute_to_delta` where nothing was clipped.
///
/// \param deltas   [B, T, 6 + E], for `step` with `last_row::drop` [B, T - 1, 6 + E].
/// \param states   as above; for `step` [B, 1 or more, W + E or more]: the first pose.
/// \param poses    [B, T, W + E].
///
/// Of `step` each pose builds on the one before, by one thread from start to end. All else as
/// `absolute_to_delta`.
template <class Executor, class D, class S, class T>
void delta_to_absolute(const Executor& executor, view<D, 3> deltas, view<S, 3> states,
                       view<T, 3> poses, const delta_options& options = {}) {
  detail::run(executor, detail::make_to_absolute_op<T>(deltas, states, poses, options));
}

ROBOCACHE_END_NAMESPACE
