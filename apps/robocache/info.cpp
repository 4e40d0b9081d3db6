#include <algorithm>
#include <cctype>
#include <cmath>

#include "commands.hpp"
#include "files/failure.hpp"
#include "files/npz.hpp"
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

}  // namespace

void run_info(const std::string& path) {
  const array_file file(path);
  std::vector<std::vector<std::string>> rows{{"array", "element", "shape", "min", "max", "NaN"}};
  std::string times, problem;
  for (const std::string& name : file.names()) {
    const std::string shown = name.empty() ? "(npy)" : name;
    try {
      progress_bar bar("reading " + shown);
      const array values = file.read(name, bar.hook());
      const summary s = summary_of(values);
      rows.push_back({shown, type_text(values), shape_text(values.shape), s.low, s.high,
                      std::to_string(s.nans)});
      if (name.empty() || is_named_like_times(name))
        times += describe_times(printable(shown), values);
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

}  // namespace robocache::cli
