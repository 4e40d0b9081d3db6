// Voxelization on the GPU: the CPU's bits, and what the CUDA executor promises besides.
#include <robocache/pointcloud/voxelize_sparse.hpp>

#include "support/catch.hpp"
#include "support/device.hpp"
#include "support/voxel_reference.hpp"

namespace {

using namespace test;
using robocache::bf16;
using robocache::cpu;
using robocache::f16;
using robocache::view;
using robocache::voxel_feature;
using robocache::voxel_grid;
using robocache::voxel_reduction;

/// A stream with a workspace of its own.
struct device_runner {
  stream s;
  robocache::workspace scratch{robocache::device_memory(s.get())};

  [[nodiscard]] robocache::gpu executor() { return robocache::gpu(s.get(), &scratch); }

  template <class P, class Outcome>
  Outcome operator()(const cloud_problem<P>& p, Outcome outcome) {
    mirror device;
    outcome.run(executor(), p, [&](auto& v) { return device.place(v); });
    s.wait();
    outcome.each([&](const char*, auto& memory) { device.fetch(memory); });
    return outcome;
  }
};

template <class P, class Outcome>
void compare(device_runner& device, const cloud_problem<P>& p, const Outcome& blank) {
  INFO(p.story);
  Outcome expected = run(cpu{}, p, blank);
  Outcome got = device(p, blank);
  CHECK(difference(got, expected) == "");
}

/// Makes the first feature one that `voxelize_first` can carry.
template <class P>
cloud_problem<P> with_float_values(cloud_problem<P> p) {
  if (p.features.empty()) return p;
  if (p.features[0].settings.reduce == voxel_reduction::vote) {
    p.features.clear();
    return p;
  }
  p.features.resize(1);
  p.features[0].settings.type = robocache::element::f32;
  p.features[0].settings.output_type = robocache::element::f32;
  p.lay();
  return p;
}

template <class P>
void compare_all(device_runner& device, random_source& random, const cloud_problem<P>& p) {
  const std::int64_t some = random.between(0, 2000);
  compare(device, p, grids_outcome(p));
  compare(device, p, features_outcome(p));
  compare(device, p, sparse_outcome(p, some));
  const auto values = with_float_values(p);
  const std::int64_t most = random.chance(0.8) ? random.between(1, 12) : random.between(30, 80);
  compare(device, values, first_outcome(values, some, most));
}

/// `make_clouds`, with labels now and then.
template <class P>
cloud_problem<P> make_labeled_clouds(random_source& random, std::int64_t batch,
                                     std::int64_t features, const cloud_wildness& wild) {
  auto p = make_clouds<P>(random, batch, features, wild);
  if (random.chance(0.4)) add_labels(random, p);
  return p;
}

int rounds(int count) { return std::max(1, static_cast<int>(count * std::min(scale(), 10.0))); }

/// Clouds of so many points each, uniform in a cube and a little beyond, dense.
cloud_problem<float> even_clouds(random_source& random, std::int64_t batch, std::int64_t rows,
                                 std::int64_t extent) {
  cloud_problem<float> p;
  p.batch = batch;
  p.rows = rows;
  p.grid = {{-1, -1, -1}, {0.1, 0.2, 0.1}, {extent, extent, extent}, robocache::index_rule::floor};
  for (std::int64_t i = 0; i < batch * rows * 3; ++i) {
    const double cells = random.uniform(-0.02, 1.02) * static_cast<double>(extent);
    p.dense.push_back(static_cast<float>(-1 + cells * p.grid.size[i % 3]));
  }
  p.story = "seed " + std::to_string(random.seed()) + " " + std::to_string(batch) + " clouds of " +
            std::to_string(rows) + " in " + std::to_string(extent) + "^3";
  p.lay();
  return p;
}

void add_feature(random_source& random, cloud_problem<float>& p, voxel_reduction reduce,
                 std::int64_t channels) {
  point_feature f;
  f.settings.reduce = reduce;
  f.channels = channels;
  f.wants_argmax = reduce == voxel_reduction::maximum;
  for (std::int64_t i = 0; i < p.batch * p.rows * channels; ++i) {
    f.wide.push_back(ordinary<float>(random));
  }
  p.features.push_back(f);
  p.lay();
}

/// Grids of more voxels than could be counted; points around their corners and anywhere.
cloud_problem<double> vast_clouds(random_source& random, const std::int64_t (&extents)[3],
                                  std::int64_t batch) {
  auto p = make_clouds<double>(random, batch, 2);
  for (int a = 0; a < 3; ++a) {
    p.grid.extents[a] = extents[a];
    p.grid.origin[a] = 0;
    p.grid.size[a] = 0.25;
  }
  for (std::size_t i = 0; i < p.dense.size(); ++i) {
    const auto cells = static_cast<double>(extents[i % 3]);
    const double places[] = {0, cells * 0.125, cells * 0.25 - 2, cells * random.uniform() * 0.25};
    p.dense[i] = random.one_of(places) + random.uniform(-0.5, 2.0);
  }
  p.story += " in a vast grid";
  p.lay();
  return p;
}

/// All calls on staged arrays, for one problem with features and one without guards.
class staged : public staging {
 public:
  explicit staged(std::uint64_t seed) : problem_(make(seed)) {
    scratch_.reserve(std::size_t{64} << 20);
    own_.wait();
  }

  void enqueue(const robocache::gpu& given) {
    const robocache::gpu executor(given.stream(), &scratch_);
    const auto place_all = [&](auto& v) { return place(v); };
    grids_.run(executor, problem_, place_all);
    features_.run(executor, problem_, place_all);
    sparse_.run(executor, problem_, place_all);
    first_.run(executor, problem_, place_all);
  }
  /// What arrived in pinned memory, compared with the CPU.
  [[nodiscard]] std::string difference() {
    return against_cpu(grids_) + against_cpu(features_) + against_cpu(sparse_) +
           against_cpu(first_);
  }
  /// Other points, in pinned memory and for the CPU.
  void change_points(std::uint64_t seed) {
    random_source random(seed);
    auto& memory = problem_.points.memory;
    for (auto& v : memory) v = random.chance(0.02) ? adversarial<float>(random) : v * 0.9F + 0.01F;
    restage(memory);
  }
  [[nodiscard]] std::size_t capacity() const { return scratch_.capacity(); }

 private:
  static cloud_problem<float> make(std::uint64_t seed) {
    random_source random(seed);
    auto p = even_clouds(random, 3, 7000, 30);
    add_feature(random, p, voxel_reduction::mean, 5);
    add_feature(random, p, voxel_reduction::maximum, 4);
    add_feature(random, p, voxel_reduction::normal, 3);
    return p;
  }
  template <class Outcome>
  std::string against_cpu(Outcome& got) {
    Outcome expected = run(cpu{}, problem_, got);
    got.each([&](const char*, auto& memory) { collect(memory); });
    return test::difference(got, expected);
  }

  stream own_;
  robocache::workspace scratch_{robocache::device_memory(own_.get())};
  cloud_problem<float> problem_;
  grids_outcome grids_{problem_};
  features_outcome features_{problem_};
  sparse_outcome sparse_{problem_, 9000};
  first_outcome first_{problem_, 9000, 4};
};

}  // namespace

TEMPLATE_TEST_CASE("voxelize: the GPU gives the CPU's bits", "[gpu]", float, double, bf16, f16) {
  device_runner device;
  random_source random(600 + 10 * static_cast<std::uint64_t>(format<TestType>::precision));
  for (int round = 0; round < rounds(60); ++round) {
    cloud_wildness wild;
    if (round % 4 == 0) wild.points = 6000;
    if (round % 5 == 0) wild.extent = 40;
    compare_all(
        device, random,
        make_labeled_clouds<TestType>(random, random.between(0, 5), random.between(0, 4), wild));
  }
}

TEST_CASE("voxelize: few voxels of many points on the GPU", "[gpu]") {
  device_runner device;
  random_source random(610);
  for (int round = 0; round < rounds(12); ++round) {
    cloud_wildness wild;
    wild.points = 60'000;
    wild.extent = random.between(1, 4);
    compare_all(device, random, make_labeled_clouds<float>(random, random.between(1, 3), 3, wild));
  }
}

TEST_CASE("voxelize: grids beyond the caches, many clouds, ends of blocks on the GPU", "[gpu]") {
  device_runner device;
  random_source random(611);
  struct shape {
    std::int64_t batch, rows, extent;
  };
  const shape shapes[] = {{70'000, 3, 2},  {3000, 100, 7},   {1, 255, 5},       {1, 256, 5},
                          {1, 257, 5},     {1, 16'383, 20},  {1, 16'384, 20},   {1, 16'385, 20},
                          {5, 20'001, 70}, {2, 50'000, 200}, {1, 300'000, 256}, {33, 4000, 64}};
  for (const auto& [batch, rows, extent] : shapes) {
    auto p = even_clouds(random, batch, rows, extent);
    compare(device, p, grids_outcome(p));
    if (extent <= 70) {
      add_feature(random, p, voxel_reduction::mean, 3);
      add_feature(random, p, voxel_reduction::maximum, 8);
      compare(device, p, features_outcome(p));
    }
    compare(device, p, sparse_outcome(p, batch * rows));
    p.features.clear();
    compare(device, p, first_outcome(p, batch * rows / 2, 3));
  }
}

TEST_CASE("voxelize: ragged batches in grids beyond the caches on the GPU", "[gpu]") {
  device_runner device;
  random_source random(612);
  for (int round = 0; round < rounds(8); ++round) {
    cloud_wildness wild;
    wild.points = 50'000;
    wild.extent = 190;
    compare_all(device, random, make_labeled_clouds<float>(random, random.between(1, 6), 0, wild));
  }
}

TEST_CASE("voxelize: every width of rows on the GPU", "[gpu]") {
  device_runner device;
  random_source random(613);
  for (const std::int64_t channels : {1, 2, 3, 4, 5, 7, 8, 12, 16, 31, 32, 33, 64, 255, 256, 300}) {
    for (const std::int64_t rows : {300, 9000}) {
      auto p = even_clouds(random, 2, rows, 6);
      add_feature(random, p, voxel_reduction::mean, channels);
      add_feature(random, p, voxel_reduction::maximum, channels);
      add_feature(random, p, voxel_reduction::normal, 3 * channels);
      for (auto& f : p.features) {
        if (!random.chance(0.5)) continue;
        f.settings.type = robocache::element::bf16;
        if (random.chance(0.5)) f.settings.output_type = robocache::element::bf16;
        for (float& v : f.wide) v = static_cast<float>(bf16(v));
      }
      p.outputs = {0, random.between(0, 3), false, false, true};
      p.lay();
      compare(device, p, features_outcome(p));
      compare(device, p, sparse_outcome(p, 300));
    }
  }
}

TEMPLATE_TEST_CASE("voxelize: extreme grids and points find the CPU's voxels", "[gpu]", float,
                   double) {
  device_runner device;
  random_source random(614 + sizeof(TestType));
  for (int round = 0; round < rounds(200); ++round) {
    cloud_problem<TestType> p;
    p.rows = 4096;
    p.grid = test::detail::random_grid(random, 30);
    const double range = random.chance(0.5) ? 20.0 : sizeof(TestType) == 4 ? 120.0 : 900.0;
    for (int a = 0; a < 3; ++a) {
      p.grid.size[a] = std::exp2(random.uniform(-range, range));
      p.grid.origin[a] = random.chance(0.5) ? 0 : std::exp2(random.uniform(-range, range));
    }
    for (std::int64_t i = 0; i < p.rows * 3; ++i) {
      p.dense.push_back(
          test::detail::random_coordinate<TestType>(random, p.grid, static_cast<int>(i % 3), 0.05));
    }
    p.story = "seed " + std::to_string(random.seed()) + " round " + std::to_string(round);
    p.lay();
    compare(device, p, sparse_outcome(p, p.rows));
    compare(device, p, grids_outcome(p));
  }
}

TEST_CASE("voxelize: grids of more than 2^31 and 2^40 voxels on the GPU", "[gpu]") {
  device_runner device;
  random_source random(620);
  const std::int64_t grids[][3] = {{4096, 4096, 256},
                                   {1 << 14, 1 << 14, 1 << 13},
                                   {INT32_MAX, 1, 1},
                                   {1, 1, INT32_MAX},
                                   {1 << 20, 1 << 20, 1 << 20}};
  for (const auto& extents : grids) {
    for (int round = 0; round < 3; ++round) {
      const auto p = vast_clouds(random, extents, 3);
      compare(device, p, sparse_outcome(p, random.between(0, 2000)));
      const auto values = with_float_values(p);
      compare(device, values, first_outcome(values, random.between(0, 2000), 3));
    }
  }
  const std::int64_t largest[] = {1 << 20, 1 << 21, 1 << 21};
  const auto p = vast_clouds(random, largest, 1);
  compare(device, p, sparse_outcome(p, 2000));
}

TEST_CASE("voxelize: a hundred runs on the GPU give the same bits", "[gpu]") {
  device_runner device;
  random_source random(621);
  auto p = even_clouds(random, 2, 50'000, 12);
  add_feature(random, p, voxel_reduction::mean, 8);
  add_feature(random, p, voxel_reduction::maximum, 3);
  add_feature(random, p, voxel_reduction::normal, 3);
  auto features = run(cpu{}, p, features_outcome(p));
  auto sparse = run(cpu{}, p, sparse_outcome(p, 2000));
  auto first = run(cpu{}, p, first_outcome(p, 2000, 20));
  for (int round = 0; round < 100; ++round) {
    auto again = device(p, features_outcome(p));
    CHECK(difference(again, features) == "");
    auto listed = device(p, sparse_outcome(p, 2000));
    CHECK(difference(listed, sparse) == "");
    auto kept = device(p, first_outcome(p, 2000, 20));
    CHECK(difference(kept, first) == "");
  }
}

TEST_CASE("voxelize: 2^25 points in one voxel on the GPU", "[gpu]") {
  constexpr std::int64_t count = std::int64_t{1} << 25;
  if (!affordable(count * 100)) return;
  device_runner device;
  mirror memory;
  const voxel_grid grid = {{0, 0, 0}, {1, 1, 1}, {4, 2, 1}, robocache::index_rule::floor};
  std::vector<float> point = {1.5F, 1.5F, 0.5F}, values(count);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 1024);
  std::vector<std::int32_t> counts(8, -7), feature_counts(8, -7), argmax(8, -7);
  std::vector<float> density(8, -7), mean(8, -7), most(8, -7);
  std::vector<std::uint32_t> bits(1, 7);
  std::vector<std::int64_t> inside(1, -7), number(1, -7), dropped(1, -7);
  std::vector<std::int32_t> coordinates(8, -7), listed(2, -7), indices(6, -7), rows(8, -7);
  const auto executor = device.executor();
  const view<const float, 3> points(memory.place(point), {1, count, 3}, {0, 0, 1});
  const view<const float, 3> each(memory.place(values), {1, count, 1});
  robocache::voxelize_report report;
  report.inside = {memory.place(inside), {1}};
  robocache::voxelize_density(executor, grid, points,
                              view<std::int32_t, 4>(memory.place(counts), {1, 1, 2, 4}), {},
                              report);
  robocache::voxelize_density(executor, grid, points,
                              view<float, 4>(memory.place(density), {1, 1, 2, 4}));
  robocache::voxelize_occupancy(executor, grid, points,
                                view<std::uint32_t, 2>(memory.place(bits), {1, 1}));
  std::vector<voxel_feature> features = {
      {voxel_reduction::mean, each, view<float, 5>(memory.place(mean), {1, 1, 2, 4, 1})},
      {voxel_reduction::maximum, each, view<float, 5>(memory.place(most), {1, 1, 2, 4, 1})}};
  features[1].argmax = view<std::int32_t, 5>(memory.place(argmax), {1, 1, 2, 4, 1});
  robocache::features_report of_features;
  of_features.counts = {memory.place(feature_counts), {1, 1, 2, 4}};
  robocache::voxelize_features(executor, grid, points, features, {}, of_features);
  robocache::sparse_voxels voxels;
  voxels.coordinates = {memory.place(coordinates), {2, 4}};
  voxels.counts = {memory.place(listed), {2}};
  voxels.number = {memory.place(number), {1}};
  robocache::voxelize_sparse(executor, grid, points, std::vector<voxel_feature>{}, voxels);
  device.s.wait();
  for (auto* v : {&counts, &feature_counts, &argmax, &coordinates, &listed}) memory.fetch(*v);
  for (auto* v : {&density, &mean, &most}) memory.fetch(*v);
  memory.fetch(inside);
  memory.fetch(number);
  memory.fetch(bits);
  CHECK(counts == std::vector<std::int32_t>{0, 0, 0, 0, 0, count, 0, 0});
  CHECK(feature_counts == counts);
  CHECK(density == std::vector<float>{0, 0, 0, 0, 0, 0x1p25F, 0, 0});
  CHECK(mean == std::vector<float>{0, 0, 0, 0, 0, 511.5F, 0, 0});
  CHECK(most == std::vector<float>{0, 0, 0, 0, 0, 1023, 0, 0});
  CHECK(argmax == std::vector<std::int32_t>{-1, -1, -1, -1, -1, 1023, -1, -1});
  CHECK(bits[0] == 1U << 5);
  CHECK(inside[0] == count);
  CHECK(number[0] == 1);
  CHECK(coordinates == std::vector<std::int32_t>{0, 0, 1, 1, -7, -7, -7, -7});
  CHECK(listed == std::vector<std::int32_t>{count, -7});

  robocache::first_points kept;
  kept.indices = {memory.place(indices), {2, 3}};
  kept.coordinates = {memory.place(rows), {2, 4}};
  kept.number = {memory.place(number), {1}};
  kept.dropped = {memory.place(dropped), {1}};
  robocache::voxelize_first(executor, grid, points, kept);
  device.s.wait();
  memory.fetch(indices);
  memory.fetch(dropped);
  CHECK(indices == std::vector<std::int32_t>{0, 1, 2, -7, -7, -7});
  CHECK(dropped[0] == count - 3);
}

TEST_CASE("voxelize: dense outputs beyond 2^31 voxels on the GPU", "[gpu]") {
  device_runner device;
  random_source random(622);
  // One cloud: the same bits as the CPU, and bytes that hold nothing else.
  constexpr std::int64_t voxels = std::int64_t{2048} * 1024 * 1025;
  if (affordable(voxels * 2)) {
    auto p = even_clouds(random, 1, 100'000, 1024);
    p.grid.extents[0] = 2048;
    p.grid.size[0] = 0.05;
    p.grid.extents[2] = 1025;
    mirror memory;
    const auto here = [&](auto& v) { return memory.place(v); };
    const auto points = p.placed_points(here);
    std::vector<std::uint32_t> bits((voxels + 31) / 32, 7), expected(bits.size(), 9);
    robocache::voxelize_occupancy(
        device.executor(), p.grid, points,
        view<std::uint32_t, 2>(memory.place(bits), {1, (voxels + 31) / 32}));
    const block bytes(voxels);
    robocache::voxelize_occupancy(
        device.executor(), p.grid, points,
        view<std::uint8_t, 4>(bytes.data<std::uint8_t>(), {1, 1025, 1024, 2048}));
    device.s.wait();
    memory.fetch(bits);
    robocache::voxelize_occupancy(cpu{}, p.grid, p.placed_points([](auto& v) { return v.data(); }),
                                  view<std::uint32_t, 2>(expected.data(), {1, (voxels + 31) / 32}));
    CHECK(first_difference(bits, expected) == -1);
    std::vector<std::uint8_t> all(voxels);
    require(cudaMemcpy(all.data(), bytes.data(), all.size(), cudaMemcpyDeviceToHost));
    std::int64_t wrong = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      wrong += all[i] == (expected[i / 32] >> (i % 32) & 1U) ? 0 : 1;
    }
    CHECK(wrong == 0);
  }
  // Many clouds: some of them are compared.
  constexpr std::int64_t extent = 320, cells = extent * extent * extent, batch = 70;
  static_assert(batch * cells > large, "beyond 32 bits");
  if (affordable(batch * cells * 4)) {
    const auto p = even_clouds(random, batch, 20'000, extent);
    mirror memory;
    const block counts(static_cast<std::size_t>(batch * cells) * sizeof(float));
    robocache::voxelize_density(
        device.executor(), p.grid, p.placed_points([&](auto& v) { return memory.place(v); }),
        view<float, 4>(counts.data<float>(), {batch, extent, extent, extent}));
    device.s.wait();
    std::vector<float> got(cells), expected(cells);
    for (const std::int64_t b : {std::int64_t{0}, large / cells, large / cells + 1, batch - 1}) {
      require(cudaMemcpy(got.data(), counts.data<float>() + b * cells, got.size() * sizeof(float),
                         cudaMemcpyDeviceToHost));
      robocache::voxelize_density(
          cpu{}, p.grid, view<const float, 3>(p.dense.data() + b * p.rows * 3, {1, p.rows, 3}),
          view<float, 4>(expected.data(), {1, extent, extent, extent}));
      CAPTURE(b);
      CHECK(first_difference(got, expected) == -1);
    }
  }
}

TEST_CASE("voxelize: dense features beyond 2^31 elements on the GPU", "[gpu]") {
  constexpr std::int64_t extent = 322, cells = extent * extent * extent, channels = 65;
  static_assert(cells * channels > large, "beyond 32 bits");
  if (!affordable(cells * channels * 4)) return;
  device_runner device;
  random_source random(623);
  auto p = even_clouds(random, 1, 30'000, extent);
  add_feature(random, p, voxel_reduction::mean, channels);
  const auto expected = run(cpu{}, p, sparse_outcome(p, p.rows));
  mirror memory;
  const auto& values = std::get<laid_out<float>>(p.features[0].values);
  const block output(static_cast<std::size_t>(cells * channels) * sizeof(float));
  robocache::voxelize_mean(
      device.executor(), p.grid, p.placed_points([&](auto& v) { return memory.place(v); }),
      values.cube(static_cast<const float*>(memory.place(values.memory))),
      view<float, 5>(output.data<float>(), {1, extent, extent, extent, channels}));
  device.s.wait();
  const auto& rows = std::get<laid_out<float>>(expected.results[0].values);
  const auto row = rows.cube(rows.memory.data());
  const auto where = expected.coordinates.cube(expected.coordinates.memory.data());
  const std::int64_t number = expected.number[0];
  std::int64_t beyond = 0;
  for (std::int64_t v = 0; v < number; v += v < 100 || v > number - 3000 ? 1 : 97) {
    const std::int64_t cell = (where(0, v, 1) * extent + where(0, v, 2)) * extent + where(0, v, 3);
    std::vector<float> got(channels), want(channels);
    require(cudaMemcpy(got.data(), output.data<float>() + cell * channels,
                       got.size() * sizeof(float), cudaMemcpyDeviceToHost));
    for (std::int64_t c = 0; c < channels; ++c) want[static_cast<std::size_t>(c)] = row(0, v, c);
    CAPTURE(v, cell);
    CHECK(first_difference(got, want) == -1);
    beyond += cell * channels > large ? 1 : 0;
  }
  CHECK(beyond > 10);
  std::vector<float> last(channels, -7);
  require(cudaMemcpy(last.data(), output.data<float>() + (cells - 1) * channels,
                     last.size() * sizeof(float), cudaMemcpyDeviceToHost));
  CHECK(std::all_of(last.begin(), last.end(), [](float v) { return v == v && v > -7; }));
}

TEST_CASE("voxelize is queued behind earlier work of its stream, and the call returns", "[gpu]") {
  staged work(630);
  CHECK(returns_before_it_runs(work));
  CHECK(work.difference() == "");
}

TEST_CASE("voxelize neither waits for the default stream nor runs on it", "[gpu]") {
  staged work(631);
  CHECK(ignores_default_stream(work));
  CHECK(work.difference() == "");
}

TEST_CASE("a captured voxelization replays on new points", "[gpu]") {
  const stream s;
  staged work(632);
  warm_up(work, s);
  const captured call(s, [&] { enqueue_all(work, s); });
  for (std::uint64_t round = 0; round < 3; ++round) {
    if (round > 0) work.change_points(round);
    call.replay();
    CHECK(work.difference() == "");
  }
}

TEST_CASE("the steady state of voxelize allocates nothing", "[gpu]") {
  const stream s;
  staged work(633);
  const std::size_t before = work.capacity();
  CHECK(allocates_nothing(s, [&] { work.enqueue(s.executor()); }));
  CHECK(work.capacity() == before);
}

TEST_CASE("voxelize: a workspace of the stated size is enough, and is no larger than promised",
          "[gpu]") {
  const stream s;
  random_source random(634);
  struct shape {
    std::int64_t batch, rows, extent;
  };
  const shape shapes[] = {{8, 5000, 64}, {1, 500'000, 128}, {4, 20'000, 128},
                          {1, 1, 1},     {2, 3000, 300},    {1, 250'000, 1000}};
  for (const auto& [batch, rows, extent] : shapes) {
    auto p = even_clouds(random, batch, rows, extent);
    CAPTURE(p.story);
    const bool is_dense = extent <= 300;
    if (extent <= 128) {
      add_feature(random, p, voxel_reduction::mean, 3);
      add_feature(random, p, voxel_reduction::maximum, 2);
      add_feature(random, p, voxel_reduction::normal, 3);
    }
    const std::size_t fill = robocache::voxelize_workspace_bytes(p.grid, batch, rows);
    const std::size_t bins = robocache::voxelize_features_workspace_bytes(
        p.grid, batch, rows, p.features.empty() ? 0 : 3);
    const auto points = static_cast<std::size_t>(batch * rows);
    const auto output = static_cast<std::size_t>(is_dense ? batch * p.grid.cells() * 4 : 0);
    CHECK(fill <= std::max(output / 4, 64 * points) + (1 << 20));
    CHECK(bins <= std::max(output / 4, 64 * points) + (1 << 20));
    robocache::workspace for_grids{robocache::device_memory(s.get())};
    robocache::workspace for_bins{robocache::device_memory(s.get())};
    for_grids.reserve(std::max<std::size_t>(fill, 1));
    for_bins.reserve(std::max<std::size_t>(bins, 1));
    const std::size_t grids_capacity = for_grids.capacity(), bins_capacity = for_bins.capacity();
    mirror memory;
    const auto here = [&](auto& v) { return memory.place(v); };
    const robocache::gpu first(s.get(), &for_grids), second(s.get(), &for_bins);
    if (is_dense) {
      grids_outcome grids(p);
      grids.run(first, p, here);
      features_outcome features(p);
      if (extent <= 128) features.run(second, p, here);
      s.wait();
    }
    sparse_outcome sparse(p, 1000);
    sparse.run(second, p, here);
    p.features.clear();
    first_outcome kept(p, 1000, 3);
    kept.run(second, p, here);
    s.wait();
    CHECK(for_grids.capacity() == grids_capacity);
    CHECK(for_bins.capacity() == bins_capacity);
  }
}

TEST_CASE("voxelize says so where a workspace is missing", "[gpu]") {
  const stream s;
  random_source random(635);
  const auto p = even_clouds(random, 1, 100, 10);
  mirror memory;
  const auto here = [&](auto& v) { return memory.place(v); };
  sparse_outcome out(p, 100);
  sparse_outcome poison = out;
  std::string text = "no error";
  try {
    out.run(s.executor(), p, here);
  } catch (const robocache::invalid_argument& error) {
    text = error.what();
  }
  s.wait();
  CAPTURE(text);
  CHECK(text.find("robocache::voxelize_sparse: ") == 0);
  CHECK(text.find("workspace") != std::string::npos);
  out.each([&](const char*, auto& v) { memory.fetch(v); });
  CHECK(difference(out, poison) == "");
}

TEST_CASE("voxelize refuses host memory by name and writes nothing", "[gpu]") {
  device_runner device;
  random_source random(636);
  auto p = even_clouds(random, 2, 50, 4);
  add_feature(random, p, voxel_reduction::maximum, 2);
  p.lengths = {50, 40};
  const auto refused = [&](auto outcome, const char* name, const auto& on_host) {
    mirror memory;
    auto poison = outcome;
    const void* const host = on_host(outcome);
    std::string text = "no error";
    try {
      outcome.run(device.executor(), p, [&](auto& v) {
        return static_cast<const void*>(v.data()) == host ? v.data() : memory.place(v);
      });
    } catch (const robocache::invalid_argument& error) {
      text = error.what();
    }
    device.s.wait();
    CAPTURE(text, name);
    CHECK(text.find("robocache::voxelize_") == 0);
    CHECK(text.find(std::string(": ") + name + " must be in device memory") != std::string::npos);
    outcome.each([&](const char*, auto& v) {
      if (static_cast<const void*>(v.data()) != host) memory.place(v), memory.fetch(v);
    });
    CHECK(difference(outcome, poison) == "");
  };
  using grids = grids_outcome&;
  using features = features_outcome&;
  using sparse = sparse_outcome&;
  using first = first_outcome&;
  const auto points = [&](auto&) -> const void* { return p.points.memory.data(); };
  const auto lengths = [&](auto&) -> const void* { return p.lengths.data(); };
  const auto values = [&](auto&) -> const void* {
    return std::get<laid_out<float>>(p.features[0].values).memory.data();
  };
  const auto results = [](auto& o) -> const void* {
    return std::get<laid_out<float>>(o.results[0].values).memory.data();
  };
  const grids_outcome g(p);
  refused(g, "points", points);
  refused(g, "options.clouds.lengths", lengths);
  refused(g, "output", [](grids o) -> const void* { return o.bytes.memory.data(); });
  refused(g, "report.inside", [](grids o) -> const void* { return o.of_occupancy.inside.data(); });
  refused(g, "report.outside",
          [](grids o) -> const void* { return o.of_occupancy.outside.data(); });
  refused(g, "report.invalid",
          [](grids o) -> const void* { return o.of_occupancy.invalid.data(); });
  const features_outcome f(p);
  refused(f, "points", points);
  refused(f, "features[0].values", values);
  refused(f, "features[0].output", results);
  refused(f, "features[0].argmax",
          [](features o) -> const void* { return o.results[0].argmax.data(); });
  refused(f, "report.counts", [](features o) -> const void* { return o.counts.memory.data(); });
  const sparse_outcome l(p, 100);
  refused(l, "features[0].values", values);
  refused(l, "features[0].output", results);
  refused(l, "voxels.coordinates",
          [](sparse o) -> const void* { return o.coordinates.memory.data(); });
  refused(l, "voxels.counts", [](sparse o) -> const void* { return o.counts.data(); });
  refused(l, "voxels.number", [](sparse o) -> const void* { return o.number.data(); });
  const first_outcome k(p, 100, 3);
  refused(k, "points", points);
  refused(k, "values", values);
  refused(k, "output", [](first o) -> const void* { return o.values.data(); });
  refused(k, "kept.indices", [](first o) -> const void* { return o.indices.data(); });
  refused(k, "kept.coordinates", [](first o) -> const void* { return o.coordinates.data(); });
  refused(k, "kept.counts", [](first o) -> const void* { return o.counts.data(); });
  refused(k, "kept.number", [](first o) -> const void* { return o.number.data(); });
  refused(k, "kept.dropped", [](first o) -> const void* { return o.dropped.data(); });
  refused(k, "kept.voxel_of", [](first o) -> const void* { return o.voxel_of.data(); });
}

TEST_CASE("voxelize takes clouds with a bad range on the device for empty", "[gpu]") {
  device_runner device;
  random_source random(637);
  for (const std::int64_t bad : {std::int64_t{51}, std::int64_t{-1}, INT64_MAX, INT64_MIN}) {
    for (const bool packed : {false, true}) {
      auto p = even_clouds(random, 3, 50, 6);
      add_feature(random, p, voxel_reduction::mean, 2);
      auto good = p;
      if (packed) {
        p.rows = good.rows = 150;
        p.offsets = {0, 50, bad == 51 ? 151 : bad, 100};
        good.offsets = {0, 50, 50, 50};
      } else {
        p.lengths = {50, bad, 40};
        good.lengths = {50, 0, 40};
      }
      p.lay();
      good.lay();
      CAPTURE(bad, packed);
      auto grids = device(p, grids_outcome(p));
      auto expected_grids = run(cpu{}, good, grids_outcome(good));
      CHECK(difference(grids, expected_grids) == "");
      auto features = device(p, features_outcome(p));
      auto expected_features = run(cpu{}, good, features_outcome(good));
      CHECK(difference(features, expected_features) == "");
      auto sparse = device(p, sparse_outcome(p, 200));
      auto expected_sparse = run(cpu{}, good, sparse_outcome(good, 200));
      CHECK(difference(sparse, expected_sparse) == "");
    }
  }
}

TEST_CASE("voxelize: a bad offset on the device empties the clouds beside it alone", "[gpu]") {
  device_runner device;
  random_source random(638);
  for (const std::int64_t bad : {std::int64_t{-1}, INT64_MIN, INT64_MAX}) {
    for (const std::int64_t extent : {20, 190}) {
      auto p = even_clouds(random, 1, 100'000, extent);
      auto good = p;
      p.batch = good.batch = 8;
      p.offsets = {0, 20'000, 40'000, 50'000, bad, 60'000, 70'000, 90'000, 100'000};
      // Cloud 3 ends and cloud 4 begins at the bad offset.
      good.offsets = {0, 20'000, 40'000, 50'000, 50'000, 60'000, 70'000, 90'000, 100'000};
      p.lay();
      good.lay();
      CAPTURE(bad, extent);
      const auto grids = device(p, grids_outcome(p));
      const auto expected = run(cpu{}, good, grids_outcome(good));
      const std::int64_t cells = p.grid.cells();
      for (const std::int64_t b : {0, 1, 2, 5, 6, 7}) {
        const auto from = [&](const auto& array) { return array.memory.begin() + b * cells; };
        CAPTURE(b);
        CHECK(std::equal(from(grids.counts), from(grids.counts) + cells, from(expected.counts)));
        CHECK(std::equal(from(grids.bytes), from(grids.bytes) + cells, from(expected.bytes)));
      }
    }
  }
}

TEST_CASE("voxelize: wild offsets on the device stay in bounds", "[gpu]") {
  device_runner device;
  random_source random(639);
  for (int round = 0; round < rounds(50); ++round) {
    const std::int64_t rows = round % 10 == 9 ? 40'000 : 400;
    auto p = even_clouds(random, 1, rows, round % 10 == 9 ? 190 : 6);
    add_feature(random, p, voxel_reduction::mean, 2);
    p.batch = 5;
    p.offsets.clear();
    for (int i = 0; i < 6; ++i) {
      p.offsets.push_back(random.chance(0.2) ? any_stamp<std::int64_t>(random)
                                             : random.between(-2, rows + 2));
    }
    p.outputs = {7, 3, false, false, true};
    p.lay();
    // What overlapping clouds hold is not promised; that the stream survives is, and the guards.
    const auto grids = device(p, grids_outcome(p));
    const auto features = device(p, features_outcome(p));
    const auto sparse = device(p, sparse_outcome(p, 100));
    const auto guards = [](const auto& memory, std::size_t from) {
      const auto* bytes = reinterpret_cast<const std::uint8_t*>(memory.data() + from);
      return std::all_of(bytes, bytes + (memory.size() - from) * sizeof(memory[0]),
                         [](std::uint8_t b) { return b == 0xA5; });
    };
    CHECK(guards(grids.bytes.memory, grids.bytes.memory.size() - 4));
    CHECK(guards(features.counts.memory, features.counts.memory.size() - 4));
    CHECK(guards(sparse.counts, 100));
    CHECK(guards(sparse.number, 1));
    CHECK(sparse.number[0] >= 0);
    CHECK(cudaGetLastError() == cudaSuccess);
  }
}
