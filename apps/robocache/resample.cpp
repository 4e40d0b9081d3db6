#include <algorithm>

#include "commands.hpp"
#include "files/failure.hpp"
#include "files/npz.hpp"
#include "files/output.hpp"
#include "kinds.hpp"
#include "named_files.hpp"
#include "narrowing.hpp"
#include "plot.hpp"
#include "selecting.hpp"
#include "terminal.hpp"

namespace robocache::cli {
namespace {

/// What the command works on, read and checked.
struct recording {
  stream samples;
  std::vector<std::int64_t> row;  // the shape of a sample that is no row of numbers
  resample_settings settings;     // whole
  clock_targets targets;
  std::vector<std::int64_t> plotted;  // channels
};

void check(const resample_command& command) {
  if (command.rate.has_value() == !command.targets.empty()) {
    bad_usage("resample: expected either --rate or --targets, got " +
              std::string(command.rate.has_value() ? "both" : "neither"));
  }
  if (command.values == command.times || command.values == "valid" || command.times == "valid") {
    bad_usage("resample: --values and --times must differ, and 'valid' is the name of the mask");
  }
  check_files({{"the input", command.input}},
              {{"--output", command.output}, {"--plot", command.plot}});
}

void read_samples(const resample_command& command, const array_file& file, recording& in) {
  in.samples = read_stream(file, command.values, command.times, command.source_rate);
  stream& s = in.samples;
  if (!s.values.date.empty()) bad_input(s.name + ": expected numbers, got " + type_text(s.values));
  if (command.type.has_value() && *command.type != s.values.type) {
    s.values = narrowed(s.values, *command.type, s.name);
  }
  if (is_selected_only(s)) check_selection(s, command.settings);
  in.row = flatten_rows(s);
  prepare_stream(s, command.stamps);
  warn_of_coarse_stamps(s);
}

clock_targets read_targets(const resample_command& command, const array_file& file, stream& s) {
  const std::string where = command.input + ": array '" + command.targets + "'";
  const array raw = file.read(command.targets);
  // Targets without a unit of their own are in that of the option.
  const auto unit = raw.date.empty() ? command.stamps.unit : std::nullopt;
  clock_targets targets{read_stamps(raw, where, unit), {}};
  const auto& shape = targets.times.shape;
  const bool batched = s.values.shape.size() == 3 && shape.size() == 2 && shape[0] == s.items();
  if (shape.size() != 1 && !batched) {
    bad_input(where + ": expected shape (U,)" +
              (s.values.shape.size() == 3 ? " or (" + std::to_string(s.items()) + ", U)" : "") +
              ", got " + shape_text(shape));
  }
  if (targets.times.type != s.times.type) {
    unify_times({{&s.times, s.times_name}, {&targets.times, where}});
  }
  return targets;
}

/// How far the last stamp may lie from the grid and still be on it.
double grid_snap(const resample_command& command, const stream& s) {
  const std::optional<double>& snap = command.settings.snap;
  return snap.has_value() ? *snap : default_snap(s, true, command.rate);
}

/// The settings with what they leave open: the channels of the last group and the snap.
resample_settings settings_for(const resample_command& command, const stream& s) {
  resample_settings settings = command.settings;
  settings.kinds = covering(settings.kinds, s.channels(), s.name);
  if (!settings.snap.has_value()) {
    settings.snap = default_snap(s, selects(settings.kinds), command.rate);
  }
  return settings;
}

recording read_recording(const resample_command& command) {
  const array_file file(command.input);
  recording in;
  read_samples(command, file, in);
  stream& s = in.samples;
  in.settings = settings_for(command, s);
  in.plotted = parse_channels(command.plot_channels, s.channels());
  const bool is_uniform = command.rate.has_value();
  const bool is_said = warn_of_absurd_rate(s, false, "--time-unit ");
  in.targets = is_uniform ? uniform_targets(s.times, s.lengths, s.times_name, *command.rate,
                                            grid_snap(command, s), s.target_bytes())
                          : read_targets(command, file, s);
  const bool is_one = is_uniform && in.targets.times.shape.back() == 1;
  if (!is_said && is_one) warn_of_absurd_rate(s, true, "--time-unit ");
  return in;
}

std::string grid_text(const resample_command& command) {
  return command.rate.has_value() ? format("%g Hz", command.rate->hz())
                                  : "the times of '" + command.targets + "'";
}

/// "2751 samples to 276 targets at 50 Hz, linear"
std::string task_text(const resample_command& command, const recording& in) {
  return std::to_string(in.samples.samples()) + " samples to " +
         std::to_string(in.targets.times.shape.back()) + " targets at " + grid_text(command) +
         ", " + command.kinds;
}

double valid_share(const resampled& result) {
  const auto* valid = result.valid.as<std::uint8_t>();
  const auto count = std::count(valid, valid + result.valid.size(), 1);
  return result.valid.size() == 0
             ? 0.0
             : static_cast<double>(count) / static_cast<double>(result.valid.size());
}

figure draw_result(const resample_command& command, const recording& in, const resampled& result) {
  const stream& s = in.samples;
  figure f;
  f.title = command.values + " of " + command.input.substr(command.input.find_last_of('/') + 1);
  f.subtitle = task_text(command, in);
  if (s.values.shape.size() == 3) {
    f.subtitle += format("; item 0 of %lld", static_cast<long long>(s.items()));
  }
  f.samples_label = "recorded samples";
  f.curve_label = "resampled";
  const bool from_first = needs_origin(s.times);
  f.x_label = from_first ? "time since the first stamp (s)" : "time (s)";
  if (s.items() == 0) return f;
  const plot_source source{s, in.targets, result, in.settings.kinds,
                           from_first ? &s.times : nullptr};
  for (const std::int64_t channel : in.plotted) {
    std::string title = command.values;
    if (s.values.shape.size() > 1) title += "[" + std::to_string(channel) + "]";
    if (!command.unit.empty()) title += " (" + command.unit + ")";
    f.panels.push_back(channel_panel(source, channel, title));
  }
  return f;
}

void write_result(const resample_command& command, const recording& in, const resampled& result) {
  {
    progress_bar bar("writing " + command.output);
    write_npz(command.output,
              {{command.values, &result.values},
               {command.times, &in.targets.times},
               {"valid", &result.valid}},
              bar.hook());
  }
  if (!command.plot.empty()) write_file(command.plot, draw(draw_result(command, in, result)));
}

void print_result(const resample_command& command, const any_executor& executor,
                  const recording& in, const resampled& result) {
  const array& values = in.samples.values;
  const auto bytes = static_cast<double>(values.bytes.size() + result.values.bytes.size());
  print(printable(command.values) + ": " + numpy_name(values.type) + " " +
        shape_text(with_rows(values.shape, in.row)) + ", " + printable(task_text(command, in)) +
        "\n");
  print(format("%.1f %% of the targets valid; ", 100 * valid_share(result)) +
        duration_text(result.seconds) + " on " + executor_text(executor) + ", " +
        bytes_text(bytes / result.seconds) + "/s\n");
  print_written({command.output, command.plot});
}

resampled make_result(const any_executor& executor, const recording& in) {
  const stream& s = in.samples;
  resampled result = is_selected_only(s) ? select_samples(executor, s, in.targets, in.settings)
                                         : resample_stream(executor, s, in.targets, in.settings);
  result.values.shape = with_rows(result.values.shape, in.row);
  return result;
}

}  // namespace

void run(const resample_command& command) {
  check(command);
  const any_executor executor = choose_executor(command.executor);
  const recording in = read_recording(command);
  const resampled result = make_result(executor, in);
  write_result(command, in, result);
  print_result(command, executor, in, result);
}

}  // namespace robocache::cli
