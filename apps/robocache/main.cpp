#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <exception>
#include <map>
#include <new>
#include <robocache/version.hpp>

#include "commands.hpp"
#include "failure.hpp"

namespace {

using namespace robocache;       // NOLINT
using namespace robocache::cli;  // NOLINT

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

Exit codes:
  0  done
  1  the command line is wrong
  2  an input file is missing, damaged or not what was asked for
  3  the device or backend cannot be used
  4  an output file cannot be written
  5  out of memory, or a mistake of this program)";

constexpr const char* resample_footer = R"(Examples:
  robocache resample log.npz --values ctrl --times times --rate 50 -o log50.npz --plot log50.svg
  robocache resample log.npz --values pose --rate 30 --kind linear:3,slerp-xyzw:4 -o pose.npz
  robocache resample log.npz --values force --rate 100 --max-gap 0.05 -o force.npz

The input holds values of shape (T,), (T, D) or (B, T, D) and times of shape (T,) or (B, T), ascending:
float64 or float32 seconds, or int64 nanoseconds. numpy.savez writes such files:
  numpy.savez("log.npz", ctrl=ctrl, times=times)
The output holds the values and times under the same names, and `valid`: False where there is no
answer. Values keep their type unless --dtype says otherwise.)";

constexpr const char* fuse_footer = R"(A stream is FILE:VALUES[,TIMES]@KIND[,OPTION=VALUE...]:
  VALUES    array of shape (T,) or (T, D): float16, float32, float64 (rounded to float32), uint8, bool
  TIMES     its stamps, ascending: int64 nanoseconds or float seconds, the same for all streams.
            Without it: VALUES_times where the file has that, else times
  KIND      interpolates at each target: linear, nearest, previous, next, cubic, pchip, slerp-xyzw,
            slerp-wxyz, or groups of channels such as linear:7,slerp-xyzw:4,previous:1;
            or reduces the samples since the target before: mean, min, max, or the last K of them
            side by side, the oldest first: last4
  OPTION    offset=S      its clock reads S seconds more than the common one (at its first stamp)
            drift=R       and gains R seconds in a second (20e-6: 20 ppm)
            tolerance=S   no answer from a selected or held sample further away than this
            max-gap=S     no interpolation between samples further apart than this
            before=POLICY, after=POLICY   beyond its ends: hold (default), fill or extrapolate
            window=S      of a reduction, in place of the target period: (target - S, target]
            nan=POLICY    NaN samples: propagate (default) or skip
            fill=VALUE    where there is no answer (default nan)

Example:
  robocache fuse --stream joints.npz:qpos@linear:6,previous:1 --stream force.npz:wrench@mean       --stream camera.npz:features@previous,offset=0.012,tolerance=0.05       --rate 50 -o fused.npz --plot fused.svg

The output holds, for T targets of N streams, `values` (T, columns of all streams), `times` (T,),
`valid` (T, N): False where a stream has no answer, `age` (T, N): target - last sample, and
`error` (T, N): target - nearest sample, both on the stream's clock and in the unit of the stamps.)";

constexpr const char* voxelize_footer = R"(Examples:
  robocache voxelize kitti_scan.ply --voxel 0.2 --mode density -o grid.npz --view view.png
  robocache voxelize room.bin --columns 6 --voxel 0.05 --mode mean --features color -o room.ply
  robocache voxelize scan.bin --voxel 0.1 0.1 0.2 --box 0 -40 -3 70 40 1 --sparse -o cells.npz

A cloud is one of:
  FILE.ply           ascii or binary; vertices need x, y and z
  FILE.bin           rows of little-endian float32
  FILE.npz:ARRAY, FILE.npy   float16, float32 or float64 of shape (N, C)
  --columns says what the rows of all but PLY hold: names such as x,y,z,intensity, or how many they
  are: 3 x y z, 4 and intensity (KITTI; of .bin unless said otherwise), 5 and ring (nuScenes), 6 x y z
  red green blue.
Features are named as in the file, or by the number of their column from 0. intensity is any name that
has it as a part, color is red,green,blue and normal is nx,ny,nz.

A point belongs to the voxel floor((point - origin) / voxel), tested as half open. Without --origin it
is the multiple of the voxel at or below the lowest point, without --cells they reach the highest.
OUT.npz holds, all z-major, `grid` (Z, Y, X) uint8 for occupancy and int32 for density, or float32
(Z, Y, X, C) beside `counts` (Z, Y, X) for mean and max, where empty voxels are 0; `origin` and `voxel`
(x, y, z). vote takes features that are labels and gives the most frequent one as int32, the smallest of
those that tie. With --sparse: `coordinates` (V, 3) as z, y, x, `counts` (V,), `values` (V, C), and `shape`.
OUT.ply holds the centres of the occupied voxels with their count and features.)";

/// Finite and above 0.
std::string check_rate(const std::string& text) {
  const double rate = std::strtod(text.c_str(), nullptr);
  return rate > 0 && std::isfinite(rate) ? "" : "a rate must be above 0";
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

void add_end_option(CLI::App& command, const char* name, end_policy& policy, const char* help) {
  static const std::map<std::string, end_policy> policies = {
      {"hold", end_policy::hold},
      {"fill", end_policy::fill},
      {"extrapolate", end_policy::extrapolate}};
  command
      .add_option_function<std::string>(
          name, [&policy](const std::string& text) { policy = policies.at(text); }, help)
      ->check(CLI::IsMember({"hold", "fill", "extrapolate"}))
      ->type_name("POLICY");
}

void add_resample(CLI::App& app, resample_command& c) {
  CLI::App& command =
      *app.add_subcommand("resample", "Bring a recording to a uniform rate, or to given times");
  command.footer(resample_footer);
  command.add_option("input", c.input, "Recording (.npz)")->required()->type_name("IN.npz");
  command.add_option("-o,--output", c.output, "Result (.npz), replaced as a whole")
      ->required()
      ->type_name("OUT.npz");
  command.add_option("--values", c.values, "Array of samples")
      ->capture_default_str()
      ->type_name("NAME");
  command.add_option("--times", c.times, "Array of stamps")
      ->capture_default_str()
      ->type_name("NAME");
  command
      .add_option("--rate", c.rate,
                  "Targets this many times a second, from the first stamp to the last")
      ->check(check_rate)
      ->type_name("HZ");
  command.add_option("--targets", c.targets, "Array of target times, in place of --rate")
      ->type_name("NAME");
  command
      .add_option(
          "--kind", c.kinds,
          "linear, nearest, previous, next, cubic, pchip, slerp-xyzw, slerp-wxyz, or groups "
          "of channels such as linear:7,slerp-xyzw:4,previous:1")
      ->capture_default_str()
      ->type_name("KIND");
  add_end_option(command, "--before", c.settings.before,
                 "Targets before the first sample: hold (default), fill or extrapolate");
  add_end_option(command, "--after", c.settings.after,
                 "Targets after the last sample: hold (default), fill or extrapolate");
  command.add_option("--fill", c.settings.fill, "Value where there is no answer (default nan)")
      ->type_name("VALUE");
  const auto not_negative = [](const std::string& text) {
    return std::strtod(text.c_str(), nullptr) >= 0 ? std::string() : "must not be negative or NaN";
  };
  command
      .add_option("--max-gap", c.settings.max_gap,
                  "No answer between samples further apart than this")
      ->check(not_negative)
      ->type_name("SECONDS");
  command
      .add_option("--tolerance", c.settings.tolerance,
                  "No answer from a selected or held sample further away than this")
      ->check(not_negative)
      ->type_name("SECONDS");
  command
      .add_option_function<std::string>(
          "--nan",
          [&c](const std::string& text) {
            c.settings.nans = text == "skip" ? nan_policy::skip : nan_policy::propagate;
          },
          "NaN samples: propagate (default) or skip")
      ->check(CLI::IsMember({"propagate", "skip"}))
      ->type_name("POLICY");
  static const std::map<std::string, dtype> types = {
      {"float16", dtype::float16}, {"float32", dtype::float32}, {"float64", dtype::float64}};
  command
      .add_option_function<std::string>(
          "--dtype",
          [&c](const std::string& text) {
            if (text != "keep") c.type = types.at(text);
          },
          "Type to convert the samples to first: keep (default), float64, float32 or float16")
      ->check(CLI::IsMember({"keep", "float64", "float32", "float16"}))
      ->type_name("TYPE");
  command.add_option("--plot", c.plot, "Draw samples and result")->type_name("OUT.svg");
  command
      .add_option("--plot-channels", c.plot_channels,
                  "Channels to draw, such as 0-3,7 (default: the first 8)")
      ->type_name("LIST");
  command.add_option("--unit", c.unit, "Unit of the values, written into the plot")
      ->type_name("TEXT");
  add_executor_options(command, c.executor);
  command.callback([&c] { run(c); });
}

void add_fuse(CLI::App& app, fuse_command& c) {
  CLI::App& command =
      *app.add_subcommand("fuse", "Bring streams of different rates and files onto one clock");
  command.footer(fuse_footer);
  command.add_option("--stream", c.streams, "A stream, explained below; once for each")
      ->required()
      ->expected(1)
      ->take_all()
      ->type_name("SPEC");
  command.add_option("-o,--output", c.output, "Result (.npz), replaced as a whole")
      ->required()
      ->type_name("OUT.npz");
  command.add_option("--rate", c.rate, "Targets this many times a second")
      ->check(check_rate)
      ->type_name("HZ");
  CLI::Option* targets =
      command.add_option("--targets", c.targets, "Array of target times, in place of --rate")
          ->type_name("FILE:ARRAY");
  command
      .add_option_function<std::string>(
          "--span",
          [&c](const std::string& text) {
            c.span = text == "union" ? time_span::all : time_span::overlap;
          },
          "Time that --rate covers: the overlap of all streams (default) or their union")
      ->check(CLI::IsMember({"overlap", "union"}))
      ->excludes(targets)
      ->type_name("SPAN");
  command
      .add_option_function<std::string>(
          "--dtype",
          [&c](const std::string& text) {
            c.type = text == "float16" ? dtype::float16 : dtype::float32;
          },
          "Type of the result: float32 (default) or float16")
      ->check(CLI::IsMember({"float32", "float16"}))
      ->type_name("TYPE");
  command.add_option("--plot", c.plot, "Draw each stream's stamps and samples, and the result")
      ->type_name("OUT.svg");
  command
      .add_option(
          "--plot-channels", c.plot_columns,
          "Columns of the result to draw, such as 0-3,7 (default: the first of each stream)")
      ->type_name("LIST");
  add_executor_options(command, c.executor);
  command.callback([&c] { run(c); });
}

void add_voxelize(CLI::App& app, voxelize_command& c) {
  CLI::App& command = *app.add_subcommand("voxelize", "Turn a point cloud into a grid of voxels");
  command.footer(voxelize_footer);
  command.add_option("input", c.input, "Point cloud")->type_name("CLOUD");
  command.add_option("-o,--output", c.output, "Result (.npz or .ply), replaced as a whole")
      ->type_name("OUT");
  command.add_option("--view", c.view, "Draw the occupied voxels")->type_name("OUT.png");
  command
      .add_option_function<std::string>(
          "--view-from",
          [&c](const std::string& text) {
            c.from = text == "top" ? viewpoint::top : viewpoint::isometric;
          },
          "isometric (default) or top")
      ->check(CLI::IsMember({"isometric", "top"}))
      ->type_name("SIDE");
  command.add_option("--voxel", c.voxel, "Edge of a voxel in metres, or its three edges x y z")
      ->required()
      ->expected(1, 4)
      ->type_name("SIZE");
  static const std::map<std::string, voxel_mode> modes = {{"occupancy", voxel_mode::occupancy},
                                                          {"density", voxel_mode::density},
                                                          {"mean", voxel_mode::mean},
                                                          {"max", voxel_mode::max},
                                                          {"vote", voxel_mode::vote}};
  command
      .add_option_function<std::string>(
          "--mode", [&c](const std::string& text) { c.mode = modes.at(text); },
          "occupancy, density (points in a voxel; default), mean, max or vote of features")
      ->check(CLI::IsMember({"occupancy", "density", "mean", "max", "vote"}))
      ->type_name("MODE");
  command
      .add_option("--features", c.features,
                  "What mean, max and vote are of, such as intensity or 3,4")
      ->type_name("LIST");
  command.add_option("--ignore-label", c.ignored_label, "A label that has no vote, such as 0")
      ->type_name("LABEL");
  CLI::Option* origin =
      command.add_option("--origin", c.grid.origin, "Lowest corner of the grid")->expected(3);
  origin->type_name("X Y Z");
  CLI::Option* cells =
      command.add_option("--cells", c.grid.cells, "Voxels along each axis")->expected(3);
  cells->type_name("NX NY NZ");
  command.add_option("--box", c.grid.box, "Lowest and highest corner, in place of the two above")
      ->expected(6)
      ->excludes(origin)
      ->excludes(cells)
      ->type_name("X0 Y0 Z0 X1 Y1 Z1");
  command.add_flag("--sparse", c.sparse, "Write the occupied voxels alone");
  command
      .add_option("--columns", c.columns,
                  "What a row holds, or how many numbers it has; not of PLY files")
      ->type_name("LIST");
  add_executor_options(command, c.executor);
  command.callback([&c] { run(c); });
}

void add_info(CLI::App& app, std::string& path) {
  CLI::App& command = *app.add_subcommand(
      "info", "List the arrays of a NumPy file; of stamps the rate, jitter and gaps");
  command.footer("Example:\n  robocache info log.npz");
  command.add_option("file", path, "File (.npz or .npy)")->required()->type_name("FILE");
  command.callback([&path] { run_info(path); });
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

int code(exit_code status) { return static_cast<int>(status); }

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
  demo_command demo_options;
  std::string info_path;
  add_demo(app, demo_options);
  add_resample(app, resample_options);
  add_fuse(app, fuse_options);
  add_voxelize(app, voxelize_options);
  add_info(app, info_path);
  CLI::App& devices =
      *app.add_subcommand("devices", "List the CPU cores and CUDA devices that can be used");
  devices.footer("Example:\n  robocache devices");
  devices.callback(run_devices);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? code(exit_code::ok) : code(exit_code::usage);
  }
  if (app.get_subcommands().empty()) {
    std::fputs(app.help().c_str(), stderr);
    return code(exit_code::usage);
  }
  if (std::fflush(stdout) != 0) bad_output("standard output: cannot write");
  return code(exit_code::ok);
}

/// The library's own messages begin with its name already.
int report(exit_code status, const std::string& what) {
  const bool is_named = what.rfind("robocache::", 0) == 0;
  std::fprintf(stderr, "%s%s\n", is_named ? "" : "robocache: ", what.c_str());
  return code(status);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run_tool(argc, argv);
  } catch (const failure& error) {
    return report(error.code(), error.what());
  } catch (const cuda_error& error) {
    return report(exit_code::device, error.what());
  } catch (const invalid_argument& error) {
    return report(exit_code::usage, error.what());
  } catch (const std::bad_alloc&) {
    return report(exit_code::internal, "not enough memory for arrays of this size");
  } catch (const std::length_error&) {
    return report(exit_code::internal, "not enough memory for arrays of this size");
  } catch (const std::exception& error) {
    return report(exit_code::internal, error.what());
  }
}
