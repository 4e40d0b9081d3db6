/// \file
/// Pictures of voxels: shaded cubes seen from a corner or from above, with axes and a colour bar.
#pragma once

#include <string>

#include "drawing/canvas.hpp"
#include "drawing/cells.hpp"
#include "drawing/coloring.hpp"

namespace robocache::cli {

enum class viewpoint : std::uint8_t { isometric, top };

struct picture {
  std::string title;
  std::string subtitle;
  std::string label;  ///< of the colour bar
  viewpoint from = viewpoint::isometric;
  coloring by = coloring::height;
  bool keep_highest = false;   ///< from above: of the values in a column, not their mean
  bool with_outliers = false;  ///< draws what `without_outliers` leaves out, too
};

/// 1400 by 1000 pixels; what is left out is said below the title. The same cells give the same
/// pixels.
canvas draw(const voxel_cells& cells, const picture& settings);

}  // namespace robocache::cli
