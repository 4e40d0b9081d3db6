#include "files/raw_points.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "files/cloud_builder.hpp"
#include "files/text.hpp"

namespace robocache::cli {
namespace {

/// The numbers of a file, of which each row has `width`.
struct raw_rows {
  const std::byte* bytes;
  std::size_t size;
  std::size_t width;

  [[nodiscard]] bool are_whole() const { return size % (width * sizeof(float)) == 0; }
  [[nodiscard]] std::size_t count() const { return size / (width * sizeof(float)); }
  [[nodiscard]] float at(std::size_t row, std::size_t column) const {
    float value;
    std::memcpy(&value, bytes + (row * width + column) * sizeof(float), sizeof(float));
    return value;
  }
};

/// What the values of a column are.
struct column_range {
  float low = std::numeric_limits<float>::infinity(), high = -low;
  bool are_whole = true, are_normal = true;  // of finite values; neither NaN nor close to 0
  bool are_finite = true;
};

column_range range_of(const raw_rows& rows, std::size_t column) {
  column_range range;
  for (std::size_t row = 0; row < rows.count(); ++row) {
    const float value = rows.at(row, column);
    range.are_finite = range.are_finite && std::isfinite(value);
    if (!std::isfinite(value)) continue;
    range.low = std::min(range.low, value);
    range.high = std::max(range.high, value);
    range.are_whole = range.are_whole && value == std::trunc(value);
    range.are_normal = range.are_normal && (value == 0 || std::fabs(value) > 1e-30F);
  }
  return range;
}

/// Whether a column of this name has such values. Coordinates may be missing, and UTM has seven
/// digits; integers and doubles that are read as float32 are very small or large.
bool is_sensible(const std::string& name, const column_range& range) {
  if (range.low > range.high) return true;  // nothing is finite
  if (name == "intensity") return range.are_finite && range.low >= 0 && range.high <= 65535;
  const bool is_byte = name == "red" || name == "green" || name == "blue" || name == "ring";
  if (is_byte) return range.are_whole && range.low >= 0 && range.high <= 255;
  return range.are_normal && std::max(-range.low, range.high) <= 2e7F;
}

/// The first column whose values make no sense, such as "intensity from -7.5 to 31"; empty: none.
std::string senseless_column(const raw_rows& rows, const std::vector<std::string>& names) {
  for (std::size_t column = 0; column < names.size(); ++column) {
    const column_range range = range_of(rows, column);
    if (is_sensible(names[column], range)) continue;
    return names[column] + format(" from %.4g to %.4g", static_cast<double>(range.low),
                                  static_cast<double>(range.high));
  }
  return "";
}

/// Whether rows of that width are told by their bytes: a ring, or three colours, that are whole
/// numbers beside coordinates that are not.
bool has_whole_numbers(const raw_rows& rows) {
  const bool has_bytes = rows.width == 5 || rows.width == 6;
  return has_bytes && rows.count() > 1 && !range_of(rows, 0).are_whole &&
         range_of(rows, rows.width - 1).high > 0;
}

/// The width whose rows make sense where those of `taken` do not, or less; 0: none.
std::size_t better_width(raw_rows rows, bool taken_makes_sense) {
  const std::size_t taken = rows.width;
  for (const std::size_t width : {5U, 6U, 4U, 3U}) {
    rows.width = width;
    if (width == taken || !rows.are_whole()) continue;
    const bool makes_sense = senseless_column(rows, parse_columns(std::to_string(width))).empty();
    if (makes_sense && (!taken_makes_sense || has_whole_numbers(rows))) return width;
  }
  return 0;
}

std::string layout_text(const std::vector<std::string>& names) {
  return "rows of " + std::to_string(names.size()) + " float32 (" + list_of(names) + ")";
}

/// What is wrong with rows that were taken for such as `names`; empty: nothing can be told.
std::string doubt_of(const raw_rows& rows, const std::vector<std::string>& names) {
  const std::string senseless = senseless_column(rows, names);
  const std::size_t better = better_width(rows, senseless.empty());
  if (senseless.empty() && better == 0) return "";
  std::string text = "read as " + std::to_string(rows.count()) + " " + layout_text(names);
  if (!senseless.empty()) text += ", of which " + senseless + " makes no sense";
  text += better == 0 ? " (--columns says what a row holds)"
                      : "; --columns " + std::to_string(better) + " would read " +
                            layout_text(parse_columns(std::to_string(better)));
  return text;
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// " (--columns says how many; 5 or 3 would fit)"
std::string fitting_widths(raw_rows rows) {
  std::string text;
  for (const std::size_t width : {3U, 4U, 5U, 6U}) {
    rows.width = width;
    if (rows.are_whole()) text += (text.empty() ? "; " : " or ") + std::to_string(width);
  }
  return " (--columns says how many" + text + (text.empty() ? ")" : " would fit)");
}

}  // namespace

point_cloud parse_raw_points(const std::byte* bytes, std::size_t size, const std::string& path,
                             const std::string& columns) {
  const char* const usual = ends_with(path, ".pcd.bin") ? "5" : "4";
  const std::vector<std::string> names = parse_columns(columns.empty() ? usual : columns);
  const raw_rows rows{bytes, size, names.size()};
  if (!rows.are_whole()) {
    bad_input(path + ": expected rows of " + std::to_string(names.size()) + " float32 (" +
              std::to_string(names.size() * sizeof(float)) + " bytes), got " +
              std::to_string(size) + " bytes, which are no whole number of rows" +
              fitting_widths(rows));
  }
  cloud_builder builder(path, names);
  point_cloud cloud =
      builder.build(static_cast<std::int64_t>(rows.count()), element::f32,
                    [&](std::int64_t row, std::size_t column) {
                      return static_cast<double>(rows.at(static_cast<std::size_t>(row), column));
                    });
  cloud.layout = layout_text(names);
  const std::string doubt = columns.empty() ? doubt_of(rows, names) : "";
  if (!doubt.empty()) cloud.remarks.push_back(path + ": " + doubt);
  return cloud;
}

}  // namespace robocache::cli
