#include <robocache/trajectory/resample.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

ROBOCACHE_RESAMPLE_TYPES(ROBOCACHE_KEEP, float)

}  // namespace detail
ROBOCACHE_END_NAMESPACE
