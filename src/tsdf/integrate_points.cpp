#include <robocache/tsdf/integrate_points.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

ROBOCACHE_PROMISED_INTEGRATE_POINTS(ROBOCACHE_KEEP)

}  // namespace detail
ROBOCACHE_END_NAMESPACE
