#include <algorithm>

#include "episodes.hpp"
#include "files/failure.hpp"
#include "files/npz.hpp"
#include "files/output.hpp"
#include "fuse_reading.hpp"
#include "plot.hpp"
#include "terminal.hpp"

namespace robocache::cli {
namespace {

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
  if (!command.episodes.empty()) f.subtitle += "; the first episode";
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

/// The source of all episodes, without its values.
fuse_source whole_of(const std::vector<fuse_task>& tasks, std::size_t n) {
  const fuse_source& first = tasks.front().sources[n];
  fuse_source whole{first.name, first.kind, {}, first.settings};
  std::vector<const array*> times;
  times.reserve(tasks.size());
  for (const fuse_task& task : tasks) times.push_back(&task.sources[n].data.times);
  whole.data.times = joined(times);
  whole.data.values.shape = first.data.values.shape;
  whole.data.values.shape[0] = whole.data.times.size();
  return whole;
}

/// The results of all episodes, one behind the other.
fused joined_results(const std::vector<fused>& results) {
  const auto all = [&](array fused::*member) {
    std::vector<const array*> parts;
    parts.reserve(results.size());
    for (const fused& result : results) parts.push_back(&(result.*member));
    return joined(parts);
  };
  fused whole{all(&fused::values), all(&fused::valid), all(&fused::age), all(&fused::error)};
  for (const fused& result : results) whole.seconds += result.seconds;
  return whole;
}

void print_result(const fuse_command& command, const any_executor& executor,
                  const std::vector<fuse_task>& tasks, const fused& result) {
  std::vector<fuse_source> sources;
  auto bytes = static_cast<double>(result.values.bytes.size());
  for (std::size_t n = 0; n < tasks.front().sources.size(); ++n) {
    sources.push_back(whole_of(tasks, n));
    for (const fuse_task& task : tasks) {
      bytes += static_cast<double>(task.sources[n].data.values.bytes.size());
    }
  }
  std::string text = clock_text(command, tasks.front().clock.times);
  if (!command.episodes.empty()) {
    text = format("%lld targets at %g Hz, of %zu episodes",
                  static_cast<long long>(result.values.shape[0]), command.rate->hz(), tasks.size());
  }
  print(std::to_string(sources.size()) + " stream" + (sources.size() == 1 ? "" : "s") + " to " +
        printable(text) + "\n\n" + table_of(sources, result) + "\n");
  print(std::string("values: ") + numpy_name(result.values.type) + " " +
        shape_text(result.values.shape) + "; " + duration_text(result.seconds) + " on " +
        executor_text(executor) + ", " + bytes_text(bytes / result.seconds) + "/s\n");
  print_written({command.output, command.plot});
}

void write_result(const fuse_command& command, const std::vector<fuse_task>& tasks,
                  const fused& result) {
  std::vector<const array*> times;
  times.reserve(tasks.size());
  for (const fuse_task& task : tasks) times.push_back(&task.clock.times);
  if (command.episodes.empty()) return write_fused(command.output, *times.front(), result);
  const array ends = ends_of(times);
  write_fused(command.output, joined(times), result, {command.episodes, &ends});
}

}  // namespace

void run(const fuse_command& command) {
  const any_executor executor = choose_executor(command.executor);
  const std::vector<fuse_task> tasks = read_tasks(command);
  const auto& [sources, clock, type] = tasks.front();
  const std::vector<std::int64_t> plotted = plotted_columns(command, sources);
  std::vector<fused> results;
  results.reserve(tasks.size());
  for (const fuse_task& task : tasks) {
    results.push_back(fuse_sources(executor, task.sources, task.clock, task.type));
  }
  std::string plot;
  if (!command.plot.empty()) {
    plot = draw(draw_result(command, sources, clock.times, results.front(), plotted));
  }
  const fused all = tasks.size() == 1 ? std::move(results.front()) : joined_results(results);
  write_result(command, tasks, all);
  if (!command.plot.empty()) write_file(command.plot, plot);
  print_result(command, executor, tasks, all);
}

}  // namespace robocache::cli
