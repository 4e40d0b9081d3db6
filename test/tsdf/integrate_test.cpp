// Depth images into volumes: against the definition in double, and the same bits in any order.
#include <algorithm>
#include <numeric>

#include "support/catch.hpp"
#include "support/random.hpp"
#include "support/tsdf_reference.hpp"

namespace {

using namespace test;
using robocache::cpu;
using robocache::depth_lookup;
using robocache::integrate_depth_options;
using robocache::tsdf_weighting;
using robocache::view;

point3 any_point(random_source& random, double size) {
  return {random.uniform(-size, size), random.uniform(-size, size), random.uniform(-size, size)};
}

/// Frames of a sphere and a wall from anywhere, some of whose pixels are not depths.
depth_frames random_frames(random_source& random, int count) {
  depth_frames frames =
      make_camera(random.between(1, 40), random.between(1, 30), random.uniform(10.0, 60.0));
  frames.camera.fy *= random.uniform(0.8, 1.2);
  frames.camera.cx += random.uniform(-3.0, 3.0);
  const scene s = either(sphere({0.05, 0.02, -0.03}, 0.3), plane({0.1, 0.2, 1}, -0.45));
  for (int f = 0; f < count; ++f) {
    add_frame(frames, s, any_point(random, 1.5), any_point(random, 0.2));
  }
  for (float& depth : frames.metres) {
    if (random.chance(0.02)) depth = adversarial<float>(random);
    if (random.chance(0.02)) depth = static_cast<float>(random.uniform(-1.0, 3.0));
  }
  return frames;
}

integrate_depth_options random_options(random_source& random) {
  integrate_depth_options options;
  options.weighting =
      random.chance(0.5) ? tsdf_weighting::inverse_square : tsdf_weighting::constant;
  options.drop_off = random.chance(0.5);
  options.lookup = random.chance(0.5) ? depth_lookup::bilinear : depth_lookup::nearest;
  if (random.chance(0.3)) options.depth.min_depth = 0.5;
  if (random.chance(0.3)) options.depth.max_depth = 2.0;
  return options;
}

robocache::tsdf_grid random_grid(random_source& random) {
  auto grid = cube_grid(1, 0.05, random.uniform(0.05, 0.3));
  for (int a = 0; a < 3; ++a) {
    grid.extents[a] = random.between(1, 24);
    grid.origin[a] = random.uniform(-0.9, 0.1);
  }
  return grid;
}

std::string difference_from(const owned_volume& got, const std::vector<expected_voxel>& expected,
                            double frames) {
  const double truncation = got.volume.grid.truncation;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto& e = expected[i];
    if (e.doubtful) continue;
    const double weight = got.weights[i] * 0x1p-12, free = got.free_votes[i] * 0x1p-12;
    const double sum = static_cast<double>(got.sums[i]) * truncation * 0x1p-32;
    const double error = frames * 0x1p-12;  // a unit of weight for each frame
    if (std::fabs(weight - e.weight) > error || std::fabs(free - e.free) > error ||
        std::fabs(sum - e.sum) > error * truncation + frames * 2e-6) {
      return "voxel " + std::to_string(i) + ": sum " + std::to_string(sum) + " for " +
             std::to_string(e.sum) + ", weight " + std::to_string(weight) + " for " +
             std::to_string(e.weight) + ", free " + std::to_string(free) + " for " +
             std::to_string(e.free);
    }
  }
  return "";
}

/// Frames in the order of `order`.
depth_frames reordered(const depth_frames& frames, const std::vector<std::int64_t>& order) {
  depth_frames other = frames;
  other.poses.clear();
  other.metres.clear();
  const std::int64_t pixels = frames.width * frames.height;
  for (const std::int64_t f : order) {
    const auto pose = frames.poses.begin() + 12 * f;
    const auto image = frames.metres.begin() + pixels * f;
    other.poses.insert(other.poses.end(), pose, pose + 12);
    other.metres.insert(other.metres.end(), image, image + pixels);
  }
  return other;
}

void integrate(const owned_volume& into, const depth_frames& frames,
               const integrate_depth_options& options, int threads = 1) {
  robocache::integrate_depth(cpu{threads}, frames.images(), frames.camera, frames.cameras(),
                             into.volume, options);
}

}  // namespace

TEST_CASE("integrate_depth: the definition in double") {
  random_source random(51'000);
  std::int64_t seen = 0, doubtful = 0;
  for (int round = 0; round < 60; ++round) {
    INFO("seed " << random.seed() << ", round " << round);
    const auto frames = random_frames(random, static_cast<int>(random.between(0, 4)));
    const auto options = random_options(random);
    const auto grid = random_grid(random);
    const owned_volume got(grid);
    integrate(got, frames, options, 2);
    const auto expected = expected_volume(grid, frames, options);
    CHECK(difference_from(got, expected, static_cast<double>(frames.count())) == "");
    for (const auto& e : expected) {
      seen += e.weight + e.free > 0 ? 1 : 0;
      doubtful += e.doubtful ? 1 : 0;
    }
  }
  CHECK(seen > 20'000);
  CHECK(doubtful * 10 < seen);  // or the test would say little
}

TEST_CASE("integrate_depth: any order, any calls, any shards, any number of threads") {
  random_source random(52'000);
  for (int round = 0; round < 20; ++round) {
    INFO("seed " << random.seed() << ", round " << round);
    const auto frames = random_frames(random, 7);
    const auto options = random_options(random);
    const auto grid = random_grid(random);
    const owned_volume once(grid);
    integrate(once, frames, options);
    for (const int threads : {2, 5}) {
      const owned_volume again(grid);
      integrate(again, frames, options, threads);
      CHECK(again.equals(once));
    }
    std::vector<std::int64_t> order(7);
    std::iota(order.begin(), order.end(), 0);
    for (std::size_t i = 6; i > 0; --i) {
      std::swap(order[i], order[static_cast<std::size_t>(random.between(0, std::int64_t(i)))]);
    }
    const owned_volume permuted(grid), split(grid), first(grid), second(grid);
    integrate(permuted, reordered(frames, order), options);
    CHECK(permuted.equals(once));
    for (const std::int64_t f : order) {
      integrate(split, reordered(frames, {f}), options);
      integrate(f % 2 == 0 ? first : second, reordered(frames, {f}), options);
    }
    CHECK(split.equals(once));
    robocache::merge(cpu{3}, first.volume, second.volume);
    CHECK(second.equals(once));
  }
}

TEST_CASE("integrate_depth: batches, padded and packed") {
  random_source random(53'000);
  const auto frames = random_frames(random, 6);
  const auto grid = cube_grid(16, 0.06, 0.2);
  const std::int64_t pixels = frames.width * frames.height;
  const owned_volume two(grid), one(grid), three(grid);
  integrate(two, reordered(frames, {0, 1}), {});
  integrate(one, reordered(frames, {3}), {});
  integrate(three, reordered(frames, {3, 4, 5}), {});
  const auto holds = [&](const owned_volume& all, std::size_t b, const owned_volume& volume) {
    const auto at = static_cast<std::ptrdiff_t>(b * volume.sums.size());
    return std::equal(volume.sums.begin(), volume.sums.end(), all.sums.begin() + at) &&
           std::equal(volume.weights.begin(), volume.weights.end(), all.weights.begin() + at);
  };

  const view<const float, 4> padded(frames.metres.data(), {2, 3, frames.height, frames.width});
  const view<const float, 4> poses(frames.poses.data(), {2, 3, 3, 4});
  const std::vector<std::int64_t> lengths = {2, 1};
  integrate_depth_options options;
  options.frames.lengths = view<const std::int64_t, 1>(lengths.data(), {2});
  std::vector<std::int64_t> valid(6, -7), invalid(6, -7);
  const robocache::integrate_depth_report report = {{valid.data(), {2, 3}},
                                                    {invalid.data(), {2, 3}}};
  const owned_volume by_lengths(grid, 2);
  robocache::integrate_depth(cpu{2}, padded, frames.camera, poses, by_lengths.volume, options,
                             report);
  CHECK(holds(by_lengths, 0, two));
  CHECK(holds(by_lengths, 1, one));
  for (const std::size_t f : {0U, 1U, 3U}) {
    std::int64_t counted = 0;
    for (std::int64_t i = 0; i < pixels; ++i) {
      const float depth = frames.metres[f * static_cast<std::size_t>(pixels) + std::size_t(i)];
      counted += depth > 0 && std::isfinite(depth) ? 1 : 0;
    }
    CHECK(valid[f] == counted);
    CHECK(invalid[f] == pixels - counted);
  }
  CHECK(valid[2] + invalid[2] + valid[4] + valid[5] == 0);

  const view<const float, 4> packed(frames.metres.data(), {1, 6, frames.height, frames.width});
  const view<const float, 4> all_poses(frames.poses.data(), {1, 6, 3, 4});
  const std::vector<std::int64_t> offsets = {0, 2, 3, 3, 6};
  options.frames = {};
  options.frames.offsets = view<const std::int64_t, 1>(offsets.data(), {5});
  const owned_volume by_offsets(grid, 4);
  robocache::integrate_depth(cpu{2}, packed, frames.camera, all_poses, by_offsets.volume, options);
  CHECK(holds(by_offsets, 0, two));
  CHECK(holds(by_offsets, 2, owned_volume(grid)));
  CHECK(holds(by_offsets, 3, three));
}

TEST_CASE("integrate_depth: u16 as its metres, rows that are longer, poses of four rows") {
  random_source random(54'000);
  auto frames = random_frames(random, 2);
  const auto grid = cube_grid(20, 0.05, 0.2);
  const std::int64_t width = frames.width + 3;
  std::vector<std::uint16_t> raw(static_cast<std::size_t>(2 * frames.height * width), 999);
  for (std::int64_t n = 0; n < 2 * frames.height * frames.width; ++n) {
    float& depth = frames.metres[static_cast<std::size_t>(n)];
    depth = depth > 0 && depth < 6 ? std::nearbyint(depth * 5000) : 0.0F;
    raw[static_cast<std::size_t>(n / frames.width * width + n % frames.width)] =
        static_cast<std::uint16_t>(depth);
  }
  integrate_depth_options options;
  options.depth.scale = 5000;
  options.depth.min_depth = 0.7;
  options.depth.max_depth = 1.1;
  const owned_volume as_float(grid), as_integers(grid);
  integrate(as_float, frames, options);
  std::vector<float> square;
  for (std::size_t f = 0; f < 2; ++f) {
    square.insert(square.end(), frames.poses.begin() + 12 * static_cast<std::ptrdiff_t>(f),
                  frames.poses.begin() + 12 * static_cast<std::ptrdiff_t>(f + 1));
    square.insert(square.end(), {0, 0, 0, 1});
  }
  robocache::integrate_depth(
      cpu{},
      view<const std::uint16_t, 3>(raw.data(), {2, frames.height, frames.width},
                                   {frames.height * width, width, 1}),
      frames.camera, view<const float, 3>(square.data(), {2, 4, 4}), as_integers.volume, options);
  CHECK(as_integers.equals(as_float));
}

TEST_CASE("integrate_depth: limits of depth are those of depth_options, to the bit") {
  random_source random(55'000);
  for (int round = 0; round < 300; ++round) {
    robocache::depth_options options;
    options.scale = random.chance(0.5) ? 0.0 : random.uniform(0.1, 5000.0);
    if (random.chance(0.7)) options.min_depth = random.uniform(-0.5, 3.0);
    if (random.chance(0.7)) options.max_depth = random.uniform(-0.5, 6.0);
    const auto reals = robocache::detail::range_of_depths<float>(options);
    const auto integers = robocache::detail::range_of_depths<std::uint16_t>(options);
    for (int n = 0; n < 200; ++n) {
      float depth = random.chance(0.5) ? adversarial<float>(random)
                                       : static_cast<float>(random.uniform(-1.0, 7.0));
      if (random.chance(0.3)) {
        depth = static_cast<float>((random.chance(0.5) ? options.min_depth : options.max_depth) *
                                   options.scale_of<float>());
      }
      CHECK(reals.allow(depth) ==
            options.allow(static_cast<double>(depth) / options.scale_of<float>()));
      const auto whole = static_cast<std::uint16_t>(random.bits());
      CHECK(integers.allow(static_cast<float>(whole)) ==
            options.allow(whole / options.scale_of<std::uint16_t>()));
    }
  }
}

TEST_CASE("integrate_depth: a wall, by hand") {
  auto frames = make_camera(3, 3, 1.0);
  frames.metres.assign(9, 1.0F);
  frames.poses = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0};
  robocache::tsdf_grid grid;  // a line of voxels along the optical axis
  grid.origin[0] = grid.origin[1] = -0.125;
  grid.origin[2] = -0.125;
  grid.voxel = 0.25;
  grid.truncation = 0.5;
  grid.extents[2] = 10;
  const owned_volume got(grid);
  integrate(got, frames, {});
  const std::vector<std::uint32_t> weights = {0, 0, 4096, 4096, 4096, 4096, 4096, 0, 0, 0};
  const std::vector<std::uint32_t> votes = {0, 4096, 0, 0, 0, 0, 0, 0, 0, 0};
  CHECK(got.weights == weights);
  CHECK(got.free_votes == votes);
  const std::vector<float> expected = {NAN, 0.5F, 0.5F, 0.25F, 0, -0.25F, -0.5F, NAN, NAN, NAN};
  const auto distances = got.distances();
  for (std::size_t i = 0; i < 10; ++i) {
    CHECK((std::isnan(expected[i]) ? std::isnan(distances[i]) : distances[i] == expected[i]));
  }

  integrate_depth_options options;
  options.drop_off = true;
  options.weighting = tsdf_weighting::inverse_square;
  const owned_volume weighted(grid);
  integrate(weighted, frames, options);
  // z: 0.25 0.5 0.75 1 1.25 1.5; behind the surface half of 1 / 1.25^2, and nothing at its end.
  CHECK(weighted.weights == std::vector<std::uint32_t>{0, 0, 4096, 4096, 4096, 1311, 0, 0, 0, 0});
}

TEST_CASE("integrate_depth: a plane is its distance along z on both sides, up to rounding") {
  auto frames = make_camera(200, 160, 150.0);
  add_frame(frames, plane({0, 0, -1}, -1.0), {0, 0, 0}, {0, 0, 1});  // the wall z = 1
  auto grid = cube_grid(60, 0.02, 0.1);
  grid.origin[2] = 0.4;
  const owned_volume volume(grid);
  integrate(volume, frames, {}, 2);
  const auto distances = volume.distances();
  std::int64_t band = 0, negative = 0;
  for (std::size_t i = 0; i < distances.size(); ++i) {
    if (volume.weights[i] == 0) continue;
    const double expected = 1.0 - centre_of(grid, static_cast<std::int64_t>(i))[2];
    ++band;
    negative += distances[i] < 0 ? 1 : 0;
    CHECK(std::fabs(distances[i] - expected) < 3e-7);
  }
  CHECK(band > 30'000);
  CHECK(negative > 15'000);
}

TEST_CASE("integrate_depth: weights and votes that are full") {
  auto frames = make_camera(1, 1, 1.0);
  frames.metres = {1.0F};
  frames.poses = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0};
  robocache::tsdf_grid grid;
  grid.origin[0] = grid.origin[1] = -0.5;
  grid.origin[2] = 0.5;
  grid.voxel = grid.truncation = 1.0;
  const owned_volume got(grid);
  got.volume.weights(0, 0, 0, 0) = UINT32_MAX - 4096;
  integrate(got, frames, {});
  CHECK(got.weights[0] == UINT32_MAX);
  CHECK(std::isnan(got.distances()[0]));
  integrate(got, frames, {});
  CHECK(got.weights[0] == UINT32_MAX);
}
