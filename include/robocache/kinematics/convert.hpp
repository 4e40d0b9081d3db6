/// \file
/// `convert_rotations`, `convert_poses`: from one form to another.
#pragma once

#include <robocache/detail/kinematics/convert_op.hpp>
#include <robocache/detail/kinematics/rows_cpu.hpp>
#include <robocache/detail/run_on.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

template <class T>
void compute(const cpu& executor, const convert_op<T>& op) {
  compute_rows(executor, op, 1024);
}

/// The promised types of operations on actions.
#define ROBOCACHE_ACTION_TYPES(Do, Op) Do(Op<float>) Do(Op<double>)

ROBOCACHE_ACTION_TYPES(ROBOCACHE_PROMISE_CPU, convert_op)

}  // namespace detail

/// Writes rotations in another form.
///
/// \param executor `cpu`, or `any_executor` of one, until there are kernels; all views lie in
/// memory that it can reach. \param from     [B, T, W] float or double, W = width_of(from_form);
/// rows may be longer. \param to       [B, T, V], V = width_of(to_form), of the same type; must not
/// overlap `from`.
///
/// Quaternions are normalised when read and have w >= 0 when written, rotation vectors at most pi
/// radians, Euler angles the ranges of `to_euler`. What is no rotation, such as a quaternion of
/// zeros or parallel directions, gives NaN. Errors in radians: 1e-6 in float, 1e-14 in double.
///
/// Deterministic: the same bits on the CPU with any number of threads. Throws `invalid_argument`
/// for shapes, strides, pointers and forms that cannot be right, before anything is written.
template <class Executor, class Source, class T>
void convert_rotations(const Executor& executor, view<Source, 3> from, rotation_form from_form,
                       view<T, 3> to, rotation_form to_form) {
  detail::run(executor,
              detail::make_convert_op<T>("convert_rotations", from, from_form, to, to_form, false));
}

/// The same of poses: positions are copied.
template <class Executor, class Source, class T>
void convert_poses(const Executor& executor, view<Source, 3> from, const pose_form& from_form,
                   view<T, 3> to, const pose_form& to_form) {
  detail::run(executor,
              detail::make_convert_op<T>("convert_poses", from, from_form, to, to_form, true));
}

ROBOCACHE_END_NAMESPACE
