// Blocks of points, as kernels take them: each point of each cloud once.
#include <algorithm>
#include <robocache/detail/cloud/locate.hpp>
#include <robocache/detail/cloud/point_block.hpp>
#include <vector>

#include "support/catch.hpp"
#include "support/random.hpp"

namespace {

using robocache::detail::cloud_layout;

std::vector<int> points_of_clouds(const cloud_layout& op) {
  std::vector<int> seen(static_cast<std::size_t>(op.slots()));
  for (std::int64_t b = 0; b < op.items; ++b) {
    const auto range = op.rows_of(b);
    for (std::int64_t i = 0; i < range.count; ++i) {
      ++seen[static_cast<std::size_t>(op.first_slot(b, range) + i)];
    }
  }
  return seen;
}

/// What blocks of `each` points visit; a point in front of its cloud fails.
std::vector<int> points_of_blocks(const cloud_layout& op, std::int64_t each) {
  std::vector<int> seen(static_cast<std::size_t>(op.slots()));
  if (op.items == 0) return seen;
  for (std::int64_t n = 0; n < robocache::detail::count_point_blocks(op, each); ++n) {
    const auto block = robocache::detail::find_point_block(op, each, n);
    for (std::int64_t i = block.begin; i < std::min(block.begin + each, block.range.count); ++i) {
      REQUIRE(i >= 0);
      ++seen[static_cast<std::size_t>(op.first_slot(block.cloud, block.range) + i)];
    }
  }
  return seen;
}

}  // namespace

TEST_CASE("point blocks: padded clouds") {
  test::random_source random(640);
  for (int round = 0; round < 500; ++round) {
    cloud_layout op;
    op.items = random.between(0, 6);
    op.rows = random.between(0, 1500);
    std::vector<std::int64_t> lengths;
    for (std::int64_t b = 0; b < op.items; ++b) lengths.push_back(random.between(-1, op.rows + 1));
    op.lengths = round % 2 == 0 ? lengths.data() : nullptr;
    CAPTURE(round);
    CHECK(points_of_blocks(op, 256) == points_of_clouds(op));
  }
}

TEST_CASE("point blocks: packed clouds, one offset of a few out of bounds") {
  test::random_source random(641);
  for (int round = 0; round < 2000; ++round) {
    cloud_layout op;
    op.items = random.between(0, 6);
    op.rows = random.between(0, 3000);
    std::vector<std::int64_t> offsets;
    for (std::int64_t b = 0; b <= op.items; ++b) offsets.push_back(random.between(0, op.rows));
    std::sort(offsets.begin(), offsets.end());
    if (round % 3 == 0) {
      const std::int64_t wild[] = {-1, INT64_MIN, INT64_MAX, op.rows + 1};
      offsets[static_cast<std::size_t>(random.between(0, op.items))] = wild[random.between(0, 3)];
    }
    op.offsets = offsets.data();
    CAPTURE(round, offsets);
    for (const std::int64_t each : {128, 512}) {
      CHECK(points_of_blocks(op, each) == points_of_clouds(op));
    }
  }
}
