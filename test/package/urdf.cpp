// Reads a robot through the component `urdf`.
#include <robocache/kinematics/tree.hpp>
#include <robocache/kinematics/urdf.hpp>

int main() {
  const auto robot = robocache::parse_urdf("<robot name=\"r\"><link name=\"base\"/></robot>");
  return robocache::make_chain<float>(robot, "base").joints();
}
