#include <robocache/tsdf/look.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

ROBOCACHE_PROMISED_LOOK(ROBOCACHE_KEEP)

}  // namespace detail
ROBOCACHE_END_NAMESPACE
