#include <robocache/pointcloud/voxelize.cuh>

namespace robocache::detail {
ROBOCACHE_INSTANTIATE_VOXELIZE(, float)
ROBOCACHE_INSTANTIATE_VOXELIZE(, double)
ROBOCACHE_INSTANTIATE_VOXELIZE(, bf16)
ROBOCACHE_INSTANTIATE_VOXELIZE(, f16)
}  // namespace robocache::detail
