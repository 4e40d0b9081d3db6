#include <robocache/trajectory/fuse.cuh>

namespace robocache::detail {
ROBOCACHE_INSTANTIATE_FUSE(, bf16)
}  // namespace robocache::detail
