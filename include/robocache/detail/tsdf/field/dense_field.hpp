// A field on a dense grid, and what it is between voxel centres.
#pragma once

#include <robocache/core/math.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// A corner of a cell of eight voxels, by its number: bits of x, y, z.
ROBOCACHE_HD constexpr int corner_offset(int corner, int axis) { return corner >> axis & 1; }

/// a + t * (b - a).
ROBOCACHE_HD float between(float a, float b, float t) { return robocache::fma(t, b - a, a); }

struct dense_field {
  const float* values = nullptr;
  std::int64_t extents[3] = {0, 0, 0};

  [[nodiscard]] ROBOCACHE_HD std::int64_t number(std::int64_t i, std::int64_t j,
                                                 std::int64_t k) const {
    return (k * extents[1] + j) * extents[0] + i;
  }
  [[nodiscard]] ROBOCACHE_HD bool holds(std::int64_t i, std::int64_t j, std::int64_t k) const {
    return i >= 0 && j >= 0 && k >= 0 && i < extents[0] && j < extents[1] && k < extents[2];
  }
  [[nodiscard]] ROBOCACHE_HD float at(std::int64_t i, std::int64_t j, std::int64_t k) const {
    return values[number(i, j, k)];
  }
  [[nodiscard]] ROBOCACHE_HD float at_or_nan(std::int64_t i, std::int64_t j, std::int64_t k) const {
    return holds(i, j, k) ? at(i, j, k) : canonical_nan<float>();
  }

  /// The values of the cell whose lowest voxel is (i, j, k); false where one is unknown.
  ROBOCACHE_HD bool read_cell(std::int64_t i, std::int64_t j, std::int64_t k,
                              float (&corners)[8]) const {
    const std::int64_t lowest = number(i, j, k), slice = extents[0] * extents[1];
    for (int c = 0; c < 8; ++c) {
      corners[c] = values[lowest + corner_offset(c, 0) + corner_offset(c, 1) * extents[0] +
                          corner_offset(c, 2) * slice];
      if (corners[c] != corners[c]) return false;
    }
    return true;
  }
};

/// A place in a field: its cell, and how far in it is along each axis.
struct field_place {
  std::int64_t cell[3];
  float part[3];
};

/// Into `place` the one at so many voxels from the first centre; false outside.
ROBOCACHE_HD bool find_place(const dense_field& field, const float (&at)[3], field_place& place) {
  for (int a = 0; a < 3; ++a) {
    const std::int64_t last = field.extents[a] - 1;
    if (!(last > 0 && at[a] >= 0.0F && at[a] <= static_cast<float>(last))) return false;
    const auto whole = static_cast<std::int64_t>(at[a]);
    place.cell[a] = whole < last ? whole : last - 1;
    place.part[a] = at[a] - static_cast<float>(place.cell[a]);
  }
  return true;
}

/// Into `value` the field at so many voxels from the first centre; false where it is unknown.
ROBOCACHE_HD bool sample_value(const dense_field& field, const float (&at)[3], float& value) {
  field_place place;
  if (!find_place(field, at, place)) return false;
  float c[8];
  if (!field.read_cell(place.cell[0], place.cell[1], place.cell[2], c)) return false;
  const float x = place.part[0], y = place.part[1], z = place.part[2];
  value = between(between(between(c[0], c[1], x), between(c[2], c[3], x), y),
                  between(between(c[4], c[5], x), between(c[6], c[7], x), y), z);
  return true;
}

/// The same with the derivatives along the axes, per voxel.
ROBOCACHE_HD bool sample_gradient(const dense_field& field, const float (&at)[3], float& value,
                                  float (&gradient)[3]) {
  field_place place;
  if (!find_place(field, at, place)) return false;
  float c[8];
  if (!field.read_cell(place.cell[0], place.cell[1], place.cell[2], c)) return false;
  const float x = place.part[0], y = place.part[1], z = place.part[2];
  const float low = between(c[0], c[1], x), front = between(c[2], c[3], x);
  const float high = between(c[4], c[5], x), far = between(c[6], c[7], x);
  const float below = between(low, front, y), above = between(high, far, y);
  value = between(below, above, z);
  gradient[0] =
      between(between(c[1] - c[0], c[3] - c[2], y), between(c[5] - c[4], c[7] - c[6], y), z);
  gradient[1] = between(front - low, far - high, z);
  gradient[2] = above - below;
  return true;
}

/// v / |v|, or `otherwise` along an axis for the zero vector.
ROBOCACHE_HD void make_unit(float (&v)[3], int axis, float otherwise) {
  const float square = robocache::fma(v[0], v[0], robocache::fma(v[1], v[1], v[2] * v[2]));
  const float length = square_root(square);
  const bool usable = is_finite(length) && length > 0.0F;
  for (int a = 0; a < 3; ++a) v[a] = usable ? v[a] / length : a == axis ? otherwise : 0.0F;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
