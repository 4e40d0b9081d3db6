// What the resampling benchmarks of both backends share: shapes, stamps, and the bytes that an
// operation must move.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
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

/// The arm that most cases with several kinds in a row have: joints, a quaternion, a gripper.
inline channel_groups arm_kinds() {
  return {{7, interpolation::linear}, {4, interpolation::slerp_xyzw}, {1, interpolation::previous}};
}

/// How many channels group g takes in rows of `channels`.
inline std::int64_t channels_of(const channel_groups& kinds, int g, std::int64_t channels) {
  return kinds[g].channels < 0 ? channels : kinds[g].channels;
}

/// Replaces four channels from `first` on by unit quaternions on a walk: neighbours are at most
/// 0.2 rad apart.
template <class T>
void walk_rotations(std::vector<T>& values, const shape& s, std::int64_t first,
                    std::mt19937_64& random) {
  std::uniform_real_distribution<double> step(-0.05, 0.05);
  for (std::int64_t b = 0; b < s.batch; ++b) {
    quaternion q{0.0, 0.0, 0.0, 1.0};
    for (std::int64_t i = 0; i < s.samples; ++i) {
      T* const row = values.data() + (b * s.samples + i) * s.channels + first;
      q = normalized(quaternion{q.x + step(random), q.y + step(random), q.z + step(random),
                                q.w + step(random)});
      int n = 0;
      for (const double part : {q.x, q.y, q.z, q.w}) row[n++] = T(static_cast<float>(part));
    }
  }
}

/// The source of a call: random values, and rotations where a kind asks for quaternions.
template <class T>
std::vector<T> make_source(const shape& s, const channel_groups& kinds, unsigned seed = 7) {
  std::vector<T> values = make_values<T>(s.source_size(), seed);
  std::mt19937_64 random(seed);
  std::int64_t first = 0;
  for (int g = 0; g < kinds.count(); ++g) {
    const std::int64_t end = first + channels_of(kinds, g, s.channels);
    for (; is_slerp(kinds[g].kind) && first < end; first += 4) {
      walk_rotations(values, s, first, random);
    }
    first = end;
  }
  return values;
}

/// Makes about `part` of the values NaN.
template <class T>
void drop_values(std::vector<T>& values, double part) {
  std::mt19937_64 random(11);
  std::bernoulli_distribution is_lost(part);
  for (T& value : values) {
    if (is_lost(random)) value = T(std::numeric_limits<float>::quiet_NaN());
  }
}

/// [batch, samples], 0 where a sample is missing; empty where none is.
using mask_of_samples = std::vector<std::uint8_t>;

/// A mask that says about `part` of the rows missing.
inline mask_of_samples drop_rows(const shape& s, double part) {
  std::mt19937_64 random(11);
  std::bernoulli_distribution is_there(1.0 - part);
  mask_of_samples mask;
  for (std::int64_t i = 0; i < s.batch * s.samples; ++i) mask.push_back(is_there(random) ? 1 : 0);
  return mask;
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

/// The stamps of item b that the mask leaves.
template <class Time>
std::vector<Time> present_stamps(const shape& s, const timeline<Time>& line,
                                 const mask_of_samples& mask, std::int64_t b) {
  std::vector<Time> stamps;
  for (std::int64_t i = b * s.samples; i < (b + 1) * s.samples; ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (mask.empty() || mask[at] != 0) stamps.push_back(line.times[at]);
  }
  return stamps;
}

/// How many distinct samples of the batch the sorted targets depend on, of those present.
template <class Time>
std::int64_t count_touched_samples(const shape& s, const timeline<Time>& line, interpolation kind,
                                   const mask_of_samples& mask = {}) {
  std::int64_t touched = 0;
  for (std::int64_t b = 0; b < s.batch; ++b) {
    const std::vector<Time> times = present_stamps(s, line, mask, b);
    const auto samples = static_cast<std::int64_t>(times.size());
    std::int64_t counted_to = -1;
    for (std::int64_t u = 0; u < s.targets; ++u) {
      const Time target = line.targets[static_cast<std::size_t>(b * s.targets + u)];
      const std::int64_t left =
          std::upper_bound(times.begin(), times.end(), target) - times.begin() - 1;
      const auto [first, last] = needed_samples(times.data(), samples, left, target, kind);
      touched += std::max<std::int64_t>(last - std::max(first - 1, counted_to), 0);
      counted_to = std::max(counted_to, last);
    }
  }
  return touched;
}

/// In: every touched sample of every group of channels, all stamps, all targets, the mask. Out: the
/// result. A NaN counts as a value, skipped or not.
template <class T, class Time>
traffic count_traffic(const shape& s, const timeline<Time>& line, const channel_groups& kinds,
                      const mask_of_samples& mask = {}) {
  const auto value_bytes = static_cast<std::int64_t>(sizeof(T));
  const auto time_bytes = static_cast<std::int64_t>(sizeof(Time));
  std::int64_t in = s.batch * (s.samples + s.targets) * time_bytes;
  in += static_cast<std::int64_t>(mask.size());
  for (int g = 0; g < kinds.count(); ++g) {
    in += count_touched_samples(s, line, kinds[g].kind, mask) * channels_of(kinds, g, s.channels) *
          value_bytes;
  }
  return {in, s.output_size() * value_bytes};
}

}  // namespace robocache::bench
