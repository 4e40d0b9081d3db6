/// \file
/// The subcommands as they are typed. Each fills its command and runs it when it is parsed.
#pragma once

#include <string>

#include "commands.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace robocache::cli {

void add_resample(CLI::App& app, resample_command& command);
void add_fuse(CLI::App& app, fuse_command& command);
void add_voxelize(CLI::App& app, voxelize_command& command);
void add_demo(CLI::App& app, demo_command& command);
void add_info(CLI::App& app, info_command& command);
void add_devices(CLI::App& app);

/// A rate, which is a number or a fraction.
CLI::Option* add_rate_option(CLI::App& command, const std::string& name,
                             std::optional<clock_rate>& rate, const std::string& help);
/// --snap.
void add_snap_option(CLI::App& command, std::optional<double>& snap);
/// --time-unit, --unsorted and --spare-stamp.
void add_stamp_options(CLI::App& command, stamp_settings& settings);
/// --backend and --threads.
void add_executor_options(CLI::App& command, executor_choice& choice);

}  // namespace robocache::cli
