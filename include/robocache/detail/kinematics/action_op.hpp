// Absolute actions to relative ones, and back.
#pragma once

#include <robocache/detail/kinematics/convert_op.hpp>
#include <robocache/kinematics/action_options.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// A change of position and of rotation, three numbers each.
template <class T>
struct pose_change {
  T parts[6];
};

/// What both directions are made of.
template <class T>
struct action_base {
  std::int64_t items = 0, steps = 0;  // rows of deltas
  std::int64_t extra = 0;             // numbers behind poses and deltas
  pose_form form;
  delta_rule rule = delta_rule::from_state;
  delta_frame frame = delta_frame::base;
  delta_rotation rotation = delta_rotation::rotation_vector;
  T position_scale = 1, rotation_scale = 1;
  bool clip = false;

  ROBOCACHE_HD T scale_of(int part) const { return part < 3 ? position_scale : rotation_scale; }

  ROBOCACHE_HD pose_change<T> difference(const T* from, const T* to) const {
    const placement<T> a = read_placement(form, from), b = read_placement(form, to);
    basic_vec3<T> move = b.position - a.position, spin;
    const bool in_tool = frame == delta_frame::tool;
    if (in_tool) move = robocache::to_pose(a.rotation).turn_back(move);
    if (rotation == delta_rotation::euler_difference) {
      spin = {wrapped_far(to[3] - from[3]), wrapped_far(to[4] - from[4]),
              wrapped_far(to[5] - from[5])};
    } else {
      spin = to_rotation_vector(in_tool ? conjugate(a.rotation) * b.rotation
                                        : b.rotation * conjugate(a.rotation));
    }
    return {{move.x, move.y, move.z, spin.x, spin.y, spin.z}};
  }

  /// Writes the pose that a delta, six numbers, leads to.
  ROBOCACHE_HD void moved(const T* from, const T* delta, T* to) const {
    const placement<T> a = read_placement(form, from);
    const bool in_tool = frame == delta_frame::tool;
    basic_vec3<T> move = {delta[0], delta[1], delta[2]};
    if (in_tool) move = robocache::to_pose(a.rotation).turn(move);
    placement<T> b{{robocache::fma(position_scale, move.x, a.position.x),
                    robocache::fma(position_scale, move.y, a.position.y),
                    robocache::fma(position_scale, move.z, a.position.z)},
                   a.rotation};
    if (rotation == delta_rotation::euler_difference) {
      store<T>({b.position.x, b.position.y, b.position.z, 0}, to, 3);
      T angles[4] = {};
      for (int i = 3; i < 6; ++i) {
        angles[i - 3] = wrapped_far(robocache::fma(rotation_scale, delta[i], from[i]));
      }
      return store(angles, to + 3, 3);
    }
    const auto spin = from_rotation_vector<T>(
        {rotation_scale * delta[3], rotation_scale * delta[4], rotation_scale * delta[5]});
    b.rotation = normalized<T>(in_tool ? a.rotation * spin : spin * a.rotation);
    if (form.is_4x4) return write_pose(form, to_pose(b), to);
    store<T>({b.position.x, b.position.y, b.position.z, 0}, to, 3);
    write_rotation(form.rotation, b.rotation, to + 3);
  }

  ROBOCACHE_HD void copy_extra(const T* from, T* to) const {
    for (std::int64_t c = 0; c < extra; ++c) to[c] = from[c];
  }

  /// Within pi, of angles that differ by some turns at most.
  ROBOCACHE_HD static T wrapped_far(T angle) {
    constexpr T turn = T(0x1.921fb54442d18p+2), most = 64;
    if (!(angle > -most && angle < most)) return angle - angle == 0 ? far(angle) : angle;
    while (angle >= turn / 2) angle -= turn;
    while (angle < -turn / 2) angle += turn;
    return angle;
  }
  /// The same of any, by the angle's sine and cosine.
  ROBOCACHE_HD static T far(T angle) {
    const circular<T> of = sine_cosine(angle);
    return arc_tangent(of.sine, of.cosine);
  }
};

template <class T>
struct to_delta_op : action_base<T> {
  using base = action_base<T>;

  sequence_rows<const T> poses, states;
  sequence_rows<T> deltas;
  sequence_rows<std::uint8_t> valid;
  bool masks_last = false;
  std::int64_t rows = 0;

  ROBOCACHE_HD void compute_row(std::int64_t n) const {
    const std::int64_t b = n / base::steps, t = n % base::steps;
    const bool is_step = base::rule == delta_rule::step;
    const bool is_missing = masks_last && t == base::steps - 1;
    const T* const from = is_step                                ? poses.at(b, t)
                          : base::rule == delta_rule::from_state ? states.at(b, t)
                                                                 : states.at(b, 0);
    const T* const to = poses.at(b, is_step && !is_missing ? t + 1 : t);
    T* const out = deltas.at(b, t);
    const pose_change<T> change = is_missing ? pose_change<T>{} : base::difference(from, to);
    for (int i = 0; i < 6; ++i) out[i] = narrow<T>(over_scale(change.parts[i], base::scale_of(i)));
    base::copy_extra(to + base::form.width(), out + 6);
    if (valid.data != nullptr) *valid.at(b, t) = is_missing ? 0 : 1;
  }

 private:
  ROBOCACHE_HD T over_scale(T x, T scale) const {
    if (base::clip && x > scale) return 1;
    if (base::clip && x < -scale) return -1;
    return x / scale;
  }
};

template <class T>
struct to_absolute_op : action_base<T> {
  using base = action_base<T>;

  sequence_rows<const T> deltas, states;
  sequence_rows<T> poses;
  std::int64_t rows = 0;  // items where steps build on one another

  ROBOCACHE_HD void compute_row(std::int64_t n) const {
    if (base::rule == delta_rule::step) return integrate(n);
    const std::int64_t b = n / base::steps, t = n % base::steps;
    apply(states.at(b, base::rule == delta_rule::from_state ? t : 0), b, t, t);
  }

 private:
  /// Pose `to` of item b from delta t.
  ROBOCACHE_HD void apply(const T* from, std::int64_t b, std::int64_t t, std::int64_t to) const {
    base::moved(from, deltas.at(b, t), poses.at(b, to));
    base::copy_extra(deltas.at(b, t) + 6, poses.at(b, to) + base::form.width());
  }
  ROBOCACHE_HD void integrate(std::int64_t b) const {
    T* const first = poses.at(b, 0);
    const T none[6] = {};
    base::moved(states.at(b, 0), none, first);
    base::copy_extra(states.at(b, 0) + base::form.width(), first + base::form.width());
    for (std::int64_t t = 0; t < base::steps; ++t) apply(poses.at(b, t), b, t, t + 1);
  }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
