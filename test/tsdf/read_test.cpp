// Read-outs of volumes, by hand.
#include "support/catch.hpp"
#include "support/tsdf_scene.hpp"

namespace {

using namespace test;
using namespace robocache;

constexpr std::int64_t unit_weight = 1 << 12, unit_sum = std::int64_t{1} << 32;

/// Voxels in a row: unknown, free, seen once in front, seen twice behind, contested, full.
struct row_of_voxels {
  owned_volume voxels;

  row_of_voxels() : voxels(make_grid()) {
    set(1, 0, 0, 3 * unit_weight);
    set(2, unit_sum / 2, unit_weight, 0);
    set(3, -unit_sum / 2, 2 * unit_weight, 0);
    set(4, 0, unit_weight, 2 * unit_weight);
    set(5, unit_sum, UINT32_MAX, 0);
  }
  static tsdf_grid make_grid() {
    tsdf_grid grid;
    grid.extents[0] = 6;
    grid.voxel = 0.25;
    grid.truncation = 0.5;
    return grid;
  }
  void set(std::size_t i, std::int64_t sum, std::int64_t weight, std::int64_t votes) {
    voxels.sums[i] = sum;
    voxels.weights[i] = static_cast<std::uint32_t>(weight);
    voxels.free_votes[i] = static_cast<std::uint32_t>(votes);
  }
  template <class T>
  std::vector<float> distances(const read_distance_options& options) const {
    std::vector<T> memory;
    read_distance(cpu{2}, voxels.volume, voxels.shaped(memory), options);
    std::vector<float> wide;
    for (const T value : memory) wide.push_back(static_cast<float>(value));
    return wide;
  }
};

using floats = std::vector<float>;

}  // namespace

TEMPLATE_TEST_CASE("read_distance", "", float, bf16, f16) {
  const row_of_voxels row;
  read_distance_options options;
  options.unknown = 9;
  CHECK(row.distances<TestType>(options) == floats{9, 0.5F, 0.25F, -0.125F, 0, 9});
  options.normalised = true;
  CHECK(row.distances<TestType>(options) == floats{9, 1, 0.5F, -0.25F, 0, 9});
  options.truncation = 0.125;  // a quarter of the grid's
  CHECK(row.distances<TestType>(options) == floats{9, 0.25F, 0.25F, -0.25F, 0, 9});
  options = {};
  options.unknown = 9;
  options.trust.carve = 2.0;
  CHECK(row.distances<TestType>(options) == floats{9, 0.5F, 0.25F, -0.125F, 0.5F, 9});
  options.trust.carve = 2.5;
  options.trust.min_weight = 2.0;
  CHECK(row.distances<TestType>(options) == floats{9, 0.5F, 9, -0.125F, 0, 9});
  options.trust.min_weight = 3.0001;
  CHECK(row.distances<TestType>(options) == floats{9, 9, 9, 9, 9, 9});
  CHECK(std::isnan(row.distances<TestType>({})[0]));
}

TEST_CASE("read_weight and read_occupancy") {
  const row_of_voxels row;
  const auto& v = row.voxels;
  std::vector<float> weights;
  read_weight(cpu{}, v.volume, v.shaped(weights));
  CHECK(weights == floats{0, 0, 1, 2, 1, 0x1p20F});
  read_weight(cpu{}, v.volume, v.shaped(weights), {1.5});
  CHECK(weights == floats{0, 0, 1, 1.5F, 1, 1.5F});
  std::vector<std::uint8_t> occupied;
  read_occupancy_options options;
  read_occupancy(cpu{}, v.volume, v.shaped(occupied), options);
  CHECK(occupied == std::vector<std::uint8_t>{0, 0, 0, 1, 1, 0});
  options.unknown = 255;
  options.threshold = 0.25;
  read_occupancy(cpu{}, v.volume, v.shaped(occupied), options);
  CHECK(occupied == std::vector<std::uint8_t>{255, 0, 1, 1, 1, 255});
  read_occupancy(cpu{}, v.volume, v.shaped(weights), options);
  CHECK(weights == floats{255, 0, 1, 1, 1, 255});
}

TEST_CASE("volumes without votes for free space") {
  row_of_voxels row;
  row.voxels.volume.free_votes = {};
  read_distance_options options;
  options.unknown = 9;
  options.trust.carve = 0.0;
  CHECK(row.distances<float>(options) == floats{9, 9, 0.25F, -0.125F, 0, 9});
  reset(cpu{}, row.voxels.volume);
  CHECK(row.distances<float>(options) == floats{9, 9, 9, 9, 9, 9});
}
