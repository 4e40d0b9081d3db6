// What a robot's links need to be found: its moving joints, each about its own z, in double.
#pragma once

#include <robocache/kinematics/robot.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

struct planned_joint {
  pose before = pose::identity();  // fixed motion from the frame of `parent`
  int joint = -1;                  // of the robot
  int parent = -1;                 // among the planned ones; -1: the base
  int column = -1;
  drive by;
};

struct planned_link {
  pose after = pose::identity();  // fixed motion from the frame of `joint`
  int joint = -1;                 // among the planned ones; -1: the base
};

/// Frames of joints are turned so that z is the axis.
struct kinematic_plan {
  std::vector<planned_joint> joints;
  std::vector<planned_link> links;
  std::vector<int> columns;  // the robot's joints that positions are given for
  std::vector<double> lower, upper;
};

/// The inverse of a rigid motion that is a rotation.
inline pose transposed(const pose& p) {
  pose t = pose::identity();
  for (int r = 0; r < 3; ++r) {
    for (int c = 0; c < 3; ++c) t.rows[r][c] = p.rows[c][r];
  }
  return t;
}

/// A rotation that brings z to the axis; of 0 and 1 alone where the axis is.
inline pose turn_z_to(const vec3& axis) {
  if (axis.z == 1.0) return pose::identity();
  const auto size = [](double v) { return v < 0 ? -v : v; };
  vec3 helper = {1, 0, 0};
  if (size(axis.y) < size(axis.x)) helper = {0, 1, 0};
  if (size(axis.z) < size(axis.x) && size(axis.z) < size(axis.y)) helper = {0, 0, 1};
  vec3 x = cross(helper, axis);
  const double inverse = inverse_length(x);
  x = {x.x * inverse, x.y * inverse, x.z * inverse};
  const vec3 y = cross(axis, x);
  return {{{x.x, y.x, axis.x, 0}, {x.y, y.y, axis.y, 0}, {x.z, y.z, axis.z, 0}}};
}

/// Plans the ways from a base to links, for the operation named in errors.
class planner {
 public:
  planner(const label& op, const robot& of, const std::string& base)
      : op_(op),
        robot_(of),
        base_(of.find_link(base)),
        needed_(of.joints().size(), 0),
        behind_(of.joints().size()) {}

  kinematic_plan run(const std::vector<std::string>& links) {
    for (const std::string& link : links) mark_way_to(robot_.find_link(link));
    for (const int j : robot_.descending()) {
      if (needed_[at(j)] != 0) add(j);
    }
    for (const std::string& link : links) {
      const int above =
          robot_.find_link(link) == base_ ? -1 : robot_.joint_above(robot_.find_link(link));
      plan_.links.push_back(above < 0 ? planned_link{} : behind_[at(above)]);
    }
    check_limits();
    return std::move(plan_);
  }

 private:
  static std::size_t at(int i) { return static_cast<std::size_t>(i); }

  void mark_way_to(int link) {
    for (int now = link; now != base_;) {
      const int above = robot_.joint_above(now);
      if (above < 0) {
        fail(op_, "link \"" + robot_.links()[at(link)] + "\" does not hang on link \"" +
                      robot_.links()[at(base_)] + "\"");
      }
      needed_[at(above)] = 1;
      now = robot_.link_above(above);
    }
  }

  /// Where the link below a joint is, by the last moving joint.
  void add(int j) {
    const joint& what = robot_.joints()[at(j)];
    const int from = robot_.link_above(j);
    const planned_link above =
        from == base_ ? planned_link{} : behind_[at(robot_.joint_above(from))];
    planned_link here{above.after * what.origin, above.joint};
    if (what.kind == joint_kind::floating || what.kind == joint_kind::planar) {
      if (above.joint >= 0) {
        fail(op_, "joint \"" + what.name +
                      "\": a floating or planar joint must come before those that move");
      }
      here.after = pose::identity();  // the base pose of a row says where it is
    }
    if (is_moving(what.kind)) {
      const pose turn = turn_z_to(what.axis);
      planned_joint moving{here.after * turn, j, here.joint, -1, robot_.drive_of(j)};
      moving.column = column_of(moving.by.joint);
      here = {transposed(turn), static_cast<int>(plan_.joints.size())};
      narrow_limits(what, moving);
      plan_.joints.push_back(moving);
    }
    behind_[at(j)] = here;
  }

  int column_of(int leader) {
    for (std::size_t c = 0; c < plan_.columns.size(); ++c) {
      if (plan_.columns[c] == leader) return static_cast<int>(c);
    }
    const joint& j = robot_.joints()[at(leader)];
    const bool is_limited = j.kind != joint_kind::continuous;
    plan_.columns.push_back(leader);
    plan_.lower.push_back(is_limited ? j.lower : -joint::unlimited);
    plan_.upper.push_back(is_limited ? j.upper : joint::unlimited);
    return static_cast<int>(plan_.columns.size()) - 1;
  }

  /// What follows must keep its own limits, too.
  void narrow_limits(const joint& follower, const planned_joint& moving) {
    const double by = moving.by.multiplier;
    if (follower.mimics.empty() || by == 0.0 || follower.kind == joint_kind::continuous) return;
    double low = (follower.lower - moving.by.offset) / by;
    double high = (follower.upper - moving.by.offset) / by;
    if (by < 0) std::swap(low, high);
    double& lower = plan_.lower[at(moving.column)];
    double& upper = plan_.upper[at(moving.column)];
    if (low > lower) lower = low;
    if (high < upper) upper = high;
  }

  void check_limits() const {
    for (std::size_t c = 0; c < plan_.columns.size(); ++c) {
      if (plan_.lower[c] <= plan_.upper[c]) continue;
      fail(op_, "joint \"" + robot_.joints()[at(plan_.columns[c])].name +
                    "\": its limits and those of what mimics it leave no position");
    }
  }

  label op_;
  const robot& robot_;
  int base_;
  std::vector<char> needed_;
  std::vector<planned_link> behind_;  // of each joint: its child link
  kinematic_plan plan_;
};

/// The float next to a limit that keeps it.
template <class Real>
Real limit_within(double limit, bool is_lower) {
  auto nearest = static_cast<Real>(limit);
  if constexpr (sizeof(Real) == 4) {
    const auto back = static_cast<double>(nearest);
    if (is_lower ? back >= limit : back <= limit) return nearest;
    if (nearest == 0) return is_lower ? 0x1p-149F : -0x1p-149F;
    const bool away = (nearest > 0) == is_lower;  // from zero
    const auto bits = bit_cast<std::uint32_t>(nearest);
    nearest = bit_cast<float>(away ? bits + 1 : bits - 1);
  }
  return nearest;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
