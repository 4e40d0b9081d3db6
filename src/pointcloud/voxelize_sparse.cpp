#include <robocache/pointcloud/voxelize_sparse.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

ROBOCACHE_PROMISED_SPARSE(ROBOCACHE_KEEP)

}  // namespace detail
ROBOCACHE_END_NAMESPACE
