#include <algorithm>

#include "commands.hpp"
#include "files/failure.hpp"
#include "files/npz.hpp"
#include "files/output.hpp"
#include "kinds.hpp"
#include "named_files.hpp"
#include "plot.hpp"
#include "stream_spec.hpp"
#include "terminal.hpp"

namespace robocache::cli {
namespace {

bool has(const array_file& file, const std::string& name) {
  const auto& names = file.names();
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// What a stream says of its stamps, else what the command says of all.
stamp_settings stamps_of(const fuse_source& source, const stamp_settings& of_all) {
  stamp_settings result = source.settings.stamps;
  const bool has_unit = result.unit.has_value() || !source.data.times.date.empty();
  if (!has_unit) result.unit = of_all.unit;
  if (!result.unsorted.has_value()) result.unsorted = of_all.unsorted;
  return result;
}

/// The array of a stream's stamps; none where it has a rate in their place.
std::string times_of(const array_file& file, const stream_spec& spec, bool has_rate) {
  if (!spec.times.empty()) return spec.times;
  const std::string own = spec.values + "_times";
  if (has(file, own)) return own;
  return has_rate && !has(file, "times") ? "" : "times";
}

void check_values(const stream& data) {
  const element type = data.values.type;
  if (!is_float(type) && type != element::u8 && type != element::boolean) {
    bad_input(data.name + ": expected float16, float32, float64, uint8 or bool, got " +
              type_text(data.values));
  }
  if (data.values.shape.size() > 2) {
    bad_input(data.name + ": expected shape (T,) or (T, D), got " + shape_text(data.values.shape));
  }
}

fuse_source read_source(const stream_spec& spec, const fuse_settings& settings,
                        const fuse_command& command) {
  const array_file file(spec.file);
  std::optional<clock_rate> rate = settings.rate;
  if (rate.has_value() && !spec.times.empty()) {
    bad_usage(spec.option + ": expected an array of stamps or rate=, got both");
  }
  std::string times;
  if (!rate.has_value()) times = times_of(file, spec, command.source_rate.has_value());
  if (times.empty() && !rate.has_value()) rate = command.source_rate;

  fuse_source source;
  source.name = spec.values;
  source.kind = spec.settings;
  source.settings = settings;
  source.data = read_stream(file, spec.values, times, rate);
  stream& data = source.data;
  check_values(data);
  prepare_stream(data, stamps_of(source, command.stamps));
  warn_of_coarse_stamps(data);
  if (data.values.type == element::f64) data.values = converted(data.values, element::f32);
  if (settings.reduce == reduction::none) {
    source.settings.sampling.kinds =
        covering(settings.sampling.kinds, data.channels(), data.name, spec.option);
  }
  if (!settings.sampling.snap.has_value()) source.settings.sampling.snap = command.snap;
  return source;
}

/// What the command line says of the streams and targets, parsed before a file is opened.
struct request {
  std::vector<stream_spec> specs;
  std::vector<fuse_settings> settings;
  array_name targets;  // empty: --rate
};

request parse(const fuse_command& command) {
  if (command.rate.has_value() == !command.targets.empty()) {
    bad_usage("fuse: expected either --rate or --targets, got " +
              std::string(command.rate.has_value() ? "both" : "neither"));
  }
  request result;
  std::optional<double> period;
  if (command.rate.has_value()) period = command.rate->period();
  std::vector<named_file> inputs;
  for (const std::string& text : command.streams) {
    const stream_spec& spec = result.specs.emplace_back(parse_stream(text));
    result.settings.push_back(parse_settings(spec.settings, period, spec.option));
    inputs.push_back({spec.option, spec.file});
  }
  if (!command.targets.empty()) {
    result.targets = parse_array(command.targets);
    if (result.targets.file.empty()) {
      bad_usage("--targets: expected FILE:ARRAY, got '" + command.targets + "'");
    }
    inputs.push_back({"--targets", result.targets.file});
  }
  check_files(inputs, {{"--output", command.output}, {"--plot", command.plot}});
  return result;
}

std::vector<fuse_source> read_sources(const request& wanted, const fuse_command& command) {
  std::vector<fuse_source> sources;
  for (std::size_t n = 0; n < wanted.specs.size(); ++n) {
    sources.push_back(read_source(wanted.specs[n], wanted.settings[n], command));
  }
  return sources;
}

/// Says which streams have a rate that cannot be true, or are many samples for the one target of
/// --rate; whether there are such.
bool warn_of_rates(const std::vector<fuse_source>& sources, bool is_one_target) {
  bool is_said = false;
  for (const fuse_source& s : sources) {
    const bool has_unit = s.settings.stamps.unit.has_value();
    const char* option = has_unit ? "unit=" : "--time-unit ";
    is_said = warn_of_absurd_rate(s.data, is_one_target, option) || is_said;
  }
  return is_said;
}

array read_targets(const request& wanted, const stamp_settings& stamps) {
  const array_file file(wanted.targets.file);
  const std::string where = file.path() + ": array '" + wanted.targets.array + "'";
  const array raw = file.read(wanted.targets.array);
  array targets = read_stamps(raw, where, raw.date.empty() ? stamps.unit : std::nullopt);
  if (targets.shape.size() != 1) {
    bad_input(where + ": expected shape (T,), got " + shape_text(targets.shape));
  }
  return targets;
}

/// Gives all stamps, and targets from a file, one type.
void unify_clocks(std::vector<fuse_source>& sources, array& targets, const request& wanted) {
  std::vector<std::pair<array*, std::string>> all;
  for (fuse_source& s : sources) all.emplace_back(&s.data.times, s.data.times_name);
  if (!wanted.targets.file.empty()) {
    all.emplace_back(&targets, wanted.targets.file + ": array '" + wanted.targets.array + "'");
  }
  unify_times(all);
}

/// "wrench[2]", or "wrench[2] 1 back" of a sample before the last.
std::string column_name(const std::vector<fuse_source>& sources, std::int64_t column) {
  const std::vector<std::int64_t> first = first_columns(sources);
  std::size_t n = 0;
  while (column >= first[n + 1]) ++n;
  const stream& data = sources[n].data;
  const std::int64_t place = column - first[n];
  std::string name = sources[n].name;
  if (data.values.shape.size() > 1)
    name += format("[%lld]", static_cast<long long>(place % data.channels()));
  const std::int64_t back = sources[n].channels() / data.channels() - 1 - place / data.channels();
  if (back > 0) name += format(", %lld back", static_cast<long long>(back));
  return name + " (" + sources[n].kind + ")";
}

std::vector<std::int64_t> plotted_columns(const fuse_command& command,
                                          const std::vector<fuse_source>& sources) {
  std::vector<std::int64_t> columns = first_columns(sources);
  const std::int64_t count = columns.back();
  if (!command.plot_columns.empty()) return parse_channels(command.plot_columns, count);
  columns.pop_back();
  return columns;
}

std::string clock_text(const fuse_command& command, const array& clock) {
  std::string text = std::to_string(clock.size()) + " targets ";
  text +=
      command.rate.has_value() ? format("at %g Hz", command.rate->hz()) : "of " + command.targets;
  if (clock.size() > 1) text += format(" over %.6g s", seconds_after(clock, clock.size() - 1, 0));
  return text;
}

figure draw_result(const fuse_command& command, const std::vector<fuse_source>& sources,
                   const array& clock, const fused& result,
                   const std::vector<std::int64_t>& columns) {
  figure f;
  f.title = std::to_string(sources.size()) + (sources.size() == 1 ? " stream" : " streams") +
            " on one clock";
  f.subtitle = clock_text(command, clock);
  f.x_label = clock.size() > 0 ? "time since the first target (s)" : "time (s)";
  f.samples_label = "recorded stamps, samples";
  f.curve_label = "fused";
  f.gaps_label = "masked";
  f.across = 1;
  for (const std::int64_t column : columns) {
    f.panels.push_back(column_panel(sources, clock, result, column, column_name(sources, column)));
  }
  return f;
}

void print_result(const fuse_command& command, const any_executor& executor,
                  const std::vector<fuse_source>& sources, const array& clock,
                  const fused& result) {
  double bytes = static_cast<double>(result.values.bytes.size());
  for (const fuse_source& s : sources) bytes += static_cast<double>(s.data.values.bytes.size());
  print(std::to_string(sources.size()) + " stream" + (sources.size() == 1 ? "" : "s") + " to " +
        printable(clock_text(command, clock)) + "\n\n" + table_of(sources, result) + "\n");
  print(std::string("values: ") + numpy_name(result.values.type) + " " +
        shape_text(result.values.shape) + "; " + duration_text(result.seconds) + " on " +
        executor_text(executor) + ", " + bytes_text(bytes / result.seconds) + "/s\n");
  print_written({command.output, command.plot});
}

}  // namespace

void run(const fuse_command& command) {
  const request wanted = parse(command);
  const any_executor executor = choose_executor(command.executor);
  std::vector<fuse_source> sources = read_sources(wanted, command);
  const std::vector<std::int64_t> plotted = plotted_columns(command, sources);
  const bool is_said = warn_of_rates(sources, false);
  target_clock clock;
  if (!command.rate.has_value()) clock.times = read_targets(wanted, command.stamps);
  unify_clocks(sources, clock.times, wanted);
  if (command.rate.has_value()) {
    clock = common_clock(sources, *command.rate, command.span, command.type);
  }
  if (!is_said && command.rate.has_value() && clock.times.size() == 1) warn_of_rates(sources, true);
  const fused result = fuse_sources(executor, sources, clock, command.type);

  write_fused(command.output, clock.times, result);
  if (!command.plot.empty()) {
    write_file(command.plot, draw(draw_result(command, sources, clock.times, result, plotted)));
  }
  print_result(command, executor, sources, clock.times, result);
}

}  // namespace robocache::cli
