// Bounds, depth images and crops on the GPU: the CPU's bits, and what the CUDA executor promises.
#include "support/catch.hpp"
#include "support/device.hpp"
#include "support/points_problem.hpp"

namespace {

using namespace test;
using robocache::bf16;
using robocache::f16;
using robocache::view;

/// A stream with a workspace of its own.
struct device_runner {
  stream s;
  robocache::workspace scratch{robocache::device_memory(s.get())};

  [[nodiscard]] robocache::gpu executor() { return robocache::gpu(s.get(), &scratch); }

  template <class Problem, class Outcome>
  Outcome operator()(const Problem& p, Outcome outcome) {
    mirror device;
    outcome.run(executor(), p, [&](auto& v) { return device.place(v); });
    s.wait();
    outcome.each([&](const char*, auto& memory) { device.fetch(memory); });
    return outcome;
  }
};

/// The GPU gives what the CPU gives.
template <class Problem, class Outcome>
void compare(device_runner& device, const Problem& p, const Outcome& blank) {
  INFO(p.story);
  Outcome expected = blank;
  expected.run(robocache::cpu{}, p, [](auto& v) { return v.data(); });
  Outcome got = device(p, blank);
  CHECK(difference(got, expected) == "");
}

int rounds(int count) { return std::max(1, static_cast<int>(count * std::min(scale(), 4.0))); }

template <class P>
cloud_problem<P> clouds_of(random_source& random, std::int64_t batch, std::int64_t points) {
  cloud_wildness wild;
  wild.points = points;
  wild.adversarial = 0.1;
  return make_clouds<P>(random, batch, 0, wild);
}

/// Clouds of so many points each, without guards; a tenth are NaN.
cloud_problem<float> even_clouds(std::int64_t batch, std::int64_t rows) {
  random_source random(29'000);
  cloud_problem<float> p;
  p.batch = batch;
  p.rows = rows;
  p.dense.resize(static_cast<std::size_t>(batch * rows * 3));
  for (auto& v : p.dense) {
    v = random.chance(0.03) ? plain_nan() : static_cast<float>(random.uniform(-1.0, 4.0));
  }
  p.lay();
  p.story = std::to_string(batch) + " clouds of " + std::to_string(rows);
  return p;
}

/// Half of the points of `even_clouds` lie here.
robocache::point_box octant() {
  robocache::point_box box;
  for (double& limit : box.lower) limit = 0.0;
  return box;
}

/// All three calls on staged arrays.
class staged : public staging {
 public:
  staged() {
    scratch_.reserve(1 << 20);
    own_.wait();
  }

  void enqueue(const robocache::gpu& given) {
    const robocache::gpu executor(given.stream(), &scratch_);
    const auto place_all = [&](auto& v) { return place(v); };
    bounds_.run(executor, clouds_, place_all);
    crop_.run(executor, clouds_, place_all);
    points_.run(executor, depth_, place_all);
  }
  /// What arrived in pinned memory, compared with the CPU.
  [[nodiscard]] std::string difference() {
    return against_cpu(bounds_, clouds_) + against_cpu(crop_, clouds_) +
           against_cpu(points_, depth_);
  }
  /// Other points, in pinned memory and for the CPU.
  void change_points(std::uint64_t seed) {
    random_source random(seed);
    auto& memory = clouds_.points.memory;
    for (auto& v : memory) v = random.chance(0.05) ? plain_nan() : ordinary<float>(random);
    restage(memory);
  }

 private:
  static depth_problem<std::uint16_t> make_images() {
    random_source random(28'100);
    auto p = make_depth<std::uint16_t>(random, 4, 200);
    return p;
  }
  template <class Problem, class Outcome>
  std::string against_cpu(Outcome& got, const Problem& p) {
    Outcome expected = got;
    expected.run(robocache::cpu{}, p, [](auto& v) { return v.data(); });
    got.each([&](const char*, auto& memory) { collect(memory); });
    return test::difference(got, expected);
  }

  stream own_;
  robocache::workspace scratch_{robocache::device_memory(own_.get())};
  cloud_problem<float> clouds_ = even_clouds(3, 9000);
  depth_problem<std::uint16_t> depth_ = make_images();
  bounds_outcome<float> bounds_{clouds_};
  crop_outcome<float> crop_{clouds_, octant()};
  depth_outcome points_{depth_};
};

}  // namespace

TEMPLATE_TEST_CASE("points: the GPU gives the CPU's bits", "[gpu]", float, double, bf16, f16) {
  device_runner device;
  random_source random(21'000 + sizeof(TestType));
  for (int round = 0; round < rounds(60); ++round) {
    const auto p = clouds_of<TestType>(random, random.between(0, 5), round % 5 == 0 ? 20'000 : 500);
    compare(device, p, bounds_outcome<TestType>(p));
    compare(device, p, random_crop(random, p));
  }
}

TEMPLATE_TEST_CASE("depth: the GPU gives the CPU's bits", "[gpu]", std::uint16_t, float) {
  device_runner device;
  random_source random(22'000 + sizeof(TestType));
  for (int round = 0; round < rounds(60); ++round) {
    const auto p = make_depth<TestType>(random, random.between(0, 5), round % 5 == 0 ? 300 : 40);
    compare(device, p, depth_outcome(p));
  }
}

TEST_CASE("points: many clouds, large clouds, ends of tiles", "[gpu]") {
  device_runner device;
  const std::pair<std::int64_t, std::int64_t> shapes[] = {
      {70'000, 3}, {5000, 100}, {1, 1023},      {1, 1024},      {1, 1025},
      {2, 2048},   {3, 2049},   {1, 2'097'151}, {1, 2'097'153}, {1, 5'000'000}};
  for (const auto& [batch, rows] : shapes) {
    const auto p = even_clouds(batch, rows);
    compare(device, p, bounds_outcome<float>(p));
    compare(device, p, crop_outcome<float>(p, octant(), std::vector<float>(p.dense), 3));
  }
}

TEST_CASE("points: packed clouds, some of them empty", "[gpu]") {
  device_runner device;
  auto p = even_clouds(1, 100'000);
  p.batch = 7;
  p.offsets = {5000, 5000, 5001, 30'000, 30'000, 90'000, 99'999, 99'999};
  compare(device, p, bounds_outcome<float>(p));
  compare(device, p, crop_outcome<float>(p, octant(), std::vector<float>(p.dense), 3));
}

TEST_CASE("depth: large images and many of them", "[gpu]") {
  device_runner device;
  random_source random(23'000);
  const std::int64_t shapes[][3] = {{1, 1, 1},     {3000, 7, 9}, {1, 2100, 2100},
                                    {8, 480, 640}, {2, 1, 5000}, {2, 5000, 1}};
  for (const auto& [batch, height, width] : shapes) {
    auto p = make_depth<std::uint16_t>(random, batch, 0);
    p.height = height;
    p.width = width;
    for (std::int64_t i = 0; i < batch * height * width; ++i) {
      p.dense.push_back(random.chance(0.2) ? 0 : static_cast<std::uint16_t>(random.bits()));
    }
    p.lay();
    compare(device, p, depth_outcome(p));
  }
}

TEST_CASE("points: 100 repeats give the same bits", "[gpu]") {
  device_runner device;
  const auto p = even_clouds(2, 300'000);
  auto bounds = device(p, bounds_outcome<float>(p));
  auto crop = device(p, crop_outcome<float>(p, octant()));
  for (int i = 0; i < 100; ++i) {
    auto again = device(p, bounds_outcome<float>(p));
    CHECK(difference(again, bounds) == "");
    auto other = device(p, crop_outcome<float>(p, octant()));
    CHECK(difference(other, crop) == "");
  }
}

TEST_CASE("points: bad ranges make empty clouds on the GPU", "[gpu]") {
  device_runner device;
  auto p = even_clouds(4, 3000);
  p.lengths = {3000, 3001, -1, 7};
  auto got = device(p, bounds_outcome<float>(p));
  auto cropped = device(p, crop_outcome<float>(p, octant()));
  p.lengths = {3000, 0, 0, 7};
  auto expected = expected_bounds(p);
  CHECK(difference(got, expected) == "");
  auto kept = expected_crop(p, crop_outcome<float>(p, octant()));
  CHECK(difference(cropped, kept) == "");
}

TEST_CASE("points: calls are asynchronous, captured, and allocate nothing", "[gpu]") {
  staged work;
  CHECK(returns_before_it_runs(work));
  CHECK(work.difference() == "");
  CHECK(ignores_default_stream(work));
  CHECK(work.difference() == "");
  const stream s;
  warm_up(work, s);
  const captured calls(s, [&] { enqueue_all(work, s); });
  for (std::uint64_t round = 1; round < 4; ++round) {
    work.change_points(round);
    calls.replay();
    CHECK(work.difference() == "");
  }
  CHECK(allocates_nothing(s, [&] { work.enqueue(s.executor()); }));
}

TEST_CASE("points: the CUDA executor refuses host memory and a missing workspace", "[gpu]") {
  device_runner device;
  const auto p = even_clouds(1, 100);
  const auto message = [&](const robocache::gpu& executor, auto outcome) {
    mirror memory;
    try {
      outcome.run(executor, p, [&](auto& v) { return memory.place(v); });
    } catch (const robocache::invalid_argument& error) {
      return std::string(error.what());
    }
    return std::string("nothing was thrown");
  };
  CHECK(message(device.executor(), bounds_outcome<float>(p)) == "nothing was thrown");
  CHECK(message(device.s.executor(), bounds_outcome<float>(p)) == "nothing was thrown");
  const std::string missing = message(device.s.executor(), crop_outcome<float>(p, octant()));
  CHECK(missing.find("robocache::crop_points: the executor needs a workspace") == 0);
  auto outcome = bounds_outcome<float>(p);
  CHECK_THROWS_AS(outcome.run(device.executor(), p, [](auto& v) { return v.data(); }),
                  robocache::invalid_argument);
  device.s.wait();
}
