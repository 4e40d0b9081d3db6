/// \file
/// Which colour a cell has, and the scale that says what it means.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "drawing/canvas.hpp"
#include "drawing/cells.hpp"

namespace robocache::cli {

/// What the colours say.
enum class coloring : std::uint8_t {
  height,   ///< of the cell
  count,    ///< of points, on a logarithmic scale
  value,    ///< the first channel
  rgb,      ///< the first three channels, up to 1 or up to 255
  normals,  ///< the first three channels, from -1 to 1
  label,    ///< the first channel, a colour for each number
};

/// A scale from 0 to 1 of even steps to the eye, from indigo through green to yellow.
color color_map(double part);

/// The channel value of full brightness: 255 where one is above 1.
float full_brightness(const voxel_cells& cells);

/// Numbers to parts of the colour map. Outliers take the colour of the end.
struct color_scale {
  double low = 0, high = 1;
  bool is_logarithmic = false;
  bool is_cut_low = false, is_cut_high = false;

  [[nodiscard]] double part(double value) const;
};

/// The colour of each cell, and the scale where there is one.
struct painted {
  std::vector<color> colors;
  std::optional<color_scale> scale;
};

painted paint(const voxel_cells& cells, coloring by);

}  // namespace robocache::cli
