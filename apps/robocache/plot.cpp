#include "plot.hpp"

#include <algorithm>
#include <cmath>

#include "kinds.hpp"

namespace robocache::cli {
namespace {

/// Stamp i in seconds. Differences are taken before rounding, so that epochs keep their digits.
double axis_time(const array& times, std::int64_t i, const array* origin) {
  if (times.type == dtype::int64) {
    const std::int64_t zero = origin != nullptr ? origin->as<std::int64_t>()[0] : 0;
    return elapsed(times.as<std::int64_t>()[i], zero) * 1e-9;
  }
  return element(times, i) - (origin != nullptr ? element(*origin, 0) : 0.0);
}

/// Runs of points without a value; each reaches half way to its neighbours.
std::vector<std::pair<double, double>> gaps_of(const std::vector<point>& curve) {
  std::vector<std::pair<double, double>> gaps;
  for (std::size_t k = 0; k < curve.size();) {
    if (!std::isnan(curve[k].y)) {
      ++k;
      continue;
    }
    std::size_t end = k;
    while (end < curve.size() && std::isnan(curve[end].y)) ++end;
    const double from = k > 0 ? (curve[k - 1].x + curve[k].x) / 2 : curve[k].x;
    const double to = end < curve.size() ? (curve[end - 1].x + curve[end].x) / 2 : curve[end - 1].x;
    gaps.emplace_back(from, to);
    k = end;
  }
  return gaps;
}

}  // namespace

panel channel_panel(const plot_source& from, std::int64_t channel, const std::string& title) {
  const stream& s = from.samples;
  const std::int64_t channels = s.channels();
  panel result;
  result.title = title;
  result.steps = kind_of_channel(from.kinds, channel) == interpolation::previous;
  for (std::int64_t i = 0; i < s.samples(); ++i) {
    result.samples.push_back(
        {axis_time(s.times, i, from.origin), element(s.values, i * channels + channel)});
  }
  const array& targets = from.targets.times;
  const std::int64_t columns =
      from.targets.counts.empty() ? targets.shape.back() : from.targets.counts[0];
  for (std::int64_t k = 0; k < columns; ++k) {
    const bool is_valid = from.result.valid.as<std::uint8_t>()[k] != 0;
    const double value = element(from.result.values, k * channels + channel);
    result.curve.push_back({axis_time(targets, k, from.origin), is_valid ? value : NAN});
  }
  std::stable_sort(result.curve.begin(), result.curve.end(),
                   [](const point& a, const point& b) { return a.x < b.x; });
  result.gaps = gaps_of(result.curve);
  return result;
}

}  // namespace robocache::cli
