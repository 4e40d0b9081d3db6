#include <robocache/tsdf/channels.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

ROBOCACHE_PROMISED_CHANNELS(ROBOCACHE_KEEP)

}  // namespace detail
ROBOCACHE_END_NAMESPACE
