// The CPU driver of meshes: signs of cells, edges of voxels, numbers of rows, then each row writes.
#pragma once

#include <algorithm>
#include <robocache/detail/cpu/parallel.hpp>
#include <robocache/detail/cpu/scratch.hpp>
#include <robocache/detail/tsdf/mesh/mesh_check.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Vertices and triangles of a row, or later of all rows before it.
struct mesh_count {
  std::int64_t vertices, triangles;
};

/// A mesh in the making.
struct mesh_rows {
  const mesh_op& op;
  std::uint8_t* signs;  // of each cell
  std::uint8_t* edges;  // of each voxel
  mesh_count* rows;

  [[nodiscard]] std::int64_t count() const { return op.field.extents[1] * op.field.extents[2]; }

  void find_signs(std::int64_t row) const {
    rows[row] = {0, 0};
    for (std::int64_t i = 0; i < length(); ++i) {
      const std::uint8_t cell = op.signs_of(i, line(row), slice(row));
      signs[row * length() + i] = cell;
      rows[row].triangles += count_of(cube_triangles(cell));
    }
  }

  void find_edges(std::int64_t row) const {
    std::uint8_t* const of_row = edges + row * length();
    if (!has_cells_around(row)) {
      std::fill_n(of_row, length(), std::uint8_t{0});
      return;
    }
    for (std::int64_t i = 0; i < length(); ++i) {
      of_row[i] = op.edges_of(signs, i, line(row), slice(row));
      rows[row].vertices += edges_below(of_row[i], 3);
    }
  }

  /// Counts of rows become what comes before them; `rows` has one more.
  void number_rows() const {
    mesh_count sum{0, 0};
    for (std::int64_t row = 0; row <= count(); ++row) {
      const mesh_count own = row < count() ? rows[row] : mesh_count{0, 0};
      rows[row] = sum;
      sum.vertices += own.vertices;
      sum.triangles += own.triangles;
    }
  }

  void write_vertices(std::int64_t row) const {
    std::int64_t number = rows[row].vertices;
    if (rows[row + 1].vertices == number) return;
    for (std::int64_t i = 0; i < length(); ++i) {
      for (int axis = 0; axis < 3; ++axis) {
        if ((edges[row * length() + i] >> axis & 1) == 0) continue;
        op.write_vertex(number++, i, line(row), slice(row), axis);
      }
    }
  }

  /// Goes along four rows of voxels at once, with the number of the first vertex at each.
  void write_triangles(std::int64_t row) const {
    if (rows[row + 1].triangles == rows[row].triangles) return;
    std::int64_t number = rows[row].triangles, around[4], first[4];
    for (int r = 0; r < 4; ++r) {
      around[r] = row + r % 2 + r / 2 * op.field.extents[1];
      first[r] = rows[around[r]].vertices;
    }
    for (std::int64_t i = 0; i + 1 < length(); ++i) {
      const auto edges_at = [&](int r, int right) {
        return static_cast<unsigned>(edges[around[r] * length() + i + right]);
      };
      const auto vertex_of = [&](int edge) {
        const int start = edge_start(edge), r = start >> 1;
        const std::int64_t before = (start & 1) != 0 ? edges_below(edges_at(r, 0), 3) : 0;
        return first[r] + before + edges_below(edges_at(r, start & 1), edge / 4);
      };
      const std::uint64_t cell = cube_triangles(signs[row * length() + i]);
      for (int n = 0; n < count_of(cell); ++n) {
        std::int64_t corners[3];
        for (int c = 0; c < 3; ++c) corners[c] = vertex_of(edge_of(cell, 3 * n + c));
        op.write_triangle(number++, corners);
      }
      for (int r = 0; r < 4; ++r) first[r] += edges_below(edges_at(r, 0), 3);
    }
  }

 private:
  /// Whether there are triangles in the cells that rows of voxels share.
  [[nodiscard]] bool has_cells_around(std::int64_t row) const {
    bool has = false;
    for (int back = 0; back < 4; ++back) {
      if (line(row) < back % 2 || slice(row) < back / 2) continue;
      has = has || rows[row - back % 2 - back / 2 * op.field.extents[1]].triangles > 0;
    }
    return has;
  }
  [[nodiscard]] std::int64_t length() const { return op.field.extents[0]; }
  [[nodiscard]] std::int64_t line(std::int64_t row) const { return row % op.field.extents[1]; }
  [[nodiscard]] std::int64_t slice(std::int64_t row) const { return row / op.field.extents[1]; }
};

inline void compute(const cpu& executor, const mesh_op& op) {
  mesh_rows mesh{op, nullptr, nullptr, nullptr};
  const std::int64_t rows = mesh.count(), cells = rows * op.field.extents[0];
  const cpu_scratch memory(executor, [&](scratch_layout& scratch) {
    mesh.signs = scratch.take<std::uint8_t>(cells);
    mesh.edges = scratch.take<std::uint8_t>(cells);
    mesh.rows = scratch.take<mesh_count>(rows + 1);
  });
  const auto for_each_row = [&](const auto& work) {
    parallel_for(rows, 32, executor.threads(), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t row = begin; row < end; ++row) work(row);
    });
  };
  for_each_row([&](std::int64_t row) { mesh.find_signs(row); });
  for_each_row([&](std::int64_t row) { mesh.find_edges(row); });
  mesh.number_rows();
  op.counts[0] = mesh.rows[rows].vertices;
  op.counts[op.counts_stride] = mesh.rows[rows].triangles;
  if (op.vertices != nullptr) {
    for_each_row([&](std::int64_t row) { mesh.write_vertices(row); });
  }
  if (op.triangles != nullptr) {
    for_each_row([&](std::int64_t row) { mesh.write_triangles(row); });
  }
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
