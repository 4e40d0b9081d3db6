#include "files/points.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>

#include "files/cloud_builder.hpp"
#include "files/columns.hpp"
#include "files/failure.hpp"
#include "files/input.hpp"
#include "files/npz.hpp"
#include "files/ply.hpp"
#include "files/raw_points.hpp"

namespace robocache::cli {
namespace {

bool is_position(const std::string& column) {
  return column == "x" || column == "y" || column == "z";
}

/// Whether float32 cannot hold all values of the type.
bool needs_double(element type) {
  return type == element::f64 || (!is_float(type) && bytes_each(type) >= 4);
}

point_cloud parse_ply_cloud(const std::vector<std::byte>& bytes, const std::string& path) {
  std::vector<std::string> remarks;
  const std::vector<ply_column> columns = parse_ply(bytes.data(), bytes.size(), path, &remarks);
  std::vector<std::string> names;
  element type = element::f32;
  for (const ply_column& c : columns) {
    names.push_back(c.name);
    if (is_position(c.name) && needs_double(c.values.type)) type = element::f64;
  }
  cloud_builder builder(path, names);
  point_cloud cloud = builder.build(
      columns.front().values.size(), type,
      [&](std::int64_t row, std::size_t c) { return number_at(columns[c].values, row); });
  cloud.remarks = std::move(remarks);
  return cloud;
}

/// "FILE.npz:ARRAY" in its parts; the name is empty when there is none.
std::pair<std::string, std::string> split_array_name(const std::string& path) {
  const std::size_t colon = path.rfind(".npz:");
  if (colon == std::string::npos) return {path, ""};
  return {path.substr(0, colon + 4), path.substr(colon + 5)};
}

std::vector<named_field> read_points_array(const std::string& path, std::string& where,
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
  return file.read_fields(name, progress);
}

/// A structured array, of whatever shape: its fields are columns, those of several numbers one for
/// each.
point_cloud cloud_of_fields(const std::vector<named_field>& fields, const std::string& where) {
  struct column {
    const named_field& field;
    std::int64_t place;  // in it
  };
  std::vector<std::string> names;
  std::vector<column> columns;
  element type = element::f32;
  for (const named_field& field : fields) {
    if (is_position(field.name) && needs_double(field.values.type)) type = element::f64;
    if (static_cast<std::int64_t>(names.size()) + field.width > most_columns) {
      bad_input(where + ": expected fields of at most 1024 numbers in all");
    }
    for (std::int64_t i = 0; i < field.width; ++i) {
      names.push_back(field.width == 1 ? field.name : field.name + std::to_string(i));
      columns.push_back({field, i});
    }
  }
  cloud_builder builder(where, names);
  const std::int64_t rows = fields.front().elements;
  return builder.build(rows, type, [&](std::int64_t row, std::size_t c) {
    const named_field& field = columns[c].field;
    return number_at(field.values, row * field.width + columns[c].place);
  });
}

point_cloud cloud_of_table(const array& rows, const std::string& columns,
                           const std::string& where) {
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
  point_cloud cloud = builder.build(rows.shape[0], type, [&](std::int64_t row, std::size_t c) {
    return number_at(rows, row * width + static_cast<std::int64_t>(c));
  });
  cloud.layout = std::string("rows of ") + numpy_name(rows.type) + " (" + list_of(names) + ")";
  return cloud;
}

point_cloud read_numpy_cloud(const std::string& path, const std::string& columns,
                             const progress_hook& progress) {
  std::string where = path;
  const std::vector<named_field> fields = read_points_array(path, where, progress);
  if (fields.front().name.empty()) return cloud_of_table(fields.front().values, columns, where);
  if (!columns.empty()) bad_usage("--columns: a structured array names its own columns");
  return cloud_of_fields(fields, where);
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
    return parse_ply_cloud(read_file(path, progress), path);
  }
  if (extension == ".bin") {
    const std::vector<std::byte> bytes = read_file(path, progress);
    return parse_raw_points(bytes.data(), bytes.size(), path, columns);
  }
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
