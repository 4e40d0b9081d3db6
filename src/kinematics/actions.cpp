#include <robocache/kinematics/actions.hpp>
#include <robocache/kinematics/gripper.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

ROBOCACHE_ACTION_TYPES(ROBOCACHE_KEEP, convert_op)
ROBOCACHE_ACTION_TYPES(ROBOCACHE_KEEP, to_delta_op)
ROBOCACHE_ACTION_TYPES(ROBOCACHE_KEEP, to_absolute_op)
ROBOCACHE_ACTION_TYPES(ROBOCACHE_KEEP, gripper_op)

}  // namespace detail
ROBOCACHE_END_NAMESPACE
