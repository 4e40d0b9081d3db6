// Accumulators on the GPU: the CPU's bits in every array, and what the CUDA executor promises.
#include "support/accumulate_problem.hpp"
#include "support/catch.hpp"
#include "support/device.hpp"

namespace {

using namespace test;
using robocache::bf16;
using robocache::cpu;
using robocache::f16;
using robocache::view;

const auto in_place = [](auto& v) { return v.data(); };

/// `run(outcome, place)` on the device's copies of all arrays.
template <class Run>
accumulate_outcome on_device(accumulate_outcome outcome, const stream& s, const Run& run) {
  mirror device;
  outcome.each([&](const char*, auto& memory) { device.place(memory); });
  run(outcome, [&](auto& v) { return device.place(v); });
  s.wait();
  outcome.each([&](const char*, auto& memory) { device.fetch(memory); });
  return outcome;
}

template <class P>
accumulate_outcome on_device(const accumulate_problem<P>& p, const stream& s) {
  return on_device(accumulate_outcome(p), s, [&](accumulate_outcome& outcome, const auto& place) {
    outcome.run(s.executor(), p, place);
  });
}

template <class P>
accumulate_outcome on_cpu(const accumulate_problem<P>& p) {
  accumulate_outcome outcome(p);
  outcome.run(cpu{}, p, in_place);
  return outcome;
}

accumulate_problem<float> sample(std::uint64_t seed, std::int64_t points = 20'000) {
  random_source random(seed);
  return make_shards<float>(random, points);
}

/// A whole accumulation on staged arrays.
class staged : public staging {
 public:
  staged() {
    got_.each([&](const char*, auto& memory) { place(memory); });
  }
  void enqueue(const robocache::any_executor& executor) {
    got_.run(executor, problem_, [&](auto& v) { return place(v); });
  }
  /// What arrived in pinned memory, compared with the CPU.
  [[nodiscard]] std::string difference() {
    got_.each([&](const char*, auto& memory) { collect(memory); });
    accumulate_outcome expected = on_cpu(problem_);
    return test::difference(got_, expected);
  }

 private:
  accumulate_problem<float> problem_ = sample(41'000);
  accumulate_outcome got_{problem_};
};

}  // namespace

TEMPLATE_TEST_CASE("accumulate: the GPU gives the CPU's bits", "[gpu]", float, double, bf16, f16) {
  const stream s;
  random_source random(42'000 + sizeof(TestType));
  const int rounds = std::max(1, static_cast<int>(40 * std::min(scale(), 4.0)));
  for (int round = 0; round < rounds; ++round) {
    const auto p = make_shards<TestType>(random, round % 5 == 0 ? 30'000 : 400);
    INFO(p.story);
    auto got = on_device(p, s);
    auto expected = on_cpu(p);
    CHECK(difference(got, expected) == "");
    auto at_once = run(cpu{}, p.whole, features_outcome(p.whole));
    auto grids = expected_grids(p.whole);
    CHECK(difference_from_whole(p, got, at_once, grids) == "");
  }
}

TEST_CASE("accumulate: shards of the GPU and of the CPU", "[gpu]") {
  const stream s;
  for (std::uint64_t seed = 43'000; seed < 43'020; ++seed) {
    auto p = sample(seed, 3000);
    p.accumulators = 2;
    for (std::size_t n = 0; n < p.calls.size(); ++n) p.targets[n] = n % 2;
    p.merges.clear();
    INFO(p.story);
    const auto fill = [&](const auto& executor, std::size_t target, accumulate_outcome& outcome,
                          const auto& place) {
      auto part = p;
      part.calls.clear();
      part.targets.clear();
      for (std::size_t n = target; n < p.calls.size(); n += 2) {
        part.calls.push_back(p.calls[n]);
        part.targets.push_back(0);
      }
      outcome.fill(executor, part, place);
      robocache::synchronize(executor);  // before the call's arrays go
    };
    auto half = on_device(accumulate_outcome(p), s, [&](accumulate_outcome& o, const auto& place) {
      fill(s.executor(), 0, o, place);
    });
    accumulate_outcome rest(p);
    fill(cpu{}, 1, rest, in_place);
    robocache::merge(cpu{}, half.accumulators[0].placed(in_place),
                     rest.accumulators[0].placed(in_place));
    rest.read(cpu{}, p, in_place);
    auto at_once = run(cpu{}, p.whole, features_outcome(p.whole));
    auto grids = expected_grids(p.whole);
    CHECK(difference_from_whole(p, rest, at_once, grids) == "");
  }
}

TEST_CASE("accumulate: 100 repeats give the same bits", "[gpu]") {
  const stream s;
  const auto p = sample(44'000);
  auto first = on_device(p, s);
  for (int i = 0; i < 100; ++i) {
    auto again = on_device(p, s);
    CHECK(difference(first, again) == "");
  }
}

TEST_CASE("accumulate: 2^25 points in one voxel", "[gpu]") {
  const stream s;
  constexpr std::int64_t points = 1 << 25;
  owned_accumulator acc({}, 2, true, true, false);
  acc.most_points = points;
  acc.scale = robocache::choose_scale(3.0F, points);
  std::vector<float> row = {0.5F, 0.5F, 0.5F}, values = {0.1F, -3.0F}, means(2), maxima(2);
  std::vector<std::int32_t> counts(1);
  mirror device;
  const auto place = [&](auto& v) { return device.place(v); };
  const auto placed = acc.placed(place);
  robocache::reset(s.executor(), placed);
  robocache::accumulate(s.executor(), {}, view<float, 3>(place(row), {1, points, 3}, {0, 0, 1}),
                        view<float, 3>(place(values), {1, points, 2}, {0, 0, 1}), placed);
  robocache::finalise_mean(s.executor(), placed, view<float, 4>(place(means), {1, 1, 1, 2}));
  robocache::finalise_max(s.executor(), placed, view<float, 4>(place(maxima), {1, 1, 1, 2}));
  robocache::finalise_density(s.executor(), placed,
                              view<std::int32_t, 3>(place(counts), {1, 1, 1}));
  s.wait();
  device.fetch(means);
  device.fetch(maxima);
  device.fetch(counts);
  CHECK(counts[0] == points);
  CHECK(means == values);
  CHECK(maxima == values);
}

TEST_CASE("accumulate: bad ranges make empty clouds on the GPU", "[gpu]") {
  const stream s;
  auto p = sample(45'000, 500);
  auto& whole = p.whole;
  whole.batch = 4;
  whole.dense.resize(static_cast<std::size_t>(whole.batch * whole.rows * 3), whole.dense.at(0));
  for (auto& f : whole.features) {
    f.wide.resize(static_cast<std::size_t>(whole.batch * whole.rows * f.channels), 1.0F);
  }
  whole.lengths = {whole.rows, whole.rows + 1, -1, whole.rows / 2};
  whole.lay();
  p.calls = {whole};
  p.targets = {0};
  p.merges.clear();
  p.accumulators = 1;
  auto got = on_device(p, s);
  p.calls[0].lengths = {whole.rows, 0, 0, whole.rows / 2};
  auto expected = on_cpu(p);
  CHECK(difference(got, expected) == "");
}

TEST_CASE("accumulate: calls are asynchronous, captured, and allocate nothing", "[gpu]") {
  staged work;
  CHECK(returns_before_it_runs(work));
  CHECK(work.difference() == "");
  CHECK(ignores_default_stream(work));
  CHECK(work.difference() == "");
  const stream s;
  warm_up(work, s);
  const captured calls(s, [&] { enqueue_all(work, s); });
  for (int round = 0; round < 3; ++round) {
    calls.replay();
    CHECK(work.difference() == "");
  }
  CHECK(allocates_nothing(s, [&] { work.enqueue(s.executor()); }));
}

TEST_CASE("accumulate: the CUDA executor refuses host memory", "[gpu]") {
  const stream s;
  accumulate_outcome outcome(sample(46'000, 100));
  CHECK_THROWS_AS(robocache::reset(s.executor(), outcome.accumulators[0].placed(in_place)),
                  robocache::invalid_argument);
  s.wait();
}
