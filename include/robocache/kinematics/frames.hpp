/// \file
/// One configuration's poses and Jacobian, for loops and kernels of your own: the functors that
/// `forward_kinematics` and `jacobian` call. Nothing is checked, nothing allocated.
#pragma once

#include <robocache/kinematics/tree.hpp>

ROBOCACHE_BEGIN_NAMESPACE

/// In which frame a Jacobian speaks, as Pinocchio names them. Rows are v, then w.
enum class jacobian_frame : std::uint8_t {
  local_world_aligned,  ///< of the link's origin, along the axes of the base
  local,                ///< of the link's origin, along its own axes
  world,                ///< of the point of the link that is at the base's origin, along its axes
};

/// The pose of the tip in the base's frame, or under `base` where that is not null. `q` gives
/// positions by q[column]: a pointer will do.
template <class Real, int Joints, class Q>
ROBOCACHE_HD basic_pose<Real> tip_pose(const chain<Real, Joints>& of, const Q& q,
                                       const basic_pose<Real>* base = nullptr) {
  if (of.joints() == 0) return base != nullptr ? *base * of.tip : of.tip;
  basic_pose<Real> frame = of.steps[0].before;
  if (base != nullptr) frame = *base * frame;
  detail::move_by(frame, of.steps[0], q);
  for (int s = 1; s < of.joints(); ++s) {
    frame = frame * of.steps[s].before;
    detail::move_by(frame, of.steps[s], q);
  }
  return frame * of.tip;
}

/// The frames of all joints of a chain or tree, moved, z being each one's axis.
template <class Model, class Q, class Real = typename Model::real>
ROBOCACHE_HD void joint_frames(const Model& of, const Q& q, basic_pose<Real>* frames,
                               const basic_pose<Real>* base = nullptr) {
  for (int s = 0; s < of.joints(); ++s) {
    const int parent = of.parent(s);
    basic_pose<Real> frame = of.steps[s].before;
    if (parent >= 0) {
      frame = frames[parent] * frame;
    } else if (base != nullptr) {
      frame = *base * frame;
    }
    detail::move_by(frame, of.steps[s], q);
    frames[s] = frame;
  }
}

/// The pose of a link, by the frames of the joints.
template <class Model, class Real = typename Model::real>
ROBOCACHE_HD basic_pose<Real> link_pose(const Model& of, const basic_pose<Real>* frames, int link,
                                        const basic_pose<Real>* base = nullptr) {
  const int step = of.step_of(link);
  if (step >= 0) return frames[step] * of.after(link);
  return base != nullptr ? *base * of.after(link) : of.after(link);
}

namespace detail {

/// The velocity of a link per unit of one joint's: v, w.
template <class Real>
struct joint_twist {
  basic_vec3<Real> v, w;
};

template <class Real>
ROBOCACHE_HD joint_twist<Real> twist_of(const basic_pose<Real>& joint, bool slides,
                                        const basic_pose<Real>& link, jacobian_frame in) {
  joint_twist<Real> twist{joint.column(2), {0, 0, 0}};
  if (!slides) {
    const basic_vec3<Real> z = joint.column(2), at = joint.position();
    twist = {in == jacobian_frame::world ? cross(at, z) : cross(z, link.position() - at), z};
  }
  if (in == jacobian_frame::local) twist = {link.turn_back(twist.v), link.turn_back(twist.w)};
  return twist;
}

/// Adds `by` times a twist to a column, whose six numbers lie `stride` apart.
template <class Real>
ROBOCACHE_HD void add_twist(const joint_twist<Real>& twist, Real by, Real* column,
                            std::int64_t stride) {
  const Real parts[] = {twist.v.x, twist.v.y, twist.v.z, twist.w.x, twist.w.y, twist.w.z};
  for (int r = 0; r < 6; ++r) column[r * stride] = robocache::fma(by, parts[r], column[r * stride]);
}

}  // namespace detail

/// Writes the geometric Jacobian of a link that is `at` its pose, by the frames of the joints: 6
/// rows, `stride` apart, of a number for each column.
template <class Model, class Real = typename Model::real>
ROBOCACHE_HD void write_jacobian(const Model& of, const basic_pose<Real>* frames, int link,
                                 const basic_pose<Real>& at, jacobian_frame in, Real* out,
                                 std::int64_t stride) {
  for (int r = 0; r < 6; ++r) {
    for (int c = 0; c < of.columns(); ++c) out[r * stride + c] = 0;
  }
  for (int s = of.step_of(link); s >= 0; s = of.parent(s)) {
    const auto& step = of.steps[s];
    detail::add_twist(detail::twist_of(frames[s], step.slides, at, in),
                      step.leads ? Real(1) : step.multiplier, out + step.column, stride);
  }
}

ROBOCACHE_END_NAMESPACE
