#include <robocache/trajectory/fuse.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

ROBOCACHE_FUSE_TYPES(ROBOCACHE_KEEP, f16)

}  // namespace detail
ROBOCACHE_END_NAMESPACE
