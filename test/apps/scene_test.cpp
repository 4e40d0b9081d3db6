// What a picture shows of its cells, and the letters beside them.
#include <array>

#include "drawing/axes.hpp"
#include "drawing/picture.hpp"
#include "support/catch.hpp"

namespace {

using namespace robocache::cli;

/// Black cells at z, y, x.
voxel_cells cells_at(const std::vector<std::array<std::int32_t, 3>>& places, double edge = 1,
                     double origin = 0) {
  voxel_cells cells;
  for (const auto& zyx : places) {
    cells.coordinates.insert(cells.coordinates.end(), zyx.begin(), zyx.end());
  }
  for (int axis = 0; axis < 3; ++axis) {
    cells.voxel[axis] = edge;
    cells.origin[axis] = origin;
  }
  return cells;
}

picture settings(coloring by, viewpoint from) {
  picture p;
  p.label = "height (m)";
  p.by = by;
  p.from = from;
  return p;
}

float brightness(color c) { return c.red + c.green + c.blue; }

bool is_equal(const canvas& a, const canvas& b) { return a.png() == b.png(); }

}  // namespace

TEST_CASE("picture: cells far from all others are left out, few cells never") {
  const auto line_of = [](int count, const std::vector<std::int32_t>& far) {
    std::vector<std::array<std::int32_t, 3>> places(static_cast<std::size_t>(count));
    for (std::int32_t i = 0; i < count; ++i) places[static_cast<std::size_t>(i)][2] = i;
    for (const std::int32_t x : far) places.push_back({0, 0, x});
    voxel_cells cells = cells_at(places);
    cells.channels = 1;
    cells.counts.assign(static_cast<std::size_t>(cells.size()), 1);
    for (std::int64_t i = 0; i < cells.size(); ++i) cells.values.push_back(static_cast<float>(i));
    return cells;
  };
  // Of 404 cells up to two at each end are left out: 0 to 401 and a quarter at either side remain.
  const voxel_cells kept = without_outliers(line_of(402, {5000, -4000}));
  CHECK(kept.size() == 402);
  CHECK(kept.counts.size() == 402);
  CHECK(kept.values.back() == 401);
  CHECK(without_outliers(line_of(403, {5000})).size() == 403);
  CHECK(without_outliers(line_of(198, {5000})).size() == 199);  // fewer than 200
  CHECK(without_outliers(line_of(402, {900})).size() == 403);   // not far
  CHECK(without_outliers(line_of(402, {5000, 5001, 5002, 5003, 5004})).size() == 407);  // not few
  CHECK(without_outliers({}).size() == 0);
  const voxel_cells cells = line_of(402, {5000, -4000});
  picture p = settings(coloring::height, viewpoint::top);
  const canvas cut = draw(cells, p);
  p.with_outliers = true;
  CHECK_FALSE(is_equal(cut, draw(cells, p)));
}

TEST_CASE("picture: letters beside a scene stay in the picture and below its title") {
  // Wide, deep, high and flat boxes, far from the origin so that numbers are long.
  const std::array<std::int32_t, 3> shapes[] = {{500, 40, 10}, {40, 500, 10}, {3, 3, 200},
                                                {50, 50, 1},   {1, 1, 1},     {2000, 1, 1}};
  for (const auto& shape : shapes) {
    for (const double origin : {0.0, -12345.5}) {
      const voxel_cells cells =
          cells_at({{0, 0, 0}, {shape[2] - 1, shape[1] - 1, shape[0] - 1}}, 0.4, origin);
      for (const viewpoint from : {viewpoint::isometric, viewpoint::top}) {
        INFO(shape[0] << " x " << shape[1] << " x " << shape[2] << " from " << origin
                      << (from == viewpoint::top ? ", top" : ""));
        const canvas drawn = draw(cells, settings(coloring::height, from));
        // Letters are the lightest; a margin of the picture and its head are free of them.
        int at_edge = 0;
        for (int y = 0; y < 1000; ++y) {
          for (int x = 0; x < 1400; ++x) {
            const bool is_margin = x < 20 || x >= 1395 || y >= 990 || y < 105;
            if (is_margin && brightness(drawn.at(x, y)) > 1) ++at_edge;
          }
        }
        CHECK(at_edge == 0);
      }
    }
  }
}

TEST_CASE("picture: the height of a flat scene is written") {
  const occupied_box flat{{0, 0, 0}, {49, 49, 0}, {0, 0, 0}, {20, 20, 0.4}};
  const voxel_cells cells = cells_at({{0, 0, 0}, {0, 49, 49}}, 0.4);
  const projection eye = fitted(from_best_corner(cells, flat), cells, flat, {90, 130}, {1215, 905});
  canvas with(1400, 1000, rgb(0)), without(1400, 1000, rgb(0));
  axes(eye, flat, true).draw_scales(with);
  axes(eye, flat, false).draw_scales(without);
  // A number at the left of its axis, and its name above.
  const spot foot = eye.place(left_corner(eye, flat));
  int number = 0;
  for (int y = 0; y < 1000; ++y) {
    for (int x = 0; x < static_cast<int>(foot.x) - 10; ++x) {
      number += brightness(with.at(x, y)) > brightness(without.at(x, y)) + 0.3F ? 1 : 0;
    }
  }
  CHECK(number > 30);
}
