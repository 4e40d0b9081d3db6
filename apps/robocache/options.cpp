#include "options.hpp"

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>

#if defined(ROBOCACHE_TOOL_ROBOTS)
#include "kinematics.hpp"
#endif

namespace robocache::cli {
namespace {

/// A robot by the name of its file, all else as arrays.
void describe(const std::string& path) {
#if defined(ROBOCACHE_TOOL_ROBOTS)
  if (std::filesystem::path(path).extension() == ".urdf") return run_robot_info(path);
#endif
  run_info(path);
}

}  // namespace

void add_rate_option(CLI::App& command, std::optional<double>& rate, const std::string& help) {
  const auto is_rate = [](const std::string& text) -> std::string {
    const double value = std::strtod(text.c_str(), nullptr);
    return value > 0 && std::isfinite(value) ? "" : "a rate must be above 0";
  };
  command.add_option("--rate", rate, help)->check(is_rate)->type_name("HZ");
}

void add_stamp_options(CLI::App& command, stamp_settings& settings) {
  command
      .add_option_function<std::string>(
          "--time-unit", [&settings](const std::string& text) { settings.unit = parse_unit(text); },
          "Unit of the stamps: s, ms, us or ns (default: ns for integers, s for floats); "
          "datetime64 have their own")
      ->check(CLI::IsMember({"s", "ms", "us", "ns"}))
      ->type_name("UNIT");
  command
      .add_option_function<std::string>(
          "--unsorted",
          [&settings](const std::string& text) { settings.unsorted = parse_unsorted(text); },
          "Samples whose stamps step back: error (default), sort (stable), or drop those below the "
          "largest stamp before them")
      ->check(CLI::IsMember({"error", "sort", "drop"}))
      ->type_name("POLICY");
}

void add_executor_options(CLI::App& command, executor_choice& choice) {
  static const std::map<std::string, backend> backends = {
      {"auto", backend::automatic}, {"cpu", backend::cpu}, {"cuda", backend::cuda}};
  command
      .add_option_function<std::string>(
          "--backend", [&choice](const std::string& name) { choice.wanted = backends.at(name); },
          "auto (CUDA where there is a device), cpu or cuda; wins over ROBOCACHE_BACKEND")
      ->check(CLI::IsMember({"auto", "cpu", "cuda"}))
      ->type_name("NAME");
  command.add_option("--threads", choice.threads, "CPU threads; 0: all cores. Same result for any")
      ->check(CLI::Range(0, 4096))
      ->type_name("N");
}

void add_demo(CLI::App& app, demo_command& c) {
  CLI::App& command = *app.add_subcommand(
      "demo", "Make a small recording of several rates, resample it to one clock and draw it");
  command.footer("Example:\n  robocache demo -o demo && ls demo");
  command.add_option("-o,--output", c.directory, "Directory for the plot and the arrays")
      ->capture_default_str()
      ->type_name("DIR");
  add_executor_options(command, c.executor);
  command.callback([&c] { run(c); });
}

void add_info(CLI::App& app, std::string& path) {
  CLI::App& command = *app.add_subcommand(
      "info", "List the arrays of a NumPy file, of stamps the rate, jitter and gaps; or a robot");
  command.footer("Examples:\n  robocache info log.npz\n  robocache info robot.urdf");
  command.add_option("file", path, "File (.npz, .npy or .urdf)")->required()->type_name("FILE");
  command.callback([&path] { describe(path); });
}

void add_devices(CLI::App& app) {
  CLI::App& command =
      *app.add_subcommand("devices", "List the CPU cores and CUDA devices that can be used");
  command.footer("Example:\n  robocache devices");
  command.callback(run_devices);
}

}  // namespace robocache::cli
