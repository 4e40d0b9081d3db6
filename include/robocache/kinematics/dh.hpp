/// \file
/// Robots from Denavit-Hartenberg tables.
#pragma once

#include <robocache/kinematics/robot.hpp>

ROBOCACHE_BEGIN_NAMESPACE

/// Which of the two conventions a table follows.
enum class dh_convention : std::uint8_t {
  standard,  ///< Rz(theta) Tz(d) Tx(a) Rx(alpha)
  modified,  ///< Rx(alpha) Tx(a) Rz(theta) Tz(d), as Craig has it
};

/// One row of a table: lengths in metres, angles in radians.
struct dh_row {
  double a = 0.0, alpha = 0.0, d = 0.0, theta = 0.0;
  joint_kind kind = joint_kind::revolute;  ///< the position adds to theta, of `prismatic` to d
  double lower = -joint::unlimited, upper = joint::unlimited;
};

/// A serial robot with links "base", "link1" ... and, last, "tool"; joints "joint1" ... and one
/// fixed joint "tool_joint" to the last frame of the table. Throws as the constructor of `robot`
/// does.
inline robot robot_from_dh(const std::vector<dh_row>& table, dh_convention convention) {
  if (convention > dh_convention::modified)
    detail::fail("robot_from_dh", "convention is not known");
  std::vector<std::string> links = {"base"};
  std::vector<joint> joints;
  pose carried = pose::identity();  // what a standard row has behind its joint
  for (std::size_t i = 0; i < table.size(); ++i) {
    const dh_row& row = table[i];
    const std::string number = std::to_string(i + 1);
    const pose screw_x = pose_from_rpy({row.a, 0, 0}, {row.alpha, 0, 0});
    const pose screw_z = pose_from_rpy({0, 0, row.d}, {0, 0, row.theta});
    const bool is_standard = convention == dh_convention::standard;
    joint j;
    j.name = "joint" + number;
    j.parent = links.back();
    j.child = "link" + number;
    j.kind = row.kind;
    j.origin = is_standard ? carried * screw_z : screw_x * screw_z;
    j.axis = {0, 0, 1};
    j.lower = row.lower;
    j.upper = row.upper;
    if (is_standard) carried = screw_x;
    links.push_back(j.child);
    joints.push_back(std::move(j));
  }
  joint last;
  last.name = "tool_joint";
  last.parent = links.back();
  last.child = "tool";
  last.origin = carried;
  links.push_back(last.child);
  joints.push_back(std::move(last));
  return {"dh", std::move(links), std::move(joints)};
}

ROBOCACHE_END_NAMESPACE
