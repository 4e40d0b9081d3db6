#include "options.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <map>

#if defined(ROBOCACHE_TOOL_ROBOTS)
#include "kinematics.hpp"
#endif

namespace robocache::cli {
namespace {

/// A robot by the name of its file.
void describe(const info_command& c) {
#if defined(ROBOCACHE_TOOL_ROBOTS)
  if (std::filesystem::path(c.path).extension() == ".urdf") return run_robot_info(c.path);
#endif
  run(c);
}

}  // namespace

CLI::Option* add_rate_option(CLI::App& command, const std::string& name,
                             std::optional<clock_rate>& rate, const std::string& help) {
  const auto is_rate = [](const std::string& text) -> std::string {
    return parse_rate(text).has_value() ? ""
                                        : "a rate is a number or a fraction such as 30000/1001, "
                                          "from 1e-9 to 1e15 Hz";
  };
  return command
      .add_option_function<std::string>(
          name, [&rate](const std::string& text) { rate = parse_rate(text); }, help)
      ->check(is_rate)
      ->type_name("HZ");
}

void add_snap_option(CLI::App& command, std::optional<double>& snap) {
  const auto is_length = [](const std::string& text) {
    return std::strtod(text.c_str(), nullptr) >= 0 ? std::string() : "must not be negative or NaN";
  };
  command
      .add_option(
          "--snap", snap,
          "A target this near to a stamp is taken for it, and so are the ends of windows; 0: only "
          "where they are equal. Default, with --rate: a thousandth of the target period or, where "
          "that is shorter, the step of the stamps; at least one count of their unit, up to a "
          "tenth. "
          "For kinds that blend, and with --targets: what the type of the stamps rounds")
      ->check(is_length)
      ->type_name("SECONDS");
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
  static const std::map<std::string, spare_stamp> spares = {
      {"last", spare_stamp::last}, {"first", spare_stamp::first}, {"error", spare_stamp::error}};
  command
      .add_option_function<std::string>(
          "--spare-stamp",
          [&settings](const std::string& text) { settings.spare = spares.at(text); },
          "Which stamp has no sample where there is one more than samples: last (default), as of "
          "actions between states, or first; or error")
      ->check(CLI::IsMember({"last", "first", "error"}))
      ->type_name("WHICH");
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

void add_info(CLI::App& app, info_command& c) {
  CLI::App& command = *app.add_subcommand(
      "info",
      "List the arrays of a NumPy file, the columns of a point cloud or the joints of a robot; of "
      "stamps the rate, jitter and gaps");
  command.footer(
      "Examples:\n  robocache info log.npz\n  robocache info scan.ply\n"
      "  robocache info scan.bin --columns 5\n  robocache info robot.urdf");
  command.add_option("file", c.path, "File (.npz, .npy, .ply, .bin or .urdf)")
      ->required()
      ->type_name("FILE");
  command
      .add_option("--columns", c.columns,
                  "What a row of .bin holds, or how many numbers it has, as voxelize takes it")
      ->type_name("LIST");
  command.callback([&c] { describe(c); });
}

void add_devices(CLI::App& app) {
  CLI::App& command =
      *app.add_subcommand("devices", "List the CPU cores and CUDA devices that can be used");
  command.footer("Example:\n  robocache devices");
  command.callback(run_devices);
}

}  // namespace robocache::cli
