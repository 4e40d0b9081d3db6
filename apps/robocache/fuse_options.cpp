#include <CLI/CLI.hpp>
#include <map>

#include "commands.hpp"
#include "options.hpp"

namespace robocache::cli {
namespace {

constexpr const char* footer = R"(A stream is FILE:VALUES[,TIMES]@KIND[,OPTION=VALUE...]:
  VALUES    array of shape (T,) or (T, D): float16, float32, float64, integers of any width, bool
  TIMES     its stamps, ascending: integers or datetime64, which become int64 nanoseconds, or float
            seconds; where streams have both, seconds become nanoseconds, too. Without it: VALUES_times
            where the file has that, else times, else those of --source-rate. In names of arrays \:
            \, \@ and \\ stand for those characters
  KIND      interpolates at each target: linear, nearest, previous, next, cubic, pchip, slerp-xyzw,
            slerp-wxyz, radians, degrees, or groups of channels such as linear:7,slerp-xyzw:4
            or linear:6,previous, where the last one is for the rest;
            or reduces the samples since the target before: mean, min, max, or the last K of them
            side by side, the oldest first: last4
  OPTION    offset=S      its clock reads S seconds more than the common one (at its first stamp)
            drift=R       and gains R seconds in a second (20e-6: 20 ppm)
            tolerance=S   no answer where the sample that gives it, or the nearer of two, is further away
            max-gap=S     no answer between samples further apart than this
            snap=S        in place of --snap
            before=POLICY, after=POLICY   beyond its ends: hold, fill, extrapolate, or by-kind
                        (default): previous fills before, next after, others hold
            window=S      of a reduction: the samples in (target - S, target], in place of one period of
                        --rate. Windows of one period tile: every sample between the first target and
                        the last lies in exactly one. Others, and all of --targets, overlap where they
                        are longer than the step of the targets and leave samples out where shorter
            nan=POLICY    NaN samples: propagate (default) or skip
            fill=VALUE    where there is no answer (default nan)
            rate=HZ       it has no stamps, but this many samples a second, the first at 0 s
            unit=U        of its stamps, in place of --time-unit: s, ms, us or ns
            unsorted=POLICY   of stamps that step back, in place of --unsorted: error, sort or drop

Example:
  robocache fuse --stream joints.npz:qpos@linear:6,previous --stream force.npz:wrench@mean       --stream camera.npz:features@previous,offset=0.012,tolerance=0.05       --rate 50 -o fused.npz --plot fused.svg

The output holds, for T targets of N streams, `values` (T, columns of all streams), `times` (T,),
`valid` (T, N): False where a stream has no answer, `age` (T, N): target - last sample, and
`error` (T, N): target - nearest sample, both on the stream's clock and, as the times, in int64 nanoseconds or
float seconds.)";

}  // namespace

void add_fuse(CLI::App& app, fuse_command& c) {
  CLI::App& command =
      *app.add_subcommand("fuse", "Bring streams of different rates and files onto one clock");
  command.footer(footer);
  command.add_option("--stream", c.streams, "A stream, explained below; once for each")
      ->required()
      ->expected(1)
      ->take_all()
      ->type_name("SPEC");
  command.add_option("-o,--output", c.output, "Result (.npz), replaced as a whole")
      ->required()
      ->type_name("OUT.npz");
  add_rate_option(command, "--rate", c.rate,
                  "Targets this many times a second: 30, 29.97, 30000/1001");
  add_rate_option(command, "--source-rate", c.source_rate,
                  "Streams that have no array of stamps have this many samples a second, from 0 s");
  CLI::Option* targets =
      command.add_option("--targets", c.targets, "Array of target times, in place of --rate")
          ->type_name("FILE:ARRAY");
  command
      .add_option(
          "--episodes", c.episodes,
          "Array of the ends of episodes, in samples, in the file of every stream: each is fused "
          "by itself, and the output has their new ends under the same name")
      ->excludes(targets)
      ->type_name("NAME");
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
  static const std::map<std::string, element> types = {
      {"float16", element::f16}, {"float32", element::f32}, {"float64", element::f64}};
  command
      .add_option_function<std::string>(
          "--element",
          [&c](const std::string& text) {
            if (text != "auto") c.type = types.at(text);
          },
          "Type of the result: float64, float32, float16 or auto (default): float64 where a stream "
          "has that or integers that float32 cannot hold, else float32")
      ->check(CLI::IsMember({"auto", "float64", "float32", "float16"}))
      ->type_name("TYPE");
  command.add_option("--plot", c.plot, "Draw each stream's stamps and samples, and the result")
      ->type_name("OUT.svg");
  command
      .add_option(
          "--plot-channels", c.plot_columns,
          "Columns of the result to draw, such as 0-3,7 (default: the first of each stream)")
      ->type_name("LIST");
  add_snap_option(command, c.snap);
  add_stamp_options(command, c.stamps);
  add_executor_options(command, c.executor);
  command.callback([&c] { run(c); });
}

}  // namespace robocache::cli
