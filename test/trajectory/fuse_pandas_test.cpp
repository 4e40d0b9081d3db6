// `fuse` against pandas.merge_asof: backward, forward and nearest with an inclusive tolerance.
//
// Both pick the same sample everywhere but at one place: a target that hits a stamp shared by
// several samples. There RoboCache always takes the last of them, and so do backward and nearest of
// pandas; forward takes the first. Between stamps both take the first of equal later ones.
#include <array>
#include <robocache/trajectory/fuse.hpp>

#include "golden_pandas.hpp"
#include "support/catch.hpp"

namespace {

using namespace robocache;

constexpr interpolation kinds[] = {interpolation::previous, interpolation::next,
                                   interpolation::nearest};

/// Backward, forward and nearest as three streams of one call, their samples being their indices:
/// what was picked, [target][way].
std::vector<std::array<int, 3>> pick(const golden::asof& g) {
  std::vector<float> indices;
  for (std::size_t i = 0; i < g.times.size(); ++i) indices.push_back(static_cast<float>(i));
  const auto samples = static_cast<std::int64_t>(g.times.size());
  const auto count = static_cast<std::int64_t>(g.targets.size());
  std::vector<fuse_stream<std::int64_t>> streams;
  for (const auto kind : kinds) {
    fuse_stream<std::int64_t> stream(view<const float, 3>(indices.data(), {1, samples, 1}),
                                     view<const std::int64_t, 2>(g.times.data(), {1, samples}),
                                     kind);
    stream.options.fill_value = -1;
    if (g.tolerance >= 0) stream.options.tolerance = g.tolerance;
    if (kind == interpolation::previous) stream.options.before = end_policy::fill;
    if (kind == interpolation::next) stream.options.after = end_policy::fill;
    streams.push_back(stream);
  }
  std::vector<float> out(g.targets.size() * 3);
  std::vector<std::uint8_t> valid(out.size());
  fuse_report<std::int64_t> report;
  report.valid = {valid.data(), {1, count, 3}};
  fuse(cpu{2}, streams,
       fuse_clock<std::int64_t>(view<const std::int64_t, 2>(g.targets.data(), {1, count})),
       view<float, 3>(out.data(), {1, count, 3}), report);
  std::vector<std::array<int, 3>> picked(g.targets.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    picked[i / 3][i % 3] = static_cast<int>(out[i]);
    CHECK(valid[i] == (out[i] >= 0 ? 1 : 0));
  }
  return picked;
}

}  // namespace

TEST_CASE("fuse picks what merge_asof picks", "[fuse]") {
  int on_shared_stamps = 0, picks = 0;
  for (const auto& g : golden::asofs) {
    const auto picked = pick(g);
    for (std::size_t u = 0; u < g.targets.size(); ++u) {
      const auto first = std::lower_bound(g.times.begin(), g.times.end(), g.targets[u]);
      const auto end = std::upper_bound(g.times.begin(), g.times.end(), g.targets[u]);
      CAPTURE(g.name, u, g.targets[u]);
      CHECK(picked[u][0] == g.backward[u]);
      CHECK(picked[u][2] == g.nearest[u]);
      if (end - first > 1) {
        CHECK(picked[u][1] == end - g.times.begin() - 1);
        CHECK(g.forward[u] == first - g.times.begin());
        ++on_shared_stamps;
      } else {
        CHECK(picked[u][1] == g.forward[u]);
      }
      ++picks;
    }
  }
  CHECK(picks > 500);
  CHECK(on_shared_stamps > 50);
}
