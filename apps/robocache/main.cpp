#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <new>
#include <robocache/version.hpp>
#include <sstream>
#include <stdexcept>

#include "commands.hpp"
#if defined(ROBOCACHE_TOOL_ROBOTS)
#include "kinematics.hpp"
#endif
#include "options.hpp"
#include "process.hpp"
#include "terminal.hpp"
#include "tsdf.hpp"

namespace {

using namespace robocache;       // NOLINT
using namespace robocache::cli;  // NOLINT

/// As `robocache --help` lists them.
enum exit_code : int {
  exit_ok = 0,
  exit_usage = 1,
  exit_input = 2,
  exit_device = 3,
  exit_output = 4,
  exit_internal = 5
};

#define ROBOCACHE_TEXT(x) #x
#define ROBOCACHE_VERSION_TEXT(a, b, c) \
  ROBOCACHE_TEXT(a) "." ROBOCACHE_TEXT(b) "." ROBOCACHE_TEXT(c)
constexpr const char* version = "robocache " ROBOCACHE_VERSION_TEXT(
    ROBOCACHE_VERSION_MAJOR, ROBOCACHE_VERSION_MINOR, ROBOCACHE_VERSION_PATCH);

constexpr const char* footer = R"(Start here:
  robocache demo                 makes a recording, resamples it and draws it
  robocache info LOG.npz         says what is in a file
  robocache resample --help      one stream, at a uniform rate or at given times
  robocache fuse --help          streams of different sensors, on one clock
  robocache voxelize --help      a point cloud to a grid, and a picture of it
  robocache tsdf --help          depth images to one surface, and a picture of it

Exit codes:
  0  done
  1  the command line is wrong
  2  an input file is missing, damaged or not what was asked for
  3  the device or backend cannot be used
  4  an output file, or standard output, cannot be written
  5  out of memory, or a mistake of this program)";

/// Runs what the command line asks for.
int run_tool(int argc, char** argv) {
  CLI::App app(
      "RoboCache turns raw robot logs into uniformly sampled ones, on the CPU or the GPU.\n",
      "robocache");
  app.footer(footer);
  app.set_version_flag("--version", version);
  app.require_subcommand(0, 1);
  resample_command resample_options;
  fuse_command fuse_options;
  voxelize_command voxelize_options;
  tsdf_command tsdf_options;
  demo_command demo_options;
  info_command info_options;
  add_demo(app, demo_options);
  add_resample(app, resample_options);
  add_fuse(app, fuse_options);
  add_voxelize(app, voxelize_options);
  add_tsdf(app, tsdf_options);
#if defined(ROBOCACHE_TOOL_ROBOTS)
  fk_command fk_options;
  ik_command ik_options;
  add_fk(app, fk_options);
  add_ik(app, ik_options);
#endif
  add_info(app, info_options);
  add_devices(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream help, message;
    if (app.exit(error, help, message) != 0) {
      std::fputs(printable(message.str(), "\n").c_str(), stderr);
      return exit_usage;
    }
    print(help.str());
    finish_output();
    return exit_ok;
  }
  if (app.get_subcommands().empty()) {
    std::fputs(app.help().c_str(), stderr);
    return exit_usage;
  }
  finish_output();
  return exit_ok;
}

int report(exit_code status, const std::string& what) {
  complain(what);
  return status;
}

/// Allocates nothing.
int report_no_memory() {
  std::fputs("robocache: not enough memory for arrays of this size\n", stderr);
  return exit_internal;
}

/// Runs the tool; what it throws decides how it exits.
int run_reporting(int argc, char** argv) {
  try {
    return run_tool(argc, argv);
  } catch (const usage_failure& error) {
    return report(exit_usage, error.what());
  } catch (const input_failure& error) {
    return report(exit_input, error.what());
  } catch (const output_failure& error) {
    return report(exit_output, error.what());
  } catch (const device_failure& error) {
    return report(exit_device, error.what());
  } catch (const cuda_error& error) {
    return report(exit_device, error.what());
  } catch (const invalid_argument& error) {
    return report(exit_usage, error.what());
  } catch (const std::bad_alloc&) {
    return report_no_memory();
  } catch (const std::length_error&) {
    return report_no_memory();
  } catch (const std::exception& error) {
    return report(exit_internal, error.what());
  }
}

}  // namespace

int main(int argc, char** argv) {
  hold_streams();
  clean_up_on_signals();
  return run_reporting(argc, argv);
}
