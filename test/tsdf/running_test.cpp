// Volumes that forget: the recurrence in double, one order in one call or many, and a thing that
// goes.
#include <robocache/tsdf/running.hpp>

#include "support/catch.hpp"
#include "support/mistakes.hpp"
#include "support/random.hpp"
#include "support/tsdf_reference.hpp"

namespace {

using namespace test;
using robocache::cpu;
using robocache::view;

struct owned_running {
  std::vector<float> distances, weights;
  robocache::running_volume volume;

  explicit owned_running(const robocache::tsdf_grid& grid)
      : distances(static_cast<std::size_t>(grid.cells()), -7.0F), weights(distances) {
    const auto* const e = grid.extents;
    volume.grid = grid;
    volume.distances = {distances.data(), {1, e[2], e[1], e[0]}};
    volume.weights = {weights.data(), {1, e[2], e[1], e[0]}};
    robocache::reset(cpu{1}, volume);
  }
  owned_running(const owned_running&) = delete;
  owned_running& operator=(const owned_running&) = delete;
  [[nodiscard]] bool equals(const owned_running& other) const {
    const std::size_t bytes = 4 * distances.size();
    return std::memcmp(distances.data(), other.distances.data(), bytes) == 0 &&
           std::memcmp(weights.data(), other.weights.data(), bytes) == 0;
  }
};

void integrate(const owned_running& into, const depth_frames& frames, std::int64_t first,
               std::int64_t count, double max_weight, int threads) {
  const std::int64_t pixels = frames.height * frames.width;
  robocache::integrate_depth_in_order(
      cpu{threads},
      view<const float, 3>(frames.metres.data() + first * pixels,
                           {count, frames.height, frames.width}),
      frames.camera, view<const float, 3>(frames.poses.data() + 12 * first, {count, 3, 4}),
      into.volume, max_weight);
}

}  // namespace

TEST_CASE("integrate_depth_in_order: the recurrence, in one call or many") {
  random_source random(91'000);
  auto frames = make_camera(40, 30, 40.0);
  for (int f = 0; f < 6; ++f) {
    add_frame(frames, sphere({0, 0, 0}, random.uniform(0.3, 0.4)),
              {random.uniform(-1, 1), random.uniform(-1, 1), 1.0}, {0, 0, 0});
  }
  const auto grid = cube_grid(24, 0.05, 0.15);
  const owned_running once(grid), again(grid), split(grid);
  integrate(once, frames, 0, 6, 2.5, 1);
  integrate(again, frames, 0, 6, 2.5, 5);
  CHECK(again.equals(once));
  for (std::int64_t f = 0; f < 6; ++f) integrate(split, frames, f, 1, 2.5, 2);
  CHECK(split.equals(once));
  std::int64_t seen = 0;
  for (std::size_t i = 0; i < once.distances.size(); ++i) {
    double mean = 0.0, weight = 0.0;
    bool doubtful = false;
    for (std::int64_t f = 0; f < 6; ++f) {
      expected_voxel one;
      add_expected(frames, f, centre_of(grid, static_cast<std::int64_t>(i)), grid.truncation, {},
                   one);
      doubtful = doubtful || one.doubtful;
      const double w = one.weight + one.free;
      if (w == 0.0) continue;
      mean += ((one.free > 0 ? grid.truncation : one.sum / one.weight) - mean) * w / (weight + w);
      weight = std::fmin(weight + w, 2.5);
    }
    if (doubtful) continue;
    CHECK(std::isnan(once.distances[i]) == (weight == 0.0));
    CHECK(std::fabs(once.weights[i] - weight) < 1e-6);
    if (weight == 0.0) continue;
    ++seen;
    CHECK(std::fabs(once.distances[i] - mean) < 1e-5);
  }
  CHECK(seen > 1000);
}

TEST_CASE("integrate_depth_in_order: what has gone is forgotten") {
  const scene wall = plane({0, 0, -1}, -1.5);
  auto frames = make_camera(60, 60, 60.0);
  for (int f = 0; f < 40; ++f) {
    const bool there = f < 20;
    add_frame(frames, there ? either(wall, sphere({0, 0, 1.0}, 0.2)) : wall, {0, 0, 0}, {0, 0, 1});
  }
  auto grid = cube_grid(20, 0.05, 0.15);
  grid.origin[2] = 0.6;
  const owned_running volume(grid);
  integrate(volume, frames, 0, 20, 4.0, 2);
  const std::size_t within = (4 * 20 + 10) * 20 + 10;  // just behind the ball's front
  CHECK(volume.distances[within] < 0.0F);
  integrate(volume, frames, 20, 20, 4.0, 2);
  CHECK(volume.distances[within] > 0.14F);
}

namespace {

struct call {
  owned_running owned{cube_grid(4, 0.1, 0.1)};
  robocache::running_volume volume = owned.volume;
  std::vector<float> depth = std::vector<float>(20, 1.0F), poses;
  robocache::pinhole_camera camera{4, 4, 2, 1.5};
  double max_weight = 5.0;

  call() : poses{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, -1} {}
  call(const call&) = delete;
  call& operator=(const call&) = delete;
  [[nodiscard]] bool untouched() const { return owned.weights == std::vector<float>(64, 0.0F); }
  void run() const {
    robocache::integrate_depth_in_order(cpu{}, view<const float, 3>(depth.data(), {1, 4, 5}),
                                        camera, view<const float, 3>(poses.data(), {1, 3, 4}),
                                        volume, max_weight);
  }
};

}  // namespace

TEST_CASE("integrate_depth_in_order names what is wrong") {
  check_mistakes<call>(
      "integrate_depth_in_order", &call::run,
      {{"max_weight must be positive (got 0.000000)", [](call& c) { c.max_weight = 0; }},
       {"max_weight must be positive (got nan)", [](call& c) { c.max_weight = NAN; }},
       {"volume.weights.extent(3) must equal the grid's extents[0] (got 3 and 4)",
        [](call& c) {
          c.volume.weights = {c.owned.weights.data(), {1, 4, 4, 3}};
        }},
       {"volume.distances and volume.weights must not overlap",
        [](call& c) { c.volume.weights = c.volume.distances; }},
       {"poses[0, 0] must be rigid to 1e-4", [](call& c) { c.poses[0] = 2; }},
       {"camera.fx and camera.fy must not be 0", [](call& c) { c.camera.fx = 0; }}});
}
