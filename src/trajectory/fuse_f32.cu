#include <robocache/trajectory/fuse.cuh>

namespace robocache::detail {
ROBOCACHE_INSTANTIATE_FUSE(, float)
}  // namespace robocache::detail
