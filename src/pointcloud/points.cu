#include <robocache/pointcloud/points.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

ROBOCACHE_PROMISED_POINTS(ROBOCACHE_KEEP)

}  // namespace detail
ROBOCACHE_END_NAMESPACE
