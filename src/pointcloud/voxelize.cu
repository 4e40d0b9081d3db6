#include <robocache/pointcloud/voxelize.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

ROBOCACHE_PROMISED_VOXELIZE(ROBOCACHE_KEEP)

}  // namespace detail
ROBOCACHE_END_NAMESPACE
