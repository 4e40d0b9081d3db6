// Robots with joints of all kinds, at odd angles.
#pragma once

#include <cmath>
#include <robocache/kinematics/robot.hpp>

#include "random.hpp"

namespace test {

/// A random robot of `count` moving joints with fixed ones and mimics between them.
inline robocache::robot random_robot(random_source& random, int count, bool is_serial = false) {
  using robocache::joint_kind;
  std::vector<std::string> links = {"root"};
  std::vector<robocache::joint> joints;
  std::vector<std::string> leaders;
  const auto angle = [&] {
    return random.chance(0.4) ? 0.5 * static_cast<double>(random.between(-4, 4)) * std::acos(0.0)
                              : random.uniform(-3.2, 3.2);
  };
  for (int moving = 0; moving < count;) {
    robocache::joint j;
    j.name = "j" + std::to_string(joints.size());
    j.parent = is_serial ? links.back()
                         : links[static_cast<std::size_t>(
                               random.between(0, static_cast<std::int64_t>(links.size()) - 1))];
    j.child = "l" + std::to_string(links.size());
    j.origin = robocache::pose_from_rpy(
        {random.uniform(-0.3, 0.3), random.uniform(-0.3, 0.3), random.uniform(-0.3, 0.3)},
        {angle(), angle(), angle()});
    constexpr joint_kind kinds[] = {joint_kind::fixed,      joint_kind::revolute,
                                    joint_kind::revolute,   joint_kind::revolute,
                                    joint_kind::continuous, joint_kind::prismatic};
    j.kind = random.one_of(kinds);
    const double axes[][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {-1, 0, 0}, {0, -1, 0}, {0, 0, -1}};
    const auto& axis = axes[random.between(0, 5)];
    j.axis = {axis[0], axis[1], axis[2]};
    if (random.chance(0.5))
      j.axis = {random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(0.1, 1)};
    j.lower = j.kind == joint_kind::prismatic ? -0.2 : -2.5;
    j.upper = -j.lower;
    if (robocache::is_moving(j.kind)) {
      ++moving;
      if (!leaders.empty() && random.chance(0.15)) {
        j.mimics = leaders[static_cast<std::size_t>(
            random.between(0, static_cast<std::int64_t>(leaders.size()) - 1))];
        j.multiplier = random.uniform(-0.5, 0.5);
        j.offset = random.uniform(-0.1, 0.1);
      }
      leaders.push_back(j.name);
    }
    links.push_back(j.child);
    joints.push_back(std::move(j));
  }
  return {"random", std::move(links), std::move(joints)};
}

}  // namespace test
