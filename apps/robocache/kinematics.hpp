/// \file
/// The subcommands `fk` and `ik`, and what `info` says of a robot.
#pragma once

#include <optional>
#include <robocache/kinematics/rotation.hpp>

#include "robots.hpp"

namespace CLI {
class App;
}

namespace robocache::cli {

struct fk_command {
  robot_choice robot;
  std::string joints;  // FILE.npz:ARRAY or FILE.npy
  std::string names;   // of its columns; empty: the chain's order
  std::string output;
  std::string plot;
  int threads = 0;
};

struct ik_command {
  robot_choice robot;
  std::string poses;
  std::optional<rotation_form> quaternion;  // of 7 columns
  std::string output;
  std::string plot;
  double position_tolerance = 1e-4;
  double rotation_tolerance = 1e-4;
  int seeds = 64;
  bool track = false;
  int threads = 0;
};

void add_fk(CLI::App& app, fk_command& command);
void add_ik(CLI::App& app, ik_command& command);

void run(const fk_command& command);
void run(const ik_command& command);
/// Joints, limits and links.
void run_robot_info(const std::string& path);

}  // namespace robocache::cli
