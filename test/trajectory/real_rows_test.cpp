// Trajectories as robots really have them: grids that differ from stamps by rounding, windows that
// tile, stamps in no order, angles.
#include <robocache/trajectory/fuse.hpp>

#include "support/catch.hpp"
#include "support/random.hpp"

namespace {

using namespace robocache;

/// One channel of floats at `times`, answered at `targets`.
struct log {
  std::vector<float> values;
  std::vector<std::uint8_t> valid;
};

template <class Time>
log ask(const std::vector<Time>& times, const std::vector<float>& samples,
        const std::vector<Time>& targets, const resample_options<Time>& options) {
  const auto s = static_cast<std::int64_t>(times.size());
  const auto u = static_cast<std::int64_t>(targets.size());
  log got{std::vector<float>(targets.size()), std::vector<std::uint8_t>(targets.size())};
  resample_report<Time> report;
  report.valid = {got.valid.data(), {1, u}};
  resample(cpu{1}, view<const float, 3>(samples.data(), {1, s, 1}),
           view<const Time, 2>(times.data(), {1, s}), view<const Time, 2>(targets.data(), {1, u}),
           view<float, 3>(got.values.data(), {1, u, 1}), options, report);
  return got;
}

std::vector<float> counted(std::size_t count) {
  std::vector<float> list;
  for (std::size_t i = 0; i < count; ++i) list.push_back(static_cast<float>(i));
  return list;
}

/// How many samples each window of a uniform clock holds: sums of ones by mean times count are not
/// exact, so each sample is told by its place.
template <class Time>
std::vector<int> windows_of_samples(const std::vector<Time>& stamps, const fuse_clock<Time>& clock,
                                    Time window) {
  const auto s = static_cast<std::int64_t>(stamps.size());
  std::vector<int> seen(stamps.size(), 0);
  std::vector<float> out(static_cast<std::size_t>(clock.count));
  for (std::size_t i = 0; i < stamps.size(); ++i) {
    std::vector<float> spike(stamps.size(), 0.0F);
    spike[i] = 1;
    fuse_stream<Time> stream(view<const float, 3>(spike.data(), {1, s, 1}),
                             view<const Time, 2>(stamps.data(), {1, s}));
    stream.reduce = reduction::maximum;
    stream.window = window;
    fuse(cpu{1}, std::vector{stream}, clock, view<float, 3>(out.data(), {1, clock.count, 1}));
    for (const float v : out) seen[i] += v == 1.0F ? 1 : 0;
  }
  return seen;
}

}  // namespace

TEST_CASE("windows of one step tile a uniform clock", "[fuse]") {
  std::vector<double> hundredths;
  for (int k = 0; k <= 100; ++k) hundredths.push_back(k / 100.0);
  // The first window reaches back over one step, and no sample lies after the last target.
  CHECK(windows_of_samples<double>(hundredths, {0.0, 0.1, 1, 11}, 0.1) ==
        std::vector<int>(hundredths.size(), 1));
  for (const std::int64_t rate : {30, 60, 333}) {
    std::vector<std::int64_t> rounded_up, around;
    for (std::int64_t k = 0; k <= 30; ++k) {
      rounded_up.push_back((k * 1'000'000'000 + rate - 1) / rate);
      around.push_back(k * 1'000'000'000 / rate);
      if (k < 30) around.push_back(k * 1'000'000'000 / rate + 1);
    }
    const std::int64_t step = 1'000'000'000 / rate;
    const fuse_clock<std::int64_t> clock(0, 1'000'000'000, 1, 32, rate);
    CAPTURE(rate);
    for (const auto window : {step, step + 1}) {
      CHECK(windows_of_samples(rounded_up, clock, window) ==
            std::vector<int>(rounded_up.size(), 1));
      CHECK(windows_of_samples(around, clock, window) == std::vector<int>(around.size(), 1));
    }
  }
}

TEST_CASE("targets snap to stamps that differ by rounding", "[resample]") {
  std::vector<double> stamps, grid;
  std::vector<std::int64_t> rounded, exact;
  for (int i = 0; i < 301; ++i) {
    stamps.push_back(i * 0.1);
    grid.push_back(static_cast<double>(i) / 10);
    rounded.push_back((i * std::int64_t{1'000'000} + 15) / 30 * 1000);  // to microseconds at 30 Hz
    exact.push_back(i * std::int64_t{1'000'000'000} / 30);
  }
  const auto frames = counted(stamps.size());
  resample_options<double> in_seconds;
  in_seconds.kinds = interpolation::previous;
  CHECK(ask(stamps, frames, grid, in_seconds).values != frames);
  in_seconds.snap = 1e-4;
  CHECK(ask(stamps, frames, grid, in_seconds).values == frames);
  resample_options<std::int64_t> in_ns;
  in_ns.kinds = interpolation::previous;
  CHECK(ask(rounded, frames, exact, in_ns).values != frames);
  in_ns.snap = 1000;
  CHECK(ask(rounded, frames, exact, in_ns).values == frames);
  in_ns.snap = 499;  // inclusive: a stamp lies up to 500 away
  CHECK(ask<std::int64_t>({0, 1000}, {1, 2}, {500, 501}, in_ns).values == std::vector<float>{1, 2});
  in_ns.snap = -1;
  CHECK_THROWS_AS(ask<std::int64_t>({0}, {1}, {0}, in_ns), invalid_argument);
}

TEST_CASE("an item whose stamps step back or are NaN is not valid", "[resample]") {
  const std::vector<float> samples = {1, 2, 3};
  resample_options<double> options;
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  using flags = std::vector<std::uint8_t>;
  CHECK(ask<double>({0, 1, 2}, samples, {0.5, 1.5}, options).valid == flags{1, 1});
  CHECK(ask<double>({0, 1, 0.5}, samples, {0.5, 1.5}, options).valid == flags{0, 0});
  CHECK(ask<double>({0, none, 2}, samples, {0.5, 1.5}, options).valid == flags{0, 0});
  options.check_stamps = false;
  CHECK(ask<double>({0, 1, 0.5}, samples, {0.25}, options).valid == flags{1});
  // By streams, of which the other one is good.
  const double good[] = {0, 1, 2}, bad[] = {0, 2, 1}, at[] = {0.5, 1.5};
  const std::vector streams = {fuse_stream<double>(view<const float, 3>(samples.data(), {1, 3, 1}),
                                                   view<const double, 2>(good, {1, 3})),
                               fuse_stream<double>(view<const float, 3>(samples.data(), {1, 3, 1}),
                                                   view<const double, 2>(bad, {1, 3}))};
  std::vector<float> out(4);
  flags valid(4, 9);
  fuse_report<double> report;
  report.valid = {valid.data(), {1, 2, 2}};
  fuse(cpu{1}, streams, fuse_clock<double>(view<const double, 2>(at, {1, 2})),
       view<float, 3>(out.data(), {1, 2, 2}), report);
  CHECK(valid == flags{1, 0, 1, 0});
}

TEST_CASE("what looks back knows nothing before the first sample", "[resample]") {
  resample_options<double> options;
  options.fill_value = -1;
  options.kinds = interpolation::previous;
  CHECK(ask<double>({1, 2}, {7, 8}, {0.5, 1, 3}, options).values == std::vector<float>{-1, 7, 8});
  options.kinds = interpolation::next;
  CHECK(ask<double>({1, 2}, {7, 8}, {0.5, 1, 3}, options).values == std::vector<float>{7, 7, -1});
  options.kinds = interpolation::linear;
  CHECK(ask<double>({1, 2}, {7, 8}, {0.5, 1, 3}, options).values == std::vector<float>{7, 7, 8});
  options.kinds = interpolation::previous;
  options.before = end_policy::hold;  // by name it may
  CHECK(ask<double>({1, 2}, {7, 8}, {0.5}, options).values == std::vector<float>{7});
}

TEST_CASE("angles turn the shorter way in a group of their own", "[resample]") {
  const channel_group degrees{1, interpolation::angle, 360};
  resample_options<double> options;
  options.kinds = {degrees};
  CHECK(ask<double>({0, 1}, {170, -170}, {0.25, 0.75}, options).values ==
        std::vector<float>{175, -175});
  options.kinds = interpolation::angle;  // radians
  CHECK(std::fabs(ask<double>({0, 1}, {3, -3}, {0.25}, options).values[0] - 3.0707963F) < 1e-6F);
  options.kinds = {{1, interpolation::angle, 0}};
  CHECK_THROWS_AS(ask<double>({0, 1}, {3, -3}, {0.25}, options), invalid_argument);
}
