#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <set>

#include "commands.hpp"
#include "failure.hpp"
#include "kinds.hpp"
#include "plot.hpp"
#include "terminal.hpp"

namespace robocache::cli {
namespace {

constexpr std::int64_t most_kept = 4096;
constexpr double longest_offset = 4e9;  // seconds; nanoseconds of it fit 64 bits
constexpr double most_drift = 0.1;
constexpr const char* no_reduction = ", no reduction of all channels (mean, min, max or lastK)";

/// FILE:VALUES[,TIMES]@SETTINGS in its parts.
struct stream_spec {
  std::string option;  // begins errors
  std::string file, values, times, settings;
};

stream_spec parse_stream(const std::string& text) {
  stream_spec spec;
  spec.option = "--stream " + text;
  // From the right, since the file may hold either character.
  const std::size_t at = text.rfind('@');
  const std::size_t colon = at == std::string::npos ? at : text.substr(0, at).rfind(':');
  if (colon == std::string::npos) {
    bad_usage(spec.option + ": expected FILE:VALUES[,TIMES]@KIND, as in log.npz:qpos@linear");
  }
  spec.file = text.substr(0, colon);
  spec.values = text.substr(colon + 1, at - colon - 1);
  spec.settings = text.substr(at + 1);
  const std::size_t comma = spec.values.find(',');
  if (comma != std::string::npos) {
    spec.times = spec.values.substr(comma + 1);
    spec.values.resize(comma);
  }
  if (spec.file.empty() || spec.values.empty() ||
      (comma != std::string::npos && spec.times.empty())) {
    bad_usage(spec.option + ": expected names of a file and of arrays before the @");
  }
  return spec;
}

/// mean, min, max or lastK; false for a kind of interpolation.
bool parse_reduction(const std::string& text, fuse_settings& settings, const std::string& option) {
  if (text == "mean") settings.reduce = reduction::mean;
  if (text == "min") settings.reduce = reduction::minimum;
  if (text == "max") settings.reduce = reduction::maximum;
  if (text.rfind("last", 0) == 0) {
    settings.reduce = reduction::last;
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data() + 4, end, settings.keep);
    if (parsed.ec != std::errc() || parsed.ptr != end || settings.keep < 1 ||
        settings.keep > most_kept) {
      bad_usage(option + ": expected last1 to last4096, the number of samples to keep, got '" +
                text + "'");
    }
  }
  return settings.reduce != reduction::none;
}

double parse_number(const std::string& text, double least, double most, const std::string& where) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end || !(least <= value && value <= most)) {
    bad_usage(where + format(": expected a number from %g to %g, got '", least, most) + text + "'");
  }
  return value;
}

template <class Choice>
Choice parse_choice(const std::string& text,
                    const std::vector<std::pair<const char*, Choice>>& choices,
                    const std::string& where) {
  std::string all;
  for (const auto& [name, choice] : choices) {
    if (text == name) return choice;
    all += std::string(all.empty() ? "" : ", ") + name;
  }
  bad_usage(where + ": expected one of " + all + ", got '" + text + "'");
}

void parse_option(const std::string& name, const std::string& value, fuse_settings& settings,
                  const std::string& where) {
  resample_settings& sampling = settings.sampling;
  const auto length = [&] { return parse_number(value, 0, INFINITY, where); };
  const auto end = [&] {
    return parse_choice<end_policy>(value,
                                    {{"hold", end_policy::hold},
                                     {"fill", end_policy::fill},
                                     {"extrapolate", end_policy::extrapolate}},
                                    where);
  };
  if (name == "offset") {
    settings.offset = parse_number(value, -longest_offset, longest_offset, where);
  } else if (name == "drift") {
    settings.drift = parse_number(value, -most_drift, most_drift, where);
  } else if (name == "window") {
    settings.window = length();
  } else if (name == "tolerance") {
    sampling.tolerance = length();
  } else if (name == "max-gap") {
    sampling.max_gap = length();
  } else if (name == "before") {
    sampling.before = end();
  } else if (name == "after") {
    sampling.after = end();
  } else if (name == "fill") {
    sampling.fill = value == "nan" ? NAN : parse_number(value, -INFINITY, INFINITY, where);
  } else if (name == "nan") {
    sampling.nans = parse_choice<nan_policy>(
        value, {{"propagate", nan_policy::propagate}, {"skip", nan_policy::skip}}, where);
  } else {
    bad_usage(where +
              ": expected one of the options offset, drift, window, tolerance, max-gap, before, "
              "after, fill and nan");
  }
}

/// Options that say nothing for this kind are mistakes.
void check_options(const std::set<std::string>& given, bool is_reduction,
                   const std::string& option) {
  const std::vector<const char*> idle =
      is_reduction ? std::vector<const char*>{"tolerance", "max-gap", "before", "after"}
                   : std::vector<const char*>{"window"};
  for (const char* name : idle) {
    if (given.count(name) > 0) {
      bad_usage(option + ": " + name + " has no meaning for a " +
                (is_reduction ? "reduction" : "kind of interpolation"));
    }
  }
}

bool has(const array_file& file, const std::string& name) {
  const auto& names = file.names();
  return std::find(names.begin(), names.end(), name) != names.end();
}

fuse_source read_source(const stream_spec& spec, const fuse_settings& settings) {
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
  const dtype type = data.values.type;
  if (!is_float(type) && type != dtype::uint8 && type != dtype::boolean) {
    bad_input(data.name + ": expected float16, float32, float64, uint8 or bool, got " +
              name_of(type));
  }
  if (data.values.shape.size() > 2) {
    bad_input(data.name + ": expected shape (T,) or (T, D), got " + shape_text(data.values.shape));
  }
  check_stream(data);
  warn_of_coarse_stamps(data);
  if (type == dtype::float64) data.values = converted(data.values, dtype::float32);
  if (data.times.type == dtype::float32) data.times = converted(data.times, dtype::float64);
  if (settings.reduce == reduction::none) {
    check_kinds(settings.sampling.kinds, data.channels(), data.name, spec.option);
  }
  return source;
}

/// Nanoseconds beside seconds are a mistake.
void check_unit(const array& times, const std::string& name, const fuse_source& first) {
  if (times.type != first.data.times.type) {
    const char* unit = first.data.times.type == dtype::int64 ? "int64 nanoseconds" : "seconds";
    bad_input(name + ": expected " + unit + " as in " + first.data.times_name + ", got " +
              name_of(times.type));
  }
}

std::vector<fuse_source> read_sources(const fuse_command& command) {
  std::optional<double> period;
  if (command.rate.has_value()) period = 1 / *command.rate;
  std::vector<std::pair<stream_spec, fuse_settings>> parsed;
  for (const std::string& text : command.streams) {
    const stream_spec spec = parse_stream(text);
    parsed.emplace_back(spec, parse_settings(spec.settings, period, spec.option));
  }
  std::vector<fuse_source> sources;
  for (const auto& [spec, settings] : parsed) {
    sources.push_back(read_source(spec, settings));
    check_unit(sources.back().data.times, sources.back().data.times_name, sources.front());
  }
  return sources;
}

array read_targets(const std::string& text, const fuse_source& first) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) bad_usage("--targets: expected FILE:ARRAY, got '" + text + "'");
  const array_file file(text.substr(0, colon));
  const std::string name = text.substr(colon + 1);
  const std::string where = file.path() + ": array '" + name + "'";
  array targets = file.read(name);
  if (targets.shape.size() != 1) {
    bad_input(where + ": expected shape (T,), got " + shape_text(targets.shape));
  }
  if (targets.type == dtype::float32) targets = converted(targets, dtype::float64);
  check_unit(targets, where, first);
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
  text += command.rate.has_value() ? format("at %g Hz", *command.rate) : "of " + command.targets;
  if (clock.size() > 1) text += format(" over %.6g s", seconds_after(clock, clock.size() - 1, 0));
  return text;
}

figure draw_result(const fuse_command& command, const std::vector<fuse_source>& sources,
                   const array& clock, const fused& result) {
  figure f;
  f.title = std::to_string(sources.size()) + (sources.size() == 1 ? " stream" : " streams") +
            " on one clock";
  f.subtitle = clock_text(command, clock);
  f.x_label = clock.size() > 0 ? "time since the first target (s)" : "time (s)";
  f.samples_label = "recorded stamps, samples";
  f.curve_label = "fused";
  f.gaps_label = "masked";
  f.across = 1;
  for (const std::int64_t column : plotted_columns(command, sources)) {
    f.panels.push_back(column_panel(sources, clock, result, column, column_name(sources, column)));
  }
  return f;
}

void print_result(const fuse_command& command, const any_executor& executor,
                  const std::vector<fuse_source>& sources, const array& clock,
                  const fused& result) {
  double bytes = static_cast<double>(result.values.bytes.size());
  for (const fuse_source& s : sources) bytes += static_cast<double>(s.data.values.bytes.size());
  std::printf("%zu stream%s to %s\n\n%s\n", sources.size(), sources.size() == 1 ? "" : "s",
              clock_text(command, clock).c_str(), table_of(sources, result).c_str());
  std::printf("values: %s %s; %s on %s, %s/s\n", name_of(result.values.type),
              shape_text(result.values.shape).c_str(), duration_text(result.seconds).c_str(),
              executor_text(executor).c_str(), bytes_text(bytes / result.seconds).c_str());
}

}  // namespace

fuse_settings parse_settings(const std::string& text, std::optional<double> period,
                             const std::string& option) {
  std::string kinds;
  std::set<std::string> given;
  fuse_settings settings;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string part = text.substr(begin, end - begin);
    const std::size_t equals = part.find('=');
    if (equals != std::string::npos) {
      const std::string name = part.substr(0, equals);
      parse_option(name, part.substr(equals + 1), settings, option + ": " + name);
      if (!given.insert(name).second) bad_usage(option + ": " + name + " is given twice");
    } else if (given.empty()) {
      kinds += (begin == 0 ? "" : ",") + part;
    } else {
      bad_usage(option + ": expected OPTION=VALUE, got '" + part + "'");
    }
    begin = end + 1;
  }
  const bool is_reduction = parse_reduction(kinds, settings, option);
  if (!is_reduction) settings.sampling.kinds = parse_kinds(kinds, option + no_reduction);
  check_options(given, is_reduction, option);
  if (is_reduction && given.count("window") == 0) {
    if (!period.has_value()) bad_usage(option + ": expected window=SECONDS beside --targets");
    settings.window = *period;
  }
  return settings;
}

void run(const fuse_command& command) {
  if (command.rate.has_value() == !command.targets.empty()) {
    bad_usage("fuse: expected either --rate or --targets, got " +
              std::string(command.rate.has_value() ? "both" : "neither"));
  }
  const any_executor executor = choose_executor(command.executor);
  const std::vector<fuse_source> sources = read_sources(command);
  plotted_columns(command, sources);  // fails before the work, not after it
  const array clock = command.rate.has_value() ? common_clock(sources, *command.rate, command.span)
                                               : read_targets(command.targets, sources.front());
  const fused result = fuse_sources(executor, sources, clock, command.type);

  write_fused(command.output, clock, result);
  if (!command.plot.empty()) {
    write_text(command.plot, draw(draw_result(command, sources, clock, result)));
  }
  print_result(command, executor, sources, clock, result);
  std::printf("wrote %s%s\n", command.output.c_str(),
              command.plot.empty() ? "" : (" and " + command.plot).c_str());
}

}  // namespace robocache::cli
