#include <robocache/pointcloud/points.cuh>

namespace robocache::detail {
ROBOCACHE_INSTANTIATE_POINTS(, float)
ROBOCACHE_INSTANTIATE_POINTS(, double)
ROBOCACHE_INSTANTIATE_POINTS(, bf16)
ROBOCACHE_INSTANTIATE_POINTS(, f16)
ROBOCACHE_INSTANTIATE_DEPTH(, std::uint16_t)
ROBOCACHE_INSTANTIATE_DEPTH(, float)
}  // namespace robocache::detail
