// An independent reference: matrices in extended precision, Rodrigues' formula, names all the way.
#pragma once

#include <cmath>
#include <map>
#include <robocache/kinematics/robot.hpp>

#include "support/random_robot.hpp"

namespace test {

using extended = long double;
using positions = std::map<std::string, extended>;

struct motion {
  extended m[3][4] = {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}};

  friend motion operator*(const motion& a, const motion& b) {
    motion p;
    for (int r = 0; r < 3; ++r) {
      for (int c = 0; c < 4; ++c) {
        p.m[r][c] = c == 3 ? a.m[r][3] : 0;
        for (int k = 0; k < 3; ++k) p.m[r][c] += a.m[r][k] * b.m[k][c];
      }
    }
    return p;
  }
};

inline motion motion_of(const robocache::pose& p) {
  motion m;
  for (int r = 0; r < 3; ++r) {
    for (int c = 0; c < 4; ++c) m.m[r][c] = static_cast<extended>(p.rows[r][c]);
  }
  return m;
}

/// I + sin K + (1 - cos) K^2.
inline motion turn(const robocache::vec3& axis, extended angle) {
  const extended a[3] = {axis.x, axis.y, axis.z};
  const extended k[3][3] = {{0, -a[2], a[1]}, {a[2], 0, -a[0]}, {-a[1], a[0], 0}};
  const extended s = std::sin(angle), half = std::sin(angle / 2);
  motion m;
  for (int r = 0; r < 3; ++r) {
    for (int c = 0; c < 3; ++c) {
      extended square = 0;
      for (int i = 0; i < 3; ++i) square += k[r][i] * k[i][c];
      m.m[r][c] = (r == c ? 1.0L : 0.0L) + s * k[r][c] + 2 * half * half * square;
    }
  }
  return m;
}

inline extended position_of(const robocache::robot& robot, const robocache::joint& j,
                            const positions& q) {
  if (j.mimics.empty()) return q.at(j.name);
  const auto& leader = robot.joints()[static_cast<std::size_t>(robot.find_joint(j.mimics))];
  return static_cast<extended>(j.multiplier) * position_of(robot, leader, q) +
         static_cast<extended>(j.offset);
}

inline motion joint_motion(const robocache::joint& j, extended q) {
  if (j.kind == robocache::joint_kind::fixed) return {};
  if (j.kind != robocache::joint_kind::prismatic) return turn(j.axis, q);
  motion m;
  m.m[0][3] = static_cast<extended>(j.axis.x) * q;
  m.m[1][3] = static_cast<extended>(j.axis.y) * q;
  m.m[2][3] = static_cast<extended>(j.axis.z) * q;
  return m;
}

/// The pose of a link below the root. Into `reach`, where given, the length of the way.
inline motion reference_pose(const robocache::robot& robot, const positions& q,
                             const std::string& link, extended* reach = nullptr) {
  const int above = robot.joint_above(robot.find_link(link));
  if (above < 0) return {};
  const auto& j = robot.joints()[static_cast<std::size_t>(above)];
  const extended at = j.kind == robocache::joint_kind::fixed ? 0 : position_of(robot, j, q);
  if (reach != nullptr) {
    const motion o = motion_of(j.origin);
    *reach += std::hypot(o.m[0][3], o.m[1][3], o.m[2][3]);
    if (j.kind == robocache::joint_kind::prismatic) *reach += std::fabs(at);
  }
  return reference_pose(robot, q, j.parent, reach) * motion_of(j.origin) * joint_motion(j, at);
}

/// The angle between two rotations.
inline extended angle_between(const motion& a, const motion& b) {
  extended skew[3] = {}, trace = 0;
  motion d;
  for (int r = 0; r < 3; ++r) {
    for (int c = 0; c < 3; ++c) {
      d.m[r][c] = 0;
      for (int k = 0; k < 3; ++k) d.m[r][c] += a.m[k][r] * b.m[k][c];
    }
    trace += d.m[r][r];
  }
  skew[0] = d.m[2][1] - d.m[1][2];
  skew[1] = d.m[0][2] - d.m[2][0];
  skew[2] = d.m[1][0] - d.m[0][1];
  return std::atan2(std::hypot(skew[0], skew[1], skew[2]) / 2, (trace - 1) / 2);
}

inline extended distance_between(const motion& a, const motion& b) {
  return std::hypot(a.m[0][3] - b.m[0][3], a.m[1][3] - b.m[1][3], a.m[2][3] - b.m[2][3]);
}

/// From a 4x4 matrix, row by row.
template <class T>
motion motion_from(const T* m) {
  motion p;
  for (int r = 0; r < 3; ++r) {
    for (int c = 0; c < 4; ++c) p.m[r][c] = static_cast<extended>(m[4 * r + c]);
  }
  return p;
}

/// From position and quaternion, w x y z.
template <class T>
motion motion_from_wxyz(const T* p) {
  extended q[4], square = 0;
  for (int i = 0; i < 4; ++i) square += static_cast<extended>(p[3 + i]) * p[3 + i];
  for (int i = 0; i < 4; ++i) q[i] = static_cast<extended>(p[3 + i]) / std::sqrt(square);
  const extended w = q[0], x = q[1], y = q[2], z = q[3];
  motion m;
  const extended rows[3][3] = {{1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)},
                               {2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)},
                               {2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)}};
  for (int r = 0; r < 3; ++r) {
    for (int c = 0; c < 3; ++c) m.m[r][c] = rows[r][c];
    m.m[r][3] = static_cast<extended>(p[r]);
  }
  return m;
}

}  // namespace test
