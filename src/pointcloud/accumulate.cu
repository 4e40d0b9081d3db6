#include <robocache/pointcloud/accumulate.cuh>

namespace robocache::detail {
ROBOCACHE_INSTANTIATE_ACCUMULATORS()
}  // namespace robocache::detail
