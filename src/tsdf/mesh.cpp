#include <robocache/tsdf/mesh.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

ROBOCACHE_PROMISED_MESH(ROBOCACHE_KEEP)

}  // namespace detail
ROBOCACHE_END_NAMESPACE
