#include <robocache/trajectory/resample.cuh>

namespace robocache::detail {
ROBOCACHE_INSTANTIATE_RESAMPLE(, bf16)
}  // namespace robocache::detail
