#include <robocache/kinematics/velocity.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

ROBOCACHE_MODELS(ROBOCACHE_KEEP, joint_to_twist_op)
ROBOCACHE_MODELS(ROBOCACHE_KEEP, twist_to_joint_op)

}  // namespace detail
ROBOCACHE_END_NAMESPACE
