// What the resampling benchmarks of both backends share: shapes, stamps, and the bytes that an
// operation must move.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <robocache/trajectory/resample.hpp>
#include <string>
#include <utility>
#include <vector>

#include "support/traffic.hpp"
#include "support/values.hpp"

namespace robocache::bench {

/// [batch, samples, channels] -> [batch, targets, channels].
struct shape {
  std::int64_t batch, samples, targets, channels;

  [[nodiscard]] std::int64_t source_size() const { return batch * samples * channels; }
  [[nodiscard]] std::int64_t output_size() const { return batch * targets * channels; }
  /// "BxS->UxD".
  [[nodiscard]] std::string name() const {
    return std::to_string(batch) + "x" + std::to_string(samples) + "->" + std::to_string(targets) +
           "x" + std::to_string(channels);
  }
};

/// How the stamps of a row are spaced; the mean rate is 100 Hz in all.
enum class spacing {
  jittered,    ///< each up to 0.3 of a period off a uniform clock
  log_normal,  ///< independent gaps over four orders of magnitude
  bursts,      ///< 16 stamps at 100 times the mean rate, then a pause
};

/// How targets are laid out: evenly in time, or as densely as the stamps.
enum class targeting { even, as_stamps };

/// Stamps [batch, samples] and sorted targets [batch, targets], the same bits for the same seed.
template <class Time>
struct timeline {
  std::vector<Time> times, targets;
};

/// Seconds from the start of a recording as Time: floats as they are, integers as nanoseconds of
/// an absolute clock.
template <class Time>
Time to_stamp(double seconds) {
  if constexpr (std::is_integral_v<Time>) {
    return Time{1'760'000'000'000'000'000} + static_cast<Time>(std::llround(seconds * 1e9));
  } else {
    return static_cast<Time>(seconds);
  }
}

inline std::vector<double> make_row_of_stamps(std::int64_t samples, spacing spaced,
                                              std::mt19937_64& random) {
  constexpr double period = 0.01;
  std::uniform_real_distribution<double> jitter(-0.3, 0.3);
  std::normal_distribution<double> normal;
  std::vector<double> times;
  double now = 0.0;
  for (std::int64_t i = 0; i < samples; ++i) {
    if (spaced == spacing::jittered) now = period * (static_cast<double>(i) + jitter(random));
    times.push_back(now);
    if (spaced == spacing::log_normal) now += period * std::exp(2.0 * normal(random) - 2.0);
    if (spaced == spacing::bursts) now += i % 16 == 15 ? 15.85 * period : 0.01 * period;
  }
  return times;
}

template <class Time>
timeline<Time> make_timeline(const shape& s, spacing spaced, targeting aimed) {
  std::mt19937_64 random(20251122);
  std::uniform_real_distribution<double> unit(0.0, 1.0);
  timeline<Time> line;
  for (std::int64_t b = 0; b < s.batch; ++b) {
    const std::vector<double> times = make_row_of_stamps(s.samples, spaced, random);
    for (const double t : times) line.times.push_back(to_stamp<Time>(t));
    const double phase = unit(random);
    for (std::int64_t u = 0; u < s.targets; ++u) {
      const double part = (static_cast<double>(u) + phase) / static_cast<double>(s.targets);
      double target = times.front() + part * (times.back() - times.front());
      if (aimed == targeting::as_stamps) {
        const double position = part * static_cast<double>(s.samples - 1);
        const auto left = static_cast<std::size_t>(position);
        target = times[left] + (position - std::floor(position)) * (times[left + 1] - times[left]);
      }
      line.targets.push_back(to_stamp<Time>(target));
    }
  }
  return line;
}

/// Samples [first, last] around interval `left` that the value at `target` depends on.
template <class Time>
std::pair<std::int64_t, std::int64_t> needed_samples(const Time* times, std::int64_t samples,
                                                     std::int64_t left, Time target,
                                                     interpolation kind) {
  if (left < 0) return {0, 0};
  if (left == samples - 1 || times[left] == target) return {left, left};
  switch (kind) {
    case interpolation::previous:
      return {left, left};
    case interpolation::next:
      return {left + 1, left + 1};
    case interpolation::nearest:
      return is_closer(times[left + 1], target, times[left]) ? std::pair{left + 1, left + 1}
                                                             : std::pair{left, left};
    case interpolation::cubic:
    case interpolation::pchip:
      return {std::max<std::int64_t>(left - 1, 0), std::min(left + 2, samples - 1)};
    default:
      return {left, left + 1};
  }
}

/// How many distinct samples of the batch the sorted targets depend on.
template <class Time>
std::int64_t count_touched_samples(const shape& s, const timeline<Time>& line, interpolation kind) {
  std::int64_t touched = 0;
  for (std::int64_t b = 0; b < s.batch; ++b) {
    const Time* times = line.times.data() + b * s.samples;
    std::int64_t counted_to = -1;
    for (std::int64_t u = 0; u < s.targets; ++u) {
      const Time target = line.targets[static_cast<std::size_t>(b * s.targets + u)];
      const std::int64_t left = std::upper_bound(times, times + s.samples, target) - times - 1;
      const auto [first, last] = needed_samples(times, s.samples, left, target, kind);
      touched += std::max<std::int64_t>(last - std::max(first - 1, counted_to), 0);
      counted_to = std::max(counted_to, last);
    }
  }
  return touched;
}

/// In: every touched sample of every group of channels, all stamps, all targets. Out: the result.
template <class T, class Time>
traffic count_traffic(const shape& s, const timeline<Time>& line, const channel_groups& kinds) {
  const auto value_bytes = static_cast<std::int64_t>(sizeof(T));
  const auto time_bytes = static_cast<std::int64_t>(sizeof(Time));
  std::int64_t in = s.batch * (s.samples + s.targets) * time_bytes;
  for (int g = 0; g < kinds.count(); ++g) {
    const std::int64_t channels = kinds[g].channels < 0 ? s.channels : kinds[g].channels;
    in += count_touched_samples(s, line, kinds[g].kind) * channels * value_bytes;
  }
  return {in, s.output_size() * value_bytes};
}

}  // namespace robocache::bench
