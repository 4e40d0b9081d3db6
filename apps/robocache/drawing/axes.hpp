/// \file
/// The axes of a scene: the floor, scales along its sides, and heights at its left corner.
#pragma once

#include <string>
#include <vector>

#include "drawing/canvas.hpp"
#include "drawing/scene.hpp"

namespace robocache::cli {

/// "-0.5", "1e+06"
std::string number_text(double value);

/// How far something reaches beyond a frame, in pixels; 0 where it does not.
struct overhang {
  double left = 0, top = 0, right = 0, bottom = 0;

  [[nodiscard]] bool is_any() const { return left + top + right + bottom > 0; }
};

class axes {
 public:
  axes(const projection& eye, const occupied_box& box, bool with_height);

  /// What lies behind the cells.
  void draw_floor(canvas& target) const;
  void draw_scales(canvas& target) const;

  /// Of all letters.
  [[nodiscard]] overhang beyond(spot low, spot high) const;

 private:
  struct label {
    spot at;
    double size;
    anchor from;
    color paint;
    std::string text;
  };

  [[nodiscard]] spot at(double x, double y) const;
  [[nodiscard]] spot outwards(vector3 direction) const;
  [[nodiscard]] double pixels(int axis) const;
  [[nodiscard]] std::vector<double> round_ticks(int axis, double spacing) const;
  [[nodiscard]] std::vector<double> floor_ticks(int axis) const;
  [[nodiscard]] std::vector<double> height_ticks() const;
  void add_scale(int axis, const std::vector<double>& ticks, spot from, spot to, spot out);
  void add_heights();

  const projection& eye_;
  vector3 low_, size_;
  spot foot_;  // of the heights
  std::vector<double> ticks_[2];
  std::vector<label> labels_;
  std::vector<polyline> marks_;
};

}  // namespace robocache::cli
