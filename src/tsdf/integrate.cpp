#include <robocache/tsdf/integrate.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

ROBOCACHE_PROMISED_INTEGRATE(ROBOCACHE_KEEP)

}  // namespace detail
ROBOCACHE_END_NAMESPACE
