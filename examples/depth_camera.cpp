// A depth image to points in the world, and to voxels.
#include <cstdio>
#include <robocache/pointcloud/points.hpp>
#include <robocache/pointcloud/voxelize.hpp>
#include <vector>

int main() {
  using namespace robocache;
  const std::int64_t height = 48, width = 64, pixels = height * width;
  std::vector<std::uint16_t> depth(pixels, 1500);  // millimetres: a wall at 1.5 m ...
  for (std::int64_t v = 20; v < 28; ++v) {
    for (std::int64_t u = 0; u < 8; ++u) depth[v * width + u] = 0;  // ... with a hole
  }
  const pinhole_camera camera{60.0, 60.0, 31.5, 23.5};
  const std::vector<float> pose = {0, 0, 1, 0, -1, 0, 0, 0, 0, -1, 0, 1};  // 1 m up, looks along x

  std::vector<float> points(pixels * 3);
  std::vector<std::int64_t> valid(1);
  depth_report report;
  report.valid = view(valid.data(), {1});
  depth_to_points(cpu{}, view(depth.data(), {1, height, width}), camera,
                  view(pose.data(), {1, 3, 4}), view(points.data(), {1, pixels, 3}), {}, report);
  std::printf("%lld of %lld pixels are points\n", static_cast<long long>(valid[0]),
              static_cast<long long>(pixels));

  // Points that are missing are NaN, which voxelization drops: no lengths are needed.
  voxel_grid grid;
  const double origin[] = {0.0, -1.0, 0.0};
  for (int axis = 0; axis < 3; ++axis) {
    grid.origin[axis] = origin[axis];
    grid.size[axis] = 0.1;
    grid.extents[axis] = 20;
  }
  std::vector<std::int32_t> counts(static_cast<std::size_t>(grid.cells()));
  voxelize_density(cpu{}, grid, view(points.data(), {1, pixels, 3}),
                   view(counts.data(), {1, 20, 20, 20}));
  std::int64_t inside = 0;
  for (const std::int32_t count : counts) inside += count;
  std::printf("%lld of them lie in the grid\n", static_cast<long long>(inside));
  return inside > 0 ? 0 : 1;
}
