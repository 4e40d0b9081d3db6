#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "commands.hpp"
#include "failure.hpp"
#include "picture.hpp"
#include "ply.hpp"
#include "terminal.hpp"

namespace robocache::cli {
namespace {

constexpr double most_dense = 0x1p28;  // elements

std::string extension_of(const std::string& path) {
  return std::filesystem::path(path).extension();
}

const char* name_of(voxel_mode mode) {
  constexpr const char* names[] = {"occupancy", "density", "mean", "max", "vote"};
  return names[static_cast<int>(mode)];
}

bool has_features(voxel_mode mode) {
  return mode != voxel_mode::occupancy && mode != voxel_mode::density;
}

/// Sorts out the words behind --voxel, the last of which may be the cloud.
voxelize_command parsed(voxelize_command command) {
  if (command.input.empty() && command.voxel.size() > 1) {
    command.input = command.voxel.back();
    command.voxel.pop_back();
  }
  if (command.input.empty()) bad_usage("voxelize: expected a point cloud, got none");
  for (const std::string& word : command.voxel) {
    double size = 0;
    const char* end = word.data() + word.size();
    const auto number = std::from_chars(word.data(), end, size);
    if (number.ec != std::errc() || number.ptr != end) {
      bad_usage("--voxel: expected a size or three, got '" + word + "'");
    }
    command.grid.voxel.push_back(size);
  }
  return command;
}

/// What can be said before the file is read.
void check(const voxelize_command& command) {
  if (command.output.empty() && command.view.empty()) {
    bad_usage("voxelize: expected --output, --view or both, got neither");
  }
  const std::string extension = extension_of(command.output);
  if (!command.output.empty() && extension != ".npz" && extension != ".ply") {
    bad_usage("--output: expected a name that ends with .npz or .ply, got '" + command.output +
              "'");
  }
  if (!command.view.empty() && extension_of(command.view) != ".png") {
    bad_usage("--view: expected a name that ends with .png, got '" + command.view + "'");
  }
  if (has_features(command.mode) == command.features.empty()) {
    bad_usage(std::string("--mode ") + name_of(command.mode) +
              (command.features.empty() ? ": expected --features, got none"
                                        : ": --features have no meaning here"));
  }
  if (command.ignored_label.has_value() && command.mode != voxel_mode::vote) {
    bad_usage("--ignore-label: expected --mode vote");
  }
}

std::vector<std::string> names_of(const point_cloud& cloud, const std::vector<int>& chosen) {
  std::vector<std::string> names;
  names.reserve(chosen.size());
  for (const int feature : chosen) {
    names.push_back(cloud.features[static_cast<std::size_t>(feature)]);
  }
  return names;
}

/// The chosen features as labels, int32 [N, chosen].
array labels_of(const point_cloud& cloud, const std::vector<int>& chosen) {
  const array values = features_of(cloud, chosen);
  array labels = make_array(dtype::int32, values.shape);
  for (std::int64_t i = 0; i < values.size(); ++i) {
    const float value = values.as<float>()[i];
    if (!(std::fabs(value) < 0x1p24F) || value != std::trunc(value)) {
      bad_input(cloud.name + format(": expected whole numbers below 2^24 to vote on, got %g",
                                    static_cast<double>(value)));
    }
    labels.as<std::int32_t>()[i] = static_cast<std::int32_t>(value);
  }
  return labels;
}

bool are(const std::vector<std::string>& names, const char* a, const char* b, const char* c) {
  return names == std::vector<std::string>{a, b, c};
}

coloring coloring_of(voxel_mode mode, const std::vector<std::string>& names) {
  if (mode == voxel_mode::occupancy) return coloring::height;
  if (mode == voxel_mode::density) return coloring::count;
  if (mode == voxel_mode::vote) return coloring::label;
  if (are(names, "red", "green", "blue")) return coloring::rgb;
  return are(names, "nx", "ny", "nz") ? coloring::normals : coloring::value;
}

/// "69,792"
std::string grouped(std::int64_t value) {
  std::string text = std::to_string(value);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) {
    text.insert(static_cast<std::size_t>(at), ",");
  }
  return text;
}

std::string extents_text(const cloud_grid& grid) {
  return format("%lld x %lld x %lld", static_cast<long long>(grid.extents[0]),
                static_cast<long long>(grid.extents[1]), static_cast<long long>(grid.extents[2]));
}

std::string voxel_text(const cloud_grid& grid) {
  const double* v = grid.voxel;
  const bool is_cube = v[0] == v[1] && v[0] == v[2];
  return is_cube ? format("%g m", v[0]) : format("%g x %g x %g m", v[0], v[1], v[2]);
}

std::string label_of(const voxelize_command& command, const std::vector<std::string>& names) {
  const bool is_top = command.from == viewpoint::top;
  if (command.mode == voxel_mode::occupancy) return "height (m)";
  if (command.mode == voxel_mode::density) {
    return is_top ? "points in a column" : "points in a voxel";
  }
  return std::string(name_of(command.mode)) + " of " + names.front();
}

picture picture_of(const voxelize_command& command, const cloud_grid& grid, const voxelized& result,
                   const std::vector<std::string>& names) {
  picture p;
  p.title = std::filesystem::path(command.input).filename();
  p.subtitle = name_of(command.mode);
  for (std::size_t i = 0; i < names.size(); ++i) p.subtitle += (i == 0 ? " of " : ", ") + names[i];
  p.subtitle += ", " + grouped(result.inside) + " points in " + grouped(result.cells.size()) +
                " voxels of " + voxel_text(grid);
  p.label = label_of(command, names);
  p.from = command.from;
  p.by = coloring_of(command.mode, names);
  p.keep_highest = command.mode == voxel_mode::max;
  return p;
}

array array_of(const std::vector<std::int32_t>& values, std::vector<std::int64_t> shape) {
  array result = make_array(dtype::int32, std::move(shape));
  std::copy(values.begin(), values.end(), result.as<std::int32_t>());
  return result;
}

array array_of(const double (&values)[3]) {
  array result = make_array(dtype::float64, {3});
  std::copy(values, values + 3, result.as<double>());
  return result;
}

/// All channels [V, C], as numbers or as labels.
array values_of(const voxel_cells& cells, bool are_labels) {
  array result =
      make_array(are_labels ? dtype::int32 : dtype::float32, {cells.size(), cells.channels});
  for (std::size_t i = 0; i < cells.values.size(); ++i) {
    if (are_labels) {
      result.as<std::int32_t>()[i] = static_cast<std::int32_t>(cells.values[i]);
    } else {
      result.as<float>()[i] = cells.values[i];
    }
  }
  return result;
}

void write_grid(const std::string& path, const cloud_grid& grid, const voxelized& result,
                voxel_mode mode, bool dense) {
  const voxel_cells& cells = result.cells;
  const array origin = array_of(grid.origin), voxel = array_of(grid.voxel);
  const array coordinates = array_of(cells.coordinates, {cells.size(), 3});
  const array counts = array_of(cells.counts, {static_cast<std::int64_t>(cells.counts.size())});
  const array extents = [&] {
    array zyx = make_array(dtype::int64, {3});
    for (int axis = 0; axis < 3; ++axis) zyx.as<std::int64_t>()[2 - axis] = grid.extents[axis];
    return zyx;
  }();
  const array values = values_of(cells, mode == voxel_mode::vote);

  std::vector<named_array> arrays;
  if (dense) {
    arrays.push_back({"grid", &result.grid});
    if (!result.counts.shape.empty()) arrays.push_back({"counts", &result.counts});
  } else {
    arrays = {{"coordinates", &coordinates}, {"shape", &extents}};
    if (!cells.counts.empty()) arrays.push_back({"counts", &counts});
    if (cells.channels > 0) arrays.push_back({"values", &values});
  }
  arrays.push_back({"origin", &origin});
  arrays.push_back({"voxel", &voxel});
  progress_bar bar("writing " + path);
  write_npz(path, arrays, bar.hook());
}

/// A channel of all cells: colours as bytes, which viewers show, others as `type`.
array channel_of(const voxel_cells& cells, int channel, float color_scale, dtype type) {
  if (color_scale > 0) type = dtype::uint8;
  array result = make_array(type, {cells.size()});
  for (std::int64_t i = 0; i < cells.size(); ++i) {
    const float value = cells.values[static_cast<std::size_t>(i * cells.channels + channel)];
    if (type == dtype::float32) {
      result.as<float>()[i] = value;
    } else if (type == dtype::int32) {
      result.as<std::int32_t>()[i] = static_cast<std::int32_t>(value);
    } else {
      const float byte = std::round(value * color_scale);
      result.as<std::uint8_t>()[i] =
          static_cast<std::uint8_t>(byte >= 0 ? std::min(byte, 255.0F) : 0.0F);
    }
  }
  return result;
}

void write_points(const std::string& path, const voxel_cells& cells,
                  const std::vector<std::string>& names, voxel_mode mode) {
  std::vector<ply_column> columns;
  for (int axis = 0; axis < 3; ++axis) {
    array places = make_array(dtype::float64, {cells.size()});
    for (std::int64_t i = 0; i < cells.size(); ++i) places.as<double>()[i] = cells.centre(i, axis);
    columns.push_back(
        {std::string(1, static_cast<char>('x' + axis)), converted(places, dtype::float32)});
  }
  if (!cells.counts.empty()) columns.push_back({"count", array_of(cells.counts, {cells.size()})});
  const bool are_labels = mode == voxel_mode::vote;
  const bool is_color = !are_labels && are(names, "red", "green", "blue");
  const float scale = is_color ? 255 / full_brightness(cells) : 0;
  for (int channel = 0; channel < cells.channels; ++channel) {
    columns.push_back(
        {names[static_cast<std::size_t>(channel)],
         channel_of(cells, channel, scale, are_labels ? dtype::int32 : dtype::float32)});
  }
  write_text(path, ply_text(columns));
}

std::string range_text(const point_cloud& cloud) {
  std::string text;
  for (int axis = 0; axis < 3; ++axis) {
    const auto [low, high] = range_of(cloud, axis);
    text += format("%s%c %.4g to %.4g", axis == 0 ? "" : ", ", 'x' + axis, low, high);
  }
  return text;
}

void print_result(const voxelize_command& command, const any_executor& executor,
                  const point_cloud& cloud, const cloud_grid& grid, const voxelized& result) {
  const voxel_cells& cells = result.cells;
  std::printf("%s: %lld points, %s m\n", cloud.name.c_str(), static_cast<long long>(cloud.size()),
              range_text(cloud).c_str());
  std::printf("grid: %s voxels of %s from (%g, %g, %g)\n", extents_text(grid).c_str(),
              voxel_text(grid).c_str(), grid.origin[0], grid.origin[1], grid.origin[2]);
  std::printf("%lld points inside, %lld outside, %lld NaN\n", static_cast<long long>(result.inside),
              static_cast<long long>(result.outside), static_cast<long long>(result.nan));
  std::printf("%s: %lld voxels occupied, %.3g %%", name_of(command.mode),
              static_cast<long long>(cells.size()),
              100 * static_cast<double>(cells.size()) / grid.cells());
  if (!cells.counts.empty()) {
    std::printf(", at most %d points in one",
                *std::max_element(cells.counts.begin(), cells.counts.end()));
  }
  std::printf("; %s on %s, %.3g million points/s\n", duration_text(result.seconds).c_str(),
              executor_text(executor).c_str(),
              static_cast<double>(cloud.size()) / result.seconds * 1e-6);
}

/// Whether to make a dense grid: one was asked for and has a size to be written.
bool is_dense(const voxelize_command& command, const cloud_grid& grid, std::size_t channels) {
  if (command.sparse || extension_of(command.output) != ".npz") return false;
  const double elements = grid.cells() * static_cast<double>(std::max<std::size_t>(channels, 1));
  if (elements <= most_dense) return true;
  std::fprintf(stderr,
               "robocache: note: a dense grid of %s voxels has %.3g elements, more than 2^28; "
               "writing the occupied ones alone, as --sparse does\n",
               extents_text(grid).c_str(), elements);
  return false;
}

void voxelize(const voxelize_command& command) {
  check(command);
  const any_executor executor = choose_executor(command.executor);
  const point_cloud cloud = [&] {
    progress_bar bar("reading " + command.input);
    return read_cloud(command.input, command.columns, bar.hook());
  }();
  const std::vector<int> chosen =
      command.features.empty() ? std::vector<int>{} : find_features(cloud, command.features);
  const std::vector<std::string> names = names_of(cloud, chosen);
  const cloud_grid grid = choose_grid(cloud, command.grid);
  const bool dense = is_dense(command, grid, chosen.size());
  const array features =
      command.mode == voxel_mode::vote ? labels_of(cloud, chosen) : features_of(cloud, chosen);
  const voxelized result =
      voxelize_cloud(executor, cloud, features, grid, command.mode, command.ignored_label, dense);

  const std::string extension = extension_of(command.output);
  if (extension == ".npz") write_grid(command.output, grid, result, command.mode, dense);
  if (extension == ".ply") write_points(command.output, result.cells, names, command.mode);
  if (!command.view.empty()) {
    write_text(command.view, draw(result.cells, picture_of(command, grid, result, names)).png());
  }
  print_result(command, executor, cloud, grid, result);
  const bool has_both = !command.output.empty() && !command.view.empty();
  std::printf("wrote %s%s%s\n", command.output.c_str(), has_both ? " and " : "",
              command.view.c_str());
}

}  // namespace

void run(const voxelize_command& command) { voxelize(parsed(command)); }

}  // namespace robocache::cli
