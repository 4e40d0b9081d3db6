/// \file
/// `joint`: how one link moves against another.
#pragma once

#include <limits>
#include <robocache/core/geometry.hpp>
#include <string>

ROBOCACHE_BEGIN_NAMESPACE

/// How a joint moves, as URDF names it.
enum class joint_kind : std::uint8_t {
  fixed,
  revolute,    ///< turns about its axis, in radians, within limits
  continuous,  ///< turns without end
  prismatic,   ///< slides along its axis, in metres
  floating,    ///< moves freely: where it stands is the base pose of each row
  planar,      ///< moves in a plane: likewise
};

/// Whether it has one position: revolute, continuous or prismatic.
inline bool is_moving(joint_kind kind) {
  return kind == joint_kind::revolute || kind == joint_kind::continuous ||
         kind == joint_kind::prismatic;
}

/// A joint of a robot.
struct joint {
  static constexpr double unlimited = std::numeric_limits<double>::infinity();

  std::string name, parent, child;  ///< `parent` and `child` are links
  joint_kind kind = joint_kind::fixed;
  pose origin =
      pose::identity();       ///< the joint's frame, which is the child's at 0, in the parent's
  vec3 axis = {1, 0, 0};      ///< in the joint's frame
  double lower = -unlimited;  ///< rad or m
  double upper = unlimited;
  double velocity = unlimited;  ///< rad/s or m/s
  std::string mimics;           ///< the joint it follows: position = multiplier * its + offset
  double multiplier = 1.0;
  double offset = 0.0;
};

/// The pose with this position and roll, pitch and yaw: R = Rz(yaw) Ry(pitch) Rx(roll).
inline pose pose_from_rpy(const vec3& xyz, const vec3& rpy) {
  const auto [sr, cr] = sine_cosine(rpy.x);
  const auto [sp, cp] = sine_cosine(rpy.y);
  const auto [sy, cy] = sine_cosine(rpy.z);
  const pose yaw = {{{cy, -sy, 0, xyz.x}, {sy, cy, 0, xyz.y}, {0, 0, 1, xyz.z}}};
  const pose pitch = {{{cp, 0, sp, 0}, {0, 1, 0, 0}, {-sp, 0, cp, 0}}};
  const pose roll = {{{1, 0, 0, 0}, {0, cr, -sr, 0}, {0, sr, cr, 0}}};
  return yaw * (pitch * roll);
}

ROBOCACHE_END_NAMESPACE
