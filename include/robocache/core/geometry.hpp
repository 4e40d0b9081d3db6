/// \file
/// Vectors, quaternions and poses in double precision, with the same bits on both sides.
#pragma once

#include <robocache/core/math.hpp>

ROBOCACHE_BEGIN_NAMESPACE

/// A vector or a point.
template <class Real>
struct basic_vec3 {
  Real x, y, z;
};
using vec3 = basic_vec3<double>;

template <class Real>
ROBOCACHE_HD Real dot(const basic_vec3<Real>& a, const basic_vec3<Real>& b) {
  return robocache::fma(a.x, b.x, robocache::fma(a.y, b.y, a.z * b.z));
}

template <class Real>
ROBOCACHE_HD basic_vec3<Real> cross(const basic_vec3<Real>& a, const basic_vec3<Real>& b) {
  return {robocache::fma(a.y, b.z, -(a.z * b.y)), robocache::fma(a.z, b.x, -(a.x * b.z)),
          robocache::fma(a.x, b.y, -(a.y * b.x))};
}

template <class Real>
ROBOCACHE_HD basic_vec3<Real> operator-(const basic_vec3<Real>& a, const basic_vec3<Real>& b) {
  return {a.x - b.x, a.y - b.y, a.z - b.z};
}

/// 1 / |v|, or 0 for the zero vector.
template <class Real>
ROBOCACHE_HD Real inverse_length(const basic_vec3<Real>& v) {
  const Real square = dot(v, v);
  return square == Real(0) ? Real(0) : Real(1) / square_root(square);
}

/// A quaternion; names, not places, say which part is which.
template <class Real>
struct basic_quaternion {
  Real x, y, z, w;
};
using quaternion = basic_quaternion<double>;

template <class Real>
ROBOCACHE_HD Real dot(const basic_quaternion<Real>& a, const basic_quaternion<Real>& b) {
  return robocache::fma(a.x, b.x, robocache::fma(a.y, b.y, robocache::fma(a.z, b.z, a.w * b.w)));
}

namespace detail {

template <class Real>
ROBOCACHE_HD basic_quaternion<Real> scaled(const basic_quaternion<Real>& q, Real by) {
  return {q.x * by, q.y * by, q.z * by, q.w * by};
}

/// A power of two that brings |q| near 1, or NaN where no finite length above 0 can be.
template <class Real>
ROBOCACHE_HD Real inverse_magnitude(const basic_quaternion<Real>& q) {
  using Bits = std::conditional_t<sizeof(Real) == 8, std::uint64_t, std::uint32_t>;
  constexpr int mantissa = sizeof(Real) == 8 ? 52 : 23;
  constexpr Bits exponents = (Bits{1} << (8 * sizeof(Real) - 1)) - (Bits{1} << mantissa);
  Real largest = 0;
  const Real parts[] = {q.x, q.y, q.z, q.w};
  for (const Real part : parts) {
    const Real size = part < 0 ? -part : part;
    if (!(size <= largest)) largest = size;
  }
  const Bits exponent = bit_cast<Bits>(largest) & exponents;
  if (largest == 0 || exponent == exponents) return canonical_nan<Real>();
  const Bits most = exponents - (Bits{2} << mantissa);  // the largest whose inverse is normal
  return bit_cast<Real>(most - (exponent < most ? exponent : most - (Bits{1} << mantissa)));
}

/// |q|, with q brought near 1 first where its square would leave the range.
template <class Real>
ROBOCACHE_HD Real well_scaled_length(basic_quaternion<Real>& q) {
  constexpr Real near = Real(0x1p40);
  Real square = dot(q, q);
  if (!(square > 1 / near && square < near)) {
    q = scaled(q, inverse_magnitude(q));
    square = dot(q, q);
  }
  return square_root(square);
}

}  // namespace detail

/// q / |q| for any finite length above 0, else NaN.
template <class Real>
ROBOCACHE_HD basic_quaternion<Real> normalized(basic_quaternion<Real> q) {
  const Real length = detail::well_scaled_length(q);
  return {q.x / length, q.y / length, q.z / length, q.w / length};
}

/// The same, for braces.
ROBOCACHE_HD quaternion normalized(const quaternion& q) { return normalized<double>(q); }

/// The product: first b, then a.
template <class Real>
ROBOCACHE_HD basic_quaternion<Real> operator*(const basic_quaternion<Real>& a,
                                              const basic_quaternion<Real>& b) {
  using robocache::fma;
  return {fma(a.w, b.x, fma(a.x, b.w, fma(a.y, b.z, -(a.z * b.y)))),
          fma(a.w, b.y, fma(a.y, b.w, fma(a.z, b.x, -(a.x * b.z)))),
          fma(a.w, b.z, fma(a.z, b.w, fma(a.x, b.y, -(a.y * b.x)))),
          fma(a.w, b.w, fma(-a.x, b.x, fma(-a.y, b.y, -(a.z * b.z))))};
}

/// The inverse of a unit quaternion.
template <class Real>
ROBOCACHE_HD basic_quaternion<Real> conjugate(const basic_quaternion<Real>& q) {
  return {-q.x, -q.y, -q.z, q.w};
}

/// A rigid motion as the first three rows of its 4x4 matrix.
template <class Real>
struct basic_pose {
  Real rows[3][4];

  ROBOCACHE_HD static basic_pose identity() { return {{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}}}; }

  /// Reads them from `from`, whose rows lie `stride` apart.
  template <class T>
  ROBOCACHE_HD static basic_pose read(const T* from, std::int64_t stride) {
    basic_pose p;
    for (int r = 0; r < 3; ++r) {
      for (int c = 0; c < 4; ++c) p.rows[r][c] = static_cast<Real>(from[r * stride + c]);
    }
    return p;
  }

  /// The point p of the pose's own frame, in the frame that the pose is given in.
  ROBOCACHE_HD basic_vec3<Real> operator()(const basic_vec3<Real>& p) const {
    return {row(0, p), row(1, p), row(2, p)};
  }

  /// Column c of the rotation, an axis of the pose's own frame; of c = 3 the position.
  [[nodiscard]] ROBOCACHE_HD basic_vec3<Real> column(int c) const {
    return {rows[0][c], rows[1][c], rows[2][c]};
  }
  [[nodiscard]] ROBOCACHE_HD basic_vec3<Real> position() const { return column(3); }

  /// R^T v: a direction in the pose's own frame.
  [[nodiscard]] ROBOCACHE_HD basic_vec3<Real> turn_back(const basic_vec3<Real>& v) const {
    return {dot(column(0), v), dot(column(1), v), dot(column(2), v)};
  }
  /// R v.
  [[nodiscard]] ROBOCACHE_HD basic_vec3<Real> turn(const basic_vec3<Real>& v) const {
    return {axis(0, v), axis(1, v), axis(2, v)};
  }

 private:
  ROBOCACHE_HD Real row(int r, const basic_vec3<Real>& p) const {
    const Real* const m = rows[r];
    return robocache::fma(m[0], p.x, robocache::fma(m[1], p.y, robocache::fma(m[2], p.z, m[3])));
  }
  ROBOCACHE_HD Real axis(int r, const basic_vec3<Real>& v) const {
    return dot(basic_vec3<Real>{rows[r][0], rows[r][1], rows[r][2]}, v);
  }
};
using pose = basic_pose<double>;

/// The product: first b, then a.
template <class Real>
ROBOCACHE_HD basic_pose<Real> operator*(const basic_pose<Real>& a, const basic_pose<Real>& b) {
  basic_pose<Real> p;
  for (int r = 0; r < 3; ++r) {
    const Real* const m = a.rows[r];
    for (int c = 0; c < 4; ++c) {
      const Real last = c < 3 ? m[2] * b.rows[2][c] : robocache::fma(m[2], b.rows[2][3], m[3]);
      p.rows[r][c] = robocache::fma(m[0], b.rows[0][c], robocache::fma(m[1], b.rows[1][c], last));
    }
  }
  return p;
}

ROBOCACHE_END_NAMESPACE
