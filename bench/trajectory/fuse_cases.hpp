// The fusion benchmarks' shapes, their clocks, and the bytes that a fusion must move.
#pragma once

#include <robocache/trajectory/fuse.hpp>

#include "trajectory/resample_cases.hpp"

namespace robocache::bench {

/// Streams of [batch, samples, channels] -> [batch, targets, the sum of their channels].
struct fuse_shape {
  struct stream {
    std::int64_t samples, channels;
  };
  std::int64_t batch;
  std::vector<stream> streams;
  std::int64_t targets;

  [[nodiscard]] std::size_t count() const { return streams.size(); }
  [[nodiscard]] std::int64_t channels() const {
    std::int64_t sum = 0;
    for (const stream& s : streams) sum += s.channels;
    return sum;
  }
  [[nodiscard]] std::int64_t output_size() const { return batch * targets * channels(); }
  /// Stream n alone, as `resample` sees it.
  [[nodiscard]] shape alone(std::size_t n) const {
    return {batch, streams[n].samples, targets, streams[n].channels};
  }
  /// "Bx(SxD,SxD)->U", or "Bx(N of SxD)->U" where all streams are alike.
  [[nodiscard]] std::string name() const {
    const auto text = [](const stream& s) {
      return std::to_string(s.samples) + "x" + std::to_string(s.channels);
    };
    std::string list = text(streams[0]);
    bool alike = count() > 1;
    for (std::size_t n = 1; n < count(); ++n) {
      alike = alike && text(streams[n]) == text(streams[0]);
      list += "," + text(streams[n]);
    }
    if (alike) list = std::to_string(count()) + " of " + text(streams[0]);
    return std::to_string(batch) + "x(" + list + ")->" + std::to_string(targets);
  }
};

/// The arrays of one call on the host, the same bits for the same shape.
template <class T, class Time>
struct fuse_inputs {
  std::vector<std::vector<T>> values;
  std::vector<std::vector<Time>> times;
  std::vector<Time> targets;

  /// Ten seconds of each stream, its stamps up to 0.3 of a period off a uniform clock, and targets
  /// at even steps.
  explicit fuse_inputs(const fuse_shape& s) {
    constexpr double span = 10.0;
    std::mt19937_64 random(20251122);
    std::uniform_real_distribution<double> jitter(-0.3, 0.3);
    const auto stamp = [](std::int64_t i, double off, std::int64_t count) {
      return to_stamp<Time>(span * (static_cast<double>(i) + 0.5 + off) /
                            static_cast<double>(count));
    };
    for (std::size_t n = 0; n < s.count(); ++n) {
      const shape alone = s.alone(n);
      values.push_back(make_values<T>(alone.source_size(), static_cast<unsigned>(n) + 1));
      times.emplace_back();
      for (std::int64_t i = 0; i < s.batch * alone.samples; ++i) {
        times[n].push_back(stamp(i % alone.samples, jitter(random), alone.samples));
      }
    }
    for (std::int64_t u = 0; u < s.batch * s.targets; ++u) {
      targets.push_back(stamp(u % s.targets, 0.0, s.targets));
    }
  }
};

/// In: every touched sample of every stream, all stamps, all targets. Out: the result.
template <class T, class Time>
traffic count_traffic(const fuse_shape& s, const fuse_inputs<T, Time>& inputs) {
  const auto value_bytes = static_cast<std::int64_t>(sizeof(T));
  const auto time_bytes = static_cast<std::int64_t>(sizeof(Time));
  std::int64_t in = s.batch * s.targets * time_bytes;
  for (std::size_t n = 0; n < s.count(); ++n) {
    const shape alone = s.alone(n);
    const timeline<Time> line{inputs.times[n], inputs.targets};
    in += s.batch * alone.samples * time_bytes;
    in += count_touched_samples(alone, line, interpolation::linear) * alone.channels * value_bytes;
  }
  return {in, s.output_size() * value_bytes};
}

}  // namespace robocache::bench
