// Arguments of good calls, to be spoilt one at a time.
#pragma once

#include <robocache/kinematics/actions.hpp>
#include <robocache/kinematics/dh.hpp>
#include <robocache/kinematics/gripper.hpp>
#include <robocache/kinematics/inverse_kinematics.hpp>
#include <robocache/kinematics/velocity.hpp>

#include "support/mistakes.hpp"

namespace test {

using namespace robocache;

inline chain<float> two_joints() {
  std::vector<dh_row> table(2);
  table[0].a = table[1].a = 0.5;
  for (dh_row& row : table) row.lower = -(row.upper = 3);
  return make_chain<float>(robot_from_dh(table, dh_convention::standard), "tool");
}

/// Arguments of good calls for 3 rows, to be spoilt one at a time.
struct call {
  chain<float> model = two_joints();
  std::vector<float> in = std::vector<float>(256, 0.25F), out = std::vector<float>(256, -7.0F);
  std::vector<std::uint8_t> flags = std::vector<std::uint8_t>(16, 7);

  view<const float, 2> q{in.data(), {3, 2}};
  view<float, 2> poses{out.data(), {3, 7}};
  view<float, 3> jacobians{out.data() + 64, {3, 6, 2}};
  motion_options<float> options;
  view<const float, 2> velocities{in.data() + 8, {3, 2}};
  view<const float, 2> twists_in{in.data() + 16, {3, 6}};
  view<float, 2> twists{out.data(), {3, 6}};
  view<float, 2> joints{out.data() + 32, {3, 2}};
  twist_options<float> damped;
  view<const float, 2> targets{in.data(), {3, 7}};
  inverse_options<float> inverse;
  inverse_report<float> report;
  view<const float, 3> actions{in.data(), {2, 5, 8}}, states{in.data() + 80, {2, 5, 7}};
  view<float, 3> deltas{out.data(), {2, 5, 7}};
  view<const float, 3> deltas_in{in.data(), {2, 5, 7}};
  view<float, 3> absolute{out.data(), {2, 5, 8}};
  delta_options rule;
  view<std::uint8_t, 2> valid{flags.data(), {2, 5}};
  rotation_form from_form = rotation_form::quaternion_wxyz, to_form = rotation_form::rows_6d;
  view<const float, 3> rotations{in.data(), {2, 5, 4}};
  view<float, 3> rotated{out.data(), {2, 5, 6}};
  view<const float, 3> grips{in.data(), {2, 5, 1}};
  view<float, 3> gripped{out.data(), {2, 5, 1}};
  double open = 0.95;

  void both() const {
    forward_kinematics_and_jacobian(cpu{2}, model, q, poses, jacobians, options);
  }
  void twist() const { joint_to_twist(cpu{2}, model, q, velocities, twists, damped); }
  void velocity() const { twist_to_joint(cpu{2}, model, q, twists_in, joints, damped); }
  void solve() const { inverse_kinematics(cpu{2}, model, targets, joints, inverse, report); }
  void to_delta() const { absolute_to_delta(cpu{2}, actions, states, deltas, rule, valid); }
  void to_absolute() const { delta_to_absolute(cpu{2}, deltas_in, states, absolute, rule); }
  void convert() const { convert_rotations(cpu{2}, rotations, from_form, rotated, to_form); }
  void grip() const { binarize_gripper(cpu{2}, grips, gripped, open); }

  [[nodiscard]] bool untouched() const {
    const auto all = [](const auto& list, auto value) {
      return std::all_of(list.begin(), list.end(), [value](auto v) { return v == value; });
    };
    return all(out, -7.0F) && all(flags, 7);
  }
};

template <class Enum>
Enum beyond() {
  return static_cast<Enum>(200);
}

}  // namespace test
