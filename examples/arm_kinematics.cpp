// Poses, velocities and inverse kinematics of an arm from its DH table: a batch in one call, and
// one configuration by the functors that a control loop or a kernel of your own would call.
#include <cstdio>
#include <robocache/kinematics/dh.hpp>
#include <robocache/kinematics/frames.hpp>
#include <robocache/kinematics/inverse_kinematics.hpp>
#include <vector>

using namespace robocache;

int main() {
  // The UR10e; with RoboCache::urdf it would be read_urdf("ur10e.urdf").
  const double quarter = 1.5707963267948966, turn = 4 * quarter;
  std::vector<dh_row> table = {{0, quarter, 0.1807},  {-0.6127, 0, 0},        {-0.57155, 0, 0},
                               {0, quarter, 0.17415}, {0, -quarter, 0.11985}, {0, 0, 0.11655}};
  for (dh_row& row : table) {
    row.lower = -turn;
    row.upper = turn;
  }
  const robot ur10e = robot_from_dh(table, dh_convention::standard);
  const auto arm = make_chain<float, 6>(ur10e, "tool");

  // A thousand rows of joints to positions and quaternions (w x y z).
  constexpr std::int64_t rows = 1000;
  std::vector<float> q(rows * 6), poses(rows * 7), found(rows * 6);
  for (std::size_t i = 0; i < q.size(); ++i) {
    q[i] = static_cast<float>(2.0 * sine(0.7 * static_cast<double>(i)));
  }
  forward_kinematics(cpu{}, arm, view(q.data(), {rows, 6}), view(poses.data(), {rows, 7}));

  // And back, as if the joints were not known.
  std::vector<std::uint8_t> converged(rows);
  inverse_report<float> report;
  report.converged = {converged.data(), {rows}};
  inverse_kinematics(cpu{}, arm, view(poses.data(), {rows, 7}), view(found.data(), {rows, 6}), {},
                     report);
  int count = 0;
  for (const std::uint8_t flag : converged) count += flag;
  std::printf("%d of %d poses reached within 0.1 mm and 1e-4 rad\n", count, static_cast<int>(rows));

  // One configuration: nothing is checked, nothing allocated.
  basic_pose<float> frames[6];
  float jacobian_rows[6 * 6];
  joint_frames(arm, q.data(), frames);
  const basic_pose<float> tool = link_pose(arm, frames, 0);
  write_jacobian(arm, frames, 0, tool, jacobian_frame::local_world_aligned, jacobian_rows, 6);
  const basic_vec3<float> at = tool.position();
  std::printf(
      "the first is at (%.3f, %.3f, %.3f) m; its shoulder moves it by (%.3f, %.3f, %.3f) m/s "
      "at 1 rad/s\n",
      static_cast<double>(at.x), static_cast<double>(at.y), static_cast<double>(at.z),
      static_cast<double>(jacobian_rows[0]), static_cast<double>(jacobian_rows[6]),
      static_cast<double>(jacobian_rows[12]));
  return count == rows ? 0 : 1;
}
