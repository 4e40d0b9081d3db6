#include "drawing/picture.hpp"

#include <algorithm>
#include <cmath>

#include "drawing/scene.hpp"
#include "drawing/ticks.hpp"
#include "files/text.hpp"

namespace robocache::cli {
namespace {

constexpr int picture_width = 1400, picture_height = 1000;
constexpr double scene_left = 90, scene_top = 130, scene_bottom = 905;
constexpr double scene_right = 1330, scene_right_of_bar = 1215;
constexpr double bar_left = 1268, bar_width = 20, bar_top = 300, bar_bottom = 740;

constexpr color background = rgb(0x10141b), background_low = rgb(0x1b222d);
constexpr color ink = rgb(0xf1f4f8), pale = rgb(0x93a1b3), floor_color = rgb(0x2b3646);

/// Colours that carry numbers keep them best from above, and photographs are dark already.
lighting light_of(const picture& settings) {
  if (settings.by == coloring::rgb) return {0.9F, 0.8F, 1.1F};
  if (settings.from == viewpoint::top && settings.by != coloring::height) return {1, 1, 0.7F};
  return {0.84F, 0.68F, 1.7F};
}

/// The least of 1, 2 and 5 times a power of ten that is not below.
double round_step(double least) {
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  for (const double digit : {1.0, 2.0, 5.0}) {
    if (digit * power >= least) return digit * power;
  }
  return 10 * power;
}

std::string number_text(double value) { return format("%g", value == 0 ? 0.0 : value); }

/// The axes of the floor and the height, around the occupied box.
class axes {
 public:
  axes(canvas& target, const projection& eye, const occupied_box& box)
      : target_(target), eye_(eye), low_(box.low), size_(box.size) {}

  /// What lies behind the cells.
  void draw_floor() {
    target_.fill({at(0, 0), at(1, 0), at(1, 1), at(0, 1)}, floor_color, 0.45F);
    for (int axis = 0; axis < 2; ++axis) {
      for (const double tick : ticks(axis)) {
        const double t = (tick - low_[axis]) / size_[axis];
        const polyline line =
            axis == 0 ? polyline{at(t, 0), at(t, 1)} : polyline{at(0, t), at(1, t)};
        target_.stroke({line}, 1, pale, 0.16F);
      }
    }
    target_.stroke({{at(0, 0), at(1, 0), at(1, 1), at(0, 1), at(0, 0)}}, 1.2, pale, 0.4F);
  }

  void draw_scales(bool with_height) {
    const double near_x = eye_.corner[0] > 0 ? 1 : 0, near_y = eye_.corner[1] > 0 ? 1 : 0;
    draw_scale(0, at(0, near_y), at(1, near_y),
               outwards({0, static_cast<double>(eye_.corner[1]), 0}));
    draw_scale(1, at(near_x, 0), at(near_x, 1),
               outwards({static_cast<double>(eye_.corner[0]), 0, 0}));
    if (!with_height) return;
    // At the corner on the left.
    const spot a = at(near_x, 1 - near_y), b = at(1 - near_x, near_y);
    const spot foot = a.x < b.x ? a : b;
    const spot rise = outwards({0, 0, 1});
    const double height = eye_.scale * size_.z * std::hypot(eye_.down.z, eye_.right.z);
    const spot head{foot.x + rise.x * height, foot.y + rise.y * height};
    target_.stroke({{foot, head}}, 1.2, pale, 0.6F);
    draw_scale(2, foot, head, {-1, 0});
  }

 private:
  /// A place on the floor, by parts of its sides.
  [[nodiscard]] spot at(double x, double y) const {
    return eye_.place({x * size_.x, y * size_.y, 0});
  }

  [[nodiscard]] spot outwards(vector3 d) const {
    const spot from = eye_.place({0, 0, 0}), to = eye_.place(d);
    const double length = std::hypot(to.x - from.x, to.y - from.y);
    return {(to.x - from.x) / length, (to.y - from.y) / length};
  }

  [[nodiscard]] double pixels(int axis) const {
    return eye_.scale * size_[axis] * std::hypot(eye_.right[axis], eye_.down[axis]);
  }

  /// Round numbers far enough apart, and the same steps along x and y.
  [[nodiscard]] std::vector<double> ticks(int axis) const {
    const double step = round_step((axis == 2 ? 34 : 62) * size_[axis] / pixels(axis));
    const double first = std::ceil(low_[axis] / step - 1e-9);
    const double last = std::floor((low_[axis] + size_[axis]) / step + 1e-9);
    std::vector<double> result;
    for (int i = 0; i <= static_cast<int>(last - first); ++i) result.push_back((first + i) * step);
    return result;
  }

  void draw_scale(int axis, spot from, spot to, spot out) {
    const anchor side = out.x < -0.3 ? anchor::end : out.x > 0.3 ? anchor::start : anchor::middle;
    // Letters hang from their baseline, so that they need more room below than above.
    const auto label = [&](spot p, double away, double size, color paint, const std::string& text) {
      target_.text({p.x + out.x * away, p.y + out.y * away + size * 0.33}, size, side, paint, text);
    };
    for (const double tick : ticks(axis)) {
      const double t = (tick - low_[axis]) / size_[axis];
      const spot p{from.x + (to.x - from.x) * t, from.y + (to.y - from.y) * t};
      const bool is_crowded = axis == 2 && from.y - p.y < 14;  // by the scale of the floor
      if (is_crowded) continue;
      target_.stroke({{p, {p.x + out.x * 7, p.y + out.y * 7}}}, 1.2, pale, 0.7F);
      label(p, 17, 16, pale, number_text(tick));
    }
    const char* names[] = {"x (m)", "y (m)", "z (m)"};
    if (axis == 2) {
      target_.text({to.x, to.y - 16}, 18, anchor::middle, ink, names[axis]);
    } else {
      label({(from.x + to.x) / 2, (from.y + to.y) / 2}, 56, 18, ink, names[axis]);
    }
  }

  canvas& target_;
  const projection& eye_;
  vector3 low_, size_;
};

std::vector<double> bar_ticks(const color_scale& scale) {
  if (!scale.is_logarithmic) return axis_ticks(scale.low, scale.high, 6);
  std::vector<double> ticks;
  const bool few = scale.high / scale.low < 300;
  for (int decade = 0; decade < 10; ++decade) {  // counts fit 31 bits
    for (const double digit : {1.0, 2.0, 5.0}) {
      const double tick = digit * std::pow(10, decade);
      if (tick >= scale.low && tick <= scale.high && (few || digit == 1)) ticks.push_back(tick);
    }
  }
  return ticks;
}

void draw_bar(canvas& target, const color_scale& scale, const std::string& label) {
  const double height = bar_bottom - bar_top;
  constexpr double right = bar_left + bar_width, middle = bar_left + bar_width / 2;
  for (int y = static_cast<int>(bar_top); y < static_cast<int>(bar_bottom); ++y) {
    const color c = color_map((bar_bottom - y - 0.5) / height);
    for (int x = static_cast<int>(bar_left); x < static_cast<int>(right); ++x)
      target.blend(x, y, c, 1);
  }
  // A point where the scale leaves values out.
  if (scale.is_cut_high) {
    target.fill({{bar_left, bar_top - 3}, {middle, bar_top - 17}, {right, bar_top - 3}},
                color_map(1));
  }
  if (scale.is_cut_low) {
    target.fill({{bar_left, bar_bottom + 3}, {right, bar_bottom + 3}, {middle, bar_bottom + 17}},
                color_map(0));
  }
  for (const double tick : bar_ticks(scale)) {
    const double y = bar_bottom - scale.part(tick) * height;
    target.stroke({{{right + 3, y}, {right + 9, y}}}, 1.2, pale);
    target.text({right + 16, y + 5}, 16, anchor::start, pale, number_text(tick));
  }
  target.text({picture_width - 40, bar_top - 38}, 18, anchor::end, ink, label);
}

canvas empty_canvas() {
  canvas result(picture_width, picture_height, background);
  for (int y = 0; y < picture_height; ++y) {
    const float part = static_cast<float>(y) / picture_height;
    for (int x = 0; x < picture_width; ++x) result.blend(x, y, background_low, part);
  }
  return result;
}

/// Cut to what fits beside the margins.
std::string fitting(std::string text, double size) {
  if (text_width(size, text) <= picture_width - 96) return text;
  while (!text.empty() && text_width(size, text + "...") > picture_width - 96) text.pop_back();
  return text + "...";
}

void draw_cells(canvas& target, const voxel_cells& all, const picture& settings) {
  const bool is_top = settings.from == viewpoint::top;
  const bool adds_up = settings.by == coloring::count || settings.by == coloring::value;
  const voxel_cells cells = is_top && adds_up ? columns_of(all, settings.keep_highest) : all;
  const painted colors = paint(cells, settings.by);
  const double right = colors.scale.has_value() ? scene_right_of_bar : scene_right;
  const occupied_box box = box_of(cells);
  const projection eye = fitted(is_top ? from_top() : from_best_corner(cells, box), cells, box,
                                {scene_left, scene_top}, {right, scene_bottom});
  axes frame(target, eye, box);
  frame.draw_floor();
  draw_cubes(target, cells, box, eye, colors.colors, light_of(settings));
  frame.draw_scales(!is_top);
  if (colors.scale.has_value()) draw_bar(target, *colors.scale, settings.label);
}

}  // namespace

canvas draw(const voxel_cells& cells, const picture& settings) {
  canvas result = empty_canvas();
  result.text({48, 62}, 30, anchor::start, ink, fitting(settings.title, 30), true);
  result.text({48, 94}, 18, anchor::start, pale, fitting(settings.subtitle, 18));
  if (cells.size() == 0) {
    result.text({picture_width / 2.0, picture_height / 2.0}, 22, anchor::middle, pale,
                "no voxel is occupied");
    return result;
  }
  draw_cells(result, cells, settings);
  return result;
}

}  // namespace robocache::cli
