#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>

#include "commands.hpp"
#include "files/failure.hpp"
#include "files/input.hpp"
#include "files/npz.hpp"
#include "files/ply.hpp"
#include "files/ply_header.hpp"
#include "files/raw_points.hpp"
#include "stamps.hpp"
#include "terminal.hpp"

namespace robocache::cli {
namespace {

struct summary {
  std::string low, high;
  std::int64_t nans = 0;
};

template <class T>
summary summary_of_integers(const array& values) {
  const T* data = values.as<T>();
  const auto [low, high] = std::minmax_element(data, data + values.size());
  return {std::to_string(*low), std::to_string(*high), 0};
}

/// In counts of their unit; NaT, which is the least integer, counts as NaN.
summary summary_of_dates(const array& values) {
  std::int64_t low = INT64_MAX, high = INT64_MIN, nats = 0;
  for (std::int64_t i = 0; i < values.size(); ++i) {
    const std::int64_t date = values.as<std::int64_t>()[i];
    if (date == INT64_MIN) {
      ++nats;
      continue;
    }
    low = std::min(low, date);
    high = std::max(high, date);
  }
  if (nats == values.size()) return {"", "", nats};
  return {std::to_string(low), std::to_string(high), nats};
}

summary summary_of(const array& values) {
  if (values.size() == 0) return {};
  if (!values.date.empty()) return summary_of_dates(values);
  if (values.type == element::i64) return summary_of_integers<std::int64_t>(values);
  if (values.type == element::u64) return summary_of_integers<std::uint64_t>(values);
  summary result;
  double low = INFINITY, high = -INFINITY;
  for (std::int64_t i = 0; i < values.size(); ++i) {
    const double v = number_at(values, i);
    if (std::isnan(v)) ++result.nans;
    low = v < low ? v : low;
    high = v > high ? v : high;
  }
  if (result.nans == values.size()) return {"", "", result.nans};
  result.low = format("%.7g", low);
  result.high = format("%.7g", high);
  return result;
}

bool is_named_like_times(const std::string& name) {
  std::string lower;
  for (const char c : name) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower == "t" || lower == "ts" || lower.find("time") != std::string::npos ||
         lower.find("stamp") != std::string::npos;
}

/// Rate, jitter and gaps of `times`, which `raw` is of the file.
std::string describe_times(const std::string& name, const array& times, const array& raw) {
  std::vector<double> steps;
  for (std::int64_t i = 1; i < times.size(); ++i) {
    const double step = seconds_after(times, i, i - 1);
    if (!(step >= 0)) {
      return name + format(": do not ascend at index %lld, so they cannot be stamps\n",
                           static_cast<long long>(i));
    }
    steps.push_back(step);
  }
  std::vector<double> sorted = steps;
  std::sort(sorted.begin(), sorted.end());
  const double median = sorted[sorted.size() / 2];
  double squares = 0;
  std::int64_t regular = 0, gaps = 0, repeated = 0;
  std::size_t longest = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i] > steps[longest]) longest = i;
    if (steps[i] == 0) ++repeated;
    if (steps[i] > 2 * median) {
      ++gaps;
    } else {
      squares += (steps[i] - median) * (steps[i] - median);
      ++regular;
    }
  }
  const double span = seconds_after(times, times.size() - 1, 0);
  std::string text = name + ": ";
  text += format("%lld stamps over %.6g s", static_cast<long long>(times.size()), span);
  if (median > 0)
    text += format(", %.6g Hz by the median step of ", 1 / median) + duration_text(median);
  text +=
      ", jitter " +
      duration_text(std::sqrt(squares / static_cast<double>(std::max<std::int64_t>(regular, 1)))) +
      " rms";
  text += format(", %lld gaps over 2 steps", static_cast<long long>(gaps));
  if (gaps > 0) {
    text += " (longest " + duration_text(steps[longest]) +
            format(" at %.6g s after the first stamp)",
                   seconds_after(times, static_cast<std::int64_t>(longest), 0));
  }
  if (repeated > 0) text += format(", %lld repeated stamps", static_cast<long long>(repeated));
  if (times.type == element::i64) {
    text += "; " + type_text(raw) + (raw.date.empty() ? " read as nanoseconds" : "");
  }
  return text + "\n";
}

/// The same by the unit that the stamps have unless `--time-unit` says another; empty for what are
/// no stamps.
std::string describe_times(const std::string& name, const array& raw) {
  const bool has_unit = raw.type == element::i64 || raw.type == element::u64 ||
                        raw.type == element::f32 || raw.type == element::f64;
  if (raw.shape.size() != 1 || raw.size() < 2 || !has_unit) return "";
  try {
    return describe_times(name, read_stamps(raw, name, std::nullopt), raw);
  } catch (const input_failure& error) {
    return std::string(error.what()) + "\n";
  }
}

using table_rows = std::vector<std::vector<std::string>>;

table_rows head(const char* what) { return {{what, "element", "shape", "min", "max", "NaN"}}; }

/// What a table says of an array.
std::vector<std::string> described(const std::string& name, const array& values) {
  const summary s = summary_of(values);
  return {name, type_text(values), shape_text(values.shape), s.low, s.high, std::to_string(s.nans)};
}

/// As `array_file::read` takes it.
std::string name_of_field(const std::string& name, const std::string& field) {
  return name.empty() || field.empty() ? name + field : name + "." + field;
}

void info_of_arrays(const std::string& path) {
  const array_file file(path);
  table_rows rows = head("array");
  std::string times, problem;
  for (const std::string& name : file.names()) {
    const std::string shown = name.empty() ? "(npy)" : name;
    try {
      progress_bar bar("reading " + shown);
      for (const named_field& field : file.read_fields(name, bar.hook())) {
        const std::string known = name_of_field(name, field.name);
        rows.push_back(described(known.empty() ? shown : known, field.values));
        if (known.empty() || is_named_like_times(field.name.empty() ? name : field.name)) {
          times += describe_times(printable(known.empty() ? shown : known), field.values);
        }
      }
    } catch (const input_failure& error) {
      rows.push_back({shown, "unreadable", "", "", "", ""});
      if (!problem.empty()) complain(problem);
      problem = error.what();
    }
  }
  print(printable(path) + ": " + std::to_string(file.names().size()) + " array" +
        (file.names().size() == 1 ? "" : "s") + "\n\n" + table(rows));
  if (!times.empty()) print("\n" + times);
  if (!problem.empty()) bad_input(problem);
}

std::vector<std::byte> read_whole(const std::string& path) {
  progress_bar bar("reading " + path);
  return read_file(path, bar.hook());
}

/// "binary_little_endian, 40684 vertices; not read: face (80000)"
std::string text_of(const ply_header& header) {
  constexpr const char* names[] = {"ascii", "binary_little_endian", "binary_big_endian"};
  std::string text = names[static_cast<int>(header.format)], others;
  for (const ply_element& e : header.elements) {
    if (e.name == "vertex") {
      text += ", " + std::to_string(e.count) + " vertices";
    } else {
      others +=
          (others.empty() ? "; not read: " : ", ") + e.name + " (" + std::to_string(e.count) + ")";
    }
  }
  return text + others;
}

void info_of_ply(const std::string& path) {
  const std::vector<std::byte> bytes = read_whole(path);
  line_reader lines({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path);
  const ply_header header = parse_ply_header(lines, path);
  std::vector<std::string> remarks;
  table_rows rows = head("property");
  for (const ply_column& c : parse_ply(bytes.data(), bytes.size(), path, &remarks)) {
    rows.push_back(described(c.name, c.values));
  }
  for (const std::string& remark : remarks) complain("note: " + remark);
  print(printable(path) + ": " + printable(text_of(header)) + "\n\n" + table(rows));
}

/// A column of the rows that a cloud was read from.
array column_of(const point_cloud& cloud, const array& table, std::int64_t column) {
  array result = make_array(table.type, {cloud.size()});
  for (std::int64_t row = 0; row < cloud.size(); ++row) {
    result.as<float>()[row] = table.as<float>()[row * table.shape[1] + column];
  }
  return result;
}

void info_of_raw_points(const std::string& path, const std::string& columns) {
  const std::vector<std::byte> bytes = read_whole(path);
  const point_cloud cloud = parse_raw_points(bytes.data(), bytes.size(), path, columns);
  table_rows rows = head("column");
  for (int axis = 0; axis < 3; ++axis) {
    rows.push_back(
        described({static_cast<char>('x' + axis)}, column_of(cloud, cloud.positions, axis)));
  }
  for (std::size_t f = 0; f < cloud.features.size(); ++f) {
    rows.push_back(
        described(cloud.features[f], column_of(cloud, cloud.values, static_cast<std::int64_t>(f))));
  }
  for (const std::string& remark : cloud.remarks) complain("note: " + remark);
  print(printable(path) + ": " + std::to_string(cloud.size()) + " points as " +
        printable(cloud.layout) + "\n\n" + table(rows));
}

}  // namespace

void run(const info_command& command) {
  const std::string extension = std::filesystem::path(command.path).extension();
  if (extension == ".bin") return info_of_raw_points(command.path, command.columns);
  if (!command.columns.empty()) bad_usage("--columns: only rows of .bin files lack names");
  if (extension == ".ply") return info_of_ply(command.path);
  info_of_arrays(command.path);
}

}  // namespace robocache::cli
