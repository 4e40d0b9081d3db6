/// \file
/// What can be said to `forward_kinematics`, `jacobian` and the velocities.
#pragma once

#include <robocache/core/view.hpp>
#include <robocache/kinematics/frames.hpp>
#include <robocache/kinematics/rotation.hpp>

ROBOCACHE_BEGIN_NAMESPACE

/// Where the base of each row stands, such as the pose of a floating joint.
template <class Real>
struct base_poses {
  view<const Real, 2> poses;  ///< [B, width of `form`], optional; a stride of 0 shares one
  pose_form form;
};

template <class Real>
struct motion_options {
  pose_form form;                                              ///< of the poses written
  jacobian_frame frame = jacobian_frame::local_world_aligned;  ///< of Jacobians and twists
  base_poses<Real> base;
};

template <class Real>
struct twist_options {
  jacobian_frame frame = jacobian_frame::local_world_aligned;
  /// Of `twist_to_joint`: dq = J^T (J J^T + damping^2 I)^-1 twist.
  double damping = 0.01;
  base_poses<Real> base;
};

ROBOCACHE_END_NAMESPACE
