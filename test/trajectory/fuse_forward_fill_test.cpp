// `forward_fill` against a plain loop.
#include "support/catch.hpp"
#include "support/fuse_problem.hpp"
#include "support/reference.hpp"

namespace {

using namespace test;
using robocache::bf16;
using robocache::f16;
using robocache::view;

template <class T, class Time>
struct recording {
  std::int64_t batch, samples, channels;
  std::vector<T> values;
  std::vector<Time> times;
  std::vector<std::uint8_t> mask;  // may be empty
  Time max_age = robocache::unlimited<Time>();
  double fill = std::numeric_limits<double>::quiet_NaN();
};

template <class T>
struct filled {
  std::vector<T> values;
  std::vector<std::uint8_t> valid;
};

template <class T, class Time>
filled<T> by_library(const recording<T, Time>& r, int threads) {
  filled<T> f;
  f.values.resize(r.values.size());
  f.valid.assign(r.times.size(), 9);
  robocache::forward_fill_options<Time> options;
  options.max_age = r.max_age;
  options.fill_value = r.fill;
  if (!r.mask.empty()) options.sample_mask = {r.mask.data(), {r.batch, r.samples}};
  robocache::resample_report<Time> report;
  report.valid = {f.valid.data(), {r.batch, r.samples}};
  robocache::forward_fill(
      robocache::cpu{threads}, view<const T, 3>(r.values.data(), {r.batch, r.samples, r.channels}),
      view<const Time, 2>(r.times.data(), {r.batch, r.samples}),
      view<T, 3>(f.values.data(), {r.batch, r.samples, r.channels}), options, report);
  return f;
}

template <class T>
T rounded(double value) {
  if constexpr (std::is_same_v<T, double>) {
    return value;
  } else {
    return T(static_cast<float>(rounded_to<T>(static_cast<long double>(value))));
  }
}

/// One pass over each channel, remembering the last value that was there. Samples that share a
/// stamp are one moment: its last value counts.
template <class T, class Time>
filled<T> by_loop(const recording<T, Time>& r) {
  filled<T> f;
  f.values.resize(r.values.size());
  f.valid.assign(r.times.size(), 1);
  const T fill = rounded<T>(r.fill);
  const auto s = static_cast<std::size_t>(r.samples), d = static_cast<std::size_t>(r.channels);
  for (std::size_t b = 0; b < static_cast<std::size_t>(r.batch); ++b) {
    for (std::size_t c = 0; c < d; ++c) {
      bool seen = false;
      std::size_t last = 0;
      for (std::size_t i = 0; i < s;) {
        std::size_t end = i;
        while (end < s && r.times[b * s + end] == r.times[b * s + i]) ++end;
        for (std::size_t k = i; k < end; ++k) {
          const bool there = r.mask.empty() || r.mask[b * s + k] != 0;
          if (!there || std::isnan(as_real(r.values[(b * s + k) * d + c]))) continue;
          seen = true;
          last = k;
        }
        const bool answer = seen && at_most(r.times[b * s + i], r.times[b * s + last], r.max_age);
        for (; i < end; ++i) {
          f.values[(b * s + i) * d + c] = answer ? r.values[(b * s + last) * d + c] : fill;
          if (!answer) f.valid[b * s + i] = 0;
        }
      }
    }
  }
  return f;
}

template <class T, class Time>
recording<T, Time> make_recording(random_source& random) {
  recording<T, Time> r;
  r.batch = random.between(1, 4);
  r.samples = random.one_of<std::int64_t>({0, 1, 2, 7, 60, 300});
  r.channels = random.between(1, 6);
  r.fill = random.chance(0.5) ? r.fill : random.uniform(-4.0, 4.0);
  const double missing = random.one_of<double>({0.0, 0.2, 0.9});
  const auto lost = random.chance(0.3) ? random.between(0, r.channels - 1) : -1;
  for (std::int64_t b = 0; b < r.batch; ++b) {
    auto stamps = make_stamps<Time>(random, random.one_of(all_spacings), r.samples);
    constexpr auto most = std::numeric_limits<Time>::max();
    for (auto& t : stamps) t = std::clamp(t, std::numeric_limits<Time>::lowest(), most);
    r.times.insert(r.times.end(), stamps.begin(), stamps.end());
  }
  for (std::int64_t i = 0; i < r.batch * r.samples * r.channels; ++i) {
    // NaN of every sign and payload.
    auto value = random.chance(0.1) ? adversarial<T>(random) : ordinary<T>(random);
    if (i % r.channels == lost || random.chance(missing)) {
      do {
        value = adversarial<T>(random);
      } while (!std::isnan(as_real(value)));
    }
    r.values.push_back(value);
  }
  if (random.chance(0.5)) {
    for (std::int64_t i = 0; i < r.batch * r.samples; ++i) {
      r.mask.push_back(static_cast<std::uint8_t>(random.chance(0.6) ? random.between(1, 255) : 0));
    }
  }
  if (random.chance(0.5)) {
    const double ns = std::exp2(random.uniform(0.0, 34.0));
    r.max_age = static_cast<Time>(std::is_integral_v<Time> ? ns : ns * 1e-9);
  }
  if (random.chance(0.3) && r.samples > 1) {  // a limit that some age meets exactly
    const auto i = static_cast<std::size_t>(random.between(1, r.samples - 1));
    const Time age = r.times[i] - r.times[i - 1];
    if (age >= 0) r.max_age = age;
  }
  return r;
}

}  // namespace

#define ROBOCACHE_PAIRS(T) \
  (std::pair<T, std::int64_t>), (std::pair<T, double>), (std::pair<T, float>)

TEMPLATE_TEST_CASE("forward_fill is the loop that everybody writes", "[fuse]",
                   ROBOCACHE_PAIRS(float), (std::pair<bf16, std::int64_t>),
                   (std::pair<f16, double>), (std::pair<double, std::int64_t>)) {
  using T = typename TestType::first_type;
  using Time = typename TestType::second_type;
  random_source random(80'000);
  for (int i = 0; i < std::max(20, static_cast<int>(400 * scale())); ++i) {
    const auto r = make_recording<T, Time>(random);
    const auto expected = by_loop(r);
    for (const int threads : {1, 3}) {
      const auto got = by_library(r, threads);
      CAPTURE(random.seed(), i, threads, r.batch, r.samples, r.channels);
      CHECK(first_difference(got.values, expected.values) == -1);
      CHECK(first_difference(got.valid, expected.valid) == -1);
    }
  }
}

TEST_CASE("forward_fill by hand", "[fuse]") {
  constexpr float none = std::numeric_limits<float>::quiet_NaN();
  recording<float, std::int64_t> r;
  r.batch = 1;
  r.samples = 6;
  r.channels = 2;
  r.times = {0, 10, 20, 30, 40, 41};
  r.values = {none, 1, 2, none, none, none, -none, 4, none, none, none, none};
  r.max_age = 20;
  r.fill = -9;
  auto f = by_library(r, 1);
  CHECK(f.values == std::vector<float>{-9, 1, 2, 1, 2, 1, 2, 4, -9, 4, -9, 4});
  CHECK(f.valid == std::vector<std::uint8_t>{0, 1, 1, 1, 0, 0});
  r.mask = {1, 1, 1, 0, 1, 1};
  f = by_library(r, 1);
  CHECK(f.values == std::vector<float>{-9, 1, 2, 1, 2, 1, 2, -9, -9, -9, -9, -9});
  CHECK(f.valid == std::vector<std::uint8_t>{0, 1, 1, 0, 0, 0});
}

TEST_CASE("forward_fill names what is wrong and writes nothing", "[fuse]") {
  std::vector<float> values(6, 1.0F), out(6, -7.0F);
  std::vector<double> times = {0, 1, 2};
  const view<const float, 3> source(values.data(), {1, 3, 2});
  const view<const double, 2> stamps(times.data(), {1, 3});
  const robocache::cpu executor;
  CHECK_THROWS_AS(
      robocache::forward_fill(executor, source, stamps, view<float, 3>(out.data(), {1, 3, 1})),
      robocache::invalid_argument);
  robocache::forward_fill_options<double> options;
  options.max_age = -1.0;
  CHECK_THROWS_AS(robocache::forward_fill(executor, source, stamps,
                                          view<float, 3>(out.data(), {1, 3, 2}), options),
                  robocache::invalid_argument);
  CHECK_THROWS_AS(
      robocache::forward_fill(executor, source, view<const double, 2>(times.data(), {1, 2}),
                              view<float, 3>(out.data(), {1, 3, 2})),
      robocache::invalid_argument);
  CHECK(out == std::vector<float>(6, -7.0F));
}
