#include <robocache/trajectory/resample.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

ROBOCACHE_RESAMPLE_TYPES(ROBOCACHE_KEEP, double)

}  // namespace detail
ROBOCACHE_END_NAMESPACE
