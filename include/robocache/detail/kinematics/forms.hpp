// Rotations and poses read and written in the form that a call names.
#pragma once

#include <robocache/detail/check.hpp>
#include <robocache/kinematics/rotation.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The rotation as a unit quaternion; NaN where it is none.
template <class Real>
ROBOCACHE_HD basic_quaternion<Real> read_rotation(rotation_form form, const Real* in) {
  switch (form) {
    case rotation_form::quaternion_wxyz:
      return normalized<Real>({in[1], in[2], in[3], in[0]});
    case rotation_form::quaternion_xyzw:
      return normalized<Real>({in[0], in[1], in[2], in[3]});
    case rotation_form::rotation_vector:
      return from_rotation_vector<Real>({in[0], in[1], in[2]});
    case rotation_form::rows_6d:
    case rotation_form::columns_6d:
      return to_quaternion(from_6d(in, form == rotation_form::columns_6d));
    case rotation_form::matrix:
      return to_quaternion(basic_pose<Real>{
          {{in[0], in[1], in[2], 0}, {in[3], in[4], in[5], 0}, {in[6], in[7], in[8], 0}}});
    default:
      return from_euler(form, in);
  }
}

template <class Real>
ROBOCACHE_HD void store(const Real (&values)[4], Real* out, int count) {
  for (int i = 0; i < count; ++i) out[i] = narrow<Real>(values[i]);
}

/// Of the three forms that are parts of the matrix.
template <class Real>
ROBOCACHE_HD void write_matrix(rotation_form form, const basic_pose<Real>& at, Real* out) {
  const int count = form == rotation_form::matrix ? 3 : 2;
  for (int i = 0; i < count; ++i) {
    for (int k = 0; k < 3; ++k) {
      const bool by_columns = form == rotation_form::columns_6d;
      out[3 * i + k] = narrow<Real>(by_columns ? at.rows[k][i] : at.rows[i][k]);
    }
  }
}

ROBOCACHE_HD bool is_of_matrix(rotation_form form) {
  return form == rotation_form::rows_6d || form == rotation_form::columns_6d ||
         form == rotation_form::matrix;
}

/// A unit quaternion in a form; quaternions with w >= 0.
template <class Real>
ROBOCACHE_HD void write_rotation(rotation_form form, const basic_quaternion<Real>& rotation,
                                 Real* out) {
  if (is_of_matrix(form)) return write_matrix(form, to_pose(rotation), out);
  const basic_quaternion<Real> q = canonical(rotation);
  if (form == rotation_form::quaternion_wxyz) return store<Real>({q.w, q.x, q.y, q.z}, out, 4);
  if (form == rotation_form::quaternion_xyzw) return store<Real>({q.x, q.y, q.z, q.w}, out, 4);
  if (form == rotation_form::rotation_vector) {
    const basic_vec3<Real> v = to_rotation_vector(q);
    return store<Real>({v.x, v.y, v.z, 0}, out, 3);
  }
  Real angles[3];
  to_euler(form, q, angles);
  store<Real>({angles[0], angles[1], angles[2], 0}, out, 3);
}

template <class Real>
ROBOCACHE_HD void write_pose(const pose_form& form, const basic_pose<Real>& at, Real* out) {
  if (form.is_4x4) {
    for (int r = 0; r < 3; ++r) store<Real>(at.rows[r], out + 4 * r, 4);
    return store<Real>({0, 0, 0, 1}, out + 12, 4);
  }
  store<Real>({at.rows[0][3], at.rows[1][3], at.rows[2][3], 0}, out, 3);
  if (is_of_matrix(form.rotation)) return write_matrix(form.rotation, at, out + 3);
  write_rotation(form.rotation, to_quaternion(at), out + 3);
}

/// A position and a unit quaternion.
template <class Real>
struct placement {
  basic_vec3<Real> position;
  basic_quaternion<Real> rotation;
};

template <class Real>
ROBOCACHE_HD placement<Real> read_placement(const pose_form& form, const Real* in) {
  if (form.is_4x4) {
    const auto at = basic_pose<Real>::read(in, 4);
    return {at.position(), to_quaternion(at)};
  }
  return {{in[0], in[1], in[2]}, read_rotation(form.rotation, in + 3)};
}

template <class Real>
ROBOCACHE_HD basic_pose<Real> to_pose(const placement<Real>& at) {
  return robocache::to_pose(at.rotation, at.position);
}

inline void check_form(const label& op, const label& what, rotation_form form) {
  require_enum(op, what, form, rotation_form::extrinsic_zyz);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
