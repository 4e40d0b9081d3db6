// A whole call of `fuse`: streams that own their memory, one clock, and what came out.
#pragma once

#include <robocache/trajectory/fuse.hpp>
#include <variant>

#include "layout.hpp"
#include "problem.hpp"

namespace test {

template <>
struct format<std::uint8_t> {
  static constexpr const char* name = "u8";
};
template <>
struct format<std::int16_t> {
  static constexpr const char* name = "i16";
};

/// One stream.
template <class Time>
struct sensor {
  problem<float, Time> p;  // its values as float; what it has of targets does not count
  std::variant<laid_out<float>, laid_out<robocache::bf16>, laid_out<robocache::f16>,
               laid_out<std::uint8_t>, laid_out<double>, laid_out<std::int16_t>,
               laid_out<std::int64_t>>
      values;
  laid_out<Time> times;
  robocache::fuse_stream<Time> settings;  // its clock and reduction; no arrays

  [[nodiscard]] std::int64_t channels() const {
    const bool keeps = settings.reduce == robocache::reduction::last;
    return p.channels * (keeps ? settings.keep : 1);
  }

  /// The first row of item b in `p.source`, and how many it has.
  [[nodiscard]] std::pair<std::int64_t, std::int64_t> range(std::int64_t b) const {
    const auto at = static_cast<std::size_t>(b);
    if (p.packed()) return {p.offsets[at], p.offsets[at + 1] - p.offsets[at]};
    return {b * p.samples, p.lengths.empty() ? p.samples : p.lengths[at]};
  }

  /// `place(vector)` as for `resample` of a problem.
  template <class Place>
  [[nodiscard]] robocache::fuse_stream<Time> placed(const Place& place) const {
    using robocache::view;
    auto stream = std::visit(
        [&](const auto& v) {
          return robocache::fuse_stream<Time>(v.cube(place(v.memory)),
                                              times.table(place(times.memory)));
        },
        values);
    const auto list = [&](const auto& v) {
      using range = view<const std::int64_t, 1>;
      return v.empty() ? range{} : range(place(v), {static_cast<std::int64_t>(v.size())});
    };
    stream.options = p.options;
    stream.options.samples = {list(p.lengths), list(p.offsets)};
    if (!p.mask.empty()) {
      stream.options.sample_mask =
          view<const std::uint8_t, 2>(place(p.mask), {p.source_rows(), p.samples});
    }
    stream.clock_offset = settings.clock_offset;
    stream.clock_drift = settings.clock_drift;
    stream.clock_anchor = settings.clock_anchor;
    stream.reduce = settings.reduce;
    stream.window = settings.window;
    stream.keep = settings.keep;
    return stream;
  }
};

template <class Time, class T>
struct fuse_problem {
  using time = Time;
  using result = T;

  std::int64_t batch = 1, queries = 0;
  std::vector<sensor<Time>> sensors;
  std::vector<Time> targets;  // [batch, queries]; what a uniform clock says, too
  std::vector<std::int64_t> lengths;
  bool uniform = false;
  Time start{}, step{};
  std::int64_t per = 1;
  arrangement how;  // of the outputs
  std::string story;

  [[nodiscard]] std::int64_t channels() const {
    std::int64_t sum = 0;
    for (const auto& s : sensors) sum += s.channels();
    return sum;
  }
  [[nodiscard]] std::int64_t targets_of(std::int64_t b) const {
    return lengths.empty() ? queries : lengths[static_cast<std::size_t>(b)];
  }
};

/// Everything that a call writes, poisoned first and among guard elements.
template <class Time, class T>
struct fuse_outcome {
  std::vector<laid_out<T>> outputs;  // one, or one for each stream
  laid_out<std::uint8_t> valid;
  laid_out<Time> age, error;

  explicit fuse_outcome(const fuse_problem<Time, T>& p, bool separate = false)
      : valid(p.batch, p.queries, streams(p), p.how),
        age(p.batch, p.queries, streams(p), p.how),
        error(p.batch, p.queries, streams(p), p.how) {
    if (!separate) outputs.emplace_back(p.batch, p.queries, p.channels(), p.how);
    for (const auto& s : p.sensors) {
      if (separate) outputs.emplace_back(p.batch, p.queries, s.channels(), p.how);
    }
  }

  template <class F>
  void for_each_array(const F& f) {
    for (auto& output : outputs) f(output.memory);
    f(valid.memory);
    f(age.memory);
    f(error.memory);
  }

  /// What differs, guard elements included; an empty text when nothing does.
  [[nodiscard]] std::string difference_from(const fuse_outcome& other) const {
    const auto tell = [](const std::string& name, const auto& a, const auto& b) {
      const std::int64_t at = first_difference(a.memory, b.memory);
      return at < 0 ? std::string() : name + "[" + std::to_string(at) + "] ";
    };
    std::string text;
    for (std::size_t n = 0; n < outputs.size(); ++n) {
      text += tell("output " + std::to_string(n), outputs[n], other.outputs[n]);
    }
    return text + tell("valid", valid, other.valid) + tell("age", age, other.age) +
           tell("error", error, other.error);
  }

 private:
  static std::int64_t streams(const fuse_problem<Time, T>& p) {
    return static_cast<std::int64_t>(p.sensors.size());
  }
};

/// Runs `fuse`. `place(vector)` says where the executor finds the elements of a vector.
template <class Time, class T, class Executor, class Place>
void fuse(const Executor& executor, const fuse_problem<Time, T>& p, fuse_outcome<Time, T>& out,
          const Place& place) {
  using robocache::view;
  std::vector<robocache::fuse_stream<Time>> streams;
  for (const auto& s : p.sensors) streams.push_back(s.placed(place));
  using clock_type = robocache::fuse_clock<Time>;
  clock_type clock = p.uniform
                         ? clock_type(p.start, p.step, p.batch, p.queries, p.per)
                         : clock_type(view<const Time, 2>(place(p.targets), {p.batch, p.queries}));
  if (!p.lengths.empty()) clock.lengths = {place(p.lengths), {p.batch}};
  robocache::fuse_report<Time> report;
  report.valid = out.valid.cube(place(out.valid.memory));
  report.age = out.age.cube(place(out.age.memory));
  report.error = out.error.cube(place(out.error.memory));
  std::vector<view<T, 3>> outputs;
  for (auto& output : out.outputs) outputs.push_back(output.cube(place(output.memory)));
  if (outputs.size() == 1) {
    robocache::fuse(executor, streams, clock, outputs[0], report);
  } else {
    robocache::fuse(executor, streams, clock, outputs, report);
  }
}

/// The same in host memory.
template <class Time, class T>
fuse_outcome<Time, T> fuse(const robocache::cpu& executor, const fuse_problem<Time, T>& p,
                           bool separate = false) {
  fuse_outcome<Time, T> out(p, separate);
  fuse(executor, p, out, [](auto& v) { return v.data(); });
  return out;
}

/// How large and wild a random problem is.
struct fuse_wildness {
  std::int64_t samples = 60;  // at most
  std::int64_t width = 9;     // of a group, at most
  bool reductions = true;
  bool skew = true;  // clocks of their own
  bool extremes = true;
  bool any_types = false;  // streams that no kernel is compiled for by name, too
};

namespace detail {

template <class T>
T random_value(random_source& random, double share) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(random.bits());
  } else {
    return random.chance(share) ? adversarial<T>(random) : ordinary<T>(random);
  }
}

inline std::vector<robocache::channel_group> random_groups(random_source& random,
                                                           std::int64_t width) {
  std::vector<robocache::channel_group> groups;
  const bool one = random.chance(0.6);
  for (std::int64_t left = one ? 1 : random.between(2, 6); left > 0; --left) {
    const auto kind = random.one_of(all_kinds);
    groups.push_back(
        {robocache::is_slerp(kind) ? 4 * random.between(1, 2) : random.between(1, width), kind});
  }
  return groups;
}

template <class Time>
void skew_clock(random_source& random, robocache::fuse_stream<Time>& s) {
  if constexpr (std::is_integral_v<Time>) {
    const std::int64_t offsets[] = {1,
                                    -1,
                                    random.between(-5'000'000, 5'000'000),
                                    random.between(-(1L << 34), 1L << 34),
                                    INT64_MAX,
                                    INT64_MIN};
    s.clock_offset = random.chance(0.9) ? offsets[random.between(0, 3)] : random.one_of(offsets);
    if (random.chance(0.6)) {
      s.clock_drift = random.uniform(-1e-4, 1e-4);
      s.clock_anchor = random.chance(0.5) ? random.between(-(1L << 30), 1L << 30)
                                          : any_stamp<std::int64_t>(random);
    }
  } else {
    s.clock_offset = static_cast<Time>(random.uniform(-0.02, 0.02));
  }
}

template <class Time>
void choose_reduction(random_source& random, robocache::fuse_stream<Time>& s) {
  using robocache::reduction;
  constexpr reduction all[] = {reduction::mean, reduction::minimum, reduction::maximum,
                               reduction::last};
  s.reduce = random.one_of(all);
  s.keep = random.between(1, 4);
  const double ns = std::exp2(random.uniform(10.0, 32.0));
  if (random.chance(0.8)) s.window = static_cast<Time>(std::is_integral_v<Time> ? ns : ns * 1e-9);
}

template <class T, class Time>
sensor<Time> make_sensor(random_source& random, problem<float, Time>& p, double share) {
  const auto how = random.chance(0.5) ? arrangement{} : random.one_of(all_arrangements);
  std::vector<T> dense;
  for (auto& wide : p.source) {
    dense.push_back(random_value<T>(random, share));
    wide = static_cast<float>(dense.back());
  }
  return {p,
          laid_out<T>(dense, p.source_rows(), p.samples, p.channels, how),
          laid_out<Time>(p.times, p.source_rows(), 1, p.samples, how),
          {}};
}

}  // namespace detail

/// A random problem with so many streams.
template <class Time, class T>
fuse_problem<Time, T> make_fuse_problem(random_source& random, std::int64_t streams,
                                        std::int64_t batch, std::int64_t queries,
                                        const fuse_wildness& how = {}) {
  fuse_problem<Time, T> p;
  p.batch = batch;
  p.queries = queries;
  std::ostringstream story;
  story << "seed " << random.seed() << " " << format<Time>::name << " -> " << format<T>::name
        << " [" << batch << ", " << queries << "]";
  std::vector<std::vector<Time>> pools;
  for (std::int64_t n = 0; n < streams; ++n) {
    const auto groups = detail::random_groups(random, how.width);
    std::int64_t channels = 0;
    for (const auto& group : groups) channels += group.channels;
    wildness wild;
    wild.policies = random.chance(0.7);
    wild.ragged = batch > 0 && random.chance(0.5);
    wild.extremes = how.extremes && random.chance(0.3);
    wild.adversarial = 0;
    const bool one_kind = groups.size() == 1 && random.chance(0.5);
    auto stream = make_problem<float, Time>(
        random, batch, random.between(0, how.samples), queries, channels,
        one_kind ? robocache::channel_groups(groups[0].kind)
                 : robocache::channel_groups(groups.data(), static_cast<int>(groups.size())),
        wild);
    pools.push_back(stream.targets);
    stream.targets.clear();
    stream.target_lengths.clear();
    stream.target_offsets.clear();
    stream.queries = queries;
    // A fill value that every type holds, so that it needs no rounding.
    stream.options.fill_value = std::round(stream.options.fill_value * 8) / 8;
    stream.options.snap = Time(0);  // has tests of its own
    const double share = random.chance(0.5) ? 0.02 : 0.3;
    const auto type = random.between(0, how.any_types ? 8 : 5);
    auto s = type < 2    ? detail::make_sensor<T>(random, stream, share)
             : type == 6 ? detail::make_sensor<double>(random, stream, share)
             : type == 7 ? detail::make_sensor<std::int16_t>(random, stream, share)
             : type == 8 ? detail::make_sensor<std::int64_t>(random, stream, share)
             : type == 2 ? detail::make_sensor<float>(random, stream, share)
             : type == 3 ? detail::make_sensor<robocache::bf16>(random, stream, share)
             : type == 4 ? detail::make_sensor<robocache::f16>(random, stream, share)
                         : detail::make_sensor<std::uint8_t>(random, stream, share);
    if (how.skew && random.chance(0.5)) detail::skew_clock(random, s.settings);
    if (how.reductions && random.chance(0.3)) {
      detail::choose_reduction(random, s.settings);
      s.p.options.max_gap = s.p.options.tolerance = robocache::unlimited<Time>();
    }
    story << "\n  stream " << n << " of type " << s.values.index() << ": " << stream.story;
    p.sensors.push_back(std::move(s));
  }
  for (std::int64_t i = 0; i < batch * queries; ++i) {
    const auto n = static_cast<std::size_t>(random.bits() % std::max<std::size_t>(pools.size(), 1));
    p.targets.push_back(pools.empty() ? any_stamp<Time>(random)
                                      : pools[n][static_cast<std::size_t>(i)]);
  }
  const bool ragged = random.chance(0.4);
  for (std::int64_t b = 0; ragged && b < batch; ++b)
    p.lengths.push_back(random.between(0, queries));
  if (random.chance(0.6)) p.how = random.one_of(all_arrangements);
  p.story = story.str();
  return p;
}

/// Streams reduced over windows that tile a uniform clock from the first stamp to the last.
template <class Time, class T>
fuse_problem<Time, T> make_window_problem(random_source& random, std::int64_t streams,
                                          std::int64_t batch, std::int64_t queries,
                                          std::int64_t samples) {
  fuse_wildness how;
  how.samples = samples;
  how.skew = false;
  how.extremes = false;
  how.any_types = true;
  auto p = make_fuse_problem<Time, T>(random, streams, batch, queries, how);
  Time first = std::numeric_limits<Time>::max(), last = std::numeric_limits<Time>::lowest();
  for (const auto& s : p.sensors) {
    for (const Time t : s.p.times) {
      const Time near = std::clamp<Time>(t, Time(-1e18), Time(1e18));
      first = std::min(first, near);
      last = std::max(last, near);
    }
  }
  if (!(first < last)) first = last = Time(0);
  p.uniform = true;
  p.start = first;
  p.step = std::max<Time>(last / static_cast<Time>(queries) - first / static_cast<Time>(queries),
                          Time(1));
  p.per = 1;
  for (auto& s : p.sensors) {
    if (s.settings.reduce == robocache::reduction::none) {
      detail::choose_reduction(random, s.settings);
      s.p.options.max_gap = s.p.options.tolerance = robocache::unlimited<Time>();
    }
    if (random.chance(0.8)) s.settings.window = p.step;
  }
  return p;
}

}  // namespace test
