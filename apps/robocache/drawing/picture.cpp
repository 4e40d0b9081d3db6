#include "drawing/picture.hpp"

#include <algorithm>
#include <cmath>

#include "drawing/axes.hpp"
#include "drawing/scene.hpp"
#include "drawing/ticks.hpp"
#include "files/text.hpp"

namespace robocache::cli {
namespace {

constexpr int picture_width = 1400, picture_height = 1000;
constexpr double scene_left = 90, scene_top = 130, scene_bottom = 905;
constexpr double scene_right = 1330, scene_right_of_bar = 1215;
// Of letters beside the scene.
constexpr spot letters_low{24, 110}, letters_high{1376, 980};
constexpr double bar_label_right = picture_width - 40;
constexpr double bar_left = 1268, bar_width = 20, bar_top = 300, bar_bottom = 740;

constexpr color background = rgb(0x10141b), background_low = rgb(0x1b222d);
constexpr color ink = rgb(0xf1f4f8), pale = rgb(0x93a1b3);

/// Colours that carry numbers keep them best from above, and photographs are dark already.
lighting light_of(const picture& settings) {
  if (settings.by == coloring::rgb) return {0.9F, 0.8F, 1.1F};
  if (settings.from == viewpoint::top && settings.by != coloring::height) return {1, 1, 0.7F};
  return {0.84F, 0.68F, 1.7F};
}

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
  if (ticks.size() >= 3) return ticks;
  // Within a decade; counts are whole.
  ticks = axis_ticks(scale.low, scale.high, 5);
  ticks.erase(std::remove_if(ticks.begin(), ticks.end(),
                             [](double tick) { return tick != std::trunc(tick); }),
              ticks.end());
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
  target.text({bar_label_right, bar_top - 38}, 18, anchor::end, ink, label);
}

canvas empty_canvas() {
  canvas result(picture_width, picture_height, background);
  for (int y = 0; y < picture_height; ++y) {
    const float part = static_cast<float>(y) / picture_height;
    for (int x = 0; x < picture_width; ++x) result.blend(x, y, background_low, part);
  }
  return result;
}

/// Cut to what fits beside the margins and `room`.
std::string fitting(std::string text, double size, double room = 0) {
  const double most = picture_width - 96 - room;
  if (text_width(size, text) <= most) return text;
  while (!text.empty() && text_width(size, text + "...") > most) text.pop_back();
  return text + "...";
}

/// Fits the scene with its letters into the picture.
projection fitted_with_letters(const projection& view, const voxel_cells& cells,
                               const occupied_box& box, bool with_height, double right) {
  spot low{scene_left, scene_top}, high{right, scene_bottom};
  const spot letters_end{std::min(right + 16, letters_high.x), letters_high.y};
  projection eye = fitted(view, cells, box, low, high);
  for (int pass = 0; pass < 4; ++pass) {  // as the scene shrinks its ticks change
    const overhang over = axes(eye, box, with_height).beyond(letters_low, letters_end);
    if (!over.is_any()) break;
    low = {low.x + over.left, low.y + over.top};
    high = {high.x - over.right, high.y - over.bottom};
    eye = fitted(view, cells, box, low, high);
  }
  return eye;
}

void draw_cells(canvas& target, const voxel_cells& all, const picture& settings) {
  const bool is_top = settings.from == viewpoint::top;
  const bool adds_up = settings.by == coloring::count || settings.by == coloring::value;
  const voxel_cells cells = is_top && adds_up ? columns_of(all, settings.keep_highest) : all;
  const painted colors = paint(cells, settings.by);
  const double beside_label = bar_label_right - text_width(18, settings.label) - 24;
  const double right =
      colors.scale.has_value() ? std::min(scene_right_of_bar, beside_label) : scene_right;
  const occupied_box box = box_of(cells);
  const projection view = is_top ? from_top() : from_best_corner(cells, box);
  const projection eye = fitted_with_letters(view, cells, box, !is_top, right);
  const axes frame(eye, box, !is_top);
  frame.draw_floor(target);
  draw_cubes(target, cells, box, eye, colors.colors, light_of(settings));
  frame.draw_scales(target);
  if (colors.scale.has_value()) draw_bar(target, *colors.scale, settings.label);
}

}  // namespace

canvas draw(const voxel_cells& cells, const picture& settings) {
  const voxel_cells shown = settings.with_outliers ? cells : without_outliers(cells);
  const std::string left_out =
      shown.size() == cells.size()
          ? ""
          : "; " + std::to_string(cells.size() - shown.size()) + " far voxels are not drawn";
  canvas result = empty_canvas();
  result.text({48, 62}, 30, anchor::start, ink, fitting(settings.title, 30), true);
  result.text({48, 94}, 18, anchor::start, pale,
              fitting(settings.subtitle, 18, text_width(18, left_out)) + left_out);
  if (cells.size() == 0) {
    result.text({picture_width / 2.0, picture_height / 2.0}, 22, anchor::middle, pale,
                "no voxel is occupied");
    return result;
  }
  draw_cells(result, shown, settings);
  return result;
}

}  // namespace robocache::cli
