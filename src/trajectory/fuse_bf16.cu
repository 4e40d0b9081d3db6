#include <robocache/trajectory/fuse.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

ROBOCACHE_FUSE_TYPES(ROBOCACHE_KEEP, bf16)

}  // namespace detail
ROBOCACHE_END_NAMESPACE
