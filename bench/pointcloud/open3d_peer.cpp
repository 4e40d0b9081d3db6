// Open3D's voxel filter: the mean of the points of each voxel.
#include <open3d/geometry/PointCloud.h>

#include "pointcloud/filter_benchmark.hpp"

namespace {

open3d::geometry::PointCloud cloud_of(const robocache::bench::scan& s) {
  open3d::geometry::PointCloud cloud;
  for (std::size_t i = 0; i < s.rows.size(); i += 4) {
    cloud.points_.emplace_back(s.rows[i], s.rows[i + 1], s.rows[i + 2]);
  }
  return cloud;
}

}  // namespace

int main(int argc, char** argv) {
  return robocache::bench::run_benchmarks(argc, argv, [] {
    robocache::bench::add_filter([](const robocache::bench::scan& s, double size) {
      return [size, cloud = cloud_of(s)] { return cloud.VoxelDownSample(size)->points_.size(); };
    });
  });
}
