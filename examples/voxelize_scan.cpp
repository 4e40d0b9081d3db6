// A scan to voxels in every form: bounds, a crop, occupancy, density, features, lists, first
// points.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <robocache/robocache.hpp>
#include <vector>

namespace {

using namespace robocache;

constexpr std::int64_t points = 20'000;

/// x, y, z and a brightness of points on a ball over a floor.
std::vector<float> make_scan() {
  std::vector<float> rows;
  for (std::int64_t i = 0; i < points; ++i) {
    const double turn = 2.399963 * static_cast<double>(i);  // spreads points evenly
    const double height = 1 - 2 * (static_cast<double>(i) + 0.5) / points;
    const double radius = std::sqrt(1 - height * height);
    const bool floor = i % 4 == 0;
    rows.push_back(
        static_cast<float>(floor ? 2 * radius * std::cos(turn) : radius * std::cos(turn)));
    rows.push_back(
        static_cast<float>(floor ? 2 * radius * std::sin(turn) : radius * std::sin(turn)));
    rows.push_back(static_cast<float>(floor ? -1.0 : height));
    rows.push_back(static_cast<float>(0.5 + 0.5 * height));
  }
  return rows;
}

}  // namespace

int main() {
  const std::vector<float> scan = make_scan();
  // Rows are 4 long; points are their first 3 numbers, the feature the 4th.
  const view<const float, 3> xyz(scan.data(), {1, points, 3}, {4 * points, 4, 1});
  const view<const float, 3> brightness(scan.data() + 3, {1, points, 1}, {4 * points, 4, 1});

  std::vector<float> low(3), high(3);
  cloud_bounds(cpu{}, xyz, view(low.data(), {1, 3}), view(high.data(), {1, 3}));
  std::printf("x %.2f to %.2f, z %.2f to %.2f\n", static_cast<double>(low[0]),
              static_cast<double>(high[0]), static_cast<double>(low[2]),
              static_cast<double>(high[2]));

  point_box above_floor;
  above_floor.lower[2] = -0.99;
  std::vector<std::int32_t> kept(points);
  std::vector<std::int64_t> count(1);
  crop_points(cpu{}, xyz, above_floor, view(kept.data(), {1, points}), view(count.data(), {1}));
  std::printf("%lld of %lld points lie above the floor\n", static_cast<long long>(count[0]),
              static_cast<long long>(points));

  voxel_grid grid;
  for (int axis = 0; axis < 3; ++axis) {
    grid.origin[axis] = -2.0;
    grid.size[axis] = 0.25;
    grid.extents[axis] = 16;
  }
  const std::int64_t n = 16, cells = grid.cells();
  const auto dense = [&](auto& array) { return view(array.data(), {1, n, n, n}); };

  std::vector<std::uint8_t> occupied(static_cast<std::size_t>(cells));
  voxelize_occupancy(cpu{}, grid, xyz, dense(occupied));
  std::vector<std::int32_t> density(occupied.size());
  voxelize_density(cpu{}, grid, xyz, dense(density));
  std::vector<float> mean(occupied.size()), most(occupied.size());
  voxelize_mean(cpu{}, grid, xyz, brightness, view(mean.data(), {1, n, n, n, 1}));
  voxelize_max(cpu{}, grid, xyz, brightness, view(most.data(), {1, n, n, n, 1}));
  std::printf("%td voxels hold points, the fullest %d\n",
              std::count(occupied.begin(), occupied.end(), 1),
              *std::max_element(density.begin(), density.end()));

  // Both features at once, as a list of the occupied voxels.
  std::vector<std::int32_t> coordinates(static_cast<std::size_t>(cells) * 4),
      counts(occupied.size());
  std::vector<std::int64_t> number(1);
  const std::vector<voxel_feature> features = {
      {voxel_reduction::mean, brightness, view(mean.data(), {cells, 1})},
      {voxel_reduction::maximum, brightness, view(most.data(), {cells, 1})}};
  voxelize_sparse(cpu{}, grid, xyz, features,
                  {view(coordinates.data(), {cells, 4}), view(counts.data(), {cells}),
                   view(number.data(), {1})});
  for (std::size_t v = 0; v < 3; ++v) {
    std::printf("voxel z %d y %d x %d: %d points, brightness %.3f, at most %.3f\n",
                coordinates[4 * v + 1], coordinates[4 * v + 2], coordinates[4 * v + 3], counts[v],
                static_cast<double>(mean[v]), static_cast<double>(most[v]));
  }

  // The first 8 points of each voxel, for a detection network.
  const std::int64_t K = 8;
  std::vector<std::int32_t> indices(static_cast<std::size_t>(cells * K));
  first_points first;
  first.indices = view(indices.data(), {cells, K});
  first.coordinates = view(coordinates.data(), {cells, 4});
  first.number = view(number.data(), {1});
  std::vector<std::int64_t> dropped(1);
  first.dropped = view(dropped.data(), {1});
  voxelize_first(cpu{}, grid, xyz, first);
  std::printf("%lld voxels keep %lld points each at most and drop %lld\n",
              static_cast<long long>(number[0]), static_cast<long long>(K),
              static_cast<long long>(dropped[0]));
  return number[0] == std::count(occupied.begin(), occupied.end(), 1) ? 0 : 1;
}
