// `fuse` on the GPU: the CPU's bits, and what the CUDA executor promises besides.
#include "support/catch.hpp"
#include "support/device.hpp"
#include "support/fuse_problem.hpp"

namespace {

using namespace test;
using robocache::bf16;
using robocache::f16;
using robocache::fuse_clock;
using robocache::fuse_stream;
using robocache::view;

template <class Time, class T>
fuse_outcome<Time, T> on_device(const fuse_problem<Time, T>& p, const stream& s,
                                bool separate = false) {
  mirror device;
  fuse_outcome<Time, T> out(p, separate);
  fuse(s.executor(), p, out, [&](auto& v) { return device.place(v); });
  s.wait();
  out.for_each_array([&](auto& memory) { device.fetch(memory); });
  return out;
}

template <class Time, class T>
void compare(const fuse_problem<Time, T>& p, const stream& s, bool separate = false) {
  INFO(p.story);
  CHECK(on_device(p, s, separate).difference_from(fuse(robocache::cpu{}, p, separate)) == "");
}

using sample_problem = fuse_problem<std::int64_t, float>;

/// 20 streams of all sorts: two launches.
sample_problem make(std::uint64_t seed) {
  random_source random(seed);
  return make_fuse_problem<std::int64_t, float>(random, 20, 8, 300);
}

/// A call on staged arrays.
class staged : public staging {
 public:
  explicit staged(sample_problem p) : problem_(std::move(p)), got_(problem_) {}

  void enqueue(const robocache::any_executor& executor) {
    fuse(executor, problem_, got_, [&](auto& v) { return place(v); });
  }
  /// What arrived in pinned memory, compared with the CPU.
  [[nodiscard]] std::string difference() {
    got_.for_each_array([&](auto& memory) { collect(memory); });
    return got_.difference_from(fuse(robocache::cpu{}, problem_));
  }
  /// Other targets, in pinned memory and for the CPU.
  void change_targets(std::uint64_t seed) {
    random_source random(seed);
    for (auto& t : problem_.targets) t = random.chance(0.5) ? t : random.between(-1000, 1L << 32);
    restage(problem_.targets);
  }

 private:
  sample_problem problem_;
  fuse_outcome<std::int64_t, float> got_;
};

}  // namespace

#define ROBOCACHE_PAIRS(T) \
  (std::pair<T, std::int64_t>), (std::pair<T, double>), (std::pair<T, float>)

TEMPLATE_TEST_CASE("fuse: the GPU gives the CPU's bits", "[gpu]", ROBOCACHE_PAIRS(float),
                   ROBOCACHE_PAIRS(bf16), ROBOCACHE_PAIRS(f16), ROBOCACHE_PAIRS(double)) {
  using T = typename TestType::first_type;
  using Time = typename TestType::second_type;
  const stream s;
  random_source random(90'000 + sizeof(T) + 10 * sizeof(Time));
  for (auto left = static_cast<std::int64_t>(2e6 * std::max(scale(), 1e-3)); left > 0;) {
    fuse_wildness how;
    if (random.chance(0.1)) how.width = 70;
    if (random.chance(0.1)) how.samples = 2000;
    how.any_types = random.chance(0.3);
    const std::int64_t most = random.chance(0.1) ? 900 : 90;
    const auto p = make_fuse_problem<Time, T>(random, random.between(1, 20), random.between(1, 5),
                                              random.between(1, most), how);
    compare(p, s, random.chance(0.2));
    left -= p.batch * p.queries * p.channels();
  }
}

TEST_CASE("fuse: any number of streams on the GPU", "[gpu]") {
  const stream s;
  random_source random(91'000);
  for (const std::int64_t streams : {1, 2, 15, 16, 17, 31, 32, 33, 50}) {
    compare(make_fuse_problem<std::int64_t, float>(random, streams, 3, 70), s);
    compare(make_fuse_problem<double, bf16>(random, streams, 3, 70), s, true);
  }
}

TEST_CASE("fuse: wide rows, many rows and few rows on the GPU", "[gpu]") {
  const stream s;
  struct shape {
    std::int64_t streams, batch, queries, width, samples;
  };
  const shape shapes[] = {{3, 1, 5, 9000, 9},    {4, 32, 256, 588, 500}, {3, 2, 70'000, 3, 9},
                          {2, 70'000, 1, 3, 4},  {5, 1, 1, 1, 1},        {2, 3, 300, 6, 100'000},
                          {16, 64, 16, 33, 100}, {3, 4, 1023, 8, 1000}};
  random_source random(92'000);
  for (const auto& shape : shapes) {
    fuse_wildness how;
    how.width = shape.width;
    how.samples = shape.samples;
    how.reductions = shape.samples < 10'000;
    compare(make_fuse_problem<std::int64_t, bf16>(random, shape.streams, shape.batch, shape.queries,
                                                  how),
            s);
    compare(make_fuse_problem<float, float>(random, shape.streams, shape.batch, shape.queries, how),
            s);
  }
}

TEST_CASE("fuse: uniform clocks on the GPU", "[gpu]") {
  const stream s;
  random_source random(93'000);
  for (int round = 0; round < 20; ++round) {
    fuse_wildness how;
    how.extremes = false;
    auto p = make_fuse_problem<std::int64_t, float>(random, 5, 4, 500, how);
    p.uniform = true;
    p.start = random.chance(0.5) ? 1'763'000'000'123'456'789 : random.between(-1000, 1'000'000);
    p.step = random.between(0, 1'000'000'000);
    p.per = random.between(1, 1000);
    compare(p, s);
    auto q = make_fuse_problem<double, bf16>(random, 5, 4, 500, how);
    q.uniform = true;
    q.start = random.uniform(-500.0, 500.0);
    q.step = random.uniform(0.0, 1.0);
    q.per = random.between(1, 1000);
    compare(q, s);
  }
}

TEST_CASE("fuse: windows that tile a clock on the GPU", "[gpu]") {
  const stream s;
  random_source random(93'500);
  for (const std::int64_t samples : {50, 700, 20'000}) {
    for (int round = 0; round < 10; ++round) {
      compare(make_window_problem<std::int64_t, float>(random, 6, 3, 300, samples), s);
      compare(make_window_problem<std::int64_t, bf16>(random, 6, 3, 300, samples), s);
    }
  }
}

TEST_CASE("fuse: empty extents on the GPU", "[gpu]") {
  const stream s;
  random_source random(94'000);
  for (const std::int64_t batch : {0, 2}) {
    for (const std::int64_t queries : {0, 4}) {
      fuse_wildness how;
      for (const std::int64_t samples : {0, 1}) {
        how.samples = samples;
        compare(make_fuse_problem<std::int64_t, float>(random, 3, batch, queries, how), s);
        compare(make_fuse_problem<double, f16>(random, 0, batch, queries, how), s);
      }
    }
  }
}

TEST_CASE("fuse: items may share a recording on the GPU", "[gpu]") {
  const stream s;
  constexpr std::int64_t items = 9, samples = 50, queries = 40, width = 7;
  random_source random(95'000);
  std::vector<float> values;
  for (int i = 0; i < samples * width; ++i) values.push_back(ordinary<float>(random));
  auto stamps = make_stamps<std::int64_t>(random, spacing::jittered, samples);
  auto targets = make_targets(random, stamps, queries);
  std::vector<float> shared(items * queries * width);
  mirror device;
  using streams = std::vector<fuse_stream<std::int64_t>>;
  robocache::fuse(
      s.executor(),
      streams{{view<const float, 3>(device.place(values), {items, samples, width}, {0, width, 1}),
               view<const std::int64_t, 2>(device.place(stamps), {items, samples}, {0, 1})}},
      fuse_clock<std::int64_t>(
          view<const std::int64_t, 2>(device.place(targets), {items, queries}, {0, 1})),
      view<float, 3>(device.place(shared), {items, queries, width}));
  s.wait();
  device.fetch(shared);
  std::vector<float> one(queries * width);
  robocache::fuse(
      robocache::cpu{1},
      streams{{view<const float, 3>(values.data(), {1, samples, width}),
               view<const std::int64_t, 2>(stamps.data(), {1, samples})}},
      fuse_clock<std::int64_t>(view<const std::int64_t, 2>(targets.data(), {1, queries})),
      view<float, 3>(one.data(), {1, queries, width}));
  for (std::size_t b = 0; b < items; ++b) {
    const auto begin = shared.begin() + static_cast<std::ptrdiff_t>(b * one.size());
    CHECK(first_difference({begin, begin + queries * width}, one) == -1);
  }
}

TEST_CASE("fuse is queued behind earlier work of its stream, and the call returns", "[gpu]") {
  staged work(make(1));
  CHECK(returns_before_it_runs(work));
  CHECK(work.difference() == "");
}

TEST_CASE("fuse neither waits for the default stream nor runs on it", "[gpu]") {
  staged work(make(2));
  CHECK(ignores_default_stream(work));
  CHECK(work.difference() == "");
}

TEST_CASE("a captured fuse replays on new inputs", "[gpu]") {
  const stream s;
  staged work(make(3));
  warm_up(work, s);
  const captured call(s, [&] { enqueue_all(work, s); });
  for (std::uint64_t round = 0; round < 3; ++round) {
    if (round > 0) work.change_targets(round);
    call.replay();
    CHECK(work.difference() == "");
  }
}

TEST_CASE("the steady state of fuse allocates nothing", "[gpu]") {
  const stream s;
  staged work(make(4));
  CHECK(allocates_nothing(s, [&] { work.enqueue(s.executor()); }));
}

TEST_CASE("fuse refuses host memory, names the stream and writes nothing", "[gpu]") {
  const stream s;
  std::vector<float> values(2 * 4 * 3, 1.0F), out(2 * 3 * 6, -7.0F);
  std::vector<std::int64_t> stamps = {0, 1, 2, 3, 0, 1, 2, 3}, targets = {0, 1, 2, 0, 1, 2};
  std::vector<std::int64_t> lengths = {4, 4}, counts = {3, 3};
  std::vector<std::int64_t> ages(12, -7), errors(12, -7);
  std::vector<std::uint8_t> mask(8, 1), valid(12, 0xA5);
  const auto refused = [&](const void* on_host, const std::string& name, std::size_t spoilt = 1) {
    mirror device;
    const auto place = [&](auto& v, bool may_be_host = true) {
      return may_be_host && v.data() == on_host ? v.data() : device.place(v);
    };
    std::vector<fuse_stream<std::int64_t>> streams;
    for (std::size_t n = 0; n < 2; ++n) {
      const bool here = n == spoilt;
      fuse_stream<std::int64_t> one(view<const float, 3>(place(values, here), {2, 4, 3}),
                                    view<const std::int64_t, 2>(place(stamps, here), {2, 4}));
      one.options.samples.lengths = {place(lengths, here), {2}};
      one.options.sample_mask = {place(mask, here), {2, 4}};
      streams.push_back(one);
    }
    fuse_clock<std::int64_t> clock(view<const std::int64_t, 2>(place(targets), {2, 3}));
    clock.lengths = {place(counts), {2}};
    robocache::fuse_report<std::int64_t> report;
    report.valid = {place(valid), {2, 3, 2}};
    report.age = {place(ages), {2, 3, 2}};
    report.error = {place(errors), {2, 3, 2}};
    std::string text = "no error";
    try {
      robocache::fuse(s.executor(), streams, clock, view<float, 3>(place(out), {2, 3, 6}), report);
    } catch (const robocache::invalid_argument& error) {
      text = error.what();
    }
    s.wait();
    CAPTURE(text, name);
    CHECK(text.find("robocache::fuse: stream " + name + " ") == 0);
    if (out.data() != on_host) device.fetch(out);
    if (valid.data() != on_host) device.fetch(valid);
    CHECK(out == std::vector<float>(out.size(), -7.0F));
    CHECK(valid == std::vector<std::uint8_t>(valid.size(), 0xA5));
  };
  refused(values.data(), "0: source", 0);
  refused(values.data(), "1: source");
  refused(stamps.data(), "1: times");
  refused(lengths.data(), "1: options.samples.lengths");
  refused(mask.data(), "1: options.sample_mask");
  refused(targets.data(), "0: targets");
  refused(counts.data(), "0: clock.lengths");
  refused(out.data(), "0: output");
  refused(valid.data(), "0: report.valid");
  refused(ages.data(), "0: report.age");
  refused(errors.data(), "0: report.error");
}

TEST_CASE("fuse leaves an item with a bad range unwritten, in its stream alone", "[gpu]") {
  const stream s;
  for (const auto kind : {robocache::interpolation::linear, robocache::interpolation::pchip}) {
    constexpr std::int64_t items = 3, samples = 6, queries = 5, width = 3;
    std::vector<float> values(items * samples * width, 2.0F), out(items * queries * 2 * width, -7);
    std::vector<std::int64_t> stamps, bad = {6, 7, 6};
    for (int i = 0; i < items * samples; ++i) stamps.push_back(i % samples);
    std::vector<std::uint8_t> valid(items * queries * 2, 9);
    mirror device;
    fuse_stream<std::int64_t> one(
        view<const float, 3>(device.place(values), {items, samples, width}),
        view<const std::int64_t, 2>(device.place(stamps), {items, samples}), kind);
    std::vector<fuse_stream<std::int64_t>> streams = {one, one};
    streams[1].options.samples.lengths = {device.place(bad), {items}};
    robocache::fuse_report<std::int64_t> report;
    report.valid = {device.place(valid), {items, queries, 2}};
    robocache::fuse(s.executor(), streams, fuse_clock<std::int64_t>(0, 1, items, queries),
                    view<float, 3>(device.place(out), {items, queries, 2 * width}), report);
    s.wait();
    device.fetch(out);
    device.fetch(valid);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const bool unwritten = i / (queries * 2 * width) == 1 && i % (2 * width) >= width;
      CHECK(out[i] == (unwritten ? -7.0F : 2.0F));
    }
    for (std::size_t i = 0; i < valid.size(); ++i) {
      CHECK(valid[i] == (i / (queries * 2) == 1 && i % 2 == 1 ? 9 : 1));
    }
  }
}

TEST_CASE("forward_fill on the GPU gives the CPU's bits", "[gpu]") {
  const stream s;
  random_source random(96'000);
  constexpr std::int64_t items = 5, samples = 700, width = 6;
  std::vector<float> values;
  for (int i = 0; i < items * samples * width; ++i) {
    values.push_back(random.chance(0.4) ? adversarial<float>(random) : ordinary<float>(random));
  }
  std::vector<std::int64_t> stamps;
  for (int b = 0; b < items; ++b) {
    const auto own = make_stamps<std::int64_t>(random, all_spacings[b], samples);
    stamps.insert(stamps.end(), own.begin(), own.end());
  }
  std::vector<std::uint8_t> mask;
  for (int i = 0; i < items * samples; ++i) mask.push_back(random.chance(0.7) ? 1 : 0);
  const auto run = [&](const robocache::any_executor& executor, auto& out, auto& valid,
                       const auto& place) {
    robocache::forward_fill_options<std::int64_t> options;
    options.max_age = 30'000'000;
    options.fill_value = -1.0;
    options.sample_mask = {place(mask), {items, samples}};
    robocache::resample_report<std::int64_t> report;
    report.valid = {place(valid), {items, samples}};
    robocache::forward_fill(executor, view<const float, 3>(place(values), {items, samples, width}),
                            view<const std::int64_t, 2>(place(stamps), {items, samples}),
                            view<float, 3>(place(out), {items, samples, width}), options, report);
  };
  std::vector<float> expected(values.size()), got(values.size());
  std::vector<std::uint8_t> expected_valid(stamps.size()), got_valid(stamps.size());
  run(robocache::cpu{}, expected, expected_valid, [](auto& v) { return v.data(); });
  mirror device;
  run(s.executor(), got, got_valid, [&](auto& v) { return device.place(v); });
  s.wait();
  device.fetch(got);
  device.fetch(got_valid);
  CHECK(first_difference(got, expected) == -1);
  CHECK(first_difference(got_valid, expected_valid) == -1);
}

namespace {

/// Two float streams and one bf16 stream into bf16, some rows compared with the CPU.
void compare_large_output(std::int64_t queries, std::int64_t a, std::int64_t b, std::int64_t c,
                          robocache::interpolation kind) {
  const std::int64_t channels = a + b + c;
  constexpr std::int64_t samples = 40;
  REQUIRE(queries * channels > large);
  if (!affordable(queries * channels * 2 + queries * 3)) return;
  random_source random(97'000);
  std::vector<float> wide;
  std::vector<bf16> narrow;
  for (std::int64_t i = 0; i < samples * std::max(a, b); ++i) {
    wide.push_back(ordinary<float>(random));
  }
  for (std::int64_t i = 0; i < samples * c; ++i) narrow.push_back(ordinary<bf16>(random));
  std::vector<std::int64_t> stamps;
  for (std::int64_t i = 0; i < samples; ++i) stamps.push_back(i * queries / samples);
  const auto run = [&](const auto& executor, std::int64_t first, std::int64_t count, bf16* out,
                       std::uint8_t* valid, const auto& place) {
    const view<const std::int64_t, 2> times(place(stamps), {1, samples});
    std::vector<fuse_stream<std::int64_t>> streams = {
        {view<const float, 3>(place(wide), {1, samples, a}), times},
        {view<const float, 3>(place(wide), {1, samples, b}), times, kind},
        {view<const bf16, 3>(place(narrow), {1, samples, c}), times}};
    robocache::fuse_report<std::int64_t> report;
    report.valid = {valid, {1, count, 3}};
    robocache::fuse(executor, streams, fuse_clock<std::int64_t>(first, 1, 1, count),
                    view<bf16, 3>(out, {1, count, channels}), report);
  };
  const stream s;
  mirror device;
  const block out(static_cast<std::size_t>(queries * channels) * sizeof(bf16));
  const block valid(static_cast<std::size_t>(queries) * 3);
  run(s.executor(), 0, queries, out.data<bf16>(), valid.data<std::uint8_t>(),
      [&](auto& v) { return device.place(v); });
  s.wait();
  std::vector<bf16> row(static_cast<std::size_t>(channels)), expected(row.size());
  for (const std::int64_t u : telling_rows(queries, channels)) {
    std::vector<std::uint8_t> flags(3), expected_flags(3);
    run(robocache::cpu{}, u, 1, expected.data(), expected_flags.data(),
        [](auto& v) { return v.data(); });
    require(cudaMemcpy(row.data(), out.data<bf16>() + u * channels, row.size() * sizeof(bf16),
                       cudaMemcpyDeviceToHost));
    require(
        cudaMemcpy(flags.data(), valid.data<std::uint8_t>() + u * 3, 3, cudaMemcpyDeviceToHost));
    CAPTURE(u, queries, channels);
    CHECK(first_difference(row, expected) == -1);
    CHECK(flags == expected_flags);
  }
}

}  // namespace

TEST_CASE("fuse: outputs beyond 2^31 elements", "[gpu]") {
  using robocache::interpolation;
  compare_large_output(70'000, 20'000, 8000, 4768, interpolation::linear);
  compare_large_output(70'000, 19'999, 8001, 4767, interpolation::previous);
  compare_large_output(160'000'000, 7, 6, 1, interpolation::linear);
  compare_large_output(160'000'000, 3, 6, 5, interpolation::pchip);
}
