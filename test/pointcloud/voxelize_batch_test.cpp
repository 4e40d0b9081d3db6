// Very many tiny clouds in one call.
#include <robocache/pointcloud/voxelize_sparse.hpp>

#include "support/catch.hpp"
#include "support/voxel_reference.hpp"

namespace {

using namespace test;
using robocache::cpu;

/// 20000 clouds of 3 points around 2^3 voxels, padded or packed; some packed ones are empty.
cloud_problem<float> tiny_clouds(random_source& random, bool packed) {
  cloud_problem<float> p;
  p.grid = {{0, 0, 0}, {1, 1, 1}, {2, 2, 2}, robocache::index_rule::floor};
  p.batch = 20'000;
  p.rows = packed ? 3 * p.batch : 3;
  for (std::int64_t b = 0; packed && b <= p.batch; ++b) {
    p.offsets.push_back(b < p.batch && random.chance(0.1) ? 3 * (b - b % 2) : 3 * b);
  }
  for (std::int64_t i = 0; i < 9 * p.batch; ++i) {
    p.dense.push_back(static_cast<float>(random.uniform(-0.05, 2.05)));
  }
  p.story = std::string("tiny clouds, ") + (packed ? "packed" : "padded");
  return p;
}

void add_feature(random_source& random, cloud_problem<float>& p, robocache::voxel_reduction how) {
  point_feature f;
  f.channels = 3;
  f.settings.reduce = how;
  for (std::int64_t i = 0; i < 9 * p.batch; ++i) f.wide.push_back(ordinary<float>(random));
  p.features.push_back(f);
}

template <class Outcome>
void check(const cloud_problem<float>& p, const Outcome& poisoned, Outcome expected) {
  INFO(p.story);
  for (const int threads : {1, 7}) {
    auto got = run(cpu{threads}, p, poisoned);
    CHECK(difference(got, expected) == "");
  }
}

}  // namespace

TEST_CASE("very many tiny clouds", "[voxelize]") {
  random_source random(600);
  for (const bool packed : {false, true}) {
    auto p = tiny_clouds(random, packed);
    const std::int64_t capacity = 3 * p.batch;
    add_feature(random, p, robocache::voxel_reduction::mean);
    p.lay();
    check(p, grids_outcome(p), expected_grids(p));
    check(p, first_outcome(p, capacity, 2), expected_first(p, capacity, 2));
    add_feature(random, p, robocache::voxel_reduction::maximum);
    add_labels(random, p);
    p.lay();
    check(p, features_outcome(p), expected_features(p));
    check(p, sparse_outcome(p, capacity), expected_sparse(p, capacity));
  }
}
