#include <algorithm>
#include <charconv>
#include <cstdio>

#include "commands.hpp"
#include "failure.hpp"
#include "kinds.hpp"
#include "plot.hpp"
#include "terminal.hpp"

namespace robocache::cli {
namespace {

constexpr std::int64_t panels_by_default = 8;
constexpr std::int64_t most_panels = 64;

stream read_stream(const resample_command& command, const array_file& file) {
  progress_bar bar("reading " + command.input);
  stream s;
  s.name = command.input + ": array '" + command.values + "'";
  s.times_name = command.input + ": array '" + command.times + "'";
  s.values = file.read(command.values, bar.hook());
  s.times = file.read(command.times, bar.hook());
  if (command.type.has_value() && *command.type != s.values.type) {
    s.values = converted(s.values, *command.type);
  }
  if (!is_float(s.values.type)) {
    bad_input(s.name + ": expected float16, float32 or float64, got " + name_of(s.values.type) +
              " (--dtype converts)");
  }
  check_stream(s);
  return s;
}

clock_targets read_targets(const resample_command& command, const array_file& file,
                           const stream& s) {
  const std::string where = command.input + ": array '" + command.targets + "'";
  clock_targets targets{file.read(command.targets), {}};
  const auto& shape = targets.times.shape;
  if (targets.times.type != s.times.type) {
    bad_input(where + ": expected the type of '" + command.times + "', " + name_of(s.times.type) +
              ", got " + name_of(targets.times.type));
  }
  const bool batched = s.values.shape.size() == 3 && shape.size() == 2 && shape[0] == s.items();
  if (shape.size() != 1 && !batched) {
    bad_input(where + ": expected shape (U,)" +
              (s.values.shape.size() == 3 ? " or (" + std::to_string(s.items()) + ", U)" : "") +
              ", got " + shape_text(shape));
  }
  return targets;
}

std::string grid_text(const resample_command& command) {
  return command.rate.has_value() ? format("%g Hz", *command.rate)
                                  : "the times of '" + command.targets + "'";
}

double valid_share(const resampled& result) {
  const auto* valid = result.valid.as<std::uint8_t>();
  const auto count = std::count(valid, valid + result.valid.size(), 1);
  return result.valid.size() == 0
             ? 0.0
             : static_cast<double>(count) / static_cast<double>(result.valid.size());
}

figure draw_result(const resample_command& command, const stream& s, const clock_targets& targets,
                   const resampled& result) {
  figure f;
  f.title = command.values + " of " + command.input.substr(command.input.find_last_of('/') + 1);
  f.subtitle = format("%lld samples to %lld targets at %s, %s", static_cast<long long>(s.samples()),
                      static_cast<long long>(targets.times.shape.back()),
                      grid_text(command).c_str(), command.kinds.c_str());
  if (s.values.shape.size() == 3) {
    f.subtitle += format("; item 0 of %lld", static_cast<long long>(s.items()));
  }
  f.samples_label = "recorded samples";
  f.curve_label = "resampled";
  const bool from_first = needs_origin(s.times);
  f.x_label = from_first ? "time since the first stamp (s)" : "time (s)";
  const plot_source source{s, targets, result, command.settings.kinds,
                           from_first ? &s.times : nullptr};
  std::vector<std::int64_t> channels = parse_channels(command.plot_channels, s.channels());
  if (s.items() == 0) channels.clear();
  for (const std::int64_t channel : channels) {
    std::string title = command.values;
    if (s.values.shape.size() > 1) title += "[" + std::to_string(channel) + "]";
    if (!command.unit.empty()) title += " (" + command.unit + ")";
    f.panels.push_back(channel_panel(source, channel, title));
  }
  return f;
}

void print_result(const resample_command& command, const any_executor& executor, const stream& s,
                  const clock_targets& targets, const resampled& result) {
  const double bytes = static_cast<double>(s.values.bytes.size() + result.values.bytes.size());
  std::printf("%s: %s %s, %lld samples to %lld targets at %s, %s\n", command.values.c_str(),
              name_of(s.values.type), shape_text(s.values.shape).c_str(),
              static_cast<long long>(s.samples()),
              static_cast<long long>(targets.times.shape.back()), grid_text(command).c_str(),
              command.kinds.c_str());
  std::printf("%.1f %% of the targets valid; %s on %s, %s/s\n", 100 * valid_share(result),
              duration_text(result.seconds).c_str(), executor_text(executor).c_str(),
              bytes_text(bytes / result.seconds).c_str());
}

}  // namespace

std::vector<std::int64_t> parse_channels(const std::string& text, std::int64_t channels) {
  std::vector<std::int64_t> result;
  if (text.empty()) {
    for (std::int64_t c = 0; c < std::min(channels, panels_by_default); ++c) result.push_back(c);
    return result;
  }
  const auto malformed = [&] {
    bad_usage("--plot-channels: expected up to 64 channels from 0 to " +
              std::to_string(channels - 1) + ", as in 0-3,7, got '" + text + "'");
  };
  const char* at = text.data();
  const char* end = at + text.size();
  const auto number = [&] {
    std::int64_t value = -1;
    const auto parsed = std::from_chars(at, end, value);
    if (parsed.ec != std::errc() || value < 0 || value >= channels) malformed();
    at = parsed.ptr;
    return value;
  };
  for (;;) {
    const std::int64_t first = number();
    std::int64_t last = first;
    if (at != end && *at == '-') {
      ++at;
      last = number();
    }
    if (last < first || last - first >= most_panels) malformed();
    for (std::int64_t c = first; c <= last; ++c) result.push_back(c);
    if (static_cast<std::int64_t>(result.size()) > most_panels) malformed();
    if (at == end) return result;
    if (*at++ != ',') malformed();
  }
}

void run(const resample_command& command) {
  if (command.rate.has_value() == !command.targets.empty()) {
    bad_usage("resample: expected either --rate or --targets, got " +
              std::string(command.rate.has_value() ? "both" : "neither"));
  }
  if (command.values == command.times || command.values == "valid" || command.times == "valid") {
    bad_usage("resample: --values and --times must differ, and 'valid' is the name of the mask");
  }
  resample_command checked = command;
  checked.settings.kinds = parse_kinds(command.kinds);
  const any_executor executor = choose_executor(command.executor);

  const array_file file(command.input);
  const stream s = read_stream(command, file);
  warn_of_coarse_stamps(s);
  parse_channels(command.plot_channels, s.channels());  // before the work, not after it
  const clock_targets targets = command.rate.has_value()
                                    ? uniform_targets(s.times, s.times_name, *command.rate)
                                    : read_targets(command, file, s);
  const resampled result = resample_stream(executor, s, targets, checked.settings);

  {
    progress_bar bar("writing " + command.output);
    write_npz(command.output,
              {{command.values, &result.values},
               {command.times, &targets.times},
               {"valid", &result.valid}},
              bar.hook());
  }
  if (!command.plot.empty()) {
    write_text(command.plot, draw(draw_result(checked, s, targets, result)));
  }
  print_result(command, executor, s, targets, result);
  std::printf("wrote %s%s\n", command.output.c_str(),
              command.plot.empty() ? "" : (" and " + command.plot).c_str());
}

}  // namespace robocache::cli
