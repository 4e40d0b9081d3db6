#include "fuse_reading.hpp"

#include <algorithm>

#include "episodes.hpp"
#include "files/failure.hpp"
#include "files/npz.hpp"
#include "kinds.hpp"
#include "named_files.hpp"
#include "narrowing.hpp"
#include "selecting.hpp"
#include "stream_spec.hpp"

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
  result.spare = of_all.spare;
  return result;
}

/// The array of a stream's stamps; none where it has a rate in their place.
std::string times_of(const array_file& file, const stream_spec& spec, bool has_rate) {
  if (!spec.times.empty()) return spec.times;
  std::string own = spec.values + "_times";
  if (has(file, own)) return own;
  return has_rate && !has(file, "times") ? "" : "times";
}

void check_values(const stream& data) {
  if (!data.values.date.empty()) {
    bad_input(data.name + ": expected numbers, got " + type_text(data.values));
  }
  if (data.values.shape.size() > 2) {
    bad_input(data.name +
              ": expected shape (T,) or (T, ...), where T is the number of stamps, got " +
              shape_text(data.values.shape));
  }
}

/// A stream as the file has it; its stamps are those of the file, or of a rate.
stream read_whole(const array_file& file, const stream_spec& spec, const fuse_settings& settings,
                  const fuse_command& command) {
  std::optional<clock_rate> rate = settings.rate;
  if (rate.has_value() && !spec.times.empty()) {
    bad_usage(spec.option + ": expected an array of stamps or rate=, got both");
  }
  std::string times;
  if (!rate.has_value()) times = times_of(file, spec, command.source_rate.has_value());
  if (times.empty() && !rate.has_value()) rate = command.source_rate;
  stream whole = read_stream(file, spec.values, times, rate);
  flatten_rows(whole);
  check_values(whole);
  return whole;
}

/// A stream, episode by episode.
std::vector<fuse_source> read_source(const stream_spec& spec, const fuse_settings& settings,
                                     const fuse_command& command) {
  const array_file file(spec.file);
  std::vector<fuse_source> episodes;
  for (stream& s : episodes_of(read_whole(file, spec, settings, command), file, command.episodes)) {
    fuse_source& source =
        episodes.emplace_back(fuse_source{spec.values, spec.settings, std::move(s), settings});
    stream& data = source.data;
    prepare_stream(data, stamps_of(source, command.stamps));
    if (episodes.size() == 1) warn_of_coarse_stamps(data);
    if (settings.reduce == reduction::none) {
      source.settings.sampling.kinds =
          covering(settings.sampling.kinds, data.channels(), data.name, spec.option);
    }
    if (!settings.sampling.snap.has_value()) source.settings.sampling.snap = command.snap;
  }
  return episodes;
}

/// What the command line says of the streams and targets, parsed before a file is opened.
struct request {
  std::vector<stream_spec> specs;
  std::vector<fuse_settings> settings;
  array_name targets;  // empty: --rate
};

request parse(const fuse_command& command) {
  for (const char* taken : {"values", "times", "valid", "age", "error"}) {
    if (command.episodes == taken) {
      bad_usage("fuse: --episodes must be none of values, times, valid, age and error");
    }
  }
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

/// The streams of each episode, of which all have as many.
std::vector<fuse_task> read_streams(const request& wanted, const fuse_command& command) {
  std::vector<fuse_task> tasks;
  for (std::size_t n = 0; n < wanted.specs.size(); ++n) {
    const stream_spec& spec = wanted.specs[n];
    std::vector<fuse_source> episodes = read_source(spec, wanted.settings[n], command);
    if (n == 0) tasks.resize(episodes.size());
    if (episodes.size() != tasks.size()) {
      bad_input(spec.file + ": array '" + command.episodes + "': expected " +
                std::to_string(tasks.size()) + " episodes as in " + wanted.specs[0].file +
                ", got " + std::to_string(episodes.size()));
    }
    for (std::size_t e = 0; e < tasks.size(); ++e) {
      tasks[e].sources.push_back(std::move(episodes[e]));
    }
  }
  return tasks;
}

/// float64 where a stream has that, or integers that float32 does not hold; else float32.
element type_of(const std::vector<fuse_task>& tasks) {
  for (const fuse_task& task : tasks) {
    for (const fuse_source& s : task.sources) {
      const array& values = s.data.values;
      if (values.type == element::f64 || !(is_float(values.type) || holds(element::f32, values))) {
        return element::f64;
      }
    }
  }
  return element::f32;
}

/// Says of each stream what the result cannot hold, in the first episode that has such a value.
void tell_losses(const std::vector<fuse_task>& tasks, element type) {
  for (std::size_t n = 0; n < tasks.front().sources.size(); ++n) {
    for (const fuse_task& task : tasks) {
      const stream& data = task.sources[n].data;
      if (tell_losses(data.values, type, data.name)) break;
    }
  }
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
  all.reserve(sources.size() + 1);
  for (fuse_source& s : sources) all.emplace_back(&s.data.times, s.data.times_name);
  if (!wanted.targets.file.empty()) {
    all.emplace_back(&targets, wanted.targets.file + ": array '" + wanted.targets.array + "'");
  }
  unify_times(all);
}

}  // namespace

std::vector<fuse_task> read_tasks(const fuse_command& command) {
  const request wanted = parse(command);
  std::vector<fuse_task> tasks = read_streams(wanted, command);
  const element chosen = command.type.has_value() ? *command.type : type_of(tasks);
  tell_losses(tasks, chosen);
  bool is_said = false;
  for (auto& [sources, clock, type] : tasks) {
    type = chosen;
    is_said = is_said || warn_of_rates(sources, false);
    if (!command.rate.has_value()) clock.times = read_targets(wanted, command.stamps);
    unify_clocks(sources, clock.times, wanted);
    if (!command.rate.has_value()) continue;
    clock = common_clock(sources, *command.rate, command.span, type);
    is_said = is_said || (clock.times.size() == 1 && warn_of_rates(sources, true));
  }
  return tasks;
}

}  // namespace robocache::cli
