// Depth images of a wall with a step into a signed distance field, and out of it a mesh and a view.
#include <cstdio>
#include <robocache/tsdf/integrate.hpp>
#include <robocache/tsdf/look.hpp>
#include <robocache/tsdf/mesh.hpp>
#include <robocache/tsdf/read.hpp>
#include <vector>

int main() {
  using namespace robocache;
  const std::int64_t frames = 2, height = 96, width = 128;
  std::vector<std::uint16_t> depth(frames * height * width, 1000);  // millimetres
  for (std::size_t i = 0; i < depth.size(); ++i) {
    if (i % width < width / 2) depth[i] = 900;  // the left half stands out
  }
  const pinhole_camera camera{120.0, 120.0, 63.5, 47.5, width, height};
  std::vector<float> poses;  // camera to world, row by row
  for (std::int64_t f = 0; f < frames; ++f) {
    poses.insert(poses.end(), {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0});
  }

  // A volume is a grid and the caller's arrays; frames may come in any order, in any calls.
  tsdf_grid grid;
  grid.voxel = 0.01;
  grid.truncation = 0.04;
  const double origin[] = {-0.4, -0.3, 0.7};
  const std::int64_t extents[] = {80, 60, 50};
  for (int axis = 0; axis < 3; ++axis) {
    grid.origin[axis] = origin[axis];
    grid.extents[axis] = extents[axis];
  }
  const std::int64_t z = extents[2], y = extents[1], x = extents[0];
  const auto cells = static_cast<std::size_t>(grid.cells());
  std::vector<std::int64_t> sums(cells);
  std::vector<std::uint32_t> weights(cells), votes(cells);
  const tsdf_volume volume{grid, view(sums.data(), {1, z, y, x}),
                           view(weights.data(), {1, z, y, x}), view(votes.data(), {1, z, y, x})};
  reset(cpu{}, volume);
  integrate_depth(cpu{}, view(depth.data(), {frames, height, width}), camera,
                  view<const float, 3>(poses.data(), {frames, 3, 4}), volume);

  // Read-outs do not end it. Distances are what meshes and views are made of.
  std::vector<float> distances(cells);
  read_distance(cpu{}, volume, view(distances.data(), {1, z, y, x}));
  const distance_field field{grid, view<const float, 3>(distances.data(), {z, y, x})};

  // Once for the numbers, once for the mesh.
  std::vector<std::int64_t> counts(2);
  mesh_arrays mesh;
  mesh.counts = view(counts.data(), {2});
  extract_mesh(cpu{}, field, mesh);
  std::vector<float> vertices(static_cast<std::size_t>(3 * counts[0]));
  std::vector<std::int32_t> triangles(static_cast<std::size_t>(3 * counts[1]));
  mesh.vertices = view(vertices.data(), {counts[0], 3});
  mesh.triangles = view(triangles.data(), {counts[1], 3});
  extract_mesh(cpu{}, field, mesh);
  std::printf("%lld vertices, %lld triangles\n", static_cast<long long>(counts[0]),
              static_cast<long long>(counts[1]));

  std::vector<float> seen(height * width);
  ray_cast(cpu{}, field, camera, view<const float, 3>(poses.data(), {1, 3, 4}),
           view(seen.data(), {1, height, width}));
  const float right = seen[height / 2 * width + width * 3 / 4];
  std::printf("the wall is seen at %.3f m\n", static_cast<double>(right));
  return counts[1] > 0 && right > 0.999F && right < 1.001F ? 0 : 1;
}
