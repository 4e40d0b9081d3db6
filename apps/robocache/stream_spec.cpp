#include "stream_spec.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include "files/failure.hpp"
#include "files/text.hpp"
#include "kinds.hpp"

namespace robocache::cli {
namespace {

constexpr std::int64_t most_kept = 4096;
constexpr double longest_offset = 4e9;  // seconds; nanoseconds of it fit 64 bits
constexpr double most_drift = 0.1;
constexpr const char* no_reduction = ", no reduction of all channels (mean, min, max or lastK)";

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
                                     {"extrapolate", end_policy::extrapolate},
                                     {"by-kind", end_policy::by_kind}},
                                    where);
  };
  if (name == "offset") {
    settings.offset = parse_number(value, -longest_offset, longest_offset, where);
  } else if (name == "drift") {
    settings.drift = parse_number(value, -most_drift, most_drift, where);
  } else if (name == "window") {
    settings.window = parse_number(value, 1e-9, INFINITY, where);
  } else if (name == "tolerance") {
    sampling.tolerance = length();
  } else if (name == "snap") {
    sampling.snap = length();
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
  } else if (name == "rate") {
    settings.rate = parse_rate(value);
    if (!settings.rate.has_value()) {
      bad_usage(where + ": expected a number or a fraction such as 30000/1001, got '" + value +
                "'");
    }
  } else if (name == "unit") {
    settings.stamps.unit = parse_unit(value);
    if (!settings.stamps.unit.has_value()) {
      bad_usage(where + ": expected one of s, ms, us, ns, got '" + value + "'");
    }
  } else if (name == "unsorted") {
    settings.stamps.unsorted = parse_unsorted(value);
    if (!settings.stamps.unsorted.has_value()) {
      bad_usage(where + ": expected one of error, sort, drop, got '" + value + "'");
    }
  } else {
    bad_usage(where +
              ": expected one of the options offset, drift, window, tolerance, max-gap, snap, "
              "before, after, fill, nan, rate, unit and unsorted");
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

constexpr const char* special = ":,@\\";

/// Whether a backslash takes its meaning from the character at `at`.
bool is_escaped(const std::string& text, std::size_t at) {
  std::size_t slashes = 0;
  while (slashes < at && text[at - 1 - slashes] == '\\') ++slashes;
  return slashes % 2 == 1;
}

/// The last `what` that is not escaped.
std::size_t last_plain(const std::string& text, char what) {
  std::size_t at = text.rfind(what);
  while (at != std::string::npos && is_escaped(text, at)) {
    at = at == 0 ? std::string::npos : text.rfind(what, at - 1);
  }
  return at;
}

std::string unescaped(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text[i] == '\\' && i + 1 < text.size() &&
                           std::string(special).find(text[i + 1]) != std::string::npos;
    if (is_escape) ++i;
    result += text[i];
  }
  return result;
}

}  // namespace

array_name parse_array(const std::string& text) {
  const std::size_t colon = last_plain(text, ':');
  if (colon == std::string::npos) return {};
  return {text.substr(0, colon), unescaped(text.substr(colon + 1))};
}

stream_spec parse_stream(const std::string& text) {
  stream_spec spec;
  spec.option = "--stream " + text;
  // From the right, since the file may hold either character.
  const std::size_t at = last_plain(text, '@');
  const std::size_t colon = at == std::string::npos ? at : last_plain(text.substr(0, at), ':');
  if (colon == std::string::npos) {
    bad_usage(spec.option + ": expected FILE:VALUES[,TIMES]@KIND, as in log.npz:qpos@linear");
  }
  const std::string arrays = text.substr(colon + 1, at - colon - 1);
  const std::size_t comma = last_plain(arrays, ',');
  spec.file = text.substr(0, colon);
  spec.values = unescaped(arrays.substr(0, comma));
  spec.settings = text.substr(at + 1);
  if (comma != std::string::npos) spec.times = unescaped(arrays.substr(comma + 1));
  if (spec.file.empty() || spec.values.empty() ||
      (comma != std::string::npos && spec.times.empty())) {
    bad_usage(spec.option + ": expected names of a file and of arrays before the @");
  }
  return spec;
}

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
  if (given.count("rate") > 0 && given.count("unit") > 0) {
    bad_usage(option + ": unit has no meaning beside rate, which makes seconds");
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

}  // namespace robocache::cli
