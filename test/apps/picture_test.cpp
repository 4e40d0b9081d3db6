#include "drawing/picture.hpp"

#include <png.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

#include "drawing/lettering.hpp"
#include "support/catch.hpp"

namespace {

using namespace robocache::cli;  // NOLINT

constexpr float none = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

bool is_near(double a, double b) { return std::fabs(a - b) < 1e-4; }

/// CIE L*, a*, b* of an sRGB colour under D65.
std::array<double, 3> lab(color c) {
  const auto linear = [](double v) {
    return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
  };
  const double r = linear(static_cast<double>(c.red)), g = linear(static_cast<double>(c.green)),
               b = linear(static_cast<double>(c.blue));
  const auto f = [](double t) {
    return t > 216.0 / 24389 ? std::cbrt(t) : (24389.0 / 27 * t + 16) / 116;
  };
  const double x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
  const double y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const double z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
  return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

double lightness(color c) { return lab(c)[0]; }

/// The pixels that a function accepts.
template <class F>
int count_pixels(const canvas& picture, const F& accepts) {
  int count = 0;
  for (int y = 0; y < picture.height(); ++y) {
    for (int x = 0; x < picture.width(); ++x) count += accepts(picture.at(x, y)) ? 1 : 0;
  }
  return count;
}

bool is_red(color c) { return c.red > 0.25F && c.green < 0.15F * c.red && c.blue < 0.15F * c.red; }
bool is_green(color c) {
  return c.green > 0.25F && c.red < 0.15F * c.green && c.blue < 0.15F * c.green;
}

/// Cells of one metre with a colour each, in the order z, y, x, red, green, blue.
voxel_cells colored(const std::vector<std::array<int, 6>>& rows) {
  voxel_cells cells;
  for (int axis = 0; axis < 3; ++axis) cells.voxel[axis] = 1;
  cells.channels = 3;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < 3; ++i) {
      cells.coordinates.push_back(row[i]);
      cells.values.push_back(static_cast<float>(row[3 + i]));
    }
  }
  return cells;
}

bool is_equal(const canvas& a, const canvas& b) {
  for (int y = 0; y < a.height(); ++y) {
    for (int x = 0; x < a.width(); ++x) {
      const color p = a.at(x, y), q = b.at(x, y);
      if (p.red != q.red || p.green != q.green || p.blue != q.blue) return false;
    }
  }
  return true;
}

picture settings(coloring by, viewpoint from = viewpoint::isometric) {
  picture p;
  p.title = "A title";
  p.by = by;
  p.from = from;
  return p;
}

}  // namespace

TEST_CASE("picture: the colour map is even to the eye") {
  constexpr int steps = 60;
  std::vector<double> distances;
  for (int i = 0; i < steps; ++i) {
    const auto a = lab(color_map(static_cast<double>(i) / steps));
    const auto b = lab(color_map(static_cast<double>(i + 1) / steps));
    CHECK(b[0] > a[0]);  // ever lighter
    distances.push_back(std::hypot(b[0] - a[0], b[1] - a[1], b[2] - a[2]));
  }
  const auto [least, most] = std::minmax_element(distances.begin(), distances.end());
  INFO("steps of " << *least << " to " << *most);
  CHECK(*most < 1.6 * *least);
  CHECK(lightness(color_map(1)) - lightness(color_map(0)) > 50);
  CHECK(lightness(color_map(-3)) == lightness(color_map(0)));
  CHECK(lightness(color_map(7)) == lightness(color_map(1)));
}

TEST_CASE("picture: lines and areas cover what they should") {
  canvas c(20, 10, rgb(0x000000));
  c.stroke({{{2, 5}, {12, 5}}, {{7, 0}, {7, 10}}}, 2, rgb(0xffffff), 0.5F);
  CHECK(is_near(static_cast<double>(c.at(5, 4).red), 0.5));
  CHECK(is_near(static_cast<double>(c.at(5, 5).red), 0.5));
  CHECK(c.at(5, 3).red == 0);
  CHECK(is_near(static_cast<double>(c.at(7, 5).red), 0.5));  // not laid twice where lines cross
  CHECK(c.at(15, 5).red == 0);

  canvas d(20, 10, rgb(0x000000));
  d.fill({{2, 2}, {8, 2}, {8, 6}, {2, 6}}, rgb(0xffffff));
  double area = 0;
  for (int y = 0; y < 10; ++y) {
    for (int x = 0; x < 20; ++x) area += static_cast<double>(d.at(x, y).green);
  }
  CHECK(is_near(area, 24));
  CHECK(d.at(2, 2).green == 1);
  CHECK(d.at(8, 2).green == 0);
  d.fill({{2, 6}, {8, 6}, {8, 2}, {2, 2}}, rgb(0xff0000));  // the other way round
  CHECK(d.at(5, 4).green == 0);

  // Beyond the edges is no mistake.
  c.stroke({{{-50, -50}, {70, 60}}}, 3, rgb(0xff0000));
  c.fill({{-10, -10}, {40, -10}, {40, 40}, {-10, 40}}, rgb(0x00ff00));
  CHECK(c.at(0, 0).green == 1);
  CHECK(c.at(19, 9).green == 1);
}

TEST_CASE("picture: every letter that can be typed has a form of its own") {
  std::set<std::vector<float>> forms;
  int known = 0;
  const auto form_of = [](char letter) {
    canvas c(40, 40, rgb(0));
    c.text({8, 28}, 24, anchor::start, rgb(0xffffff), std::string(1, letter));
    std::vector<float> pixels;
    for (int y = 0; y < 40; ++y) {
      for (int x = 0; x < 40; ++x) pixels.push_back(c.at(x, y).red);
    }
    return pixels;
  };
  for (const char letter :
       std::string("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                   ".,:;-+=<>_/()[]%'#!? ")) {
    INFO(letter);
    CHECK(forms.insert(form_of(letter)).second);
    ++known;
  }
  CHECK(static_cast<int>(forms.size()) == known);
  CHECK(form_of('~') == form_of('?'));

  CHECK(text_width(20, "") == 0);
  CHECK(is_near(text_width(20, "ab"), text_width(20, "a") + text_width(20, "b")));
  CHECK(is_near(text_width(40, "metres"), 2 * text_width(20, "metres")));
  CHECK(is_near(text_width(20, "\xc3\xa9"), text_width(20, "?")));  // one letter of two bytes
}

TEST_CASE("picture: letters stay within their line") {
  for (char letter = ' '; letter <= '~'; ++letter) {
    spot at{0, 0};
    const auto lines = letters(std::string(1, letter), 100, at);
    for (const polyline& line : lines) {
      for (const spot p : line) {
        INFO(letter << " at " << p.x << ", " << p.y);
        CHECK(p.x >= 0);
        CHECK(p.x <= at.x);
        CHECK(p.y >= -80);
        CHECK(p.y <= 25);
      }
    }
  }
}

TEST_CASE("picture: PNG files hold the pixels") {
  canvas c(7, 5, rgb(0x102030));
  c.blend(3, 2, rgb(0xff8001), 1);
  const std::string file = c.png();
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  REQUIRE(png_image_begin_read_from_memory(&image, file.data(), file.size()) != 0);
  CHECK(image.width == 7);
  CHECK(image.height == 5);
  image.format = PNG_FORMAT_RGB;
  std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(image));
  REQUIRE(png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) != 0);
  for (int y = 0; y < 5; ++y) {
    for (int x = 0; x < 7; ++x) {
      const std::uint8_t* p = pixels.data() + 3 * (y * 7 + x);
      const std::uint32_t value = static_cast<std::uint32_t>(p[0] << 16 | p[1] << 8 | p[2]);
      CHECK(value == (x == 3 && y == 2 ? 0xff8001U : 0x102030U));
    }
  }
}

TEST_CASE("picture: from above, the highest cell hides the ones below") {
  const auto top = settings(coloring::rgb, viewpoint::top);
  const canvas picture = draw(colored({{0, 0, 0, 255, 0, 0}, {5, 0, 0, 0, 255, 0}}), top);
  CHECK(count_pixels(picture, is_red) == 0);
  CHECK(count_pixels(picture, is_green) > 100000);
  // The order of the cells does not matter.
  CHECK(is_equal(picture, draw(colored({{5, 0, 0, 0, 255, 0}, {0, 0, 0, 255, 0, 0}}), top)));
}

TEST_CASE("picture: from above, x is to the right and y is up") {
  const canvas picture =
      draw(colored({{0, 0, 0, 255, 0, 0}, {0, 1, 0, 0, 0, 255}, {0, 0, 1, 0, 255, 0}}),
           settings(coloring::rgb, viewpoint::top));
  // Of 1400 x 1000 pixels, around the middle of the scene.
  const color low_left = picture.at(600, 700), low_right = picture.at(820, 700),
              high_left = picture.at(600, 300);
  CHECK(is_red(low_left));
  CHECK(is_green(low_right));
  CHECK(high_left.blue > 0.9F);
  CHECK(high_left.red < 0.1F);
}

TEST_CASE("picture: a cube has three sides of different light, the top the lightest") {
  const canvas picture = draw(colored({{0, 0, 0, 255, 0, 0}}), settings(coloring::rgb));
  std::set<int> shades;
  int column = 0;
  for (int y = 0; y < 1000; ++y) {
    for (int x = 0; x < 1400; ++x) {
      const color c = picture.at(x, y);
      if (!is_red(c)) continue;
      shades.insert(static_cast<int>(std::lround(c.red * 100)));
      column = x;
    }
  }
  CHECK(shades.count(100) == 1);
  CHECK(shades.count(90) == 1);
  CHECK(shades.count(80) == 1);
  CHECK(column > 700);
  // From the top to the bottom of the middle it never gets lighter.
  float last = 2;
  for (int y = 0; y < 1000; ++y) {
    const color c = picture.at(709, y);
    if (!is_red(c) || c.red < 0.79F) continue;
    if (c.red > last + 0.15F) FAIL("lighter at " << y);
    last = c.red;
  }
}

TEST_CASE("picture: a room is seen from its open side") {
  // A red floor with green walls along two sides, at each of the four corners.
  for (const int x : {0, 9}) {
    for (const int y : {0, 9}) {
      std::vector<std::array<int, 6>> rows;
      for (int i = 0; i < 10; ++i) {
        for (int k = 0; k < 10; ++k) {
          rows.push_back({0, i, k, 255, 0, 0});
          rows.push_back({1 + k, i, x, 0, 255, 0});
          rows.push_back({1 + k, y, i, 0, 255, 0});
        }
      }
      INFO("walls at x " << x << ", y " << y);
      const canvas picture = draw(colored(rows), settings(coloring::rgb));
      CHECK(count_pixels(picture, is_red) > 50000);
      CHECK(count_pixels(picture, is_green) > 50000);
    }
  }
}

TEST_CASE("picture: the columns of a grid, worked by hand") {
  voxel_cells cells;
  cells.channels = 2;
  cells.coordinates = {0, 1, 2, /**/ 3, 1, 2, /**/ 1, 0, 5};
  cells.counts = {3, 1, 7};
  cells.values = {2, -4, 10, -8, 1, 1};
  const voxel_cells mean = columns_of(cells, false);
  CHECK(mean.coordinates == std::vector<std::int32_t>{1, 0, 5, 3, 1, 2});
  CHECK(mean.counts == std::vector<std::int32_t>{7, 4});
  CHECK(mean.values == std::vector<float>{1, 1, 4, -5});
  CHECK(columns_of(cells, true).values == std::vector<float>{1, 1, 10, -4});
  cells.counts.clear();
  const voxel_cells plain = columns_of(cells, false);
  CHECK(plain.counts.empty());
  CHECK(plain.values == std::vector<float>{1, 1, 6, -6});
}

TEST_CASE("picture: brighter with more points") {
  voxel_cells cells = colored({{0, 0, 0, 0, 0, 0}, {0, 0, 1, 0, 0, 0}, {0, 0, 2, 0, 0, 0}});
  cells.counts = {1, 30, 1000};
  const canvas picture = draw(cells, settings(coloring::count, viewpoint::top));
  // On a logarithmic scale 30 lies about in the middle.
  const double low = lightness(picture.at(280, 500)), middle = lightness(picture.at(650, 500)),
               high = lightness(picture.at(1000, 500));
  INFO(low << " " << middle << " " << high);
  CHECK(std::fabs(low - lightness(color_map(0))) < 2);
  CHECK(std::fabs(middle - lightness(color_map(std::log(30.0) / std::log(1000.0)))) < 2);
  CHECK(std::fabs(high - lightness(color_map(1))) < 2);
}

TEST_CASE("picture: what can hardly be drawn") {
  const auto extreme = [](double voxel, double origin, int far) {
    voxel_cells cells = colored({{0, 0, 0, 1, 2, 3}, {far, far, far, 4, 5, 6}});
    for (int axis = 0; axis < 3; ++axis) {
      cells.voxel[axis] = voxel;
      cells.origin[axis] = origin;
    }
    cells.counts = {1, std::numeric_limits<std::int32_t>::max()};
    return cells;
  };
  std::vector<voxel_cells> cases = {{},
                                    extreme(1, 0, 0),
                                    extreme(1, 0, 2147483646),
                                    extreme(1e-9, 4.5e5, 3),
                                    extreme(0.1, 1e17, 3),
                                    extreme(1e200, -1e200, 3),
                                    extreme(1e-200, 0, 3)};
  cases.push_back(extreme(1, 0, 9));
  cases.back().values = {none, infinity, -infinity, none, none, 1};
  cases.push_back(extreme(1, 0, 9));
  cases.back().voxel[2] = 1e6;
  cases.push_back(extreme(1, 0, 9));
  cases.back().voxel[0] = 1e-6;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    for (const viewpoint from : {viewpoint::isometric, viewpoint::top}) {
      for (const coloring by : {coloring::height, i % 2 == 0 ? coloring::count : coloring::value,
                                (i / 2) % 2 == 0 ? coloring::rgb : coloring::normals}) {
        INFO("case " << i << ", colour " << static_cast<int>(by));
        picture p = settings(by, from);
        p.title = std::string(500, 'W');
        const canvas drawn = draw(cases[i], p);
        CHECK(drawn.width() == 1400);
        const auto is_sane = [](color c) {
          return c.red >= 0 && c.red <= 1 && c.green >= 0 && c.green <= 1 && c.blue >= 0 &&
                 c.blue <= 1;
        };
        CHECK(count_pixels(drawn, is_sane) == 1400 * 1000);
      }
    }
  }
}
