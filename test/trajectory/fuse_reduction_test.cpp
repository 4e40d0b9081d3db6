// Reductions over windows: against exact sums and plain lists, and answers worked out by hand.
#include "support/catch.hpp"
#include "support/fuse_reference.hpp"

namespace {

using namespace test;
using robocache::bf16;
using robocache::end_policy;
using robocache::f16;
using robocache::nan_policy;
using robocache::reduction;
using robocache::view;

constexpr float none = std::numeric_limits<float>::quiet_NaN();
constexpr float endless = std::numeric_limits<float>::infinity();

/// Compares the reduced streams of a problem with the reference; returns the values looked at.
template <class Time, class T>
std::int64_t compare(const fuse_problem<Time, T>& p) {
  auto got = fuse(robocache::cpu{2}, p);
  const auto output = got.outputs[0].cube(got.outputs[0].memory.data());
  const auto valid = got.valid.cube(got.valid.memory.data());
  const auto age = got.age.cube(got.age.memory.data());
  const auto error = got.error.cube(got.error.memory.data());
  std::int64_t looked_at = 0, first = 0;
  std::string wrong;
  const auto expect = [&](bool good, const char* what, std::int64_t b, std::int64_t u,
                          std::int64_t n, std::int64_t c) {
    ++looked_at;
    if (good || !wrong.empty()) return;
    wrong = std::string(what) + " of item " + std::to_string(b) + " target " + std::to_string(u) +
            " stream " + std::to_string(n) + " channel " + std::to_string(c);
  };
  for (std::size_t n = 0; n < p.sensors.size(); ++n) {
    const auto& s = p.sensors[n];
    const auto at = static_cast<std::int64_t>(n);
    for (std::int64_t b = 0; b < p.batch && s.settings.reduce != reduction::none; ++b) {
      for (std::int64_t u = 0; u < p.queries; ++u) {
        const Time target = p.targets[static_cast<std::size_t>(b * p.queries + u)];
        const seen_item<Time> item(s, b, clock_reading(s.settings, target));
        const bool asked = u < p.targets_of(b);
        bool answered = asked;
        const auto fill = static_cast<long double>(s.p.options.fill_value);
        for (std::int64_t c = 0; c < s.channels(); ++c) {
          const std::int64_t channel = c % s.p.channels;
          auto rows = item.window(channel);
          if (!asked) rows.clear();
          const T value = output(b, u, first + c);
          bool good = false;
          if (s.settings.reduce != reduction::last) {
            answered &= !rows.empty();
            good = agrees(value, rows.empty() ? expected_value{fill} : item.reduced(rows, channel));
          } else {
            // Place k of `keep`: counted back from the newest.
            const std::int64_t back = s.settings.keep - c / s.p.channels;
            const bool there = back <= static_cast<std::int64_t>(rows.size());
            answered &= there;
            if (!there) {
              good = agrees(value, expected_value{fill});
            } else {
              const auto row = rows[rows.size() - static_cast<std::size_t>(back)];
              const auto* own = std::get_if<laid_out<T>>(&s.values);
              const auto i = static_cast<std::size_t>(row * s.p.channels + channel);
              good = own != nullptr
                         ? bits_of(value) == bits_of(test::detail::dense(*own, s.p)[i])
                         : agrees(value, {static_cast<long double>(item.value(row, channel))});
            }
          }
          answered &= as_real(value) == as_real(value) || s.p.options.nan_is_valid;
          expect(good, "output", b, u, at, c);
        }
        expect(valid(b, u, at) == (answered ? 1 : 0), "valid", b, u, at, 0);
        expect(age(b, u, at) == (asked ? item.age() : Time(0)) || age(b, u, at) != age(b, u, at),
               "age", b, u, at, 0);
        expect(error(b, u, at) == (asked ? item.error() : Time(0)) ||
                   error(b, u, at) != error(b, u, at),
               "error", b, u, at, 0);
      }
    }
    first += s.channels();
  }
  INFO(p.story);
  CHECK(wrong == "");
  return looked_at;
}

/// Answers of one channel at targets, with the samples at 0, 10, 20...
struct reduced {
  std::vector<float> values;
  std::vector<std::uint8_t> valid;
};

template <class T = float>
reduced ask(const std::vector<float>& samples, const std::vector<std::int64_t>& targets,
            reduction how, std::int64_t window, std::int64_t keep = 1,
            nan_policy nans = nan_policy::propagate, const std::vector<std::uint8_t>& mask = {}) {
  std::vector<std::int64_t> stamps;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    stamps.push_back(static_cast<std::int64_t>(i) * 10);
  }
  const auto s = static_cast<std::int64_t>(samples.size());
  const auto u = static_cast<std::int64_t>(targets.size());
  robocache::fuse_stream<std::int64_t> stream(view<const float, 3>(samples.data(), {1, s, 1}),
                                              view<const std::int64_t, 2>(stamps.data(), {1, s}));
  stream.reduce = how;
  stream.window = window;
  stream.keep = keep;
  stream.options.nans = nans;
  stream.options.fill_value = -100;
  if (!mask.empty()) stream.options.sample_mask = {mask.data(), {1, s}};
  std::vector<T> out(targets.size() * static_cast<std::size_t>(stream.channels()));
  reduced r;
  r.valid.resize(targets.size());
  robocache::fuse_report<std::int64_t> report;
  report.valid = {r.valid.data(), {1, u, 1}};
  robocache::fuse(
      robocache::cpu{1}, std::vector{stream},
      robocache::fuse_clock<std::int64_t>(view<const std::int64_t, 2>(targets.data(), {1, u})),
      view<T, 3>(out.data(), {1, u, stream.channels()}), report);
  for (const T v : out) r.values.push_back(static_cast<float>(as_real(v)));
  return r;
}

void check(const reduced& got, const std::vector<float>& values,
           const std::vector<std::uint8_t>& valid) {
  REQUIRE(got.values.size() == values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    CAPTURE(i, got.values[i], values[i]);
    CHECK((std::isnan(values[i]) ? is_canonical_nan(got.values[i])
                                 : bits_of(got.values[i]) == bits_of(values[i])));
  }
  CHECK(got.valid == valid);
}

}  // namespace

#define ROBOCACHE_PAIRS(T) \
  (std::pair<T, std::int64_t>), (std::pair<T, double>), (std::pair<T, float>)

TEMPLATE_TEST_CASE("reductions agree with exact arithmetic on random streams", "[fuse]",
                   ROBOCACHE_PAIRS(float), (std::pair<bf16, std::int64_t>),
                   (std::pair<f16, double>)) {
  using T = typename TestType::first_type;
  using Time = typename TestType::second_type;
  std::int64_t looked_at = 0;
  const int rounds = std::max(1, static_cast<int>(60 * scale()));
  for (int round = 0; round < rounds; ++round) {
    random_source random(60'000 + static_cast<std::uint64_t>(round));
    looked_at += compare(make_fuse_problem<Time, T>(random, random.between(4, 12),
                                                    random.between(1, 4), random.between(1, 30)));
  }
  CHECK(looked_at > 1000 * rounds);
}

TEST_CASE("a window is open at its beginning and closed at its end", "[fuse]") {
  const std::vector<float> samples = {1, 2, 4, 8};
  // (x - 10, x] at 9, 10, 19, 20 and 40; the window before 0 and the last one are empty.
  check(ask(samples, {-1, 0, 9, 10, 19, 20, 39, 40}, reduction::mean, 10),
        {-100, 1, 1, 2, 2, 4, 8, -100}, {0, 1, 1, 1, 1, 1, 1, 0});
  check(ask(samples, {10, 29, 30}, reduction::mean, 11), {1.5F, 4, 6}, {1, 1, 1});
  CHECK_THROWS_AS(ask(samples, {10, 11}, reduction::mean, 0), robocache::invalid_argument);
  check(ask(samples, {30, INT64_MAX}, reduction::maximum, INT64_MAX), {8, 8}, {1, 1});
  check(ask(samples, {INT64_MIN, INT64_MIN + 3}, reduction::mean, INT64_MAX - 1), {-100, -100},
        {0, 0});
  // The window begins before every int64.
  check(ask(samples, {-5, 5}, reduction::mean, INT64_MAX - 1), {-100, 1}, {0, 1});
}

TEST_CASE("stamps at the ends of int64 lie in the windows that reach them", "[fuse]") {
  const std::vector<std::int64_t> stamps = {INT64_MIN, INT64_MIN + 1, -1, INT64_MAX};
  const std::vector<float> samples = {1, 2, 4, 8};
  const auto sum = [&](std::int64_t target, std::int64_t window) {
    robocache::fuse_stream<std::int64_t> stream(view<const float, 3>(samples.data(), {1, 4, 1}),
                                                view<const std::int64_t, 2>(stamps.data(), {1, 4}));
    stream.reduce = reduction::maximum;
    stream.window = window;
    float most = 0;
    robocache::fuse(
        robocache::cpu{1}, std::vector{stream},
        robocache::fuse_clock<std::int64_t>(view<const std::int64_t, 2>(&target, {1, 1})),
        view<float, 3>(&most, {1, 1, 1}));
    stream.reduce = reduction::minimum;
    float least = 0;
    robocache::fuse(
        robocache::cpu{1}, std::vector{stream},
        robocache::fuse_clock<std::int64_t>(view<const std::int64_t, 2>(&target, {1, 1})),
        view<float, 3>(&least, {1, 1, 1}));
    return std::pair(least, most);
  };
  using ends = std::pair<float, float>;
  CHECK(sum(INT64_MIN, 5) == ends(1, 1));
  CHECK(sum(INT64_MIN + 1, 5) == ends(1, 2));
  CHECK(sum(INT64_MIN + 1, 1) == ends(2, 2));
  CHECK(sum(-1, INT64_MAX - 1) == ends(4, 4));  // from -2^63 + 1 on, open
  CHECK(sum(-2, INT64_MAX - 1) == ends(2, 2));
  CHECK(sum(-3, INT64_MAX - 1) == ends(1, 2));
  CHECK(sum(INT64_MAX, 1) == ends(8, 8));
  CHECK(sum(INT64_MAX, INT64_MAX) == ends(1, 8));
}

TEST_CASE("missing samples and NaN in a window", "[fuse]") {
  const std::vector<float> samples = {none, 2, none, 8, none};
  const std::vector<std::int64_t> at = {0, 10, 20, 30, 40};
  constexpr auto all = INT64_MAX;
  check(ask(samples, at, reduction::mean, all), {none, none, none, none, none}, {0, 0, 0, 0, 0});
  for (const auto how : {reduction::minimum, reduction::maximum}) {
    check(ask({3, none, 1}, {0, 10, 20}, how, all), {3, none, none}, {1, 0, 0});
  }
  constexpr auto skip = nan_policy::skip;
  check(ask(samples, at, reduction::mean, all, 1, skip), {-100, 2, 2, 5, 5}, {0, 1, 1, 1, 1});
  check(ask(samples, at, reduction::minimum, 20, 1, skip), {-100, 2, 2, 8, 8}, {0, 1, 1, 1, 1});
  check(ask(samples, at, reduction::mean, 10, 1, skip), {-100, 2, -100, 8, -100}, {0, 1, 0, 1, 0});
  check(ask({1, 2, 4, 8, 16}, at, reduction::mean, all, 1, skip, {1, 0, 7, 0, 255}),
        {1, 1, 2.5F, 2.5F, 7}, {1, 1, 1, 1, 1});
  check(ask({1, 2}, {10}, reduction::maximum, all, 1, skip, {0, 0}), {-100}, {0});
}

TEST_CASE("infinities and signed zeros in a window", "[fuse]") {
  constexpr auto all = INT64_MAX;
  check(ask({1, endless, 2}, {20}, reduction::mean, all), {endless}, {1});
  check(ask({1, -endless, 2}, {20}, reduction::mean, all), {-endless}, {1});
  check(ask({endless, -endless}, {10}, reduction::mean, all), {none}, {0});
  check(ask({1, endless, -endless}, {20}, reduction::minimum, all), {-endless}, {1});
  check(ask({1, endless, -endless}, {20}, reduction::maximum, all), {endless}, {1});
  check(ask({0.0F, -0.0F, 0.0F}, {20}, reduction::minimum, all), {-0.0F}, {1});
  check(ask({-0.0F, 0.0F, -0.0F}, {20}, reduction::minimum, all), {-0.0F}, {1});
  check(ask({-0.0F, 0.0F, -0.0F}, {20}, reduction::maximum, all), {0.0F}, {1});
  check(ask({-0.0F, -0.0F}, {10}, reduction::maximum, all), {-0.0F}, {1});
  check(ask({3.4e38F, 3.4e38F, 3.4e38F}, {20}, reduction::mean, all), {3.4e38F}, {1});
}

TEST_CASE("a mean keeps what a plain sum would lose, and is rounded once", "[fuse]") {
  constexpr auto all = INT64_MAX;
  check(ask({1e20F, 1, -1e20F, 1}, {30}, reduction::mean, all), {0.5F}, {1});
  check(ask({0x1p100F, 1, 1, 1, -0x1p100F, 1}, {50}, reduction::mean, all), {4 / 6.0F}, {1});
  // 1 + 2^-8 is half way between two bf16; the mean lies 2^-25 above it, which no float shows.
  const float tie = 1 + 0x1p-8F;
  check(ask<bf16>({tie, tie, tie, tie + 0x1p-23F}, {30}, reduction::mean, all), {1 + 0x1p-7F}, {1});
  const float below = 1 + 0x1p-7F + 0x1p-8F;  // and below the next one, whose even side is above
  check(ask<bf16>({below, below, below, below - 0x1p-23F}, {30}, reduction::mean, all),
        {1 + 0x1p-7F}, {1});
  // 65519.998 is below the tie of 65520 that f16 rounds to infinity.
  check(ask<f16>({65520, 65520, 65520, 65519.996F}, {30}, reduction::mean, all), {65504}, {1});
}

TEST_CASE("the last samples stand oldest first, and what was not there is filled", "[fuse]") {
  const std::vector<float> samples = {1, 2, none, 8};
  constexpr auto all = INT64_MAX;
  check(ask(samples, {15, 35}, reduction::last, all, 2), {1, 2, none, 8}, {1, 0});
  check(ask(samples, {35}, reduction::last, all, 2, nan_policy::skip), {2, 8}, {1});
  check(ask(samples, {35}, reduction::last, all, 5, nan_policy::skip), {-100, -100, 1, 2, 8}, {0});
  check(ask(samples, {35, -1}, reduction::last, 6, 2), {-100, 8, -100, -100}, {0, 0});
  check(ask({1, 2, 4, 8}, {30}, reduction::last, all, 2, nan_policy::propagate, {1, 1, 0, 1}),
        {2, 8}, {1});
}

TEST_CASE("kept samples of several channels stand row after row", "[fuse]") {
  const float samples[] = {1, 2, 3, 4, 5, 6};
  const std::int64_t stamps[] = {0, 10, 10};
  robocache::fuse_stream<std::int64_t> stream(view<const float, 3>(samples, {1, 3, 2}),
                                              view<const std::int64_t, 2>(stamps, {1, 3}));
  stream.reduce = reduction::last;
  stream.keep = 3;
  CHECK(stream.channels() == 6);
  std::vector<float> out(7, -7.0F);
  robocache::fuse(robocache::cpu{1}, std::vector{stream},
                  robocache::fuse_clock<std::int64_t>(10, 1, 1, 1),
                  view<float, 3>(out.data(), {1, 1, 6}));
  CHECK(out == std::vector<float>{1, 2, 3, 4, 5, 6, -7});
}

TEST_CASE("a reduction of a NaN target has no samples", "[fuse]") {
  const float samples[] = {1, 2};
  const double stamps[] = {0, 1};
  const double target = std::numeric_limits<double>::quiet_NaN();
  for (const auto how : {reduction::mean, reduction::minimum, reduction::last}) {
    for (const double window : {0.5, robocache::unlimited<double>()}) {
      robocache::fuse_stream<double> stream(view<const float, 3>(samples, {1, 2, 1}),
                                            view<const double, 2>(stamps, {1, 2}));
      stream.reduce = how;
      stream.window = window;
      stream.options.fill_value = -100;
      float out = 0;
      std::uint8_t valid = 9;
      robocache::fuse_report<double> report;
      report.valid = {&valid, {1, 1, 1}};
      robocache::fuse(robocache::cpu{1}, std::vector{stream},
                      robocache::fuse_clock<double>(view<const double, 2>(&target, {1, 1})),
                      view<float, 3>(&out, {1, 1, 1}), report);
      CHECK(out == -100);
      CHECK(valid == 0);
    }
  }
}
