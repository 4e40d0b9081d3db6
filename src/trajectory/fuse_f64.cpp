#include <robocache/trajectory/fuse.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

ROBOCACHE_FUSE_TYPES(ROBOCACHE_KEEP, double)
ROBOCACHE_FUSE_UNTYPED(ROBOCACHE_KEEP)

}  // namespace detail
ROBOCACHE_END_NAMESPACE
