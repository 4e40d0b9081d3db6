#include <robocache/pointcloud/accumulate.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

ROBOCACHE_PROMISED_ACCUMULATE(ROBOCACHE_KEEP)

}  // namespace detail
ROBOCACHE_END_NAMESPACE
