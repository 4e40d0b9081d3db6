#include <robocache/trajectory/resample.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

ROBOCACHE_RESAMPLE_TYPES(ROBOCACHE_KEEP, bf16)

}  // namespace detail
ROBOCACHE_END_NAMESPACE
