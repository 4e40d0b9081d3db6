/// \file
/// The forms that rotations and poses are written in, and how one becomes another.
#pragma once

#include <robocache/core/geometry.hpp>

ROBOCACHE_BEGIN_NAMESPACE

/// How a rotation is written as numbers. Euler angles are in radians: `intrinsic_xyz` turns about
/// x, then the new y, then the new z (R = Rx Ry Rz); `extrinsic_xyz` about the fixed x, then y,
/// then z (R = Rz Ry Rx, the roll, pitch and yaw of URDF). Angles stand in the order of their
/// names.
enum class rotation_form : std::uint8_t {
  quaternion_wxyz,
  quaternion_xyzw,
  rotation_vector,  ///< the axis times the angle in radians
  rows_6d,          ///< the first two rows of the matrix
  columns_6d,       ///< the first two columns of the matrix
  matrix,           ///< 9 numbers, row by row
  intrinsic_xyz,
  intrinsic_xzy,
  intrinsic_yxz,
  intrinsic_yzx,
  intrinsic_zxy,
  intrinsic_zyx,
  intrinsic_xyx,
  intrinsic_xzx,
  intrinsic_yxy,
  intrinsic_yzy,
  intrinsic_zxz,
  intrinsic_zyz,
  extrinsic_xyz,
  extrinsic_xzy,
  extrinsic_yxz,
  extrinsic_yzx,
  extrinsic_zxy,
  extrinsic_zyx,
  extrinsic_xyx,
  extrinsic_xzx,
  extrinsic_yxy,
  extrinsic_yzy,
  extrinsic_zxz,
  extrinsic_zyz,
};

/// How many numbers a form has.
ROBOCACHE_HD constexpr int width_of(rotation_form form) {
  return form < rotation_form::rotation_vector ? 4
         : form == rotation_form::matrix       ? 9
         : form == rotation_form::rows_6d      ? 6
         : form == rotation_form::columns_6d   ? 6
                                               : 3;
}

/// How a pose is written: 3 numbers of position, then the rotation; or a 4x4 matrix of 16.
struct pose_form {
  rotation_form rotation = rotation_form::quaternion_wxyz;
  bool is_4x4 = false;

  constexpr pose_form() = default;
  constexpr pose_form(rotation_form form) : rotation(form) {}  // NOLINT(*-explicit-*)
  static constexpr pose_form matrix_4x4() {
    pose_form form(rotation_form::matrix);
    form.is_4x4 = true;
    return form;
  }
  [[nodiscard]] ROBOCACHE_HD constexpr int width() const {
    return is_4x4 ? 16 : 3 + width_of(rotation);
  }
};

namespace detail {

/// The axes of an Euler form and whether they turn along.
struct euler_axes {
  int first, second, third;
  bool intrinsic;
};

ROBOCACHE_HD euler_axes axes_of(rotation_form form) {
  int n = static_cast<int>(form) - static_cast<int>(rotation_form::intrinsic_xyz);
  const bool intrinsic = n < 12;
  if (!intrinsic) n -= 12;
  const bool repeats = n >= 6;
  if (repeats) n -= 6;
  const int first = n / 2;
  // The other two in ascending or descending order.
  const int low = first == 0 ? 1 : 0, high = first == 2 ? 1 : 2;
  const int second = n % 2 == 0 ? low : high;
  return {first, second, repeats ? first : low + high - second, intrinsic};
}

/// The quaternion with w >= 0; of those with w = 0 the one whose first part that is not 0 is
/// positive.
template <class Real>
ROBOCACHE_HD basic_quaternion<Real> canonical(const basic_quaternion<Real>& q) {
  const Real leading = q.w != 0 ? q.w : q.x != 0 ? q.x : q.y != 0 ? q.y : q.z;
  return leading < 0 ? basic_quaternion<Real>{-q.x, -q.y, -q.z, -q.w} : q;
}

template <class Real>
ROBOCACHE_HD basic_quaternion<Real> turn_about(int axis, Real angle) {
  const circular<Real> half = sine_cosine(angle / 2);
  return {axis == 0 ? half.sine : 0, axis == 1 ? half.sine : 0, axis == 2 ? half.sine : 0,
          half.cosine};
}

template <class Real>
ROBOCACHE_HD Real part_of(const basic_quaternion<Real>& q, int axis) {
  return axis == 0 ? q.x : axis == 1 ? q.y : q.z;
}

template <class Real>
ROBOCACHE_HD Real wrapped(Real angle) {
  constexpr Real pi = Real(0x1.921fb54442d18p+1), turn = Real(0x1.921fb54442d18p+2);
  if (angle > pi) return angle - turn;
  return angle < -pi ? angle + turn : angle;
}

}  // namespace detail

/// The unit quaternion, w >= 0, of the rotation of a pose. By the largest of its parts (Shepperd
/// 1978).
template <class Real>
ROBOCACHE_HD basic_quaternion<Real> to_quaternion(const basic_pose<Real>& at) {
  const auto& m = at.rows;
  const Real trace = m[0][0] + m[1][1] + m[2][2];
  basic_quaternion<Real> q;
  if (trace >= m[0][0] && trace >= m[1][1] && trace >= m[2][2]) {
    q = {m[2][1] - m[1][2], m[0][2] - m[2][0], m[1][0] - m[0][1], 1 + trace};
  } else if (m[0][0] >= m[1][1] && m[0][0] >= m[2][2]) {
    q = {1 + (m[0][0] - m[1][1] - m[2][2]), m[0][1] + m[1][0], m[0][2] + m[2][0],
         m[2][1] - m[1][2]};
  } else if (m[1][1] >= m[2][2]) {
    q = {m[0][1] + m[1][0], 1 + (m[1][1] - m[0][0] - m[2][2]), m[1][2] + m[2][1],
         m[0][2] - m[2][0]};
  } else {
    q = {m[0][2] + m[2][0], m[1][2] + m[2][1], 1 + (m[2][2] - m[0][0] - m[1][1]),
         m[1][0] - m[0][1]};
  }
  return detail::canonical(normalized<Real>(q));
}

/// The pose of a unit quaternion and a position.
template <class Real>
ROBOCACHE_HD basic_pose<Real> to_pose(const basic_quaternion<Real>& q,
                                      const basic_vec3<Real>& at = {0, 0, 0}) {
  using robocache::fma;
  const Real x = q.x + q.x, y = q.y + q.y, z = q.z + q.z;
  return {
      {{fma(-q.y, y, fma(-q.z, z, Real(1))), fma(q.x, y, -(q.w * z)), fma(q.x, z, q.w * y), at.x},
       {fma(q.x, y, q.w * z), fma(-q.x, x, fma(-q.z, z, Real(1))), fma(q.y, z, -(q.w * x)), at.y},
       {fma(q.x, z, -(q.w * y)), fma(q.y, z, q.w * x), fma(-q.x, x, fma(-q.y, y, Real(1))), at.z}}};
}

/// The rotation vector of a unit quaternion; its angle is at most pi.
template <class Real>
ROBOCACHE_HD basic_vec3<Real> to_rotation_vector(const basic_quaternion<Real>& any) {
  const basic_quaternion<Real> q = detail::canonical(any);
  const basic_vec3<Real> v = {q.x, q.y, q.z};
  const Real length = square_root(dot(v, v));
  const Real by = length > 0 ? 2 * arc(length, q.w) / length : Real(2);
  return {v.x * by, v.y * by, v.z * by};
}

/// The unit quaternion of a rotation vector.
template <class Real>
ROBOCACHE_HD basic_quaternion<Real> from_rotation_vector(const basic_vec3<Real>& v) {
  const Real angle = square_root(dot(v, v));
  const circular<Real> half = sine_cosine(angle / 2);
  const Real by = angle > 0 ? half.sine / angle : Real(0.5);
  return {v.x * by, v.y * by, v.z * by, half.cosine};
}

/// The unit quaternion of Euler angles.
template <class Real>
ROBOCACHE_HD basic_quaternion<Real> from_euler(rotation_form form, const Real* angles) {
  const detail::euler_axes axes = detail::axes_of(form);
  const auto first = detail::turn_about(axes.first, angles[0]);
  const auto second = detail::turn_about(axes.second, angles[1]);
  const auto third = detail::turn_about(axes.third, angles[2]);
  return axes.intrinsic ? first * (second * third) : third * (second * first);
}

/// The Euler angles of a unit quaternion: the first and the last in [-pi, pi], the middle one in
/// [-pi/2, pi/2], of repeated axes in [0, pi]. In gimbal lock the last is 0.
/// Source: Bernardes and Viollet 2022.
template <class Real>
ROBOCACHE_HD void to_euler(rotation_form form, const basic_quaternion<Real>& q, Real* angles) {
  const detail::euler_axes axes = detail::axes_of(form);
  // As extrinsic angles: what turns along is the same turns the other way round.
  const int i = axes.intrinsic ? axes.third : axes.first, j = axes.second;
  const int third = axes.intrinsic ? axes.first : axes.third;
  const bool repeats = i == third;
  const int k = 3 - i - j;
  const Real sign = (j - i + 3) % 3 == 1 ? Real(1) : Real(-1);  // of the order i, j, k
  Real a = q.w, b = detail::part_of(q, i), c = detail::part_of(q, j),
       d = sign * detail::part_of(q, k);
  if (!repeats) {
    const Real w = a, x = b, y = c, z = d;
    a = w - y;
    b = x + z;
    c = y + w;
    d = z - x;
  }
  const Real upper = square_root(robocache::fma(a, a, b * b));
  const Real lower = square_root(robocache::fma(c, c, d * d));
  constexpr Real lock = sizeof(Real) == 8 ? Real(0x1p-50) : Real(0x1p-21);
  const Real sum = upper <= lock * lower ? Real(0) : arc_tangent(b, a);
  const Real difference = lower <= lock * upper ? Real(0) : arc_tangent(d, c);
  Real of_i = sum - difference, of_third = sum + difference;
  if (upper <= lock * lower || lower <= lock * upper) {  // one of the two is free
    const Real both = 2 * (lower <= lock * upper ? sum : difference);
    const bool opposite = upper <= lock * lower;
    of_i = axes.intrinsic ? Real(0) : opposite ? -both : both;
    of_third = axes.intrinsic ? both : Real(0);
  }
  Real middle = 2 * arc(lower, upper);
  if (!repeats) {
    middle = middle - Real(0x1.921fb54442d18p+0);
    of_third = sign * of_third;
  }
  angles[0] = detail::wrapped(axes.intrinsic ? of_third : of_i);
  angles[1] = middle;
  angles[2] = detail::wrapped(axes.intrinsic ? of_i : of_third);
}

/// The rotation of two directions, by Gram and Schmidt; as rows or as columns. NaN
/// where they are parallel or zero.
template <class Real>
ROBOCACHE_HD basic_pose<Real> from_6d(const Real* from, bool as_columns) {
  const auto unit = [](const basic_vec3<Real>& v) {
    const Real length = square_root(dot(v, v));
    return basic_vec3<Real>{v.x / length, v.y / length, v.z / length};
  };
  const auto first = unit({from[0], from[1], from[2]});
  const basic_vec3<Real> other = {from[3], from[4], from[5]};
  const Real shared = -dot(first, other);
  const auto second =
      unit({robocache::fma(shared, first.x, other.x), robocache::fma(shared, first.y, other.y),
            robocache::fma(shared, first.z, other.z)});
  const auto third = cross(first, second);
  if (as_columns) {
    return {{{first.x, second.x, third.x, 0},
             {first.y, second.y, third.y, 0},
             {first.z, second.z, third.z, 0}}};
  }
  return {{{first.x, first.y, first.z, 0},
           {second.x, second.y, second.z, 0},
           {third.x, third.y, third.z, 0}}};
}

ROBOCACHE_END_NAMESPACE
