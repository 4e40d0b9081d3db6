// Answers worked out by hand.
#include <robocache/trajectory/resample.hpp>

#include "support/catch.hpp"
#include "support/random.hpp"

namespace {

using namespace robocache;

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double endless = std::numeric_limits<double>::infinity();

struct answer {
  std::vector<double> values;
  std::vector<int> valid;
  std::vector<std::int64_t> left;
  std::vector<double> weight;
  std::vector<std::int64_t> age;
};

/// One channel of doubles over integer stamps.
answer ask(std::vector<std::int64_t> times, std::vector<double> samples,
           std::vector<std::int64_t> targets, const resample_options<std::int64_t>& options) {
  const auto s = static_cast<std::int64_t>(times.size());
  const auto u = static_cast<std::int64_t>(targets.size());
  answer a;
  a.values.resize(targets.size());
  a.left.resize(targets.size());
  a.weight.resize(targets.size());
  a.age.resize(targets.size());
  std::vector<std::uint8_t> valid(targets.size());
  resample_report<std::int64_t> report;
  report.valid = {valid.data(), {1, u}};
  report.left = {a.left.data(), {1, u}};
  report.weight = {a.weight.data(), {1, u}};
  report.age = {a.age.data(), {1, u}};
  resample(cpu{1}, view<const double, 3>(samples.data(), {1, s, 1}),
           view<const std::int64_t, 2>(times.data(), {1, s}),
           view<const std::int64_t, 2>(targets.data(), {1, u}),
           view<double, 3>(a.values.data(), {1, u, 1}), options, report);
  a.valid.assign(valid.begin(), valid.end());
  return a;
}

void check(const std::vector<double>& got, const std::vector<double>& expected) {
  REQUIRE(got.size() == expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    CAPTURE(i, got[i], expected[i]);
    CHECK((got[i] == expected[i] || (std::isnan(got[i]) && std::isnan(expected[i]))));
  }
}

using list = std::vector<double>;
using flags = std::vector<int>;
using indices = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("every kind between the samples and at the ends", "[golden]") {
  struct row {
    interpolation kind;
    end_policy ends;
    list expected;  // at -10, 0, 5, 8, 10, 12, 30, 40, 60
  };
  // Samples 0, 1, 5, 3 at 0, 10, 20, 40.
  const row rows[] = {
      {interpolation::linear, end_policy::hold, {0, 0, 0.5, 0.8, 1, 1.8, 4, 3, 3}},
      {interpolation::linear, end_policy::fill, {none, 0, 0.5, 0.8, 1, 1.8, 4, 3, none}},
      {interpolation::linear, end_policy::extrapolate, {-1, 0, 0.5, 0.8, 1, 1.8, 4, 3, 1}},
      {interpolation::nearest, end_policy::hold, {0, 0, 0, 1, 1, 1, 5, 3, 3}},
      {interpolation::nearest, end_policy::extrapolate, {0, 0, 0, 1, 1, 1, 5, 3, 3}},
      {interpolation::previous, end_policy::hold, {0, 0, 0, 0, 1, 1, 5, 3, 3}},
      {interpolation::previous, end_policy::fill, {none, 0, 0, 0, 1, 1, 5, 3, none}},
      {interpolation::next, end_policy::hold, {0, 0, 1, 1, 1, 5, 3, 3, 3}},
      {interpolation::next, end_policy::extrapolate, {0, 0, 1, 1, 1, 5, 3, 3, 3}},
  };
  for (const auto& r : rows) {
    resample_options<std::int64_t> options;
    options.kinds = r.kind;
    options.before = options.after = r.ends;
    CAPTURE(static_cast<int>(r.kind), static_cast<int>(r.ends));
    const auto a = ask({0, 10, 20, 40}, {0, 1, 5, 3}, {-10, 0, 5, 8, 10, 12, 30, 40, 60}, options);
    check(a.values, r.expected);
    flags valid;
    for (const double v : r.expected) valid.push_back(std::isnan(v) ? 0 : 1);
    CHECK(a.valid == valid);
    CHECK(a.left == indices{0, 0, 0, 0, 1, 1, 2, 3, 3});
    CHECK(a.weight == list{0, 0, 0.5, 0.8, 0, 0.2, 0.5, 0, 0});
    CHECK(a.age == indices{-10, 0, 5, 8, 0, 2, 10, 0, 20});
  }
}

TEST_CASE("curves through four samples", "[golden]") {
  resample_options<std::int64_t> options;
  options.before = options.after = end_policy::extrapolate;
  // Slopes 1, 2, 0 over lengths 4, 4, 8.
  const std::vector<std::int64_t> times = {0, 4, 8, 16}, targets = {2, 6, 12, 20, -4};
  options.kinds = interpolation::cubic;
  // Tangents 1, 1.5, 4/3, 0: straight line plus w (1 - w) h ((1 - w) (m0 - d) - w (m1 - d)).
  check(ask(times, {0, 4, 12, 12}, {2, 6}, options).values,
        {2 + 0.25 * 4 * 0.5 * (0 - 0.5), 8 + 0.25 * 4 * 0.5 * (-0.5 - (4.0 / 3 - 2))});
  options.kinds = interpolation::pchip;
  // Tangents by SciPy's rule: 0.5 at the start, 4/3, 0, 0.
  check(ask(times, {0, 4, 12, 12}, {2, 12}, options).values,
        {2 + 0.25 * 4 * 0.5 * (-0.5 - (4.0 / 3 - 1)), 12});
}

TEST_CASE("of samples that share a stamp the last one counts there", "[golden]") {
  const std::vector<std::int64_t> times = {0, 10, 10, 10, 20, 20};
  const list samples = {0, 1, 2, 3, 4, 5};
  const std::vector<std::int64_t> targets = {5, 9, 10, 15, 20, 25};
  resample_options<std::int64_t> options;
  check(ask(times, samples, targets, options).values, {0.5, 0.9, 3, 3.5, 5, 5});
  options.kinds = interpolation::previous;
  check(ask(times, samples, targets, options).values, {0, 0, 3, 3, 5, 5});
  options.kinds = interpolation::next;
  // Nothing is known after the last sample.
  check(ask(times, samples, targets, options).values, {1, 1, 3, 4, 5, none});
  options.kinds = interpolation::linear;
  options.after = end_policy::extrapolate;  // the last two stamps are equal: held
  check(ask(times, samples, {25}, options).values, {5});
  for (const auto kind : {interpolation::pchip, interpolation::cubic}) {
    options.kinds = kind;  // the duplicate cuts the curve: straight lines remain
    check(ask(times, samples, {5, 15}, options).values, {0.5, 3.5});
  }
}

TEST_CASE("gaps and tolerances are inclusive", "[golden]") {
  const std::vector<std::int64_t> times = {0, 10, 30};
  const list samples = {1, 2, 6};
  resample_options<std::int64_t> options;
  options.fill_value = -9;
  options.max_gap = 10;
  auto a = ask(times, samples, {5, 10, 20, 30, 31}, options);
  check(a.values, {1.5, 2, -9, 6, 6});
  CHECK(a.valid == flags{1, 1, 0, 1, 1});
  options.max_gap = 20;
  check(ask(times, samples, {20}, options).values, {4});
  options.max_gap = 19;
  check(ask(times, samples, {20}, options).values, {-9});
  options = {};
  options.fill_value = -9;
  options.tolerance = 4;
  check(ask(times, samples, {-4, -5, 5, 34, 35}, options).values, {1, -9, -9, 6, -9});
  check(ask(times, samples, {4, 26}, options).values, {1.4, 5.2});
  options.kinds = interpolation::previous;
  check(ask(times, samples, {4, 5, 14, 15}, options).values, {1, -9, 2, -9});
  options.kinds = interpolation::next;
  check(ask(times, samples, {6, 5, 26, 25, -4, -5}, options).values, {2, -9, 6, -9, 1, -9});
  options.max_gap = 10;  // selects nothing inside a longer interval but at its stamps
  check(ask(times, samples, {9, 26, 30}, options).values, {2, -9, 6});
  options.max_gap = robocache::unlimited<std::int64_t>();
  options.kinds = interpolation::nearest;
  check(ask(times, samples, {4, 5, 6, 20}, options).values, {1, -9, 2, -9});
  options.tolerance = 0;
  check(ask(times, samples, {0, 1, 29, 30}, options).values, {1, -9, -9, 6});
}

TEST_CASE("NaN samples are carried or left out", "[golden]") {
  const std::vector<std::int64_t> times = {0, 10, 20, 30}, targets = {0, 5, 10, 15, 20, 25, 40};
  const list samples = {1, none, 5, none};
  resample_options<std::int64_t> options;
  auto a = ask(times, samples, targets, options);
  check(a.values, {1, none, none, none, 5, none, none});
  CHECK(a.valid == flags{1, 0, 0, 0, 1, 0, 0});
  options.nan_is_valid = true;
  CHECK(ask(times, samples, targets, options).valid == flags{1, 1, 1, 1, 1, 1, 1});
  options.nans = nan_policy::skip;
  a = ask(times, samples, targets, options);
  check(a.values, {1, 2, 3, 4, 5, 5, 5});
  CHECK(a.left == indices{0, 0, 0, 0, 2, 2, 2});  // of the samples that answered
  options.max_gap = 19;                           // measured between the samples that are used
  check(ask(times, samples, {15}, options).values, {none});
  options.max_gap = 20;
  options.after = end_policy::fill;
  a = ask(times, {none, none, none, none}, targets, options);
  check(a.values, list(7, none));
  CHECK(a.valid == flags(7, 0));
  check(ask(times, {0, endless, 4, 8}, {0, 10, 20}, {}).values, {0, endless, 4});
}

TEST_CASE("one sample, no samples", "[golden]") {
  resample_options<std::int64_t> options;
  options.fill_value = -9;
  for (const auto kind : {interpolation::linear, interpolation::nearest, interpolation::previous,
                          interpolation::next, interpolation::cubic, interpolation::pchip}) {
    options.kinds = kind;
    options.before = options.after = end_policy::extrapolate;
    check(ask({7}, {3}, {-1, 7, 99}, options).values, {3, 3, 3});
    options.before = options.after = end_policy::fill;
    check(ask({7}, {3}, {-1, 7, 99}, options).values, {-9, 3, -9});
    const auto a = ask({}, {}, {-1, 7}, options);
    check(a.values, {-9, -9});
    CHECK(a.left == indices{-1, -1});
    CHECK(a.valid == flags{0, 0});
  }
}

TEST_CASE("stamps at the ends of int64", "[golden]") {
  const std::vector<std::int64_t> times = {INT64_MIN, -1, INT64_MAX};
  const std::vector<std::int64_t> targets = {INT64_MIN, INT64_MIN + 1, 0, INT64_MAX};
  const auto a = ask(times, {0, 1, 2}, targets, {});
  check(a.values, {0, 0x1p-63, 1 + 0x1p-63, 2});
  CHECK(ask({INT64_MIN}, {0}, {INT64_MAX, 5, -1}, {}).age ==
        indices{INT64_MAX, INT64_MAX, INT64_MAX});
  CHECK(ask({INT64_MAX}, {0}, {INT64_MIN, 0, 3}, {}).age ==
        indices{INT64_MIN, -INT64_MAX, 3 - INT64_MAX});
}

TEST_CASE("nanoseconds since 1970 keep their last digit", "[golden]") {
  const std::int64_t epoch = 1'763'000'000'000'000'000;
  const auto a = ask({epoch, epoch + 4}, {0, 1}, {epoch + 1, epoch + 3}, {});
  check(a.values, {0.25, 0.75});
}

TEST_CASE("quaternions take the shorter arc, in both layouts", "[golden]") {
  const double half = std::sqrt(0.5);
  // A quarter turn about z, given as its negative and not normalised.
  const std::vector<double> xyzw = {0, 0, 0, 2, 0, 0, -3, -3}, wxyz = {2, 0, 0, 0, -3, 0, 0, -3};
  const std::vector<std::int64_t> times = {0, 2}, targets = {0, 1, 2};
  std::vector<double> a(12), b(12);
  const auto run = [&](interpolation kind, const std::vector<double>& q, std::vector<double>& out) {
    resample_options<std::int64_t> options;
    options.kinds = kind;
    resample(cpu{1}, view<const double, 3>(q.data(), {1, 2, 4}),
             view<const std::int64_t, 2>(times.data(), {1, 2}),
             view<const std::int64_t, 2>(targets.data(), {1, 3}),
             view<double, 3>(out.data(), {1, 3, 4}), options);
  };
  run(interpolation::slerp_xyzw, xyzw, a);
  run(interpolation::slerp_wxyz, wxyz, b);
  const double eighth = std::acos(-1.0) / 8;
  const std::vector<double> expected = {0, 0, 0,     1,    0, 0, std::sin(eighth), std::cos(eighth),
                                        0, 0, -half, -half};
  for (std::size_t i = 0; i < 12; ++i) {
    CAPTURE(i, a[i], expected[i]);
    CHECK(std::fabs(a[i] - expected[i]) < 1e-15);
    CHECK(a[i] == b[i / 4 * 4 + (i + 1) % 4]);
  }
}
