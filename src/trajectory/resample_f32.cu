#include <robocache/trajectory/resample.cuh>

namespace robocache::detail {
ROBOCACHE_INSTANTIATE_RESAMPLE(, float)
}  // namespace robocache::detail
