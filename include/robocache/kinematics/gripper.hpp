/// \file
/// `binarize_gripper`, `gripper_relative_to_absolute`, `invert_gripper`.
///
/// Each reads and writes [B, T, G] float or double: B trajectories of T steps, G grippers; the
/// columns of a row of actions are such a view with its strides. `to` must not overlap `from`.
/// Deterministic: the same bits on the CPU with any number of threads. They throw
/// `invalid_argument` for shapes, strides and pointers that cannot be right, before anything is
/// written.
#pragma once

#include <robocache/detail/kinematics/gripper_op.hpp>
#include <robocache/kinematics/convert.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

template <class T>
void compute(const cpu& executor, const gripper_op<T>& op) {
  compute_rows(executor, op, 1);
}

ROBOCACHE_ACTION_TYPES(ROBOCACHE_PROMISE_CPU, gripper_op)

}  // namespace detail

/// 1 above `open`, 0 below `closed`; what lies between takes the value that is reached after, or at
/// the end the last one as it is.
template <class Executor, class Source, class T>
void binarize_gripper(const Executor& executor, view<Source, 3> from, view<T, 3> to,
                      double open = 0.95, double closed = 0.05) {
  detail::run(executor,
              detail::make_gripper_op<T>("binarize_gripper", detail::gripper_rule::binarize, from,
                                         to, open, closed));
}

/// Commands to close (above `threshold`) and open (below -`threshold`) to the state, 0 closed and 1
/// open; before the first command it is the opposite of that, without any open.
template <class Executor, class Source, class T>
void gripper_relative_to_absolute(const Executor& executor, view<Source, 3> from, view<T, 3> to,
                                  double threshold = 0.1) {
  detail::run(executor, detail::make_gripper_op<T>("gripper_relative_to_absolute",
                                                   detail::gripper_rule::relative_to_absolute, from,
                                                   to, threshold, -threshold));
}

/// 1 - x.
template <class Executor, class Source, class T>
void invert_gripper(const Executor& executor, view<Source, 3> from, view<T, 3> to) {
  detail::run(executor, detail::make_gripper_op<T>("invert_gripper", detail::gripper_rule::invert,
                                                   from, to, 0, 0));
}

ROBOCACHE_END_NAMESPACE
