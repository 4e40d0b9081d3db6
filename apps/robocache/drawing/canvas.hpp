/// \file
/// A drawing surface of pixels: smooth lines, lettering, and PNG.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace robocache::cli {

/// sRGB, each from 0 to 1.
struct color {
  float red = 0, green = 0, blue = 0;
};

/// From 0xrrggbb.
constexpr color rgb(std::uint32_t hex) {
  return {static_cast<float>(hex >> 16 & 0xff) / 255, static_cast<float>(hex >> 8 & 0xff) / 255,
          static_cast<float>(hex & 0xff) / 255};
}

/// `low` at 0, `high` at 1.
constexpr color mixed(color low, color high, float part) {
  return {low.red + (high.red - low.red) * part, low.green + (high.green - low.green) * part,
          low.blue + (high.blue - low.blue) * part};
}

/// Pixels, x to the right and y downwards.
struct spot {
  double x, y;
};

using polyline = std::vector<spot>;

enum class anchor : std::uint8_t { start, middle, end };

class canvas {
 public:
  canvas(int width, int height, color background);

  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] int height() const { return height_; }
  [[nodiscard]] color at(int x, int y) const { return pixels_[index(x, y)]; }

  /// Lays `paint` over one pixel; `cover` from 0 to 1.
  void blend(int x, int y, color paint, float cover);
  /// Lines with round ends; where they cross each other nothing is laid twice.
  void stroke(const std::vector<polyline>& lines, double thickness, color paint, float cover = 1);
  /// The inside of a convex polygon.
  void fill(const polyline& corners, color paint, float cover = 1);
  /// Letters of `size` pixels from baseline to baseline, with the baseline at `at`.
  void text(spot at, double size, anchor from, color paint, const std::string& text,
            bool is_bold = false);

  [[nodiscard]] std::string png() const;

 private:
  [[nodiscard]] std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
           static_cast<std::size_t>(x);
  }

  int width_, height_;
  std::vector<color> pixels_;
};

/// How wide `text` is drawn.
double text_width(double size, const std::string& text);

}  // namespace robocache::cli
