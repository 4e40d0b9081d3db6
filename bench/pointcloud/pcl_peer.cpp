// PCL's voxel filter: the mean of the points of each voxel.
#include <pcl/filters/voxel_grid.h>
#include <pcl/point_types.h>

#include "pointcloud/filter_benchmark.hpp"

namespace {

using cloud = pcl::PointCloud<pcl::PointXYZI>;

cloud::Ptr cloud_of(const robocache::bench::scan& s) {
  const cloud::Ptr points(new cloud);
  for (std::size_t i = 0; i < s.rows.size(); i += 4) {
    pcl::PointXYZI point;
    point.x = s.rows[i];
    point.y = s.rows[i + 1];
    point.z = s.rows[i + 2];
    point.intensity = s.rows[i + 3];
    points->push_back(point);
  }
  return points;
}

}  // namespace

int main(int argc, char** argv) {
  return robocache::bench::run_benchmarks(argc, argv, [] {
    robocache::bench::add_filter([](const robocache::bench::scan& s, double size) {
      return [size = static_cast<float>(size), points = cloud_of(s)] {
        pcl::VoxelGrid<pcl::PointXYZI> filter;
        filter.setInputCloud(points);
        filter.setLeafSize(size, size, size);
        cloud thinned;
        filter.filter(thinned);
        return thinned.size();
      };
    });
  });
}
