#include <robocache/pointcloud/voxelize_sparse.cuh>

namespace robocache::detail {
ROBOCACHE_INSTANTIATE_SPARSE(, float)
ROBOCACHE_INSTANTIATE_SPARSE(, double)
ROBOCACHE_INSTANTIATE_SPARSE(, bf16)
ROBOCACHE_INSTANTIATE_SPARSE(, f16)
}  // namespace robocache::detail
