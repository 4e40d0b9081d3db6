// Colours in volumes: means by weight, in any order, dense and block-sparse alike.
#include <robocache/tsdf/channels.hpp>
#include <robocache/tsdf/integrate_points.hpp>
#include <robocache/tsdf/sparse.hpp>

#include "support/catch.hpp"
#include "support/mistakes.hpp"
#include "support/random.hpp"
#include "support/tsdf_reference.hpp"

namespace {

using namespace test;
using robocache::cpu;
using robocache::integrate_depth_options;
using robocache::view;

constexpr std::int64_t channels = 3, blocks = 60;

/// Frames, a colour for each of their pixels, and volumes of both kinds that keep them.
struct colored {
  depth_frames frames = make_camera(40, 30, 40.0);
  std::vector<std::uint8_t> colors;
  robocache::tsdf_grid grid = cube_grid(24, 0.05, 0.15);

  explicit colored(random_source& random) {
    for (int f = 0; f < 5; ++f) {
      add_frame(frames, sphere({0, 0, 0}, 0.4), {random.uniform(-1, 1), random.uniform(-1, 1), 1.0},
                {0, 0, 0});
    }
    for (std::size_t n = 0; n < frames.metres.size() * 3; ++n) {
      colors.push_back(static_cast<std::uint8_t>(random.bits()));
    }
  }
  [[nodiscard]] integrate_depth_options options(std::int64_t first, std::int64_t count) const {
    integrate_depth_options o;
    o.weighting = robocache::tsdf_weighting::inverse_square;
    const std::int64_t pixels = frames.height * frames.width;
    o.channels = {colors.data() + 3 * first * pixels,
                  {1, count, frames.height, frames.width, channels}};
    return o;
  }
  template <class Volume>
  void integrate(const Volume& into, std::int64_t first, std::int64_t count, int threads) const {
    const std::int64_t pixels = frames.height * frames.width;
    robocache::integrate_depth(
        cpu{threads},
        view<const float, 3>(frames.metres.data() + first * pixels,
                             {count, frames.height, frames.width}),
        frames.camera, view<const float, 3>(frames.poses.data() + 12 * first, {count, 3, 4}), into,
        options(first, count));
  }
};

struct dense {
  owned_volume owned;
  std::vector<std::int64_t> sums;
  robocache::tsdf_volume volume;

  explicit dense(const robocache::tsdf_grid& grid)
      : owned(grid), sums(owned.sums.size() * channels, -7), volume(owned.volume) {
    const auto* const e = grid.extents;
    volume.channels = {sums.data(), {1, e[2], e[1], e[0], channels}};
    robocache::reset(cpu{1}, volume);
  }
};

struct sparse {
  std::vector<std::int64_t> keys, sums, colors;
  std::vector<std::int32_t> slots;
  std::vector<std::uint32_t> weights;
  robocache::sparse_tsdf_volume volume;

  explicit sparse(const robocache::tsdf_grid& grid)
      : keys(blocks),
        sums(blocks * 512),
        colors(blocks * 512 * channels),
        slots(blocks),
        weights(blocks * 512) {
    volume.grid = grid;
    volume.keys = {keys.data(), {blocks}};
    volume.slots = {slots.data(), {blocks}};
    volume.sums = {sums.data(), {blocks, 8, 8, 8}};
    volume.weights = {weights.data(), {blocks, 8, 8, 8}};
    volume.channels = {colors.data(), {blocks, 8, 8, 8, channels}};
    robocache::reset(cpu{1}, volume);
  }
  sparse(const sparse&) = delete;
  sparse& operator=(const sparse&) = delete;
};

std::vector<float> sampled(const std::vector<float>& points, const robocache::tsdf_volume& volume,
                           int threads) {
  const auto count = static_cast<std::int64_t>(points.size()) / 3;
  std::vector<float> all(static_cast<std::size_t>(count * channels), -7.0F);
  robocache::sample_channels(cpu{threads}, volume, view<const float, 2>(points.data(), {count, 3}),
                             view<float, 2>(all.data(), {count, channels}));
  return all;
}

}  // namespace

TEST_CASE("channels: means by weight, in any order, calls, shards and threads") {
  random_source random(95'000);
  const colored c(random);
  const dense once(c.grid);
  c.integrate(once.volume, 0, 5, 1);
  std::vector<float> means;
  means.resize(once.sums.size());
  const auto* const e = c.grid.extents;
  robocache::read_channels(cpu{2}, once.volume,
                           view<float, 5>(means.data(), {1, e[2], e[1], e[0], channels}), -1.0F);
  std::int64_t seen = 0;
  for (std::size_t i = 0; i < once.owned.sums.size(); ++i) {
    const point3 centre = centre_of(c.grid, static_cast<std::int64_t>(i));
    double weight = 0.0, sum[channels] = {};
    bool doubtful = false;
    for (std::int64_t f = 0; f < 5; ++f) {
      expected_voxel one;
      add_expected(c.frames, f, centre, c.grid.truncation, c.options(0, 5), one);
      doubtful = doubtful || one.doubtful;
      if (one.weight == 0.0 || doubtful) continue;
      point3 at{};
      const float* const pose = c.frames.poses.data() + 12 * f;
      for (std::size_t a = 0; a < 3; ++a) {
        for (std::size_t r = 0; r < 3; ++r)
          at[a] += pose[4 * r + a] * (centre[r] - pose[4 * r + 3]);
      }
      const auto u = static_cast<std::int64_t>(
          std::floor(c.frames.camera.fx * at[0] / at[2] + c.frames.camera.cx + 0.5));
      const auto v = static_cast<std::int64_t>(
          std::floor(c.frames.camera.fy * at[1] / at[2] + c.frames.camera.cy + 0.5));
      weight += one.weight;
      const std::int64_t pixel = (f * c.frames.height + v) * c.frames.width + u;
      for (std::int64_t n = 0; n < channels; ++n) {
        sum[n] += one.weight * c.colors[static_cast<std::size_t>(3 * pixel + n)];
      }
    }
    if (doubtful) continue;
    seen += weight > 0 ? 1 : 0;
    for (std::size_t n = 0; n < channels; ++n) {
      CHECK(std::fabs(means[3 * i + n] - (weight > 0 ? sum[n] / weight : -1.0)) < 0.1);
    }
  }
  CHECK(seen > 1000);

  std::vector<std::uint8_t> bytes(means.size(), 7);
  robocache::read_channels(cpu{1}, once.volume,
                           view<std::uint8_t, 5>(bytes.data(), {1, e[2], e[1], e[0], channels}));
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    CHECK(static_cast<float>(bytes[n]) == (means[n] < 0 ? 0.0F : std::floor(means[n] + 0.5F)));
  }
  for (const int threads : {2, 5}) {
    const dense first(c.grid), second(c.grid);
    for (const std::int64_t f : {4, 1, 3, 0, 2}) {
      c.integrate(f % 2 == 0 ? first.volume : second.volume, f, 1, threads);
    }
    robocache::merge(cpu{threads}, first.volume, second.volume);
    CHECK(second.sums == once.sums);
    CHECK(second.owned.equals(once.owned));
  }
}

TEST_CASE("channels: a block-sparse volume has those of a dense one, at any point") {
  random_source random(96'000);
  const colored c(random);
  const dense all(c.grid);
  c.integrate(all.volume, 0, 5, 1);
  std::vector<float> points;
  for (int n = 0; n < 3000; ++n) {
    for (int a = 0; a < 3; ++a) points.push_back(static_cast<float>(random.uniform(-0.7, 0.7)));
  }
  points.insert(points.end(), {NAN, 0, 0, 0, HUGE_VALF, 0, 0, 0, -1e30F});
  const auto expected = sampled(points, all.volume, 1);
  CHECK(std::memcmp(sampled(points, all.volume, 3).data(), expected.data(), 4 * expected.size()) ==
        0);
  const sparse once(c.grid), half(c.grid), rest(c.grid);
  c.integrate(once.volume, 0, 5, 2);
  c.integrate(half.volume, 3, 2, 2);
  c.integrate(rest.volume, 0, 3, 1);
  robocache::merge(cpu{2}, half.volume, rest.volume);
  const auto count = static_cast<std::int64_t>(points.size()) / 3;
  for (const auto* volume : {&once.volume, &rest.volume}) {
    std::vector<float> got(expected.size(), -7.0F);
    robocache::sample_channels(cpu{2}, *volume, view<const float, 2>(points.data(), {count, 3}),
                               view<float, 2>(got.data(), {count, channels}));
    CHECK(std::memcmp(got.data(), expected.data(), 4 * got.size()) == 0);
  }
  std::int64_t known = 0;
  for (const float value : expected) {
    known += std::isnan(value) ? 0 : 1;
    CHECK((std::isnan(value) || (value >= 0.0F && value <= 255.001F)));
  }
  CHECK(known > 1000);
  // At a centre, its own.
  const dense plain(c.grid);
  c.integrate(plain.volume, 0, 1, 1);
  for (std::size_t i = 0; i < plain.owned.weights.size(); ++i) {
    if (plain.owned.weights[i] == 0) continue;
    const point3 centre = centre_of(c.grid, static_cast<std::int64_t>(i));
    const auto one = sampled({static_cast<float>(centre[0]), static_cast<float>(centre[1]),
                              static_cast<float>(centre[2])},
                             plain.volume, 1);
    const double mean = static_cast<double>(plain.sums[3 * i]) / plain.owned.weights[i];
    CHECK(std::fabs(one[0] - mean) < 0.01);
    break;
  }
}

namespace {

struct call {
  random_source random{97'000};
  colored c{random};
  dense kept{c.grid};
  robocache::tsdf_volume volume = kept.volume;
  integrate_depth_options options = c.options(0, 5);
  std::vector<float> points = std::vector<float>(12, 0.0F), out = std::vector<float>(12, -7.0F);
  view<const float, 2> at{points.data(), {4, 3}};
  view<float, 2> output{out.data(), {4, channels}};

  call() = default;
  call(const call&) = delete;
  call& operator=(const call&) = delete;
  [[nodiscard]] bool untouched() const {
    return kept.sums == std::vector<std::int64_t>(kept.sums.size(), 0) &&
           out == std::vector<float>(12, -7.0F);
  }
  void take() const {
    robocache::integrate_depth(cpu{}, c.frames.images(), c.frames.camera, c.frames.cameras(),
                               volume, options);
  }
  void sample() const { robocache::sample_channels(cpu{}, volume, at, output); }
};

}  // namespace

TEST_CASE("channels: what is wrong is named") {
  using mistakes = std::vector<mistake<call>>;
  check_mistakes(
      "integrate_depth", &call::take,
      mistakes{{"options.channels must be given if and only if the volume has channels",
                [](call& c) { c.options.channels = {}; }},
               {"options.channels must be given if and only if the volume has channels",
                [](call& c) { c.volume.channels = {}; }},
               {"options.channels.extent(4) must equal the channels of the volume (got 2 and 3)",
                [](call& c) {
                  c.options.channels = {c.c.colors.data(), {1, 5, 30, 40, 2}};
                }},
               {"volume.channels.extent(1) must equal the grid's extents[2] (got 23 and 24)",
                [](call& c) {
                  c.volume.channels = {c.kept.sums.data(), {1, 23, 24, 24, 3}};
                }},
               {"volume.channels and volume.sums must not overlap", [](call& c) {
                  c.volume.channels = {c.kept.owned.sums.data(), {1, 24, 24, 24, 1}};
                }}});
  check_mistakes(
      "sample_channels", &call::sample,
      mistakes{
          {"volume.channels must be given", [](call& c) { c.volume.channels = {}; }},
          {"output.extent(1) must equal the channels of the volume (got 2 and 3)", [](call& c) {
             c.output = {c.out.data(), {4, 2}};
           }}});
  const call c;
  CHECK_THROWS_AS(
      robocache::integrate_points(cpu{}, view<const float, 3>(c.points.data(), {1, 4, 3}),
                                  view<const float, 3>(c.points.data(), {1, 4, 3}), c.volume),
      robocache::invalid_argument);
}
