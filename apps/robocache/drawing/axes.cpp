#include "drawing/axes.hpp"

#include <algorithm>
#include <cmath>

#include "files/text.hpp"

namespace robocache::cli {
namespace {

constexpr color ink = rgb(0xf1f4f8), pale = rgb(0x93a1b3), floor_color = rgb(0x2b3646);
constexpr double tick_size = 16, name_size = 18;
constexpr double mark_length = 7, tick_distance = 17, name_distance = 56;

/// The least of 1, 2 and 5 times a power of ten that is not below.
double round_step(double least) {
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  for (const double digit : {1.0, 2.0, 5.0}) {
    if (digit * power >= least) return digit * power;
  }
  return 10 * power;
}

double widest(const std::vector<double>& ticks) {
  double width = 0;
  for (const double tick : ticks) width = std::max(width, text_width(tick_size, number_text(tick)));
  return width;
}

bool is_sideways(spot out) { return std::fabs(out.x) > 0.9; }

}  // namespace

std::string number_text(double value) { return format("%g", value == 0 ? 0.0 : value); }

axes::axes(const projection& eye, const occupied_box& box, bool with_height)
    : eye_(eye), low_(box.low), size_(box.size), foot_(eye.place(left_corner(eye, box))) {
  for (int axis = 0; axis < 2; ++axis) ticks_[axis] = floor_ticks(axis);
  const double near_x = eye_.corner[0] > 0 ? 1 : 0, near_y = eye_.corner[1] > 0 ? 1 : 0;
  add_scale(0, ticks_[0], at(0, near_y), at(1, near_y),
            outwards({0, static_cast<double>(eye_.corner[1]), 0}));
  add_scale(1, ticks_[1], at(near_x, 0), at(near_x, 1),
            outwards({static_cast<double>(eye_.corner[0]), 0, 0}));
  if (with_height) add_heights();
}

void axes::draw_floor(canvas& target) const {
  target.fill({at(0, 0), at(1, 0), at(1, 1), at(0, 1)}, floor_color, 0.45F);
  for (int axis = 0; axis < 2; ++axis) {
    for (const double tick : ticks_[axis]) {
      const double t = (tick - low_[axis]) / size_[axis];
      const polyline line = axis == 0 ? polyline{at(t, 0), at(t, 1)} : polyline{at(0, t), at(1, t)};
      target.stroke({line}, 1, pale, 0.16F);
    }
  }
  target.stroke({{at(0, 0), at(1, 0), at(1, 1), at(0, 1), at(0, 0)}}, 1.2, pale, 0.4F);
}

void axes::draw_scales(canvas& target) const {
  for (const polyline& mark : marks_) target.stroke({mark}, 1.2, pale, 0.7F);
  for (const label& l : labels_) target.text(l.at, l.size, l.from, l.paint, l.text);
}

overhang axes::beyond(spot low, spot high) const {
  overhang result;
  for (const label& l : labels_) {
    const double width = text_width(l.size, l.text);
    const double left = l.at.x - (l.from == anchor::end      ? width
                                  : l.from == anchor::middle ? width / 2
                                                             : 0);
    result.left = std::max(result.left, low.x - left);
    result.right = std::max(result.right, left + width - high.x);
    result.top = std::max(result.top, low.y - (l.at.y - 0.8 * l.size));
    result.bottom = std::max(result.bottom, l.at.y + 0.25 * l.size - high.y);
  }
  return result;
}

/// A place on the floor, by parts of its sides.
spot axes::at(double x, double y) const { return eye_.place({x * size_.x, y * size_.y, 0}); }

spot axes::outwards(vector3 direction) const {
  const spot from = eye_.place({0, 0, 0}), to = eye_.place(direction);
  const double length = std::hypot(to.x - from.x, to.y - from.y);
  return {(to.x - from.x) / length, (to.y - from.y) / length};
}

/// The length of an axis.
double axes::pixels(int axis) const {
  return eye_.scale * size_[axis] * std::hypot(eye_.right[axis], eye_.down[axis]);
}

/// Round numbers at least so many pixels apart.
std::vector<double> axes::round_ticks(int axis, double spacing) const {
  const double step = round_step(spacing * size_[axis] / pixels(axis));
  const double first = std::ceil(low_[axis] / step - 1e-9);
  const double last = std::floor((low_[axis] + size_[axis]) / step + 1e-9);
  std::vector<double> result;
  for (int i = 0; i <= static_cast<int>(last - first); ++i) result.push_back((first + i) * step);
  return result;
}

/// At least two, by which the scale is known; both ends where no round numbers fit.
std::vector<double> axes::floor_ticks(int axis) const {
  const bool is_level = std::fabs(eye_.down[axis]) < 0.1;  // its numbers stand side by side
  for (const double spacing : {62.0, 34.0}) {
    std::vector<double> ticks = round_ticks(axis, spacing);
    if (is_level) ticks = round_ticks(axis, std::max(spacing, widest(ticks) + 14));
    if (ticks.size() >= 2) return ticks;
  }
  return {low_[axis], low_[axis] + size_[axis]};
}

std::vector<double> axes::height_ticks() const {
  const double step = size_.z / pixels(2);  // metres of a pixel
  std::vector<double> ticks = round_ticks(2, 34);
  // Too close to the scale of the floor.
  ticks.erase(std::remove_if(ticks.begin(), ticks.end(),
                             [&](double tick) { return tick - low_.z < 14 * step; }),
              ticks.end());
  const double head = low_.z + size_.z;
  if (ticks.empty() || (ticks.size() == 1 && head - ticks[0] >= 20 * step)) ticks.push_back(head);
  return ticks;
}

void axes::add_scale(int axis, const std::vector<double>& ticks, spot from, spot to, spot out) {
  const anchor side = out.x < -0.3 ? anchor::end : out.x > 0.3 ? anchor::start : anchor::middle;
  // Letters hang from their baseline, so that they need more room below than above.
  const auto add = [&](spot p, double away, double size, color paint, const std::string& text) {
    labels_.push_back(
        {{p.x + out.x * away, p.y + out.y * away + size * 0.33}, size, side, paint, text});
  };
  for (const double tick : ticks) {
    const double t = (tick - low_[axis]) / size_[axis];
    const spot p{from.x + (to.x - from.x) * t, from.y + (to.y - from.y) * t};
    marks_.push_back({p, {p.x + out.x * mark_length, p.y + out.y * mark_length}});
    add(p, tick_distance, tick_size, pale, number_text(tick));
  }
  if (axis == 2) return;
  const double beside = is_sideways(out) ? tick_distance + widest(ticks) + 14 : 0;
  add({(from.x + to.x) / 2, (from.y + to.y) / 2}, std::max(name_distance, beside), name_size, ink,
      axis == 0 ? "x (m)" : "y (m)");
}

void axes::add_heights() {
  const spot rise = outwards({0, 0, 1});
  const double height = pixels(2);
  const spot head{foot_.x + rise.x * height, foot_.y + rise.y * height};
  marks_.push_back({foot_, head});
  add_scale(2, height_ticks(), foot_, head, {-1, 0});
  labels_.push_back({{head.x, head.y - 16}, name_size, anchor::middle, ink, "z (m)"});
}

}  // namespace robocache::cli
