// `fuse` is `resample` of each stream, side by side, bit for bit; and what its clocks say.
#include "support/catch.hpp"
#include "support/fuse_reference.hpp"

namespace {

using namespace test;
using robocache::bf16;
using robocache::f16;
using robocache::view;

/// What `resample` gives for each stream, laid out like the outputs of `fuse`.
template <class Time, class T>
fuse_outcome<Time, T> side_by_side(const fuse_problem<Time, T>& p) {
  fuse_outcome<Time, T> all(p);
  const auto output = all.outputs[0].cube(all.outputs[0].memory.data());
  const auto valid = all.valid.cube(all.valid.memory.data());
  const auto age = all.age.cube(all.age.memory.data());
  const auto error = all.error.cube(all.error.memory.data());
  std::int64_t first = 0;
  std::int64_t n = 0;
  for (const auto& s : p.sensors) {
    const auto one = resampled<T>(s, p);
    for (std::int64_t b = 0; b < p.batch; ++b) {
      for (std::int64_t u = 0; u < p.queries; ++u) {
        const auto at = static_cast<std::size_t>(b * p.queries + u);
        for (std::int64_t c = 0; c < s.channels(); ++c) {
          output(b, u, first + c) =
              one.output[at * static_cast<std::size_t>(s.channels()) + static_cast<std::size_t>(c)];
        }
        valid(b, u, n) = one.valid[at];
        age(b, u, n) = one.age[at];
        const Time x = clock_reading(s.settings, p.targets[at]);
        error(b, u, n) = u < p.targets_of(b) ? seen_item<Time>(s, b, x).error() : Time(0);
      }
    }
    first += s.channels();
    ++n;
  }
  return all;
}

/// The streams' slices of the concatenated output stand in outputs of their own.
template <class Time, class T>
bool slices_equal(const fuse_problem<Time, T>& p, fuse_outcome<Time, T>& whole,
                  fuse_outcome<Time, T>& parts) {
  const auto all = whole.outputs[0].cube(whole.outputs[0].memory.data());
  std::int64_t first = 0;
  bool equal = true;
  for (std::size_t n = 0; n < p.sensors.size(); ++n) {
    const auto own = parts.outputs[n].cube(parts.outputs[n].memory.data());
    for (std::int64_t b = 0; b < p.batch; ++b) {
      for (std::int64_t u = 0; u < p.queries; ++u) {
        for (std::int64_t c = 0; c < own.extent(2); ++c) {
          equal &= bits_of(own(b, u, c)) == bits_of(all(b, u, first + c));
        }
      }
    }
    first += own.extent(2);
  }
  return equal;
}

/// Gives the problem a uniform clock, and the targets that it stands for.
template <class Time, class T>
void make_uniform(random_source& random, fuse_problem<Time, T>& p) {
  p.uniform = true;
  if constexpr (std::is_integral_v<Time>) {
    p.start =
        random.chance(0.3) ? 1'763'000'000'123'456'789 : random.between(-(1L << 33), 1L << 33);
    p.step = random.between(0, 1L << 30);
  } else {
    p.start = static_cast<Time>(random.uniform(-500.0, 500.0));
    p.step = static_cast<Time>(random.uniform(0.0, 0.1));
  }
  p.per = random.chance(0.5) ? 1 : random.between(2, 1000);
  for (std::size_t i = 0; i < p.targets.size(); ++i) {
    const auto u = static_cast<std::int64_t>(i) % p.queries;
    p.targets[i] = uniform_target(p.start, p.step, p.per, u);
  }
}

template <class F>
void repeat(int times, const F& f) {
  const int rounds = std::max(1, static_cast<int>(times * scale()));
  for (int round = 0; round < rounds; ++round) f(round);
}

fuse_wildness plain() {
  fuse_wildness how;
  how.reductions = false;
  return how;
}

}  // namespace

TEMPLATE_TEST_CASE("fuse is resample of each stream side by side", "[fuse]",
                   (std::pair<float, std::int64_t>), (std::pair<float, double>),
                   (std::pair<bf16, std::int64_t>), (std::pair<bf16, float>),
                   (std::pair<f16, double>)) {
  using T = typename TestType::first_type;
  using Time = typename TestType::second_type;
  repeat(200, [](int round) {
    random_source random(10'000 + static_cast<std::uint64_t>(round));
    const auto p = make_fuse_problem<Time, T>(random, random.between(1, 20), random.between(1, 5),
                                              random.between(1, 60), plain());
    INFO(p.story);
    CHECK(fuse(robocache::cpu{2}, p).difference_from(side_by_side(p)) == "");
  });
}

TEMPLATE_TEST_CASE("separate outputs equal the concatenated one", "[fuse]", float, bf16, f16) {
  repeat(40, [](int round) {
    random_source random(20'000 + static_cast<std::uint64_t>(round));
    const auto p = make_fuse_problem<std::int64_t, TestType>(random, random.between(2, 20), 3, 40);
    auto whole = fuse(robocache::cpu{2}, p);
    auto parts = fuse(robocache::cpu{2}, p, true);
    INFO(p.story);
    CHECK(slices_equal(p, whole, parts));
    parts.outputs.clear();
    whole.outputs.clear();
    CHECK(parts.difference_from(whole) == "");
  });
}

TEMPLATE_TEST_CASE("a uniform clock equals the array of its targets", "[fuse]", std::int64_t,
                   double, float) {
  repeat(60, [](int round) {
    random_source random(30'000 + static_cast<std::uint64_t>(round));
    fuse_wildness how;
    how.extremes = false;
    auto p = make_fuse_problem<TestType, float>(random, random.between(1, 6), random.between(1, 4),
                                                random.between(1, 200), how);
    make_uniform(random, p);
    const auto got = fuse(robocache::cpu{2}, p);
    p.uniform = false;
    INFO(p.story);
    CHECK(got.difference_from(fuse(robocache::cpu{2}, p)) == "");
  });
}

TEST_CASE("333 Hz in nanoseconds never drifts", "[fuse]") {
  const std::int64_t t0 = 1'763'000'000'123'456'789;
  const std::int64_t count = 1'000'000;
  const float value = 1;
  const std::vector<robocache::fuse_stream<std::int64_t>> streams = {
      {view<const float, 3>(&value, {1, 1, 1}), view<const std::int64_t, 2>(&t0, {1, 1})}};
  std::vector<float> out(count);
  std::vector<std::int64_t> age(count);
  robocache::fuse_report<std::int64_t> report;
  report.age = {age.data(), {1, count, 1}};
  robocache::fuse(robocache::cpu{2}, streams,
                  robocache::fuse_clock<std::int64_t>(t0, 1'000'000'000, 1, count, 333),
                  view<float, 3>(out.data(), {1, count, 1}), report);
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    wrong += age[static_cast<std::size_t>(i)] != i * 1'000'000'000 / 333 ? 1 : 0;
  }
  CHECK(wrong == 0);
  CHECK(age[333'000 * 3] == 3'000'000'000'000);
}

TEST_CASE("a fill value is rounded once", "[fuse]") {
  const float value = 1;
  const double stamp = 0;
  robocache::fuse_stream<double> stream(view<const float, 3>(&value, {1, 1, 1}),
                                        view<const double, 2>(&stamp, {1, 1}));
  stream.options.after = robocache::end_policy::fill;
  stream.options.fill_value = 1 + 0x1p-8 + 0x1p-40;  // above the tie of two bf16; no float shows it
  bf16 out;
  robocache::fuse(robocache::cpu{1}, std::vector{stream},
                  robocache::fuse_clock<double>(1.0, 1.0, 1, 1), view<bf16, 3>(&out, {1, 1, 1}));
  CHECK(as_real(out) == 1 + 0x1p-7L);
}

TEST_CASE("items may share one recording by a stride of zero", "[fuse]") {
  random_source random(40'000);
  fuse_wildness how = plain();
  how.extremes = false;
  auto p = make_fuse_problem<std::int64_t, float>(random, 1, 1, 30, how);
  const auto& s = p.sensors[0];
  const auto own = s.placed([](auto& v) { return v.data(); });
  constexpr std::int64_t items = 7;
  auto shared = own;
  shared.extents[0] = items;
  shared.strides[0] = 0;
  shared.times = {own.times.data_handle(), {items, own.times.extent(1)}, {0, 1}};
  shared.options = {};
  shared.options.kinds = s.p.options.kinds;
  auto alone = shared;
  alone.extents[0] = 1;
  alone.times = {own.times.data_handle(), {1, own.times.extent(1)}};
  const std::int64_t channels = own.extents[2];
  const auto size = static_cast<std::size_t>(30 * channels);
  std::vector<float> all(items * size), one(size);
  const view<const std::int64_t, 2> everyone(p.targets.data(), {items, 30}, {0, 1});
  using streams = std::vector<robocache::fuse_stream<std::int64_t>>;
  using clock = robocache::fuse_clock<std::int64_t>;
  robocache::fuse(robocache::cpu{3}, streams{shared}, clock(everyone),
                  view<float, 3>(all.data(), {items, 30, channels}));
  robocache::fuse(robocache::cpu{1}, streams{alone},
                  clock(view<const std::int64_t, 2>(p.targets.data(), {1, 30})),
                  view<float, 3>(one.data(), {1, 30, channels}));
  for (std::size_t b = 0; b < items; ++b) {
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(b * size);
    CHECK(first_difference({begin, begin + static_cast<std::ptrdiff_t>(size)}, one) == -1);
  }
}

TEST_CASE("no streams, no items, no targets and no channels are fine", "[fuse]") {
  using streams = std::vector<robocache::fuse_stream<double>>;
  using clock = robocache::fuse_clock<double>;
  const robocache::cpu executor;
  float untouched = -7;
  robocache::fuse(executor, streams{}, clock(0.0, 1.0, 2, 3),
                  view<float, 3>(&untouched, {2, 3, 0}));
  robocache::fuse(executor, streams{}, clock(0.0, 1.0, 2, 3), std::vector<view<float, 3>>{});
  const robocache::fuse_stream<double> nothing(view<const float, 3>(nullptr, {2, 0, 3}),
                                               view<const double, 2>(nullptr, {2, 0}));
  robocache::fuse(executor, streams{nothing}, clock(0.0, 1.0, 2, 0),
                  view<float, 3>(&untouched, {2, 0, 3}));
  CHECK(untouched == -7);
  std::vector<float> out(12, -7.0F);
  std::vector<std::uint8_t> valid(4, 9);
  robocache::fuse_report<double> report;
  report.valid = {valid.data(), {2, 2, 1}};
  robocache::fuse(executor, streams{nothing}, clock(0.0, 1.0, 2, 2),
                  view<float, 3>(out.data(), {2, 2, 3}), report);
  for (const float v : out) CHECK(std::isnan(v));
  CHECK(valid == std::vector<std::uint8_t>(4, 0));
}

TEST_CASE("containers of every contiguous kind will do", "[fuse]") {
  const float values[] = {1, 3};
  const double stamps[] = {0, 2};
  const robocache::fuse_stream<double> stream(view<const float, 3>(values, {1, 2, 1}),
                                              view<const double, 2>(stamps, {1, 2}));
  float out[2] = {};
  const robocache::fuse_clock<double> clock(1.0, 1.0, 1, 1);
  robocache::fuse(robocache::any_executor(robocache::cpu{}), std::array{stream, stream}, clock,
                  view<float, 3>(out, {1, 1, 2}));
  CHECK(out[0] == 2.0F);
  CHECK(out[1] == 2.0F);
}
