#include "picture.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "scene.hpp"
#include "svg.hpp"
#include "terminal.hpp"

namespace robocache::cli {
namespace {

constexpr int picture_width = 1400, picture_height = 1000;
constexpr double scene_left = 90, scene_top = 130, scene_bottom = 905;
constexpr double scene_right = 1330, scene_right_of_bar = 1215;
constexpr double bar_left = 1268, bar_width = 20, bar_top = 300, bar_bottom = 740;

constexpr color background = rgb(0x10141b), background_low = rgb(0x1b222d);
constexpr color ink = rgb(0xf1f4f8), pale = rgb(0x93a1b3), floor_color = rgb(0x2b3646);

constexpr color map_colors[] = {rgb(0x6148a9), rgb(0x4266c7), rgb(0x237fd2), rgb(0x008ec9),
                                rgb(0x009fc0), rgb(0x00b0b8), rgb(0x06c1ac), rgb(0x48cf99),
                                rgb(0x7ad884), rgb(0xa6e372), rgb(0xd1eb61), rgb(0xf9ee77),
                                rgb(0xffef9c)};

/// Numbers to parts of the colour map. Outliers take the colour of the end.
struct color_scale {
  double low = 0, high = 1;
  bool is_logarithmic = false;
  bool is_cut_low = false, is_cut_high = false;

  [[nodiscard]] double part(double value) const {
    if (!is_logarithmic) return std::clamp((value - low) / (high - low), 0.0, 1.0);
    return std::clamp(std::log(value / low) / std::log(high / low), 0.0, 1.0);
  }
};

/// The value below which a part of all lie; at least as far from the middle as that.
double quantile(std::vector<double>& values, double part) {
  const double place = part * static_cast<double>(values.size() - 1);
  const auto at = values.begin() +
                  static_cast<std::ptrdiff_t>(part < 0.5 ? std::floor(place) : std::ceil(place));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

color_scale scale_of(std::vector<double> values, bool is_logarithmic) {
  color_scale scale;
  scale.is_logarithmic = is_logarithmic;
  values.erase(
      std::remove_if(values.begin(), values.end(), [](double v) { return !std::isfinite(v); }),
      values.end());
  if (values.empty()) return scale;
  const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
  const double least = *lowest, most = *highest;
  scale.low = is_logarithmic ? std::max(least, 1.0) : quantile(values, 0.005);
  scale.high = quantile(values, 0.995);
  if (!(scale.high > scale.low)) scale = {least, most, is_logarithmic};
  if (!(scale.high > scale.low)) {
    // One value alone: a range around it.
    const double air = is_logarithmic ? 9 * scale.low : std::max(std::fabs(scale.low) * 0.1, 0.5);
    scale.high = scale.low + air;
    return scale;
  }
  scale.is_cut_low = least < scale.low;
  scale.is_cut_high = most > scale.high;
  return scale;
}

double quantity_of(const voxel_cells& cells, coloring by, std::int64_t cell) {
  const auto i = static_cast<std::size_t>(cell);
  if (by == coloring::height) return cells.centre(cell, 2);
  if (by == coloring::count) return cells.counts[i];
  return static_cast<double>(cells.values[i * static_cast<std::size_t>(cells.channels)]);
}

color color_of(const float* values, coloring by, float full) {
  float part[3];
  for (int c = 0; c < 3; ++c) {
    const float v = by == coloring::normals ? (values[c] + 1) / 2 : values[c] / full;
    part[c] = v >= 0 ? std::min(v, 1.0F) : 0.0F;  // NaN is black
  }
  return {part[0], part[1], part[2]};
}

/// A colour for each label; those of neighbouring numbers lie far apart.
color label_color(float label) {
  constexpr double golden = 0.618033988749895, full_turn = 6.283185307179586;
  const auto part = [&](double shift) {
    const double turns = static_cast<double>(label) * golden + shift;
    return static_cast<float>(0.55 + 0.4 * std::cos(full_turn * (turns - std::floor(turns))));
  };
  return {part(0), part(1.0 / 3), part(2.0 / 3)};
}

/// The colour of each cell, and the scale where there is one.
struct painted {
  std::vector<color> colors;
  std::optional<color_scale> scale;
};

painted paint(const voxel_cells& cells, coloring by) {
  painted result;
  if (by == coloring::rgb || by == coloring::normals) {
    const float full = full_brightness(cells);
    for (std::int64_t i = 0; i < cells.size(); ++i) {
      const float* values = cells.values.data() + i * cells.channels;
      result.colors.push_back(color_of(values, by, full));
    }
    return result;
  }
  if (by == coloring::label) {
    for (std::int64_t i = 0; i < cells.size(); ++i) {
      result.colors.push_back(
          label_color(cells.values[static_cast<std::size_t>(i * cells.channels)]));
    }
    return result;
  }
  std::vector<double> quantities;
  for (std::int64_t i = 0; i < cells.size(); ++i) quantities.push_back(quantity_of(cells, by, i));
  result.scale = scale_of(quantities, by == coloring::count);
  for (const double q : quantities) {
    result.colors.push_back(std::isnan(q) ? pale : color_map(result.scale->part(q)));
  }
  return result;
}

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

color color_map(double part) {
  constexpr int last = static_cast<int>(std::size(map_colors)) - 1;
  const double place = std::clamp(part, 0.0, 1.0) * last;
  const int below = std::min(static_cast<int>(place), last - 1);
  return mixed(map_colors[below], map_colors[below + 1], static_cast<float>(place - below));
}

float full_brightness(const voxel_cells& cells) {
  const bool has_bytes =
      std::any_of(cells.values.begin(), cells.values.end(), [](float v) { return v > 1; });
  return has_bytes ? 255 : 1;
}

voxel_cells columns_of(const voxel_cells& cells, bool keep_highest) {
  struct column {
    std::int32_t top = 0;
    std::int64_t count = 0;
    double weight = 0;
    std::vector<double> values;
  };
  std::map<std::pair<std::int32_t, std::int32_t>, column> columns;
  const auto channels = static_cast<std::size_t>(cells.channels);
  for (std::int64_t cell = 0; cell < cells.size(); ++cell) {
    const auto i = static_cast<std::size_t>(cell);
    column& c = columns[{cells.index(cell, 1), cells.index(cell, 0)}];
    const bool is_first = c.weight == 0;
    const std::int32_t count = cells.counts.empty() ? 1 : cells.counts[i];
    c.top = is_first ? cells.index(cell, 2) : std::max(c.top, cells.index(cell, 2));
    c.count += count;
    c.weight += count;
    c.values.resize(channels);
    for (std::size_t k = 0; k < channels; ++k) {
      const auto value = static_cast<double>(cells.values[i * channels + k]);
      if (!keep_highest) {
        c.values[k] += value * count;
      } else if (is_first || value > c.values[k]) {
        c.values[k] = value;
      }
    }
  }
  voxel_cells result = cells;
  result.coordinates.clear();
  result.counts.clear();
  result.values.clear();
  for (const auto& [place, c] : columns) {
    result.coordinates.insert(result.coordinates.end(), {c.top, place.first, place.second});
    if (!cells.counts.empty()) {
      result.counts.push_back(static_cast<std::int32_t>(
          std::min<std::int64_t>(c.count, std::numeric_limits<std::int32_t>::max())));
    }
    for (const double v : c.values) {
      result.values.push_back(static_cast<float>(keep_highest ? v : v / c.weight));
    }
  }
  return result;
}

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
