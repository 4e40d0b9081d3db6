/// \file
/// Pictures of voxels: shaded cubes seen from a corner or from above, with axes and a colour bar.
#pragma once

#include <string>

#include "canvas.hpp"
#include "cells.hpp"

namespace robocache::cli {

enum class viewpoint : std::uint8_t { isometric, top };

/// What the colours say.
enum class coloring : std::uint8_t {
  height,   ///< of the cell
  count,    ///< of points, on a logarithmic scale
  value,    ///< the first channel
  rgb,      ///< the first three channels, up to 1 or up to 255
  normals,  ///< the first three channels, from -1 to 1
  label,    ///< the first channel, a colour for each number
};

struct picture {
  std::string title;
  std::string subtitle;
  std::string label;  ///< of the colour bar
  viewpoint from = viewpoint::isometric;
  coloring by = coloring::height;
  bool keep_highest = false;  ///< from above: of the values in a column, not their mean
};

/// A scale from 0 to 1 of even steps to the eye, from indigo through green to yellow.
color color_map(double part);

/// The channel value of full brightness: 255 where one is above 1.
float full_brightness(const voxel_cells& cells);

/// The cells of each column as one on top of it: counts are added up, values the highest where
/// `keep_highest`, else averaged with the counts as weights.
voxel_cells columns_of(const voxel_cells& cells, bool keep_highest);

/// 1400 by 1000 pixels. The same cells give the same pixels.
canvas draw(const voxel_cells& cells, const picture& settings);

}  // namespace robocache::cli
