#include "drawing/coloring.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace robocache::cli {
namespace {

constexpr color unknown = rgb(0x93a1b3);

constexpr color map_colors[] = {rgb(0x6148a9), rgb(0x4266c7), rgb(0x237fd2), rgb(0x008ec9),
                                rgb(0x009fc0), rgb(0x00b0b8), rgb(0x06c1ac), rgb(0x48cf99),
                                rgb(0x7ad884), rgb(0xa6e372), rgb(0xd1eb61), rgb(0xf9ee77),
                                rgb(0xffef9c)};

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

}  // namespace

double color_scale::part(double value) const {
  if (!is_logarithmic) return std::clamp((value - low) / (high - low), 0.0, 1.0);
  return std::clamp(std::log(value / low) / std::log(high / low), 0.0, 1.0);
}

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
    result.colors.push_back(std::isnan(q) ? unknown : color_map(result.scale->part(q)));
  }
  return result;
}

}  // namespace robocache::cli
