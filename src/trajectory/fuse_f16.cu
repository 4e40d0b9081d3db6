#include <robocache/trajectory/fuse.cuh>

namespace robocache::detail {
ROBOCACHE_INSTANTIATE_FUSE(, f16)
}  // namespace robocache::detail
