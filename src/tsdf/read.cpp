#include <robocache/tsdf/read.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

ROBOCACHE_PROMISED_READ_TSDF(ROBOCACHE_KEEP)

}  // namespace detail
ROBOCACHE_END_NAMESPACE
