/// \file
/// Cells as shaded cubes: projections, and which face each pixel shows.
#pragma once

#include "drawing/canvas.hpp"
#include "drawing/cells.hpp"

namespace robocache::cli {

/// x, y, z.
struct vector3 {
  double x, y, z;
  double operator[](int axis) const { return axis == 0 ? x : axis == 1 ? y : z; }
  double& operator[](int axis) { return axis == 0 ? x : axis == 1 ? y : z; }
};

/// A parallel projection of metres, counted from the corner of the occupied box. `corner` is the
/// sign of x and y towards the eye.
struct projection {
  vector3 right, down, away;
  int corner[2];
  double scale = 1, left = 0, top = 0;

  [[nodiscard]] spot place(vector3 p) const {
    return {left + scale * (right.x * p.x + right.y * p.y + right.z * p.z),
            top + scale * (down.x * p.x + down.y * p.y + down.z * p.z)};
  }
  [[nodiscard]] double depth(vector3 p) const {
    return scale * (away.x * p.x + away.y * p.y + away.z * p.z);
  }
  [[nodiscard]] projection scaled(double factor) const {
    projection result = *this;
    result.scale *= factor;
    result.left *= factor;
    result.top *= factor;
    return result;
  }
};

/// The occupied part of a grid.
struct occupied_box {
  std::int32_t first[3] = {}, last[3] = {};  // indices of cells
  vector3 low{}, size{};                     // metres
};

occupied_box box_of(const voxel_cells& cells);

projection from_top();

/// From the corner that shows most cells: into a room rather than at its walls.
projection from_best_corner(const voxel_cells& cells, const occupied_box& box);

/// The corner of the box's floor that is drawn furthest to the left, where heights are written.
vector3 left_corner(const projection& eye, const occupied_box& box);

/// Brings the cells, the floor below them and the height at its left corner into the middle of a
/// frame.
projection fitted(projection eye, const voxel_cells& cells, const occupied_box& box, spot low,
                  spot high);

/// How strongly light and shadow change the colours.
struct lighting {
  float face_x, face_y;  // beside a top of 1
  float shadow;
};

/// Draws each cell as a cube of its colour, smoothly and in the light.
void draw_cubes(canvas& target, const voxel_cells& cells, const occupied_box& box,
                const projection& eye, const std::vector<color>& colors, const lighting& light);

}  // namespace robocache::cli
