#include <CLI/CLI.hpp>

#include "kinematics.hpp"

namespace robocache::cli {
namespace {

constexpr const char* fk_footer = R"(Example:
  robocache fk robot.urdf --joints q.npz:qpos --link tool -o poses.npz --plot path.svg

q.npz:qpos is (N, joints) in radians and metres, in the chain's order, which is printed, or as --names
says. OUT.npz holds position (N, 3), quaternion_wxyz (N, 4) and pose (N, 4, 4), as float64.)";

constexpr const char* ik_footer = R"(Examples:
  robocache ik robot.urdf --poses p.npz:pose --link tool -o q.npz
  robocache ik robot.urdf --poses p.npy --quaternion xyzw --link tool --track -o q.npz

Poses are (N, 4, 4), or with --quaternion (N, 7): position, then the quaternion in that order.
OUT.npz holds q (N, joints) as float64, in the chain's order, which is printed, position_error and
rotation_error (N,) in metres and radians, converged (N,) and iterations (N,).)";

void add_robot_options(CLI::App& command, robot_choice& robot) {
  command.add_option("robot", robot.path, "Robot")->required()->type_name("ROBOT.urdf");
  command.add_option("--link", robot.link, "The link that is posed")->required()->type_name("LINK");
  command.add_option("--base", robot.base, "The link it is posed in; the root")->type_name("LINK");
}

void add_output_options(CLI::App& command, std::string& output, std::string& plot, int& threads) {
  command.add_option("-o,--output", output, "Result, replaced as a whole")
      ->required()
      ->type_name("OUT.npz");
  command.add_option("--plot", plot, "Draw the path")->type_name("OUT.svg");
  command.add_option("--threads", threads, "CPU threads; 0: all cores")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
}

}  // namespace

void add_fk(CLI::App& app, fk_command& c) {
  CLI::App& command = *app.add_subcommand("fk", "Find the poses of a robot's link from its joints");
  command.footer(fk_footer);
  add_robot_options(command, c.robot);
  command.add_option("--joints", c.joints, "Positions")->required()->type_name("FILE:ARRAY");
  command.add_option("--names", c.names, "The joints that its columns are")->type_name("LIST");
  add_output_options(command, c.output, c.plot, c.threads);
  command.callback([&c] { run(c); });
}

void add_ik(CLI::App& app, ik_command& c) {
  CLI::App& command = *app.add_subcommand("ik", "Find joints that bring a robot's link to poses");
  command.footer(ik_footer);
  add_robot_options(command, c.robot);
  command.add_option("--poses", c.poses, "Poses")->required()->type_name("FILE:ARRAY");
  command
      .add_option_function<std::string>(
          "--quaternion",
          [&c](const std::string& order) {
            c.quaternion =
                order == "xyzw" ? rotation_form::quaternion_xyzw : rotation_form::quaternion_wxyz;
          },
          "The order of quaternions; required for 7 columns")
      ->check(CLI::IsMember({"xyzw", "wxyz"}))
      ->type_name("ORDER");
  command.add_flag("--track", c.track, "The poses are a path: go on from each to the next");
  command.add_option("--position-tolerance", c.position_tolerance, "In metres; 1e-4")
      ->check(CLI::NonNegativeNumber)
      ->type_name("M");
  command.add_option("--rotation-tolerance", c.rotation_tolerance, "In radians; 1e-4")
      ->check(CLI::NonNegativeNumber)
      ->type_name("RAD");
  command.add_option("--seeds", c.seeds, "Starts of each search; 64")
      ->check(CLI::Range(1, 1 << 20))
      ->type_name("N");
  add_output_options(command, c.output, c.plot, c.threads);
  command.callback([&c] { run(c); });
}

}  // namespace robocache::cli
