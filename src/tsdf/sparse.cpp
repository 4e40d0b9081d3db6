#include <robocache/tsdf/sparse.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

ROBOCACHE_PROMISED_SPARSE_TSDF(ROBOCACHE_KEEP)

}  // namespace detail
ROBOCACHE_END_NAMESPACE
