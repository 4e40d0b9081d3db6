// Meshes of fields: plain values, and what belongs to a cell, a voxel and an edge.
#pragma once

#include <robocache/detail/tsdf/field/dense_field.hpp>
#include <robocache/detail/tsdf/mesh/cube_table.hpp>
#include <robocache/tsdf/volume.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

// A cell is named by its lowest voxel, an edge by its lower voxel and its axis. Vertices are
// numbered by their voxels and then by axis, triangles by their cells.

struct mesh_op {
  static constexpr const char* name = "extract_mesh";

  dense_field field;
  float origin[3] = {}, voxel = 1.0F;
  float* vertices = nullptr;
  std::int64_t vertex_row = 3, vertex_capacity = 0;
  float* normals = nullptr;
  std::int64_t normal_row = 3;
  std::int32_t* triangles = nullptr;
  std::int64_t triangle_row = 3, triangle_capacity = 0;
  std::int64_t* counts = nullptr;
  std::int64_t counts_stride = 1;

  /// Which corners of a cell are negative: 0, as where none is, if a corner is unknown or outside.
  ROBOCACHE_HD std::uint8_t signs_of(std::int64_t i, std::int64_t j, std::int64_t k) const {
    if (!field.holds(i + 1, j + 1, k + 1)) return 0;
    float corners[8];
    if (!field.read_cell(i, j, k, corners)) return 0;
    unsigned signs = 0;
    for (int c = 0; c < 8; ++c) signs |= corners[c] < 0.0F ? 1U << c : 0U;
    return static_cast<std::uint8_t>(signs);
  }

  /// The axes, as bits, along which edges of a voxel have a vertex: those that a cell around them
  /// sees cross the surface. `signs` are those of all cells.
  ROBOCACHE_HD std::uint8_t edges_of(const std::uint8_t* signs, std::int64_t i, std::int64_t j,
                                     std::int64_t k) const {
    unsigned edges = 0;
    for (int back = 0; back < 8; ++back) {  // the voxel is corner `back` of the cell
      const std::int64_t x = i - corner_offset(back, 0), y = j - corner_offset(back, 1),
                         z = k - corner_offset(back, 2);
      if (x < 0 || y < 0 || z < 0) continue;
      const unsigned cell = signs[field.number(x, y, z)];
      if (cell == 0 || cell == 255) continue;
      const unsigned here = cell >> back & 1U;
      for (int axis = 0; axis < 3; ++axis) {
        const int other = back | 1 << axis;
        if (other != back && (cell >> other & 1U) != here) edges |= 1U << axis;
      }
    }
    return static_cast<std::uint8_t>(edges);
  }

  /// Writes the vertex of an edge where it fits.
  ROBOCACHE_HD void write_vertex(std::int64_t number, std::int64_t i, std::int64_t j,
                                 std::int64_t k, int axis) const {
    if (number >= vertex_capacity) return;
    const std::int64_t from[3] = {i, j, k};
    const std::int64_t to[3] = {i + (axis == 0 ? 1 : 0), j + (axis == 1 ? 1 : 0),
                                k + (axis == 2 ? 1 : 0)};
    const float low = field.at(i, j, k), high = field.at(to[0], to[1], to[2]);
    const float part = low / (low - high);
    if (vertices != nullptr) {
      for (int a = 0; a < 3; ++a) {
        const float at = static_cast<float>(from[a]) + 0.5F + (a == axis ? part : 0.0F);
        vertices[number * vertex_row + a] = robocache::fma(at, voxel, origin[a]);
      }
    }
    if (normals != nullptr) {
      float normal[3];
      for (int a = 0; a < 3; ++a) normal[a] = between(slope(from, a), slope(to, a), part);
      make_unit(normal, axis, high < low ? -1.0F : 1.0F);
      for (int a = 0; a < 3; ++a) normals[number * normal_row + a] = normal[a];
    }
  }

  /// Writes a triangle where it fits, by the numbers of its vertices.
  ROBOCACHE_HD void write_triangle(std::int64_t number, const std::int64_t (&corners)[3]) const {
    if (number >= triangle_capacity) return;
    for (int c = 0; c < 3; ++c) {
      triangles[number * triangle_row + c] =
          corners[c] < vertex_capacity ? static_cast<std::int32_t>(corners[c]) : -1;
    }
  }

 private:
  /// Twice the derivative at a voxel per voxel, from its neighbours that are known.
  [[nodiscard]] ROBOCACHE_HD float slope(const std::int64_t (&at)[3], int axis) const {
    const std::int64_t x = axis == 0 ? 1 : 0, y = axis == 1 ? 1 : 0, z = axis == 2 ? 1 : 0;
    const float here = field.at(at[0], at[1], at[2]);
    const float before = field.at_or_nan(at[0] - x, at[1] - y, at[2] - z);
    const float after = field.at_or_nan(at[0] + x, at[1] + y, at[2] + z);
    const float up = after - here, down = here - before;
    if (before != before) return after != after ? 0.0F : up + up;
    return after != after ? down + down : after - before;
  }
};

/// How many bits of a mask of edges are set below an axis.
ROBOCACHE_HD int edges_below(unsigned edges, int axis) {
  return (axis > 0 ? static_cast<int>(edges & 1U) : 0) +
         (axis > 1 ? static_cast<int>(edges >> 1 & 1U) : 0) +
         (axis > 2 ? static_cast<int>(edges >> 2 & 1U) : 0);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
