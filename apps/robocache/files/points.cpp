#include "files/points.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <set>

#include "files/failure.hpp"
#include "files/input.hpp"
#include "files/npz.hpp"
#include "files/ply.hpp"

namespace robocache::cli {
namespace {

constexpr std::int64_t most_columns = 1024;

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

/// Makes a cloud of columns that each are an array of N numbers.
class cloud_builder {
 public:
  cloud_builder(const std::string& name, const std::vector<std::string>& columns) {
    cloud_.name = name;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const std::string& column = columns[c];
      const bool is_position = column.size() == 1 && column[0] >= 'x' && column[0] <= 'z';
      if (is_position) {
        position_columns_[column[0] - 'x'] = c;
        ++positions_;
      } else {
        feature_columns_.push_back(c);
        cloud_.features.push_back(column);
        cloud_.columns.push_back(static_cast<int>(c));
      }
    }
    if (positions_ != 3) {
      bad_input(name + ": expected columns x, y and z, got " + list_of(columns));
    }
  }

  /// `value(row, column)` is a number as a double; positions keep `type`.
  template <class Value>
  point_cloud build(std::int64_t rows, element type, const Value& value) {
    const auto width = static_cast<std::int64_t>(feature_columns_.size());
    cloud_.positions = make_array(type, {rows, 3});
    cloud_.values = make_array(element::f32, {rows, width});
    auto* features = cloud_.values.as<float>();
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t axis = 0; axis < 3; ++axis) {
        set(row * 3 + axis, value(row, position_columns_[axis]));
      }
      for (const std::size_t c : feature_columns_) *features++ = static_cast<float>(value(row, c));
    }
    return std::move(cloud_);
  }

 private:
  void set(std::int64_t i, double value) {
    if (cloud_.positions.type == element::f64) {
      cloud_.positions.as<double>()[i] = value;
    } else {
      cloud_.positions.as<float>()[i] = static_cast<float>(value);
    }
  }

  point_cloud cloud_;
  std::size_t position_columns_[3] = {};
  int positions_ = 0;
  std::vector<std::size_t> feature_columns_;
};

/// Whether float32 cannot hold all values of the type.
bool needs_double(element type) {
  return type == element::f64 || (!is_float(type) && bytes_each(type) >= 4);
}

point_cloud read_ply_cloud(const std::string& path, const progress_hook& progress) {
  const std::vector<std::byte> bytes = read_file(path, progress);
  const std::vector<ply_column> columns = parse_ply(bytes.data(), bytes.size(), path);
  std::vector<std::string> names;
  element type = element::f32;
  for (const ply_column& c : columns) {
    names.push_back(c.name);
    const bool is_position = c.name == "x" || c.name == "y" || c.name == "z";
    if (is_position && needs_double(c.values.type)) type = element::f64;
  }
  cloud_builder builder(path, names);
  return builder.build(columns.front().values.size(), type, [&](std::int64_t row, std::size_t c) {
    return number_at(columns[c].values, row);
  });
}

point_cloud read_raw_cloud(const std::string& path, const std::string& columns,
                           const progress_hook& progress) {
  const std::vector<std::string> names = parse_columns(columns.empty() ? "4" : columns);
  const std::vector<std::byte> bytes = read_file(path, progress);
  const std::size_t row_bytes = names.size() * sizeof(float);
  if (bytes.size() % row_bytes != 0) {
    bad_input(path + ": expected rows of " + std::to_string(names.size()) + " float32 (" +
              std::to_string(row_bytes) + " bytes), got " + std::to_string(bytes.size()) +
              " bytes, which are no whole number of rows (--columns says how many)");
  }
  cloud_builder builder(path, names);
  const auto rows = static_cast<std::int64_t>(bytes.size() / row_bytes);
  return builder.build(rows, element::f32, [&](std::int64_t row, std::size_t c) {
    float value;
    std::memcpy(&value,
                bytes.data() + static_cast<std::size_t>(row) * row_bytes + c * sizeof(float),
                sizeof(float));
    return static_cast<double>(value);
  });
}

/// "FILE.npz:ARRAY" in its parts; the name is empty when there is none.
std::pair<std::string, std::string> split_array_name(const std::string& path) {
  const std::size_t colon = path.rfind(".npz:");
  if (colon == std::string::npos) return {path, ""};
  return {path.substr(0, colon + 4), path.substr(colon + 5)};
}

array read_points_array(const std::string& path, std::string& where,
                        const progress_hook& progress) {
  auto [file_path, name] = split_array_name(path);
  const array_file file(file_path);
  if (name.empty()) {
    if (file.names().size() != 1) {
      bad_input(file_path + ": expected one array, or " + file_path + ":ARRAY, got the arrays " +
                list_of(file.names()));
    }
    name = file.names().front();
  }
  where = name.empty() ? file_path : file_path + ": array '" + name + "'";
  return file.read(name, progress);
}

point_cloud read_numpy_cloud(const std::string& path, const std::string& columns,
                             const progress_hook& progress) {
  std::string where = path;
  const array rows = read_points_array(path, where, progress);
  if (!is_float(rows.type)) {
    bad_input(where + ": expected float16, float32 or float64, got " + type_text(rows));
  }
  const bool is_table = rows.shape.size() == 2 && rows.shape[1] >= 3;
  if (!is_table || rows.shape[1] > most_columns) {
    bad_input(where + ": expected shape (N, C) with 3 to 1024 columns, got " +
              shape_text(rows.shape));
  }
  const std::int64_t width = rows.shape[1];
  const std::vector<std::string> names =
      parse_columns(columns.empty() ? std::to_string(width) : columns);
  if (static_cast<std::int64_t>(names.size()) != width) {
    bad_input(where + ": expected " + std::to_string(names.size()) +
              " columns, as --columns says, got shape " + shape_text(rows.shape));
  }
  cloud_builder builder(where, names);
  const element type = rows.type == element::f64 ? element::f64 : element::f32;
  return builder.build(rows.shape[0], type, [&](std::int64_t row, std::size_t c) {
    return number_at(rows, row * width + static_cast<std::int64_t>(c));
  });
}

std::string lowered(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// The feature of that name or column; "intensity" is any that has it in its name.
int find_feature(const point_cloud& cloud, const std::string& name) {
  const auto& features = cloud.features;
  std::int64_t column = -1;
  parse_whole(name, column);
  const auto is_wanted = [&](std::size_t i) {
    const bool is_intensity =
        name == "intensity" && lowered(features[i]).find(name) != std::string::npos;
    return features[i] == name || cloud.columns[i] == column || is_intensity;
  };
  for (std::size_t i = 0; i < features.size(); ++i) {
    if (is_wanted(i)) return static_cast<int>(i);
  }
  bad_usage("--features: expected one of " + list_of(features) + " of " + cloud.name +
            ", or the number of its column, got '" + name + "'");
}

/// Names of three that stand together; others for themselves.
std::vector<std::string> expanded(const std::string& name) {
  if (name == "color" || name == "colour") return {"red", "green", "blue"};
  if (name == "normal") return {"nx", "ny", "nz"};
  return {name};
}

}  // namespace

std::string file_of_cloud(const std::string& path) { return split_array_name(path).first; }

point_cloud read_cloud(const std::string& path, const std::string& columns,
                       const progress_hook& progress) {
  const std::string extension = std::filesystem::path(file_of_cloud(path)).extension();
  if (extension == ".ply") {
    if (!columns.empty()) bad_usage("--columns: a PLY file names its own columns");
    return read_ply_cloud(path, progress);
  }
  if (extension == ".bin") return read_raw_cloud(path, columns, progress);
  if (extension == ".npy" || extension == ".npz") return read_numpy_cloud(path, columns, progress);
  bad_usage(path + ": expected a point cloud (.ply, .bin, .npy or .npz), got the extension '" +
            extension + "'");
}

std::pair<double, double> range_of(const point_cloud& cloud, int axis) {
  std::pair<double, double> range{INFINITY, -INFINITY};
  for (std::int64_t i = 0; i < cloud.size(); ++i) {
    const double value = number_at(cloud.positions, 3 * i + axis);
    if (!std::isfinite(value)) continue;
    range = {std::min(range.first, value), std::max(range.second, value)};
  }
  return range;
}

std::vector<int> find_features(const point_cloud& cloud, const std::string& text) {
  std::vector<int> chosen;
  for (const std::string& part : split(text)) {
    for (const std::string& name : expanded(part)) {
      chosen.push_back(find_feature(cloud, name));
    }
  }
  return chosen;
}

array features_of(const point_cloud& cloud, const std::vector<int>& chosen) {
  const auto width = static_cast<std::int64_t>(cloud.features.size());
  array result = make_array(element::f32, {cloud.size(), static_cast<std::int64_t>(chosen.size())});
  auto* to = result.as<float>();
  for (std::int64_t row = 0; row < cloud.size(); ++row) {
    const float* from = cloud.values.as<float>() + row * width;
    for (const int feature : chosen) *to++ = from[feature];
  }
  return result;
}

}  // namespace robocache::cli
