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
struct quaternion {
  double x, y, z, w;
};

ROBOCACHE_HD double dot(const quaternion& a, const quaternion& b) {
  return robocache::fma(a.x, b.x, robocache::fma(a.y, b.y, robocache::fma(a.z, b.z, a.w * b.w)));
}

/// q / |q|; NaN for the zero quaternion.
ROBOCACHE_HD quaternion normalized(const quaternion& q) {
  const double length = square_root(dot(q, q));
  return {q.x / length, q.y / length, q.z / length, q.w / length};
}

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
