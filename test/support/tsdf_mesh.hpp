// Fields of scenes, meshes that own their arrays, and what is true of closed surfaces.
#pragma once

#include <map>
#include <robocache/tsdf/mesh.hpp>
#include <set>
#include <utility>

#include "tsdf_scene.hpp"

namespace test {

/// The field of a scene.
struct owned_field {
  robocache::tsdf_grid grid;
  std::vector<float> distances;

  owned_field(const robocache::tsdf_grid& of, std::vector<float> values)
      : grid(of), distances(std::move(values)) {}
  owned_field(const robocache::tsdf_grid& of, const scene& s) : grid(of) {
    for (std::int64_t i = 0; i < grid.cells(); ++i) {
      distances.push_back(static_cast<float>(s(centre_of(grid, i))));
    }
  }
  [[nodiscard]] robocache::distance_field field() const {
    return {grid, {distances.data(), {grid.extents[2], grid.extents[1], grid.extents[0]}}};
  }
};

struct owned_mesh {
  std::vector<float> vertices, normals;
  std::vector<std::int32_t> triangles;
  std::int64_t counts[2] = {-7, -7};

  explicit owned_mesh(const robocache::distance_field& field, int threads = 1) {
    robocache::mesh_arrays arrays;
    arrays.counts = {counts, {2}};
    robocache::extract_mesh(robocache::cpu{threads}, field, arrays);
    if (counts[0] == 0) return;
    vertices.resize(static_cast<std::size_t>(counts[0]) * 3);
    normals.resize(vertices.size());
    triangles.resize(static_cast<std::size_t>(counts[1]) * 3);
    arrays.vertices = {vertices.data(), {counts[0], 3}};
    arrays.normals = {normals.data(), {counts[0], 3}};
    arrays.triangles = {triangles.data(), {counts[1], 3}};
    robocache::extract_mesh(robocache::cpu{threads}, field, arrays);
  }
  [[nodiscard]] point3 vertex(std::size_t n) const { return row_of(vertices, n); }
  [[nodiscard]] point3 normal(std::size_t n) const { return row_of(normals, n); }
  [[nodiscard]] std::size_t size() const { return vertices.size() / 3; }

  [[nodiscard]] bool equals(const owned_mesh& other) const {
    const auto same = [](const auto& a, const auto& b) {
      return a.size() == b.size() &&
             (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(a[0])) == 0);
    };
    return same(vertices, other.vertices) && same(normals, other.normals) &&
           same(triangles, other.triangles);
  }
  /// The volume that the surface encloses, if it is closed.
  [[nodiscard]] double volume() const {
    double sum = 0.0;
    for (std::size_t t = 0; t < triangles.size(); t += 3) {
      sum += inner(vertex(at(t)), outer(vertex(at(t + 1)), vertex(at(t + 2)))) / 6.0;
    }
    return sum;
  }
  [[nodiscard]] std::size_t at(std::size_t n) const {
    return static_cast<std::size_t>(triangles[n]);
  }

 private:
  static point3 row_of(const std::vector<float>& table, std::size_t n) {
    return {table[3 * n], table[3 * n + 1], table[3 * n + 2]};
  }
};

struct topology {
  bool oriented = true;             ///< no side is gone along twice in one direction
  std::int64_t boundary = 0;        ///< sides of one triangle
  std::int64_t characteristic = 0;  ///< vertices - sides + triangles
  bool all_used = true;             ///< no vertex is without a triangle
};

inline topology topology_of(const owned_mesh& mesh) {
  topology result;
  std::set<std::pair<std::int32_t, std::int32_t>> sides;
  std::vector<bool> used(mesh.size(), false);
  for (std::size_t t = 0; t < mesh.triangles.size(); t += 3) {
    for (std::size_t c = 0; c < 3; ++c) {
      const auto from = mesh.triangles[t + c], to = mesh.triangles[t + (c + 1) % 3];
      result.oriented = result.oriented && from != to && sides.insert({from, to}).second;
      used[static_cast<std::size_t>(from)] = true;
    }
  }
  std::int64_t undirected = 0;
  for (const auto& [from, to] : sides) {
    const bool has_other = sides.count({to, from}) != 0;
    result.boundary += has_other ? 0 : 1;
    undirected += !has_other || from < to ? 1 : 0;
  }
  for (const bool one : used) result.all_used = result.all_used && one;
  result.characteristic = mesh.counts[0] - undirected + mesh.counts[1];
  return result;
}

}  // namespace test
