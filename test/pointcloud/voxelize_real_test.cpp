// Real scans against NumPy: make_golden.py prints the golden values. Skipped where the data is not.
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <robocache/pointcloud/voxelize.hpp>
#include <robocache/pointcloud/voxelize_sparse.hpp>

#include "support/catch.hpp"
#include "support/floats.hpp"

namespace {

using namespace robocache;

/// Rows of floats: x, y, z and more.
struct scan {
  std::vector<float> values;
  std::int64_t width;

  [[nodiscard]] std::int64_t count() const {
    return static_cast<std::int64_t>(values.size()) / width;
  }
  [[nodiscard]] view<const float, 3> points() const {
    return {values.data(), {1, count(), 3}, {0, width, 1}};
  }
  /// All columns from the fourth on.
  [[nodiscard]] view<const float, 3> features() const {
    return {values.data() + 3, {1, count(), width - 3}, {0, width, 1}};
  }
};

/// The floats of a file behind its header; none where there is no such file.
scan read(const std::string& name, const std::string& end_of_header, std::int64_t width) {
  const char* named = std::getenv("ROBOCACHE_TEST_DATA");
  const std::string directory = named != nullptr ? named : ROBOCACHE_SOURCE_DIR "/../shared/data";
  std::ifstream file(directory + "/" + name, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (bytes.empty()) {
    WARN("skipped: there is no " << directory << "/" << name);
    return {{}, width};
  }
  const std::size_t header =
      end_of_header.empty() ? 0 : bytes.find(end_of_header) + end_of_header.size();
  scan result{std::vector<float>((bytes.size() - header) / sizeof(float)), width};
  std::memcpy(result.values.data(), bytes.data() + header, result.values.size() * sizeof(float));
  return result;
}

scan kitti() { return read("kitti_scan.ply", "end_header\n", 4); }

/// SplitMix64's finaliser, as in make_golden.py.
std::uint64_t mixed(std::int64_t number) {
  auto x = static_cast<std::uint64_t>(number);
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

struct golden {
  const char* name;
  voxel_grid grid;
  std::int64_t inside, voxels;
  std::int32_t largest;  // count
  std::uint64_t counts, maxima, means;
  std::int64_t kept, dropped;  // of 5 points in each of 6000 voxels
  std::uint64_t firsts;
};

const golden kitti_grids[] = {
    {"0.1 m",
     {{-60, -60, -5}, {0.1, 0.1, 0.1}, {1200, 1200, 160}, index_rule::floor},
     69792,
     15949,
     5107,
     0x48e356cea6e8c151,
     0xb69d8760766f0000,
     0x5e48effeaed07981,
     18374,
     51418,
     0x2e6be1bedc29db5b},
    {"0.2 m",
     {{-60, -60, -5}, {0.2, 0.2, 0.2}, {600, 600, 80}, index_rule::floor},
     69792,
     8061,
     5107,
     0x5eafe1edeecea451,
     0x9c5ec466732e0000,
     0xfa2a024ed060b29b,
     19503,
     50289,
     0x85181c7761d1eff9},
    {"0.2 m, cropped",
     {{-20, -30, -3}, {0.2, 0.2, 0.2}, {180, 150, 20}, index_rule::floor},
     26940,
     3764,
     81,
     0x290a34469dbfef52,
     0xbc44bbc5e3620000,
     0x55c49b0a3f02c73c,
     13165,
     13775,
     0x90d515b79d86715f}};

/// Occupied voxels with counts and features, all of them.
struct listed {
  std::vector<std::int32_t> coordinates, counts;
  std::vector<std::int64_t> number = {0}, inside = {0}, outside = {0};
  std::vector<std::vector<float>> results;

  listed(const scan& cloud, const voxel_grid& grid, const std::vector<voxel_reduction>& reductions)
      : coordinates(static_cast<std::size_t>(cloud.count()) * 4),
        counts(static_cast<std::size_t>(cloud.count())) {
    const std::int64_t capacity = cloud.count(), channels = cloud.width - 3;
    std::vector<voxel_feature> features;
    for (const auto reduce : reductions) {
      results.emplace_back(static_cast<std::size_t>(capacity * channels));
      features.emplace_back(reduce, cloud.features(),
                            view<float, 2>(results.back().data(), {capacity, channels}));
    }
    sparse_voxels voxels;
    voxels.coordinates = {coordinates.data(), {capacity, 4}};
    voxels.counts = {counts.data(), {capacity}};
    voxels.number = {number.data(), {1}};
    voxelize_report report;
    report.inside = {inside.data(), {1}};
    report.outside = {outside.data(), {1}};
    voxelize_sparse(cpu{}, grid, cloud.points(), features, voxels, {}, report);
  }

  /// The number of the voxel in row v.
  [[nodiscard]] std::int64_t cell(const voxel_grid& grid, std::int64_t v) const {
    const std::int32_t* at = coordinates.data() + v * 4;
    return (at[1] * grid.extents[1] + at[2]) * grid.extents[0] + at[3];
  }
};

}  // namespace

TEST_CASE("a street by NumPy: voxels, counts, maxima and means of intensity", "[real]") {
  const scan cloud = kitti();
  if (cloud.values.empty()) return;
  REQUIRE(cloud.count() == 69792);
  for (const auto& g : kitti_grids) {
    CAPTURE(g.name);
    const listed list(cloud, g.grid, {voxel_reduction::maximum, voxel_reduction::mean});
    CHECK(list.inside[0] == g.inside);
    CHECK(list.outside[0] == 69792 - g.inside);
    REQUIRE(list.number[0] == g.voxels);
    std::uint64_t counts = 0, maxima = 0, means = 0;
    std::int32_t largest = 0;
    for (std::int64_t v = 0; v < g.voxels; ++v) {
      const auto at = static_cast<std::size_t>(v);
      const std::int64_t cell = list.cell(g.grid, v);
      largest = std::max(largest, list.counts[at]);
      counts += mixed(cell + 1) * static_cast<std::uint64_t>(list.counts[at]);
      maxima += mixed(cell + 1) * test::bits_of(list.results[0][at]);
      means += mixed(3 * cell + 1) * test::bits_of(list.results[1][at]);
    }
    CHECK(largest == g.largest);
    CHECK(counts == g.counts);
    CHECK(maxima == g.maxima);
    CHECK(means == g.means);
  }
}

TEST_CASE("a street by NumPy: dense counts and occupancy", "[real]") {
  const scan cloud = kitti();
  if (cloud.values.empty()) return;
  for (const auto& g : kitti_grids) {
    if (g.grid.cells() > 50'000'000) continue;
    CAPTURE(g.name);
    const std::int64_t extents[] = {1, g.grid.extents[2], g.grid.extents[1], g.grid.extents[0]};
    const view<std::int32_t, 4> shape(nullptr, {extents[0], extents[1], extents[2], extents[3]});
    std::vector<std::int32_t> density(static_cast<std::size_t>(shape.size()), -7);
    std::vector<std::uint8_t> occupied(density.size(), 7);
    voxelize_density(
        cpu{}, g.grid, cloud.points(),
        view<std::int32_t, 4>(density.data(), {1, extents[1], extents[2], extents[3]}));
    voxelize_occupancy(
        cpu{}, g.grid, cloud.points(),
        view<std::uint8_t, 4>(occupied.data(), {1, extents[1], extents[2], extents[3]}));
    std::uint64_t counts = 0;
    std::int64_t voxels = 0, wrong = 0;
    for (std::size_t i = 0; i < density.size(); ++i) {
      counts += mixed(static_cast<std::int64_t>(i) + 1) * static_cast<std::uint64_t>(density[i]);
      voxels += density[i] > 0 ? 1 : 0;
      wrong += occupied[i] == (density[i] > 0 ? 1 : 0) ? 0 : 1;
    }
    CHECK(counts == g.counts);
    CHECK(voxels == g.voxels);
    CHECK(wrong == 0);
  }
}

TEST_CASE("a street by NumPy: the first points of each voxel", "[real]") {
  const scan cloud = kitti();
  if (cloud.values.empty()) return;
  constexpr std::int64_t capacity = 6000, most = 5;
  for (const auto& g : kitti_grids) {
    CAPTURE(g.name);
    std::vector<std::int32_t> indices(capacity * most, -7), coordinates(capacity * 4),
        counts(capacity);
    std::vector<std::int64_t> number = {0}, dropped = {0};
    first_points kept;
    kept.indices = {indices.data(), {capacity, most}};
    kept.coordinates = {coordinates.data(), {capacity, 4}};
    kept.counts = {counts.data(), {capacity}};
    kept.number = {number.data(), {1}};
    kept.dropped = {dropped.data(), {1}};
    voxelize_first(cpu{}, g.grid, cloud.points(), kept);
    CHECK(number[0] == g.voxels);
    CHECK(dropped[0] == g.dropped);
    std::uint64_t firsts = 0;
    std::int64_t all = 0;
    for (std::int64_t v = 0; v < std::min(capacity, number[0]); ++v) {
      all += counts[static_cast<std::size_t>(v)];
      for (std::int64_t k = 0; k < counts[static_cast<std::size_t>(v)]; ++k) {
        const std::int64_t slot = v * most + k;
        const std::int32_t index = indices[static_cast<std::size_t>(slot)];
        firsts += mixed(slot + 1) * (static_cast<std::uint64_t>(index) + 1);
      }
    }
    CHECK(all == g.kept);
    CHECK(firsts == g.firsts);
  }
}

TEST_CASE("a room by NumPy: mean colours at 5 cm", "[real]") {
  const scan cloud = read("scannet_scene0000_00.bin", "", 6);
  if (cloud.values.empty()) return;
  REQUIRE(cloud.count() == 40684);
  const voxel_grid grid = {
      {-0.05, -0.05, -0.05}, {0.05, 0.05, 0.05}, {172, 178, 64}, index_rule::floor};
  const listed list(cloud, grid, {voxel_reduction::mean});
  CHECK(list.inside[0] == 40684);
  REQUIRE(list.number[0] == 32543);
  std::uint64_t counts = 0, means = 0;
  for (std::int64_t v = 0; v < list.number[0]; ++v) {
    const auto at = static_cast<std::size_t>(v);
    const std::int64_t cell = list.cell(grid, v);
    counts += mixed(cell + 1) * static_cast<std::uint64_t>(list.counts[at]);
    for (std::size_t c = 0; c < 3; ++c) {
      means += mixed(3 * cell + static_cast<std::int64_t>(c) + 1) *
               test::bits_of(list.results[0][at * 3 + c]);
    }
  }
  CHECK(*std::max_element(list.counts.begin(), list.counts.end()) == 9);
  CHECK(counts == 0xba4aaa589295b2fb);
  CHECK(means == 0x8a69424c7f8b1496);
}
