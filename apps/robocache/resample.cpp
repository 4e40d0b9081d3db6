#include <algorithm>

#include "episodes.hpp"
#include "files/failure.hpp"
#include "files/npz.hpp"
#include "files/output.hpp"
#include "kinds.hpp"
#include "named_files.hpp"
#include "plot.hpp"
#include "recording.hpp"
#include "selecting.hpp"
#include "terminal.hpp"

namespace robocache::cli {
namespace {

/// The arrays of the output, of all episodes.
struct answers {
  array values, times, valid;
  std::optional<array> ends = std::nullopt;  // of the episodes
  std::int64_t samples = 0;
  double input_bytes = 0, seconds = 0;
};

void check(const resample_command& command) {
  if (command.rate.has_value() == !command.targets.empty()) {
    bad_usage("resample: expected either --rate or --targets, got " +
              std::string(command.rate.has_value() ? "both" : "neither"));
  }
  if (command.values == command.times || command.values == "valid" || command.times == "valid") {
    bad_usage("resample: --values and --times must differ, and 'valid' is the name of the mask");
  }
  if (!command.episodes.empty() && !command.targets.empty()) {
    bad_usage("resample: expected --rate for --episodes, got --targets");
  }
  for (const std::string& name : {command.values, command.times, std::string("valid")}) {
    if (command.episodes == name) {
      bad_usage("resample: --episodes must be another array, got '" + name + "'");
    }
  }
  check_files({{"the input", command.input}},
              {{"--output", command.output}, {"--plot", command.plot}});
}

std::string grid_text(const resample_command& command) {
  return command.rate.has_value() ? format("%g Hz", command.rate->hz())
                                  : "the times of '" + command.targets + "'";
}

/// "2751 samples to 276 targets at 50 Hz, linear"
std::string task_text(const resample_command& command, std::int64_t samples, std::int64_t targets) {
  return std::to_string(samples) + " samples to " + std::to_string(targets) + " targets at " +
         grid_text(command) + ", " + command.kinds;
}

double valid_share(const answers& result) {
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
  f.subtitle = task_text(command, s.samples(), in.targets.times.shape.back());
  if (!command.episodes.empty()) f.subtitle += "; the first episode";
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
  for (const std::int64_t channel : parse_channels(command.plot_channels, s.channels())) {
    std::string title = command.values;
    if (s.values.shape.size() > 1) title += "[" + std::to_string(channel) + "]";
    if (!command.unit.empty()) title += " (" + command.unit + ")";
    f.panels.push_back(channel_panel(source, channel, title));
  }
  return f;
}

void write_result(const resample_command& command, const answers& result) {
  progress_bar bar("writing " + command.output);
  std::vector<named_array> arrays{
      {command.values, &result.values}, {command.times, &result.times}, {"valid", &result.valid}};
  if (result.ends.has_value()) arrays.push_back({command.episodes, &*result.ends});
  write_npz(command.output, arrays, bar.hook());
}

void print_result(const resample_command& command, const any_executor& executor,
                  const std::string& shape, const answers& result) {
  const double bytes = result.input_bytes + static_cast<double>(result.values.bytes.size());
  print(printable(command.values) + ": " + numpy_name(result.values.type) + " " + shape + ", " +
        printable(task_text(command, result.samples, result.times.shape.back())) + "\n");
  if (result.ends.has_value()) {
    print(std::to_string(result.ends->size()) + " episodes, each on a clock of its own\n");
  }
  print(format("%.1f %% of the targets valid; ", 100 * valid_share(result)) +
        duration_text(result.seconds) + " on " + executor_text(executor) + ", " +
        bytes_text(bytes / result.seconds) + "/s\n");
  print_written({command.output, command.plot});
}

resampled resample_part(const any_executor& executor, const recording& in) {
  const stream& s = in.samples;
  resampled result = is_selected_only(s) ? select_samples(executor, s, in.targets, in.settings)
                                         : resample_stream(executor, s, in.targets, in.settings);
  result.values.shape = with_rows(result.values.shape, in.row);
  return result;
}

/// One behind the other.
answers joined_answers(const std::vector<recording>& parts, std::vector<resampled>& results,
                       bool is_one) {
  answers all;
  std::vector<const array*> values, times, valid;
  for (std::size_t e = 0; e < parts.size(); ++e) {
    values.push_back(&results[e].values);
    times.push_back(&parts[e].targets.times);
    valid.push_back(&results[e].valid);
    all.samples += parts[e].samples.samples();
    all.input_bytes += static_cast<double>(parts[e].samples.values.bytes.size());
    all.seconds += results[e].seconds;
  }
  all.times = is_one ? *times[0] : joined(times);
  all.valid = is_one ? *valid[0] : joined(valid);
  if (!is_one) all.ends = ends_of(times);
  all.values = is_one ? std::move(results[0].values) : joined(values);
  return all;
}

}  // namespace

void run(const resample_command& command) {
  check(command);
  const any_executor executor = choose_executor(command.executor);
  const std::vector<recording> parts = read_recordings(command);
  const recording& first = parts.front();
  parse_channels(command.plot_channels, first.samples.channels());
  std::vector<resampled> results;
  results.reserve(parts.size());
  for (const recording& in : parts) results.push_back(resample_part(executor, in));
  std::string plot;
  if (!command.plot.empty()) plot = draw(draw_result(command, first, results.front()));
  const answers all = joined_answers(parts, results, command.episodes.empty());
  write_result(command, all);
  if (!command.plot.empty()) write_file(command.plot, plot);
  std::vector<std::int64_t> shape = with_rows(first.samples.values.shape, first.row);
  if (!command.episodes.empty()) shape[0] = all.samples;
  print_result(command, executor, shape_text(shape), all);
}

}  // namespace robocache::cli
