#include "recording.hpp"

#include "episodes.hpp"
#include "files/failure.hpp"
#include "kinds.hpp"
#include "narrowing.hpp"
#include "selecting.hpp"

namespace robocache::cli {
namespace {

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

clock_targets targets_of(const resample_command& command, const array_file& file, stream& s) {
  if (!command.rate.has_value()) return read_targets(command, file, s);
  const bool is_empty_episode = !command.episodes.empty() && s.samples() == 0;
  if (is_empty_episode) return {make_array(s.times.type, {0}), {}};
  return uniform_targets(s.times, s.lengths, s.times_name, *command.rate, grid_snap(command, s),
                         s.target_bytes());
}

/// The values and stamps as the file has them, in the type that is asked for.
stream read_samples(const resample_command& command, const array_file& file) {
  stream s = read_stream(file, command.values, command.times, command.source_rate);
  if (!s.values.date.empty()) bad_input(s.name + ": expected numbers, got " + type_text(s.values));
  if (command.type.has_value() && *command.type != s.values.type) {
    s.values = narrowed(s.values, *command.type, s.name);
  }
  if (is_selected_only(s)) check_selection(s, command.settings);
  return s;
}

}  // namespace

std::vector<recording> read_recordings(const resample_command& command) {
  const array_file file(command.input);
  stream whole = read_samples(command, file);
  const std::vector<std::int64_t> row = flatten_rows(whole);
  std::vector<recording> parts;
  for (stream& s : episodes_of(std::move(whole), file, command.episodes)) {
    prepare_stream(s, command.stamps);
    parts.push_back({std::move(s), row, {}, {}});
  }
  if (!parts.empty()) warn_of_coarse_stamps(parts.front().samples);
  bool is_said = false;
  for (recording& in : parts) {
    in.settings = settings_for(command, in.samples);
    is_said = is_said || warn_of_absurd_rate(in.samples, false, "--time-unit ");
    in.targets = targets_of(command, file, in.samples);
  }
  for (const recording& in : parts) {
    const bool is_one = command.rate.has_value() && in.targets.times.shape.back() == 1;
    is_said = is_said || (is_one && warn_of_absurd_rate(in.samples, true, "--time-unit "));
  }
  return parts;
}

}  // namespace robocache::cli
