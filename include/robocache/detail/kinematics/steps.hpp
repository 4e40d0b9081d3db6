// One moving joint as it is computed, and how plans become plain data.
#pragma once

#include <robocache/core/geometry.hpp>
#include <robocache/detail/kinematics/plan.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// A fixed motion, then a turn about z or a slide along it.
template <class Real>
struct joint_step {
  basic_pose<Real> before;
  Real multiplier, offset;  // position = multiplier * q[column] + offset
  std::int16_t column;
  std::int16_t parent;  // the step that it hangs on; -1: the base
  bool slides;
  bool leads;  // position = q[column]

  template <class Q>
  [[nodiscard]] ROBOCACHE_HD Real position(const Q& q) const {
    const Real own = static_cast<Real>(q[column]);
    return leads ? own : robocache::fma(multiplier, own, offset);
  }
};

/// Turns a frame about its z.
template <class Real>
ROBOCACHE_HD void turn_about_z(basic_pose<Real>& frame, Real angle) {
  const circular<Real> of = sine_cosine(angle);
  for (auto& row : frame.rows) {
    const Real x = row[0], y = row[1];
    row[0] = robocache::fma(of.cosine, x, of.sine * y);
    row[1] = robocache::fma(of.cosine, y, -(of.sine * x));
  }
}

template <class Real>
ROBOCACHE_HD void slide_along_z(basic_pose<Real>& frame, Real by) {
  for (auto& row : frame.rows) row[3] = robocache::fma(by, row[2], row[3]);
}

/// The frame moved by its joint.
template <class Real, class Q>
ROBOCACHE_HD void move_by(basic_pose<Real>& frame, const joint_step<Real>& step, const Q& q) {
  if (step.slides) {
    slide_along_z(frame, step.position(q));
  } else {
    turn_about_z(frame, step.position(q));
  }
}

template <class Real>
basic_pose<Real> rounded(const pose& p) {
  return basic_pose<Real>::read(&p.rows[0][0], 4);
}

template <class Real>
joint_step<Real> make_step(const planned_joint& planned, const joint& of) {
  joint_step<Real> step;
  step.before = rounded<Real>(planned.before);
  step.multiplier = static_cast<Real>(planned.by.multiplier);
  step.offset = static_cast<Real>(planned.by.offset);
  step.column = static_cast<std::int16_t>(planned.column);
  step.parent = static_cast<std::int16_t>(planned.parent);
  step.slides = of.kind == joint_kind::prismatic;
  step.leads = planned.by.joint == planned.joint;
  return step;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
