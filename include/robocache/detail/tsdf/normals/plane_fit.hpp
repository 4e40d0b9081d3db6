// The plane through the points of some voxels, from sums of integers.
#pragma once

#include <robocache/core/geometry.hpp>
#include <robocache/detail/numeric/integers.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

inline constexpr std::int64_t moment_one = 1024;  // the edge of a voxel

/// Sums over points: their number, their places, and products of two coordinates, xx xy xz yy yz
/// zz. Below 2^31 points within 27 voxels all stay below 2^63.
struct moments {
  std::int64_t number = 0, first[3] = {}, second[6] = {};

  ROBOCACHE_HD void add(const std::int64_t (&place)[3]) {
    ++number;
    for (int a = 0, n = 0; a < 3; ++a) {
      first[a] += place[a];
      for (int b = a; b < 3; ++b) second[n++] += place[a] * place[b];
    }
  }
  /// Adds others whose places count from `by` away.
  ROBOCACHE_HD void add(const moments& other, const std::int64_t (&by)[3]) {
    number += other.number;
    for (int a = 0, n = 0; a < 3; ++a) {
      first[a] += other.first[a] + by[a] * other.number;
      for (int b = a; b < 3; ++b, ++n) {
        second[n] += other.second[n] + by[a] * other.first[b] + by[b] * other.first[a] +
                     by[a] * by[b] * other.number;
      }
    }
  }

  /// Into `covariance` that of the places. What is large cancels among integers.
  ROBOCACHE_HD void centred(float (&covariance)[6]) const {
    const auto count = static_cast<float>(number);
    std::int64_t middle[3];
    float rest[3];
    for (int a = 0; a < 3; ++a) {
      middle[a] = first[a] / number;
      rest[a] = static_cast<float>(first[a] - middle[a] * number) / count;
    }
    for (int a = 0, n = 0; a < 3; ++a) {
      for (int b = a; b < 3; ++b, ++n) {
        const std::int64_t sum = second[n] - middle[a] * first[b] - middle[b] * first[a] +
                                 middle[a] * middle[b] * number;
        covariance[n] = robocache::fma(-rest[a], rest[b], static_cast<float>(sum) / count);
      }
    }
  }
};

/// A symmetric matrix that is turned until it is diagonal (Jacobi).
struct eigen_turns {
  float matrix[3][3], turns[3][3];

  ROBOCACHE_HD explicit eigen_turns(const float (&of)[6]) {
    for (int a = 0, n = 0; a < 3; ++a) {
      for (int b = a; b < 3; ++b, ++n) matrix[a][b] = matrix[b][a] = of[n];
      for (int b = 0; b < 3; ++b) turns[a][b] = a == b ? 1.0F : 0.0F;
    }
    for (int sweep = 0; sweep < 6; ++sweep) {
      turn(0, 1);
      turn(0, 2);
      turn(1, 2);
    }
  }

 private:
  /// Makes element (p, q) 0.
  ROBOCACHE_HD void turn(int p, int q) {
    const float between = matrix[p][q], size = between < 0.0F ? -between : between;
    const float scale = matrix[p][p] + matrix[q][q];
    if (!(size > 0x1p-40F * scale)) return;
    const float slope = (matrix[q][q] - matrix[p][p]) / (between + between);
    const float steep = slope < 0.0F ? -slope : slope;
    const float size_of = 1.0F / (steep + square_root(robocache::fma(slope, slope, 1.0F)));
    const float tangent = slope < 0.0F ? -size_of : size_of;
    const float cosine = 1.0F / square_root(robocache::fma(tangent, tangent, 1.0F));
    const float sine = tangent * cosine;
    matrix[p][p] = robocache::fma(-tangent, between, matrix[p][p]);
    matrix[q][q] = robocache::fma(tangent, between, matrix[q][q]);
    matrix[p][q] = matrix[q][p] = 0.0F;
    const int r = 3 - p - q;
    rotate(matrix[r][p], matrix[r][q], cosine, sine);
    matrix[p][r] = matrix[r][p];
    matrix[q][r] = matrix[r][q];
    for (auto& row : turns) rotate(row[p], row[q], cosine, sine);
  }
  ROBOCACHE_HD static void rotate(float& a, float& b, float cosine, float sine) {
    const float x = a, y = b;
    a = robocache::fma(cosine, x, -(sine * y));
    b = robocache::fma(sine, x, cosine * y);
  }
};

/// Into `normal` the direction in which points lie closest together; false where none stands out,
/// as for points on a line.
ROBOCACHE_HD bool fit_plane(const moments& points, basic_vec3<float>& normal) {
  float covariance[6];
  points.centred(covariance);
  const eigen_turns eigen(covariance);
  int least = 0, most = 0;
  for (int a = 1; a < 3; ++a) {
    if (eigen.matrix[a][a] < eigen.matrix[least][least]) least = a;
    if (eigen.matrix[a][a] >= eigen.matrix[most][most]) most = a;
  }
  if (least == most) return false;
  const int other = 3 - least - most;
  if (!(eigen.matrix[other][other] > 1e-4F * eigen.matrix[most][most])) return false;
  normal = {eigen.turns[0][least], eigen.turns[1][least], eigen.turns[2][least]};
  const float length = square_root(dot(normal, normal));
  normal = {normal.x / length, normal.y / length, normal.z / length};
  return is_finite(normal.x + normal.y + normal.z);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
