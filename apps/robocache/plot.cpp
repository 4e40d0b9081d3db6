#include "plot.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "files/failure.hpp"
#include "files/memory.hpp"
#include "kinds.hpp"

namespace robocache::cli {
namespace {

constexpr std::int64_t panels_by_default = 8;
constexpr std::int64_t most_panels = 64;

/// Stamp i in seconds. Differences are taken before rounding, so that epochs keep their digits.
double axis_time(const array& times, std::int64_t i, const array* origin) {
  if (times.type == element::i64) {
    const std::int64_t zero = origin != nullptr ? origin->as<std::int64_t>()[0] : 0;
    return elapsed(times.as<std::int64_t>()[i], zero) * 1e-9;
  }
  return number_at(times, i) - (origin != nullptr ? number_at(*origin, 0) : 0.0);
}

/// Room for the points of a panel.
void reserve(panel& p, std::int64_t samples, std::int64_t targets) {
  check_memory(static_cast<double>(samples + targets) * sizeof(point), "the plot");
  p.samples.reserve(static_cast<std::size_t>(samples));
  p.curve.reserve(static_cast<std::size_t>(targets));
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

/// Sorts the curve, which is in the order of its targets, and finds its gaps.
void finish(panel& p) {
  std::stable_sort(p.curve.begin(), p.curve.end(),
                   [](const point& a, const point& b) { return a.x < b.x; });
  p.gaps = gaps_of(p.curve);
}

}  // namespace

std::vector<std::int64_t> parse_channels(const std::string& text, std::int64_t channels) {
  std::vector<std::int64_t> result;
  if (text.empty()) {
    for (std::int64_t c = 0; c < std::min(channels, panels_by_default); ++c) result.push_back(c);
    return result;
  }
  const auto malformed = [&] {
    bad_usage("--plot-channels: expected up to 64 channels from 0 to " +
              std::to_string(channels - 1) + ", as in 0-3,7, got '" + text + "'");
  };
  const char* at = text.data();
  const char* end = at + text.size();
  const auto number = [&] {
    std::int64_t value = -1;
    const auto parsed = std::from_chars(at, end, value);
    if (parsed.ec != std::errc() || value < 0 || value >= channels) malformed();
    at = parsed.ptr;
    return value;
  };
  for (;;) {
    const std::int64_t first = number();
    std::int64_t last = first;
    if (at != end && *at == '-') {
      ++at;
      last = number();
    }
    if (last < first || last - first >= most_panels) malformed();
    for (std::int64_t c = first; c <= last; ++c) result.push_back(c);
    if (static_cast<std::int64_t>(result.size()) > most_panels) malformed();
    if (at == end) return result;
    if (*at++ != ',') malformed();
  }
}

panel channel_panel(const plot_source& from, std::int64_t channel, const std::string& title) {
  const stream& s = from.samples;
  const std::int64_t channels = s.channels();
  panel result;
  result.title = title;
  result.out_of = channels;
  result.steps = kind_of_channel(from.kinds, channel) == interpolation::previous;
  const array& targets = from.targets.times;
  const std::int64_t columns =
      from.targets.counts.empty() ? targets.shape.back() : from.targets.counts[0];
  const std::int64_t samples = s.samples_of(0);
  reserve(result, samples, columns);
  for (std::int64_t i = 0; i < samples; ++i) {
    result.samples.push_back(
        {axis_time(s.times, i, from.origin), number_at(s.values, i * channels + channel)});
  }
  for (std::int64_t k = 0; k < columns; ++k) {
    const bool is_valid = from.result.valid.as<std::uint8_t>()[k] != 0;
    const double value = number_at(from.result.values, k * channels + channel);
    result.curve.push_back({axis_time(targets, k, from.origin), is_valid ? value : NAN});
  }
  finish(result);
  return result;
}

panel column_panel(const std::vector<fuse_source>& sources, const array& clock, const fused& result,
                   std::int64_t column, const std::string& title) {
  const std::vector<std::int64_t> first = first_columns(sources);
  const auto n = std::upper_bound(first.begin(), first.end(), column) - first.begin() - 1;
  const fuse_source& source = sources[static_cast<std::size_t>(n)];
  const std::int64_t channels = source.data.channels();
  const std::int64_t channel = (column - first[static_cast<std::size_t>(n)]) % channels;
  const bool reduced = source.settings.reduce != reduction::none;
  const array* origin = clock.size() > 0 ? &clock : nullptr;

  panel p;
  p.title = title;
  p.out_of = first.back();
  p.steps = !reduced &&
            kind_of_channel(source.settings.sampling.kinds, channel) == interpolation::previous;
  const array stamps = on_common_clock(source);
  reserve(p, stamps.size(), clock.size());
  for (std::int64_t i = 0; i < stamps.size(); ++i) {
    const double x = axis_time(stamps, i, origin);
    p.stamps.push_back(x);
    p.samples.push_back({x, number_at(source.data.values, i * channels + channel)});
  }
  const auto count = static_cast<std::int64_t>(sources.size());
  for (std::int64_t k = 0; k < clock.size(); ++k) {
    const bool is_valid = result.valid.as<std::uint8_t>()[k * count + n] != 0;
    const double value = number_at(result.values, k * first.back() + column);
    p.curve.push_back({axis_time(clock, k, origin), is_valid ? value : NAN});
  }
  finish(p);
  return p;
}

}  // namespace robocache::cli
