#include <robocache/tsdf/running.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

ROBOCACHE_PROMISED_RUNNING(ROBOCACHE_KEEP)

}  // namespace detail
ROBOCACHE_END_NAMESPACE
