#include <robocache/kinematics/inverse_kinematics.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

ROBOCACHE_MODELS(ROBOCACHE_KEEP, inverse_op)

}  // namespace detail
ROBOCACHE_END_NAMESPACE
