#include "grid_files.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "drawing/coloring.hpp"
#include "files/failure.hpp"
#include "files/npz.hpp"
#include "files/output.hpp"
#include "files/ply.hpp"
#include "terminal.hpp"

namespace robocache::cli {
namespace {

array array_of(const std::vector<std::int32_t>& values, std::vector<std::int64_t> shape) {
  array result = make_array(element::i32, std::move(shape));
  std::copy(values.begin(), values.end(), result.as<std::int32_t>());
  return result;
}

/// As the type that the grid was counted in.
array array_of(const double (&values)[3], element type) {
  array result = make_array(element::f64, {3});
  std::copy(values, values + 3, result.as<double>());
  return converted(result, type);
}

/// All channels [V, C], as numbers or as labels.
array values_of(const voxel_cells& cells, bool are_labels) {
  array result =
      make_array(are_labels ? element::i32 : element::f32, {cells.size(), cells.channels});
  for (std::size_t i = 0; i < cells.values.size(); ++i) {
    if (are_labels) {
      result.as<std::int32_t>()[i] = static_cast<std::int32_t>(cells.values[i]);
    } else {
      result.as<float>()[i] = cells.values[i];
    }
  }
  return result;
}

/// A channel of all cells: colours as bytes, which viewers show, others as `type`.
array channel_of(const voxel_cells& cells, int channel, float color_scale, element type) {
  if (color_scale > 0) type = element::u8;
  array result = make_array(type, {cells.size()});
  for (std::int64_t i = 0; i < cells.size(); ++i) {
    const float value = cells.values[static_cast<std::size_t>(i * cells.channels + channel)];
    if (type == element::f32) {
      result.as<float>()[i] = value;
    } else if (type == element::i32) {
      result.as<std::int32_t>()[i] = static_cast<std::int32_t>(value);
    } else {
      const float byte = std::round(value * color_scale);
      result.as<std::uint8_t>()[i] =
          static_cast<std::uint8_t>(byte >= 0 ? std::min(byte, 255.0F) : 0.0F);
    }
  }
  return result;
}

}  // namespace

void write_grid(const std::string& path, const cloud_grid& grid, const voxelized& result,
                voxel_mode mode, bool dense) {
  const voxel_cells& cells = result.cells;
  const array origin = array_of(grid.origin, grid.type), voxel = array_of(grid.voxel, grid.type);
  const array coordinates = array_of(cells.coordinates, {cells.size(), 3});
  const array counts = array_of(cells.counts, {static_cast<std::int64_t>(cells.counts.size())});
  const array extents = [&] {
    array zyx = make_array(element::i64, {3});
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

void write_points(const std::string& path, const voxel_cells& cells,
                  const std::vector<std::string>& names, voxel_mode mode) {
  std::vector<ply_column> columns;
  for (int axis = 0; axis < 3; ++axis) {
    array places = make_array(element::f64, {cells.size()});
    for (std::int64_t i = 0; i < cells.size(); ++i) places.as<double>()[i] = cells.centre(i, axis);
    columns.push_back(
        {std::string(1, static_cast<char>('x' + axis)), converted(places, element::f32)});
  }
  if (!cells.counts.empty()) columns.push_back({"count", array_of(cells.counts, {cells.size()})});
  const bool are_labels = mode == voxel_mode::vote;
  const float scale = !are_labels && is_color(names) ? 255 / full_brightness(cells) : 0;
  for (int channel = 0; channel < cells.channels; ++channel) {
    columns.push_back(
        {names[static_cast<std::size_t>(channel)],
         channel_of(cells, channel, scale, are_labels ? element::i32 : element::f32)});
  }
  write_file(path, ply_text(columns));
}

void check_point_names(const std::vector<std::string>& names) {
  std::set<std::string> taken{"x", "y", "z", "count"};
  for (const std::string& name : names) {
    const bool is_word = name.find_first_of(" \t\r\n") == std::string::npos;
    if (is_word && taken.insert(name).second) continue;
    bad_usage(
        "--features: expected names for a PLY file without blanks, different from each other "
        "and from x, y, z and count, got '" +
        name + "'");
  }
}

bool is_color(const std::vector<std::string>& names) {
  return names == std::vector<std::string>{"red", "green", "blue"};
}

}  // namespace robocache::cli
