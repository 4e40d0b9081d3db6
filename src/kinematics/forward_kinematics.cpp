#include <robocache/kinematics/forward_kinematics.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

ROBOCACHE_MODELS(ROBOCACHE_KEEP, motion_op)

}  // namespace detail
ROBOCACHE_END_NAMESPACE
