#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>

#include "commands.hpp"
#include "drawing/picture.hpp"
#include "files/failure.hpp"
#include "files/output.hpp"
#include "grid_files.hpp"
#include "named_files.hpp"
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
  if (has_features(command.mode) == command.features.empty()) {
    bad_usage(std::string("--mode ") + name_of(command.mode) +
              (command.features.empty() ? ": expected --features, got none"
                                        : ": --features have no meaning here"));
  }
  if (command.ignored_label.has_value() && command.mode != voxel_mode::vote) {
    bad_usage("--ignore-label: expected --mode vote");
  }
  check_files({{"the input", file_of_cloud(command.input)}},
              {{"--output", command.output, {".npz", ".ply"}}, {"--view", command.view, {".png"}}});
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
  array labels = make_array(element::i32, values.shape);
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

coloring coloring_of(voxel_mode mode, const std::vector<std::string>& names) {
  if (mode == voxel_mode::occupancy) return coloring::height;
  if (mode == voxel_mode::density) return coloring::count;
  if (mode == voxel_mode::vote) return coloring::label;
  if (is_color(names)) return coloring::rgb;
  const bool are_normals = names == std::vector<std::string>{"nx", "ny", "nz"};
  return are_normals ? coloring::normals : coloring::value;
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
  p.with_outliers = command.view_all;
  return p;
}

/// "x -1 to 1, y nowhere finite, z 0 to 3 m"
std::string range_text(const point_cloud& cloud) {
  std::string text;
  const char* unit = "";
  for (int axis = 0; axis < 3; ++axis) {
    const auto [low, high] = range_of(cloud, axis);
    text += format("%s%c ", axis == 0 ? "" : ", ", 'x' + axis);
    text += low <= high ? format("%.4g to %.4g", low, high) : "nowhere finite";
    unit = low <= high ? " m" : "";
  }
  return text + unit;
}

std::string occupancy_text(const voxelize_command& command, const cloud_grid& grid,
                           const voxel_cells& cells) {
  std::string text = name_of(command.mode);
  text += format(": %lld voxels occupied, %.3g %%", static_cast<long long>(cells.size()),
                 100 * static_cast<double>(cells.size()) / grid.cells());
  if (!cells.counts.empty()) {
    text += format(", at most %d points in one",
                   *std::max_element(cells.counts.begin(), cells.counts.end()));
  }
  return text;
}

std::string cloud_text(const point_cloud& cloud) {
  return printable(cloud.name) + ": " + std::to_string(cloud.size()) + " points" +
         (cloud.layout.empty() ? "" : " as " + cloud.layout) +
         (cloud.size() > 0 ? ", " + range_text(cloud) : "") + "\n";
}

void print_result(const voxelize_command& command, const any_executor& executor,
                  const point_cloud& cloud, const cloud_grid& grid, const voxelized& result) {
  print("grid: " + extents_text(grid) + " voxels of " + voxel_text(grid) +
        format(" from (%g, %g, %g), in %s\n", grid.origin[0], grid.origin[1], grid.origin[2],
               numpy_name(grid.type)));
  print(format("%lld points inside, %lld outside, %lld NaN\n",
               static_cast<long long>(result.inside), static_cast<long long>(result.outside),
               static_cast<long long>(result.nan)));
  print(occupancy_text(command, grid, result.cells) + "; " + duration_text(result.seconds) +
        " on " + executor_text(executor) +
        format(", %.3g million points/s\n",
               static_cast<double>(cloud.size()) / result.seconds * 1e-6));
  print_written({command.output, command.view});
}

/// Whether to make a dense grid: one was asked for and has a size to be written.
bool is_dense(const voxelize_command& command, const cloud_grid& grid, std::size_t channels) {
  if (command.sparse || extension_of(command.output) != ".npz") return false;
  const double elements = grid.cells() * static_cast<double>(std::max<std::size_t>(channels, 1));
  if (elements <= most_dense) return true;
  complain("note: a dense grid of " + extents_text(grid) +
           format(" voxels has %.3g elements, more than 2^28; writing the occupied ones alone, as "
                  "--sparse does",
                  elements));
  return false;
}

point_cloud read_input(const voxelize_command& command) {
  progress_bar bar("reading " + command.input);
  return read_cloud(command.input, command.columns, bar.hook());
}

void voxelize(const voxelize_command& command) {
  check(command);
  const any_executor executor = choose_executor(command.executor);
  point_cloud cloud = read_input(command);
  for (const std::string& remark : cloud.remarks) complain("note: " + remark);
  const std::vector<int> chosen =
      command.features.empty() ? std::vector<int>{} : find_features(cloud, command.features);
  const std::vector<std::string> names = names_of(cloud, chosen);
  if (extension_of(command.output) == ".ply") check_point_names(names);
  const cloud_grid grid = choose_grid(cloud, command.grid);
  const std::string found = cloud_text(cloud);
  if (!command.grid.box.empty()) drop_outside(cloud, command.grid.box);
  const bool dense = is_dense(command, grid, chosen.size());
  const array features =
      command.mode == voxel_mode::vote ? labels_of(cloud, chosen) : features_of(cloud, chosen);
  const voxelized result =
      voxelize_cloud(executor, cloud, features, grid, command.mode, command.ignored_label, dense);

  const std::string extension = extension_of(command.output);
  if (extension == ".npz") write_grid(command.output, grid, result, command.mode, dense);
  if (extension == ".ply") write_points(command.output, result.cells, names, command.mode);
  if (!command.view.empty()) {
    write_file(command.view, draw(result.cells, picture_of(command, grid, result, names)).png());
  }
  print(found);
  print_result(command, executor, cloud, grid, result);
}

}  // namespace

void run(const voxelize_command& command) { voxelize(parsed(command)); }

}  // namespace robocache::cli
