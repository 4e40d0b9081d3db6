#include <robocache/tsdf/normals.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

ROBOCACHE_PROMISED_NORMALS(ROBOCACHE_KEEP)

}  // namespace detail
ROBOCACHE_END_NAMESPACE
