// The fusion benchmarks' shapes, their clocks, and the bytes that a fusion must move.
#pragma once

#include <robocache/trajectory/fuse.hpp>

#include "trajectory/resample_cases.hpp"

namespace robocache::bench {

/// Streams of [batch, samples, channels] -> [batch, targets, the sum of their channels].
struct fuse_shape {
  struct stream {
    std::int64_t samples, channels;
    channel_groups kinds = interpolation::linear;
    reduction reduce = reduction::none;
    double window = 0.0;  ///< seconds, for reductions

    /// "SxD", and how it is answered unless linearly: "SxD@mixed", "SxD@mean".
    [[nodiscard]] std::string name() const {
      const char* how = kinds.count() > 1 ? "@mixed" : "";
      if (reduce == reduction::mean) how = "@mean";
      return std::to_string(samples) + "x" + std::to_string(channels) + how;
    }
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
    std::string list = streams[0].name();
    bool alike = count() > 1;
    for (std::size_t n = 1; n < count(); ++n) {
      alike = alike && streams[n].name() == streams[0].name();
      list += "," + streams[n].name();
    }
    if (alike) list = std::to_string(count()) + " of " + streams[0].name();
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
      values.push_back(make_source<T>(alone, s.streams[n].kinds, static_cast<unsigned>(n) + 1));
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

/// A length of time as Time.
template <class Time>
Time to_duration(double seconds) {
  return to_stamp<Time>(seconds) - to_stamp<Time>(0.0);
}

/// How many samples of the batch lie in the window (target - window, target] of any target.
template <class Time>
std::int64_t count_samples_in_windows(const shape& s, const timeline<Time>& line, Time window) {
  std::int64_t inside = 0;
  for (std::int64_t b = 0; b < s.batch; ++b) {
    const Time* times = line.times.data() + b * s.samples;
    std::int64_t counted_to = 0;
    for (std::int64_t u = 0; u < s.targets; ++u) {
      const Time target = line.targets[static_cast<std::size_t>(b * s.targets + u)];
      const Time* const begin = std::upper_bound(times, times + s.samples, target - window);
      const std::int64_t end = std::upper_bound(begin, times + s.samples, target) - times;
      inside += std::max<std::int64_t>(end - std::max(begin - times, counted_to), 0);
      counted_to = std::max(counted_to, end);
    }
  }
  return inside;
}

/// In: every touched sample of every stream (where it is reduced, those in any window), all stamps,
/// all targets once. Out: the result.
template <class T, class Time>
traffic count_traffic(const fuse_shape& s, const fuse_inputs<T, Time>& inputs) {
  constexpr auto value_bytes = static_cast<std::int64_t>(sizeof(T));
  const std::int64_t bytes_of_targets =
      s.batch * s.targets * static_cast<std::int64_t>(sizeof(Time));
  std::int64_t in = bytes_of_targets;
  for (std::size_t n = 0; n < s.count(); ++n) {
    const fuse_shape::stream& from = s.streams[n];
    const shape alone = s.alone(n);
    const timeline<Time> line{inputs.times[n], inputs.targets};
    if (from.reduce == reduction::none) {
      in += count_traffic<T>(alone, line, from.kinds).in - bytes_of_targets;
    } else {
      in += s.batch * alone.samples * static_cast<std::int64_t>(sizeof(Time));
      in += count_samples_in_windows(alone, line, to_duration<Time>(from.window)) * alone.channels *
            value_bytes;
    }
  }
  return {in, s.output_size() * value_bytes};
}

/// What one call takes.
template <class T, class Time>
struct fuse_arguments {
  std::vector<fuse_stream<Time>> streams;
  view<const Time, 2> targets;
  view<T, 3> output;
};

/// The arguments for `items` items from `first` on, of arrays on the host or the device.
template <class T, class Time, class Values, class Times>
fuse_arguments<T, Time> make_fuse_arguments(const fuse_shape& s, const Values& values,
                                            const Times& times, const Time* targets, T* output,
                                            std::int64_t first, std::int64_t items) {
  fuse_arguments<T, Time> a;
  for (std::size_t n = 0; n < s.count(); ++n) {
    const auto& [samples, channels, kinds, reduce, window] = s.streams[n];
    fuse_stream<Time>& stream = a.streams.emplace_back(
        view<const T, 3>(values[n].data() + first * samples * channels, {items, samples, channels}),
        view<const Time, 2>(times[n].data() + first * samples, {items, samples}), kinds);
    stream.reduce = reduce;
    if (reduce != reduction::none) stream.window = to_duration<Time>(window);
  }
  a.targets = {targets + first * s.targets, {items, s.targets}};
  a.output = {output, {items, s.targets, s.channels()}};
  return a;
}

template <class Executor, class T, class Time>
void call_fuse(const Executor& executor, const fuse_arguments<T, Time>& a) {
  fuse(executor, a.streams, fuse_clock<Time>(a.targets), a.output);
}

/// A wrench at 1 kHz over the ten seconds, averaged over each period of a clock at 50 Hz.
inline fuse_shape::stream averaged_wrench() {
  return {10000, 6, interpolation::linear, reduction::mean, 0.02};
}

/// Joints, a quaternion and a gripper at 100 Hz.
inline fuse_shape::stream arm() { return {1000, 12, arm_kinds()}; }

}  // namespace robocache::bench
