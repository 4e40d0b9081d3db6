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

fuse_source read_source(const stream_spec& spec, const fuse_settings& settings,
                        const stamp_settings& of_all) {
  const array_file file(spec.file);
  const std::string own_times = spec.values + "_times";
  std::string times = spec.times;
  if (times.empty()) times = has(file, own_times) ? own_times : "times";

  fuse_source source;
  source.name = spec.values;
  source.kind = spec.settings;
  source.settings = settings;
  stream& data = source.data;
  data.name = spec.file + ": array '" + spec.values + "'";
  data.times_name = spec.file + ": array '" + times + "'";
  progress_bar bar("reading " + spec.file);
  data.values = file.read(spec.values, bar.hook());
  data.times = file.read(times, bar.hook());
  const element type = data.values.type;
  if (!is_float(type) && type != element::u8 && type != element::boolean) {
    bad_input(data.name + ": expected float16, float32, float64, uint8 or bool, got " +
              type_text(data.values));
  }
  if (data.values.shape.size() > 2) {
    bad_input(data.name + ": expected shape (T,) or (T, D), got " + shape_text(data.values.shape));
  }
  prepare_stream(data, stamps_of(source, of_all));
  warn_of_coarse_stamps(data);
  if (type == element::f64) data.values = converted(data.values, element::f32);
  if (data.times.type == element::f32) data.times = converted(data.times, element::f64);
  if (settings.reduce == reduction::none) {
    source.settings.sampling.kinds =
        covering(settings.sampling.kinds, data.channels(), data.name, spec.option);
  }
  return source;
}

/// Nanoseconds beside seconds are a mistake.
void check_unit(const array& times, const std::string& type, const std::string& name,
                const fuse_source& first) {
  if (times.type != first.data.times.type) {
    const char* unit = first.data.times.type == element::i64 ? "int64 nanoseconds" : "seconds";
    bad_input(name + ": expected " + unit + " as in " + first.data.times_name + ", got " + type);
  }
}

/// What the command line says of the streams and targets, parsed before a file is opened.
struct request {
  std::vector<stream_spec> specs;
  std::vector<fuse_settings> settings;
  std::string targets_file, targets;  // empty: --rate
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
    const std::size_t colon = command.targets.rfind(':');
    if (colon == std::string::npos) {
      bad_usage("--targets: expected FILE:ARRAY, got '" + command.targets + "'");
    }
    result.targets_file = command.targets.substr(0, colon);
    result.targets = command.targets.substr(colon + 1);
    inputs.push_back({"--targets", result.targets_file});
  }
  check_files(inputs, {{"--output", command.output}, {"--plot", command.plot}});
  return result;
}

std::vector<fuse_source> read_sources(const request& wanted, const fuse_command& command) {
  std::vector<fuse_source> sources;
  for (std::size_t n = 0; n < wanted.specs.size(); ++n) {
    sources.push_back(read_source(wanted.specs[n], wanted.settings[n], command.stamps));
    std::optional<double>& snap = sources.back().settings.sampling.snap;
    if (!snap.has_value()) snap = command.snap;
    const stream& data = sources.back().data;
    check_unit(data.times, data.times_type, data.times_name, sources.front());
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

array read_targets(const request& wanted, const stamp_settings& stamps, const fuse_source& first) {
  const array_file file(wanted.targets_file);
  const std::string where = file.path() + ": array '" + wanted.targets + "'";
  const array raw = file.read(wanted.targets);
  array targets = read_stamps(raw, where, raw.date.empty() ? stamps.unit : std::nullopt);
  if (targets.shape.size() != 1) {
    bad_input(where + ": expected shape (T,), got " + shape_text(targets.shape));
  }
  if (targets.type == element::f32) targets = converted(targets, element::f64);
  check_unit(targets, type_text(raw), where, first);
  return targets;
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
  const std::vector<fuse_source> sources = read_sources(wanted, command);
  const std::vector<std::int64_t> plotted = plotted_columns(command, sources);
  const bool is_said = warn_of_rates(sources, false);
  const target_clock clock =
      command.rate.has_value()
          ? common_clock(sources, *command.rate, command.span, command.type)
          : target_clock{read_targets(wanted, command.stamps, sources.front()), {}};
  if (!is_said && command.rate.has_value() && clock.times.size() == 1) warn_of_rates(sources, true);
  const fused result = fuse_sources(executor, sources, clock, command.type);

  write_fused(command.output, clock.times, result);
  if (!command.plot.empty()) {
    write_file(command.plot, draw(draw_result(command, sources, clock.times, result, plotted)));
  }
  print_result(command, executor, sources, clock.times, result);
}

}  // namespace robocache::cli
