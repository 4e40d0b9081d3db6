/// \file
/// Vectors, quaternions and poses in double precision, with the same bits on both sides.
#pragma once

#include <robocache/core/math.hpp>

ROBOCACHE_BEGIN_NAMESPACE

struct vec3 {
  double x, y, z;
};

ROBOCACHE_HD double dot(const vec3& a, const vec3& b) {
  return robocache::fma(a.x, b.x, robocache::fma(a.y, b.y, a.z * b.z));
}

/// 1 / |v|, or 0 for the zero vector.
ROBOCACHE_HD double inverse_length(const vec3& v) {
  const double square = dot(v, v);
  return square == 0.0 ? 0.0 : 1.0 / square_root(square);
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

/// A rigid motion as the first three rows of its 4x4 matrix.
struct pose {
  double rows[3][4];

  /// Reads them from `from`, whose rows lie `stride` apart.
  template <class T>
  ROBOCACHE_HD static pose read(const T* from, std::int64_t stride) {
    pose p;
    for (int r = 0; r < 3; ++r) {
      for (int c = 0; c < 4; ++c) p.rows[r][c] = static_cast<double>(from[r * stride + c]);
    }
    return p;
  }

  /// The point p of the pose's own frame, in the frame that the pose is given in.
  ROBOCACHE_HD vec3 operator()(const vec3& p) const { return {row(0, p), row(1, p), row(2, p)}; }

 private:
  ROBOCACHE_HD double row(int r, const vec3& p) const {
    const double* const m = rows[r];
    return robocache::fma(m[0], p.x, robocache::fma(m[1], p.y, robocache::fma(m[2], p.z, m[3])));
  }
};

ROBOCACHE_END_NAMESPACE
