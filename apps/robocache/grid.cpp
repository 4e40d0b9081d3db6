#include "grid.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <robocache/pointcloud/points.hpp>
#include <string>

#include "files/failure.hpp"
#include "files/text.hpp"

namespace robocache::cli {
namespace {

constexpr double most_cells = 2147483647;  // along an axis

/// Messages name the option that decides.
[[noreturn]] void bad_extent(double cells, int axis) {
  bad_usage(format("--voxel: expected a grid of 1 to %.0f voxels along %c, got %.6g", most_cells,
                   'x' + axis, cells));
}

void check_triple(const std::vector<double>& values, const char* option) {
  for (const double v : values) {
    if (!std::isfinite(v)) bad_usage(std::string(option) + ": expected finite numbers");
  }
}

void check(const grid_settings& settings) {
  if (settings.voxel.size() != 1 && settings.voxel.size() != 3) {
    bad_usage("--voxel: expected one size or three (x y z), got " +
              std::to_string(settings.voxel.size()));
  }
  for (const double v : settings.voxel) {
    if (!(v > 0 && std::isfinite(v))) {
      bad_usage(format("--voxel: expected sizes above 0, got %g", v));
    }
  }
  check_triple(settings.origin, "--origin");
  check_triple(settings.box, "--box");
  for (const std::int64_t n : settings.cells) {
    if (n < 1) bad_usage("--cells: expected numbers above 0, got " + std::to_string(n));
  }
  for (std::size_t axis = 0; axis < 3 && !settings.box.empty(); ++axis) {
    if (!(settings.box[axis] < settings.box[axis + 3])) {
      bad_usage(format("--box: expected %c0 below %c1, got %g and %g",
                       static_cast<char>('x' + axis), static_cast<char>('x' + axis),
                       settings.box[axis], settings.box[axis + 3]));
    }
  }
}

/// Calls `f` with a zero of the type of the cloud's positions, in which the library counts.
template <class F>
auto with_position_type(const point_cloud& cloud, const F& f) {
  return cloud.positions.type == element::f64 ? f(double{}) : f(float{});
}

/// The index of a coordinate as the library has it.
double index_in(const point_cloud& cloud, double value, double origin, double voxel) {
  return with_position_type(cloud, [&](auto zero) {
    using T = decltype(zero);
    return static_cast<double>(
        std::floor((static_cast<T>(value) - static_cast<T>(origin)) / static_cast<T>(voxel)));
  });
}

/// `value` as the type of the positions has it. A size or place that it cannot hold is one that no
/// point can have.
double held(const point_cloud& cloud, double value, bool is_size, const char* option) {
  const double result = with_position_type(
      cloud, [&](auto zero) { return double{static_cast<decltype(zero)>(value)}; });
  if (std::isfinite(result) && (result > 0 || !is_size)) return result;
  bad_usage(std::string(option) + ": expected what " + numpy_name(cloud.positions.type) +
            ", the type of the positions, can hold, got " + format("%g", value));
}

/// The multiple of `voxel` at or below `low`, or `low` itself where that rounds up.
double origin_below(double low, double voxel) {
  return std::min(std::floor(low / voxel) * voxel, low);
}

void check_points(const point_cloud& cloud, double low, double high) {
  if (low <= high) return;
  bad_input(cloud.name +
            ": expected finite points to lay a grid around, got none (--box says where "
            "it lies)");
}

/// Origin and extent along one axis.
void choose_axis(const point_cloud& cloud, const grid_settings& settings, int axis,
                 cloud_grid& grid) {
  const auto a = static_cast<std::size_t>(axis);
  const bool has_box = !settings.box.empty();
  const double voxel = settings.voxel[settings.voxel.size() == 3 ? a : 0];
  const double edge = held(cloud, voxel, true, "--voxel");
  const auto [low, high] = range_of(cloud, axis);
  if (!has_box && (settings.origin.empty() || settings.cells.empty())) {
    check_points(cloud, low, high);
  }
  const double origin = has_box                   ? settings.box[a]
                        : settings.origin.empty() ? origin_below(low, voxel)
                                                  : settings.origin[a];
  const double corner = held(cloud, origin, false, has_box ? "--box" : "--origin");
  double cells = 0;
  if (has_box) {
    // A box of whole voxels stays one where the division is off by a rounding.
    cells = std::ceil((settings.box[a + 3] - origin) / voxel - 1e-6);
  } else {
    cells = settings.cells.empty() ? index_in(cloud, high, origin, voxel) + 1
                                   : static_cast<double>(settings.cells[a]);
  }
  cells = std::max(cells, 1.0);
  if (!(cells <= most_cells) || !std::isfinite(origin + cells * voxel)) bad_extent(cells, axis);
  grid.origin[axis] = corner;
  grid.voxel[axis] = edge;
  grid.extents[axis] = static_cast<std::int64_t>(cells);
}

/// The points of T outside `box`; none with a NaN coordinate.
template <class T>
std::vector<std::int32_t> outside_of(const point_box& box, const array& positions) {
  const std::int64_t count = positions.shape[0];
  std::vector<std::int32_t> indices(static_cast<std::size_t>(count));
  std::int64_t number = 0;
  crop_points(cpu{}, view<const T, 3>(positions.as<T>(), {1, count, 3}), box,
              view<std::int32_t, 2>(indices.data(), {1, count}),
              view<std::int64_t, 1>(&number, {1}));
  indices.resize(static_cast<std::size_t>(number));
  return indices;
}

}  // namespace

cloud_grid choose_grid(const point_cloud& cloud, const grid_settings& settings) {
  check(settings);
  cloud_grid grid;
  grid.type = cloud.positions.type;
  for (int axis = 0; axis < 3; ++axis) choose_axis(cloud, settings, axis, grid);
  return grid;
}

void drop_outside(point_cloud& cloud, const std::vector<double>& box) {
  point_box kept;
  std::copy(box.begin(), box.begin() + 3, kept.lower);
  std::copy(box.begin() + 3, box.end(), kept.upper);
  kept.negate = true;
  with_position_type(cloud, [&](auto zero) {
    using T = decltype(zero);
    for (const std::int32_t i : outside_of<T>(kept, cloud.positions)) {
      cloud.positions.as<T>()[3 * i] = std::numeric_limits<T>::infinity();
    }
  });
}

}  // namespace robocache::cli
