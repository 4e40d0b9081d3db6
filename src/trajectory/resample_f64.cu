#include <robocache/trajectory/resample.cuh>

namespace robocache::detail {
ROBOCACHE_INSTANTIATE_RESAMPLE(, double)
}  // namespace robocache::detail
