#include <robocache/trajectory/resample.cuh>

namespace robocache::detail {
ROBOCACHE_INSTANTIATE_RESAMPLE(, f16)
}  // namespace robocache::detail
