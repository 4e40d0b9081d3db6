#include "files/columns.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "files/failure.hpp"

namespace robocache::cli {
namespace {

/// Rows without names of their own.
std::vector<std::string> names_of_width(std::int64_t width) {
  std::vector<std::string> names{"x", "y", "z"};
  if (width == 4 || width == 5) names.emplace_back("intensity");
  if (width == 5) names.emplace_back("ring");
  if (width == 6) names.insert(names.end(), {"red", "green", "blue"});
  while (static_cast<std::int64_t>(names.size()) < width) {
    names.push_back("column" + std::to_string(names.size()));
  }
  return names;
}

}  // namespace

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

bool parse_whole(const std::string& text, std::int64_t& value) {
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  return parsed.ec == std::errc() && parsed.ptr == end;
}

std::string list_of(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list.empty() ? "none" : list;
}

std::vector<std::string> parse_columns(const std::string& text) {
  std::int64_t width = 0;
  if (parse_whole(text, width)) {
    if (width < 3 || width > most_columns) {
      bad_usage("--columns: expected 3 to 1024 columns, got " + text);
    }
    return names_of_width(width);
  }
  std::vector<std::string> names = split(text);
  const std::set<std::string> different(names.begin(), names.end());
  if (different.size() != names.size() || different.count("") > 0 ||
      different.count("x") + different.count("y") + different.count("z") != 3) {
    bad_usage("--columns: expected a number, or different names with x, y and z among them, got '" +
              text + "'");
  }
  return names;
}

}  // namespace robocache::cli
