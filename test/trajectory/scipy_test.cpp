// `resample` against values that SciPy gave; make_golden.py wrote them.
#include <robocache/trajectory/resample.hpp>

#include "golden_scipy.hpp"
#include "support/catch.hpp"
#include "support/random.hpp"

namespace {

using namespace robocache;

std::vector<double> ours(const golden::recording& r, interpolation kind) {
  const auto s = static_cast<std::int64_t>(r.times.size());
  const auto u = static_cast<std::int64_t>(r.targets.size());
  std::vector<double> output(r.targets.size());
  resample_options<std::int64_t> options;
  options.kinds = kind;
  resample(cpu{1}, view<const double, 3>(r.samples.data(), {1, s, 1}),
           view<const std::int64_t, 2>(r.times.data(), {1, s}),
           view<const std::int64_t, 2>(r.targets.data(), {1, u}),
           view<double, 3>(output.data(), {1, u, 1}), options);
  return output;
}

/// The largest error, in ulp of the largest sample.
double worst(const golden::recording& r, interpolation kind, const std::vector<double>& expected) {
  const auto got = ours(r, kind);
  REQUIRE(got.size() == expected.size());
  double largest = 0, error = 0;
  for (const double v : r.samples) largest = std::max(largest, std::fabs(v));
  for (std::size_t i = 0; i < got.size(); ++i) {
    error = std::max(error, std::fabs(got[i] - expected[i]));
  }
  return error / static_cast<double>(test::ulp_at<double>(static_cast<long double>(largest)));
}

}  // namespace

TEST_CASE("doubles agree with SciPy", "[scipy]") {
  REQUIRE(golden::recordings.size() == 5);
  for (const auto& r : golden::recordings) {
    CAPTURE(r.name);
    CHECK(worst(r, interpolation::linear, r.linear) <= 2);
    CHECK(worst(r, interpolation::pchip, r.pchip) <= 8);
    CHECK(ours(r, interpolation::nearest) == r.nearest);
    CHECK(ours(r, interpolation::previous) == r.previous);
    CHECK(ours(r, interpolation::next) == r.next);
  }
}
