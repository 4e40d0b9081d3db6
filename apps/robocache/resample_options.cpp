#include <CLI/CLI.hpp>
#include <cstdlib>
#include <map>

#include "commands.hpp"
#include "kinds.hpp"
#include "options.hpp"

namespace robocache::cli {
namespace {

constexpr const char* footer = R"(Examples:
  robocache resample log.npz --values ctrl --times times --rate 50 -o log50.npz --plot log50.svg
  robocache resample log.npz --values pose --rate 30 --kind linear:3,slerp-xyzw:4 -o pose.npz
  robocache resample log.npz --values force --rate 100 --max-gap 0.05 -o force.npz
  robocache resample demos.npz --source-rate 20 --rate 10 --episodes episode_ends -o demos10.npz
  robocache resample bag.npz --times stamp_us --time-unit us --unsorted sort --rate 50 -o bag50.npz

The input holds values of shape (T,), (T, D), (T, ...) such as images, or (B, T, ...) and times of shape
(T,) or (B, T), ascending unless --unsorted says what becomes of others: float64 or float32 seconds,
integers of any width that count nanoseconds, in another unit by --time-unit, or datetime64 of any unit.
Integers and datetime64 become int64 nanoseconds, exactly, and so do the times of the output; floats
stay seconds unless targets are nanoseconds, and all options take seconds. numpy.savez writes such files:
  numpy.savez("log.npz", ctrl=ctrl, times=times)
The output holds the values and times under the same names, and `valid`: False where there is no
answer. Values keep their type unless --element says otherwise; what that type cannot hold is told, and
is invalid where it would be infinite. Integers and flags, images of uint8 among them, are taken as they
are by --kind previous, next or nearest; where there is no answer they are 0, or --fill.)";

void add_end_option(CLI::App& command, const char* name, end_policy& policy, const char* help) {
  static const std::map<std::string, end_policy> policies = {
      {"by-kind", end_policy::by_kind},
      {"hold", end_policy::hold},
      {"fill", end_policy::fill},
      {"extrapolate", end_policy::extrapolate}};
  command
      .add_option_function<std::string>(
          name, [&policy](const std::string& text) { policy = policies.at(text); }, help)
      ->check(CLI::IsMember({"by-kind", "hold", "fill", "extrapolate"}))
      ->type_name("POLICY");
}

/// What is read, at which times it is wanted, and where the result goes.
void add_task_options(CLI::App& command, resample_command& c) {
  command.add_option("input", c.input, "Recording (.npz)")->required()->type_name("IN.npz");
  command.add_option("-o,--output", c.output, "Result (.npz), replaced as a whole")
      ->required()
      ->type_name("OUT.npz");
  command.add_option("--values", c.values, "Array of samples")
      ->capture_default_str()
      ->type_name("NAME");
  CLI::Option* times = command.add_option("--times", c.times, "Array of stamps")
                           ->capture_default_str()
                           ->type_name("NAME");
  add_rate_option(
      command, "--source-rate", c.source_rate,
      "The recording has no stamps, but this many samples a second; the first is at 0 s")
      ->excludes(times);
  add_rate_option(command, "--rate", c.rate,
                  "Targets this many times a second, from the first stamp to the last: 30, 29.97, "
                  "30000/1001");
  command
      .add_option(
          "--episodes", c.episodes,
          "Array of the ends of episodes, in samples (such as episode_ends): each is resampled by "
          "itself, and the output has their new ends under the same name")
      ->type_name("NAME");
  command.add_option("--targets", c.targets, "Array of target times, in place of --rate")
      ->type_name("NAME");
  command
      .add_option_function<std::string>(
          "--kind",
          [&c](const std::string& text) {
            c.kinds = text;
            c.settings.kinds = parse_kinds(text);
          },
          "linear, nearest, previous, next, cubic, pchip, slerp-xyzw, slerp-wxyz, radians, "
          "degrees, or groups of channels such as linear:7,slerp-xyzw:4,previous; the last "
          "one, without a number, is for the rest")
      ->default_str(c.kinds)
      ->type_name("KIND");
}

/// What stands where samples do not say it.
void add_policy_options(CLI::App& command, resample_command& c) {
  add_end_option(command, "--before", c.settings.before,
                 "Targets before the first sample: hold, fill, extrapolate, or by-kind (default): "
                 "previous fills, others hold");
  add_end_option(command, "--after", c.settings.after,
                 "Targets after the last sample: hold, fill, extrapolate, or by-kind (default): "
                 "next fills, others hold");
  command
      .add_option("--fill", c.settings.fill,
                  "Value where there is no answer (default nan; 0 for integers)")
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
                  "No answer where the sample that gives it, or the nearer of two, is further away")
      ->check(not_negative)
      ->type_name("SECONDS");
  add_snap_option(command, c.settings.snap);
  command
      .add_option_function<std::string>(
          "--nan",
          [&c](const std::string& text) {
            c.settings.nans = text == "skip" ? nan_policy::skip : nan_policy::propagate;
          },
          "NaN samples: propagate (default) or skip")
      ->check(CLI::IsMember({"propagate", "skip"}))
      ->type_name("POLICY");
}

void add_type_option(CLI::App& command, std::optional<element>& type) {
  static const std::map<std::string, element> types = {
      {"float16", element::f16}, {"float32", element::f32}, {"float64", element::f64}};
  command
      .add_option_function<std::string>(
          "--element",
          [&type](const std::string& text) {
            if (text != "keep") type = types.at(text);
          },
          "Type to convert the samples to first: keep (default), float64, float32 or float16")
      ->check(CLI::IsMember({"keep", "float64", "float32", "float16"}))
      ->type_name("TYPE");
}

void add_plot_options(CLI::App& command, resample_command& c) {
  command.add_option("--plot", c.plot, "Draw samples and result")->type_name("OUT.svg");
  command
      .add_option("--plot-channels", c.plot_channels,
                  "Channels to draw, such as 0-3,7 (default: the first 8)")
      ->type_name("LIST");
  command.add_option("--unit", c.unit, "Unit of the values, written into the plot")
      ->type_name("TEXT");
}

}  // namespace

void add_resample(CLI::App& app, resample_command& c) {
  CLI::App& command =
      *app.add_subcommand("resample", "Bring a recording to a uniform rate, or to given times");
  command.footer(footer);
  add_task_options(command, c);
  add_policy_options(command, c);
  add_stamp_options(command, c.stamps);
  add_type_option(command, c.type);
  add_plot_options(command, c);
  add_executor_options(command, c.executor);
  command.callback([&c] { run(c); });
}

}  // namespace robocache::cli
