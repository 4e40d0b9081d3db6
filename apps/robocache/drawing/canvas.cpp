#include "drawing/canvas.hpp"

#include <png.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "drawing/lettering.hpp"

namespace robocache::cli {
namespace {

struct box {
  double left = std::numeric_limits<double>::infinity(), top = left;
  double right = -left, bottom = -left;

  void include(spot p) {
    left = std::min(left, p.x);
    right = std::max(right, p.x);
    top = std::min(top, p.y);
    bottom = std::max(bottom, p.y);
  }
};

/// Whole pixels within both, as a half-open range.
struct pixel_range {
  int begin, end;
  pixel_range(double low, double high, int size)
      : begin(static_cast<int>(std::clamp(std::floor(low), 0.0, static_cast<double>(size)))),
        end(static_cast<int>(std::clamp(std::ceil(high) + 1, 0.0, static_cast<double>(size)))) {}
  [[nodiscard]] std::size_t size() const {
    return static_cast<std::size_t>(std::max(0, end - begin));
  }
};

double distance(spot p, spot a, spot b) {
  const double x = b.x - a.x, y = b.y - a.y;
  const double length = x * x + y * y;
  const double along = length > 0 ? ((p.x - a.x) * x + (p.y - a.y) * y) / length : 0;
  const double t = std::clamp(along, 0.0, 1.0);
  return std::hypot(p.x - a.x - t * x, p.y - a.y - t * y);
}

spot pixel_centre(int x, int y) { return {x + 0.5, y + 0.5}; }

}  // namespace

canvas::canvas(int width, int height, color background)
    : width_(width),
      height_(height),
      pixels_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), background) {}

void canvas::blend(int x, int y, color paint, float cover) {
  color& pixel = pixels_[index(x, y)];
  pixel = mixed(pixel, paint, cover);
}

void canvas::stroke(const std::vector<polyline>& lines, double thickness, color paint,
                    float cover) {
  box all;
  for (const polyline& line : lines) {
    for (const spot p : line) all.include(p);
  }
  const double reach = thickness / 2 + 1;
  const pixel_range columns(all.left - reach, all.right + reach, width_);
  const pixel_range rows(all.top - reach, all.bottom + reach, height_);
  std::vector<float> mask(columns.size() * rows.size(), 0.0F);
  const auto mask_at = [&](int x, int y) -> float& {
    return mask[static_cast<std::size_t>(y - rows.begin) * columns.size() +
                static_cast<std::size_t>(x - columns.begin)];
  };
  for (const polyline& line : lines) {
    for (std::size_t i = 0; i + 1 < line.size(); ++i) {
      box part;
      part.include(line[i]);
      part.include(line[i + 1]);
      const pixel_range across(part.left - reach, part.right + reach, width_);
      const pixel_range down(part.top - reach, part.bottom + reach, height_);
      for (int y = down.begin; y < down.end; ++y) {
        for (int x = across.begin; x < across.end; ++x) {
          const double d = distance(pixel_centre(x, y), line[i], line[i + 1]);
          const double full = std::clamp(thickness / 2 + 0.5 - d, 0.0, std::min(thickness, 1.0));
          mask_at(x, y) = std::max(mask_at(x, y), static_cast<float>(full));
        }
      }
    }
  }
  for (int y = rows.begin; y < rows.end; ++y) {
    for (int x = columns.begin; x < columns.end; ++x) {
      if (mask_at(x, y) > 0) blend(x, y, paint, mask_at(x, y) * cover);
    }
  }
}

void canvas::fill(const polyline& corners, color paint, float cover) {
  box all;
  double area = 0;
  for (std::size_t i = 0; i < corners.size(); ++i) {
    const spot a = corners[i], b = corners[(i + 1) % corners.size()];
    all.include(a);
    area += a.x * b.y - b.x * a.y;
  }
  const pixel_range columns(all.left - 1, all.right, width_);
  const pixel_range rows(all.top - 1, all.bottom, height_);
  for (int y = rows.begin; y < rows.end; ++y) {
    for (int x = columns.begin; x < columns.end; ++x) {
      // How far inside the nearest edge the pixel lies.
      double inside = 1;
      for (std::size_t i = 0; i < corners.size(); ++i) {
        const spot p = pixel_centre(x, y), a = corners[i], b = corners[(i + 1) % corners.size()];
        const double side = (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
        const double length = std::hypot(b.x - a.x, b.y - a.y);
        if (length > 0) inside = std::min(inside, 0.5 + std::copysign(1.0, area) * side / length);
      }
      if (inside > 0) blend(x, y, paint, static_cast<float>(inside) * cover);
    }
  }
}

void canvas::text(spot at, double size, anchor from, color paint, const std::string& text,
                  bool is_bold) {
  const double width = text_width(size, text);
  if (from == anchor::middle) at.x -= width / 2;
  if (from == anchor::end) at.x -= width;
  stroke(letters(text, size, at), size * (is_bold ? 0.115 : 0.08), paint);
}

std::string canvas::png() const {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(pixels_.size() * 3);
  for (const color& pixel : pixels_) {
    for (const float part : {pixel.red, pixel.green, pixel.blue}) {
      bytes.push_back(static_cast<std::uint8_t>(std::lround(std::clamp(part, 0.0F, 1.0F) * 255)));
    }
  }
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width_);
  image.height = static_cast<png_uint_32>(height_);
  image.format = PNG_FORMAT_RGB;
  std::string result(PNG_IMAGE_PNG_SIZE_MAX(image), '\0');
  png_alloc_size_t size = result.size();
  if (png_image_write_to_memory(&image, result.data(), &size, 0, bytes.data(), 0, nullptr) == 0) {
    throw std::runtime_error(std::string("libpng: ") + image.message);
  }
  result.resize(size);
  return result;
}

double text_width(double size, const std::string& text) {
  spot end{0, 0};
  letters(text, size, end);
  return end.x;
}

}  // namespace robocache::cli
