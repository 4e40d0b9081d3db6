/// \file
/// What relative actions are relative to, and the conventions of data sets as presets.
#pragma once

#include <robocache/kinematics/rotation.hpp>

ROBOCACHE_BEGIN_NAMESPACE

/// Which pose is taken against which.
enum class delta_rule : std::uint8_t {
  step,              ///< pose[k + 1] against pose[k]
  from_state,        ///< action[k] against state[k]
  from_first_state,  ///< every action of a chunk against the state it begins with
};

/// In which frame a change is told, of a pose p, R to one p', R'.
enum class delta_frame : std::uint8_t {
  base,  ///< p' - p and R' R^T
  tool,  ///< R^T (p' - p) and R^T R'
};

/// How the change of rotation is written.
enum class delta_rotation : std::uint8_t {
  rotation_vector,
  euler_difference,  ///< differences of the Euler angles that poses are given in, each within pi
};

/// Of `delta_rule::step`, which the last pose has no answer for.
enum class last_row : std::uint8_t {
  drop,  ///< deltas have one row less than poses
  mask,  ///< deltas have as many, the last one not valid: no motion
};

struct delta_options {
  pose_form form;  ///< of the poses; numbers behind them in a row are copied
  delta_rule rule = delta_rule::from_state;
  delta_frame frame = delta_frame::base;
  delta_rotation rotation = delta_rotation::rotation_vector;
  double position_scale = 1.0;  ///< m for a delta of 1
  double rotation_scale = 1.0;  ///< rad for a delta of 1
  bool clip = false;            ///< each number of a delta to [-1, 1]
  last_row last = last_row::drop;
};

/// CALVIN's rel_actions: of `actions` against `robot_obs[0:6]`, Euler angles about fixed x, y, z;
/// 0.02 m and 0.05 rad are 1, and more is clipped.
inline delta_options calvin_actions() {
  return {rotation_form::extrinsic_xyz,
          delta_rule::from_state,
          delta_frame::base,
          delta_rotation::euler_difference,
          0.02,
          0.05,
          true,
          last_row::drop};
}

/// DROID's motion of the wrist: Cartesian positions with Euler angles about fixed x, y, z, each
/// against the one before, in the frame of the wrist.
inline delta_options droid_actions() {
  return {rotation_form::extrinsic_xyz,
          delta_rule::step,
          delta_frame::tool,
          delta_rotation::rotation_vector,
          1.0,
          1.0,
          false,
          last_row::drop};
}

/// robosuite's OSC_POSE with its usual limits: 0.05 m and 0.5 rad are 1, and more is clipped; in
/// the base frame, quaternions in its order, x y z w.
inline delta_options robosuite_actions() {
  return {rotation_form::quaternion_xyzw,
          delta_rule::from_state,
          delta_frame::base,
          delta_rotation::rotation_vector,
          0.05,
          0.5,
          true,
          last_row::drop};
}

ROBOCACHE_END_NAMESPACE
