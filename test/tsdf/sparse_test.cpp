// Block-sparse volumes: what a dense one knows, to the bit, and the smallest keys where they are
// full.
#include <algorithm>
#include <map>
#include <numeric>
#include <robocache/tsdf/sparse.hpp>

#include "support/catch.hpp"
#include "support/mistakes.hpp"
#include "support/random.hpp"
#include "support/tsdf_mesh.hpp"

namespace {

using namespace test;
using robocache::cpu;
using robocache::integrate_depth_options;
using robocache::sparse_tsdf_volume;
using robocache::view;

struct owned_sparse {
  std::int64_t capacity;
  std::vector<std::int64_t> keys, sums;
  std::vector<std::int32_t> slots;
  std::vector<std::uint32_t> weights, free_votes;
  sparse_tsdf_volume volume;

  owned_sparse(const robocache::tsdf_grid& grid, std::int64_t blocks)
      : capacity(blocks),
        keys(static_cast<std::size_t>(blocks), -7),
        sums(keys.size() * 512, -7),
        slots(keys.size(), -7),
        weights(sums.size(), 7),
        free_votes(sums.size(), 7) {
    volume.grid = grid;
    volume.keys = {keys.data(), {blocks}};
    volume.slots = {slots.data(), {blocks}};
    volume.sums = {sums.data(), {blocks, 8, 8, 8}};
    volume.weights = {weights.data(), {blocks, 8, 8, 8}};
    volume.free_votes = {free_votes.data(), {blocks, 8, 8, 8}};
    robocache::reset(cpu{1}, volume);
  }
  owned_sparse(const owned_sparse&) = delete;
  owned_sparse& operator=(const owned_sparse&) = delete;

  struct contents {
    std::vector<std::int64_t> sums;
    std::vector<std::uint32_t> weights, free_votes;

    bool operator==(const contents& other) const {
      return sums == other.sums && weights == other.weights;
    }
  };
  /// By key, whatever the slots.
  [[nodiscard]] std::map<std::int64_t, contents> blocks() const {
    std::map<std::int64_t, contents> all;
    std::vector<std::int32_t> used = slots;
    std::sort(used.begin(), used.end());
    for (std::size_t n = 0; n < used.size(); ++n) CHECK(used[n] == static_cast<std::int32_t>(n));
    for (std::size_t n = 0; n < keys.size(); ++n) {
      const auto at = std::ptrdiff_t{slots[n]} * 512;
      contents c{{sums.begin() + at, sums.begin() + at + 512},
                 {weights.begin() + at, weights.begin() + at + 512},
                 {free_votes.begin() + at, free_votes.begin() + at + 512}};
      if (keys[n] == sparse_tsdf_volume::no_block) {  // whatever is not used stays clear
        CHECK(c == contents{std::vector<std::int64_t>(512), std::vector<std::uint32_t>(512), {}});
      } else {
        CHECK((n == 0 || keys[n] > keys[n - 1]));
        all.emplace(keys[n], std::move(c));
      }
    }
    return all;
  }
};

depth_frames random_frames(random_source& random, int count) {
  depth_frames frames =
      make_camera(random.between(20, 60), random.between(20, 50), random.uniform(20.0, 60.0));
  const scene s = either(sphere({0.05, 0.02, -0.03}, 0.35), plane({0.1, 0.2, 1}, -0.45));
  for (int f = 0; f < count; ++f) {
    add_frame(frames, s, {random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(0.3, 1.2)},
              {random.uniform(-0.2, 0.2), random.uniform(-0.2, 0.2), 0});
  }
  for (float& depth : frames.metres) {
    if (random.chance(0.02)) depth = adversarial<float>(random);
  }
  return frames;
}

integrate_depth_options random_options(random_source& random) {
  integrate_depth_options options;
  if (random.chance(0.5)) options.weighting = robocache::tsdf_weighting::inverse_square;
  if (random.chance(0.5)) options.lookup = robocache::depth_lookup::bilinear;
  options.drop_off = random.chance(0.5);
  return options;
}

robocache::tsdf_grid random_grid(random_source& random) {
  auto grid = cube_grid(1, 0.04, random.uniform(0.04, 0.2));
  for (int a = 0; a < 3; ++a) {
    grid.extents[a] = random.between(5, 40);
    grid.origin[a] = random.uniform(-1.0, -0.2);
  }
  return grid;
}

view<const float, 3> images(const depth_frames& frames, std::int64_t first, std::int64_t count) {
  return {frames.metres.data() + first * frames.height * frames.width,
          {count, frames.height, frames.width}};
}
view<const float, 3> cameras(const depth_frames& frames, std::int64_t first, std::int64_t count) {
  return {frames.poses.data() + 12 * first, {count, 3, 4}};
}

void integrate(const owned_sparse& into, const depth_frames& frames, std::int64_t first,
               std::int64_t count, const integrate_depth_options& options, int threads = 1) {
  robocache::integrate_depth(cpu{threads}, images(frames, first, count), frames.camera,
                             cameras(frames, first, count), into.volume, options);
}

/// What differs from a dense volume of the same frames, votes too where `votes`.
std::string difference_from(const owned_volume& dense, const owned_sparse& sparse, bool votes) {
  const auto* const e = dense.volume.grid.extents;
  const auto blocks = sparse.blocks();
  const std::int64_t x = (e[0] + 7) / 8, y = (e[1] + 7) / 8;
  for (std::size_t i = 0; i < dense.sums.size(); ++i) {
    const auto n = static_cast<std::int64_t>(i);
    const std::int64_t at[] = {n % e[0], n / e[0] % e[1], n / e[0] / e[1]};
    const auto block = blocks.find((at[2] / 8 * y + at[1] / 8) * x + at[0] / 8);
    if (block == blocks.end()) {
      if (dense.weights[i] != 0) return "voxel " + std::to_string(i) + " has no block";
      continue;
    }
    const auto cell = static_cast<std::size_t>((at[2] % 8 * 8 + at[1] % 8) * 8 + at[0] % 8);
    if (block->second.sums[cell] != dense.sums[i] ||
        block->second.weights[cell] != dense.weights[i] ||
        (votes && block->second.free_votes[cell] != dense.free_votes[i])) {
      return "voxel " + std::to_string(i) + " differs";
    }
  }
  return "";
}

}  // namespace

TEST_CASE("sparse volumes: a dense one, to the bit, in any order") {
  random_source random(71'000);
  for (int round = 0; round < 25; ++round) {
    INFO("seed " << random.seed() << ", round " << round);
    const auto frames = random_frames(random, 5);
    const auto options = random_options(random);
    const auto grid = random_grid(random);
    const owned_volume dense(grid);
    robocache::integrate_depth(cpu{1}, frames.images(), frames.camera, frames.cameras(),
                               dense.volume, options);
    const owned_sparse once(grid, 300);
    std::int64_t blocks[2] = {-7, -7};
    robocache::integrate_depth(cpu{1}, frames.images(), frames.camera, frames.cameras(),
                               once.volume, options, {view<std::int64_t, 1>(blocks, {2})});
    const auto expected = once.blocks();
    CHECK(blocks[0] == static_cast<std::int64_t>(expected.size()));
    CHECK(blocks[1] == blocks[0]);
    CHECK(difference_from(dense, once, true) == "");
    for (const int threads : {2, 5}) {
      const owned_sparse again(grid, 300), split(grid, 300), first(grid, 300), second(grid, 400);
      integrate(again, frames, 0, 5, options, threads);
      CHECK(again.keys == once.keys);
      CHECK(again.slots == once.slots);
      CHECK(again.sums == once.sums);
      CHECK(again.free_votes == once.free_votes);
      for (const std::int64_t f : {3, 0, 4, 2, 1}) {
        integrate(split, frames, f, 1, options, threads);
        integrate(f < 2 ? first : second, frames, f, 1, options, threads);
      }
      CHECK(split.blocks() == expected);
      CHECK(difference_from(dense, split, false) == "");
      robocache::merge(cpu{threads}, first.volume, second.volume);
      CHECK(second.blocks() == expected);
      const owned_sparse ahead(grid, 300);
      robocache::add_blocks(cpu{threads}, frames.images(), frames.camera, frames.cameras(),
                            ahead.volume, options);
      for (const std::int64_t f : {2, 1, 4, 0, 3}) integrate(ahead, frames, f, 1, options, threads);
      CHECK(difference_from(dense, ahead, true) == "");
    }
  }
}

TEST_CASE("sparse volumes: the smallest keys stay where there are too many") {
  random_source random(72'000);
  for (int round = 0; round < 15; ++round) {
    INFO("seed " << random.seed() << ", round " << round);
    const auto frames = random_frames(random, 4);
    const auto grid = random_grid(random);
    const owned_sparse whole(grid, 300);
    integrate(whole, frames, 0, 4, {});
    const auto all = whole.blocks();
    const auto room = random.between(1, static_cast<std::int64_t>(all.size()));
    std::map<std::int64_t, owned_sparse::contents> expected;
    for (const auto& block : all) {
      if (static_cast<std::int64_t>(expected.size()) < room) expected.insert(block);
    }
    const owned_sparse once(grid, room), split(grid, room), part(grid, 300), other(grid, room);
    std::int64_t blocks[2] = {-7, -7};
    robocache::integrate_depth(cpu{2}, frames.images(), frames.camera, frames.cameras(),
                               once.volume, {}, {view<std::int64_t, 1>(blocks, {2})});
    CHECK(blocks[0] == room);
    CHECK(blocks[1] == static_cast<std::int64_t>(all.size()));
    CHECK(once.blocks() == expected);
    for (const std::int64_t f : {2, 0, 3, 1}) integrate(split, frames, f, 1, {});
    CHECK(split.blocks() == expected);
    integrate(part, frames, 0, 2, {});
    integrate(other, frames, 2, 2, {});
    robocache::merge(cpu{2}, part.volume, other.volume, {view<std::int64_t, 1>(blocks, {2})});
    CHECK(other.blocks() == expected);
    CHECK(blocks[0] == room);
  }
}

TEST_CASE("sparse volumes: read-outs, and a box as a field") {
  random_source random(73'000);
  const auto frames = random_frames(random, 3);
  auto grid = cube_grid(40, 0.04, 0.12);
  grid.extents[1] = 37;
  owned_volume dense(grid);
  dense.volume.free_votes = {};
  robocache::integrate_depth(cpu{1}, frames.images(), frames.camera, frames.cameras(),
                             dense.volume);
  owned_sparse sparse(grid, 200);
  sparse.volume.free_votes = {};
  integrate(sparse, frames, 0, 3, {});
  const auto expected = dense.distances();

  const std::int64_t first[] = {3, 0, 5}, sizes[] = {30, 37, 35};
  std::vector<float> box(static_cast<std::size_t>(sizes[0] * sizes[1] * sizes[2]), -7.0F);
  robocache::read_box(cpu{3}, sparse.volume, {first[0], first[1], first[2]},
                      view<float, 3>(box.data(), {sizes[2], sizes[1], sizes[0]}));
  std::int64_t known = 0, wrong = 0;
  for (std::int64_t n = 0; n < static_cast<std::int64_t>(box.size()); ++n) {
    const std::int64_t i = n % sizes[0] + first[0], j = n / sizes[0] % sizes[1] + first[1],
                       k = n / sizes[0] / sizes[1] + first[2];
    const float want = expected[static_cast<std::size_t>((k * grid.extents[1] + j) * 40 + i)];
    known += std::isnan(want) ? 0 : 1;
    wrong += std::memcmp(&want, &box[static_cast<std::size_t>(n)], 4) == 0 ? 0 : 1;
  }
  CHECK(wrong == 0);
  CHECK(known > 1000);

  std::vector<float> blocks(200 * 512, -7.0F);
  robocache::read_distance(cpu{2}, sparse.volume, view<float, 4>(blocks.data(), {200, 8, 8, 8}));
  wrong = 0;
  for (std::size_t n = 0; n < 200; ++n) {
    const std::int64_t key = sparse.keys[n];
    for (std::size_t c = 0; c < 512; ++c) {
      const auto cell = static_cast<std::int64_t>(c);
      const std::int64_t i = key % 5 * 8 + cell % 8, j = key / 5 % 5 * 8 + cell / 8 % 8,
                         k = key / 25 * 8 + cell / 64;
      float want = NAN;
      if (key != sparse_tsdf_volume::no_block && j < grid.extents[1]) {
        want = expected[static_cast<std::size_t>((k * grid.extents[1] + j) * 40 + i)];
      }
      const float got = blocks[n * 512 + c];
      wrong += std::isnan(want) ? !std::isnan(got) : want != got;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("sparse volumes: a grid of 2^40 voxels, kilometres from its corner") {
  robocache::tsdf_grid grid;
  grid.voxel = 0.1;
  grid.truncation = 0.4;
  for (int a = 0; a < 3; ++a) {
    grid.origin[a] = -1000.0 - a;
    grid.extents[a] = std::int64_t{1} << (a == 0 ? 14 : 13);
  }
  auto frames = make_camera(64, 48, 60.0);
  const scene ball = sphere({500.0, -550.0, -560.0}, 3.0);
  add_frame(frames, ball, {506.0, -548.0, -559.0}, {500.0, -550.0, -560.0});
  const owned_sparse sparse(grid, 500);
  integrate(sparse, frames, 0, 1, {}, 2);
  const auto blocks = sparse.blocks();
  CHECK(blocks.size() > 20);
  CHECK(blocks.begin()->first > std::int64_t{1} << 28);
  std::int64_t seen = 0;
  for (const auto& [key, block] : blocks) {
    const std::int64_t x = key % 2048 * 8, y = key / 2048 % 1024 * 8, z = key / 2048 / 1024 * 8;
    for (std::size_t c = 0; c < 512; ++c) {
      if (block.weights[c] == 0) continue;
      const auto n = static_cast<std::int64_t>(c);
      const std::int64_t at[] = {x + n % 8, y + n / 8 % 8, z + n / 64};
      point3 centre{};
      for (std::size_t a = 0; a < 3; ++a) {
        centre[a] = grid.origin[a] + (static_cast<double>(at[a]) + 0.5) * grid.voxel;
      }
      ++seen;
      CHECK(std::fabs(ball(centre)) < 0.5);
    }
  }
  CHECK(seen > 2000);
}

namespace {

struct call {
  owned_sparse into{cube_grid(16, 0.1, 0.2), 8}, from{cube_grid(16, 0.1, 0.2), 8};
  sparse_tsdf_volume volume = into.volume, other = from.volume;
  std::vector<float> depth = std::vector<float>(20, 1.0F), poses;
  std::vector<float> out = std::vector<float>(4096, -7.0F);
  std::vector<std::int64_t> counts = {-7, -7};
  view<const float, 3> images{depth.data(), {1, 4, 5}}, cameras;
  robocache::pinhole_camera camera{4, 4, 2, 1.5};
  integrate_depth_options options;
  robocache::blocks_report report{{counts.data(), {2}}};
  view<float, 4> output{out.data(), {8, 8, 8, 8}};
  view<float, 3> box{out.data(), {4, 4, 4}};
  std::int64_t first[3] = {0, 0, 0};
  std::vector<std::int64_t> keys = into.keys;
  std::vector<std::uint32_t> weights = into.weights;

  call() : poses{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, -1} { cameras = {poses.data(), {1, 3, 4}}; }
  call(const call&) = delete;
  call& operator=(const call&) = delete;

  [[nodiscard]] bool untouched() const {
    const bool same_keys = into.keys == keys || into.keys[0] == -7;  // a mistake made it so
    return same_keys && into.weights == weights && out == std::vector<float>(4096, -7.0F) &&
           counts == std::vector<std::int64_t>{-7, -7};
  }
  void take() const {
    robocache::integrate_depth(cpu{2}, images, camera, cameras, volume, options, report);
  }
  void join() const { robocache::merge(cpu{2}, other, volume, report); }
  void read() const { robocache::read_distance(cpu{2}, volume, output); }
  void cut() const { robocache::read_box(cpu{2}, volume, {first[0], first[1], first[2]}, box); }
};

}  // namespace

TEST_CASE("sparse volumes name what is wrong") {
  using mistakes = std::vector<mistake<call>>;
  const mistakes all = {
      {"volume.keys.extent(0) must be 1 to 2^31 - 1: the capacity (got 0)",
       [](call& c) { c.volume.keys = {}; }},
      {"volume.slots.extent(0) must equal volume.keys.extent(0) (got 7 and 8)",
       [](call& c) {
         c.volume.slots = {c.into.slots.data(), {7}};
       }},
      {"volume.sums.extent(1) must equal the grid's extents[2] (got 7 and 8)",
       [](call& c) {
         c.volume.sums = {c.into.sums.data(), {8, 7, 8, 8}};
       }},
      {"volume.free_votes and volume.weights must not overlap",
       [](call& c) { c.volume.free_votes = c.volume.weights; }},
      {"volume.grid.truncation must be at least a voxel",
       [](call& c) { c.volume.grid.truncation = 0.09; }},
  };
  check_mistakes("integrate_depth", &call::take, all);
  check_mistakes("read_distance", &call::read, all);
  check_mistakes("read_box", &call::cut, all);
  check_mistakes(
      "integrate_depth", &call::take,
      mistakes{{"camera.fx and camera.fy must not be 0", [](call& c) { c.camera.fx = 0; }},
               {"poses[0, 0] must be rigid to 1e-4", [](call& c) { c.poses[0] = 0.9F; }},
               {"report.blocks.extent(0) must equal 2: blocks there are, and needed (got 1 and 2)",
                [](call& c) {
                  c.report.blocks = {c.counts.data(), {1}};
                }},
               {"volume must have been reset: keys ascend and slots are below 8 (got key -7",
                [](call& c) { c.into.keys[0] = -7; }}});
  check_mistakes(
      "merge", &call::join,
      mistakes{
          {"from.grid and into.grid must be the same", [](call& c) { c.other.grid.voxel = 0.11; }},
          {"from and into must both have free_votes, or neither",
           [](call& c) { c.other.free_votes = {}; }},
          {"from.keys and into.keys must not overlap", [](call& c) { c.other = c.volume; }}});
  check_mistakes("read_box", &call::cut,
                 mistakes{{"the box must lie in the grid (got voxels 13 to 17 of 16)",
                           [](call& c) { c.first[1] = 13; }}});
}
