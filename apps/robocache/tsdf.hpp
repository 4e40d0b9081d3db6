/// \file
/// The subcommand `tsdf`: depth images to one surface.
#pragma once

#include <robocache/tsdf/field.hpp>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace robocache::cli {

struct tsdf_command {
  std::string depth;  // folder
  std::string poses;  // folder; empty: the same
  std::string color;  // folder; empty: none
  std::string intrinsics;
  std::string output;  // .ply or .npz
  std::string view;    // .png
  double voxel = 0.01;
  double truncation = 0.0;  // 0: four voxels
  double scale = 1000.0;    // units of depth in a metre
  double min_depth = 0.0;
  double max_depth = 4.0;
  bool drop_off = false;
  int threads = 0;
};

void add_tsdf(CLI::App& app, tsdf_command& command);
void run(const tsdf_command& command);

/// A field that owns its distances.
struct surface_field {
  tsdf_grid grid;
  std::vector<float> distances;

  [[nodiscard]] distance_field field() const {
    return {grid, {distances.data(), {grid.extents[2], grid.extents[1], grid.extents[0]}}};
  }
};

struct surface_mesh {
  std::vector<float> vertices, normals;  // [V, 3]
  std::vector<std::int32_t> triangles;   // [T, 3]
  std::vector<std::uint8_t> colors;      // [V, 3], or none
};

/// A binary little-endian PLY of vertices with normals and what colours there are, and of faces.
std::string ply_text(const surface_mesh& mesh);

}  // namespace robocache::cli
