// A whole call of `resample`: arrays that own their memory, and what came out.
#pragma once

#include <robocache/trajectory/resample.hpp>
#include <sstream>

#include "random.hpp"

namespace test {

inline constexpr robocache::interpolation all_kinds[] = {
    robocache::interpolation::linear,     robocache::interpolation::nearest,
    robocache::interpolation::previous,   robocache::interpolation::next,
    robocache::interpolation::cubic,      robocache::interpolation::pchip,
    robocache::interpolation::slerp_xyzw, robocache::interpolation::slerp_wxyz,
    robocache::interpolation::angle};

inline const char* name_of(robocache::interpolation kind) {
  constexpr const char* names[] = {"linear", "nearest",    "previous",   "next", "cubic",
                                   "pchip",  "slerp_xyzw", "slerp_wxyz", "angle"};
  return names[static_cast<int>(kind)];
}

/// The inputs, dense; items are padded rows, or packed where the offsets are not empty.
template <class T, class Time>
struct problem {
  std::int64_t batch = 1, samples = 0, queries = 0, channels = 1;
  std::vector<T> source;      // [batch, samples, channels]; [samples, channels] when packed
  std::vector<Time> times;    // [batch, samples]; [samples] when packed
  std::vector<Time> targets;  // [batch, queries]; [queries] when packed
  std::vector<std::int64_t> lengths, target_lengths, offsets, target_offsets;
  std::vector<std::uint8_t> mask;
  robocache::resample_options<Time> options;  // policies; the views in it are set by `views`
  std::string story;                          // how to make it again

  [[nodiscard]] bool packed() const { return !offsets.empty(); }
  [[nodiscard]] bool packed_targets() const { return !target_offsets.empty(); }
  [[nodiscard]] std::int64_t source_rows() const { return packed() ? 1 : batch; }
  [[nodiscard]] std::int64_t target_rows() const { return packed_targets() ? 1 : batch; }
  [[nodiscard]] std::size_t slots() const {
    return static_cast<std::size_t>(target_rows() * queries);
  }
};

/// Everything that a call writes, poisoned first.
template <class T, class Time>
struct outcome {
  std::vector<T> output;
  std::vector<std::uint8_t> valid;
  std::vector<std::int64_t> left;
  std::vector<double> weight;
  std::vector<Time> age;
  std::vector<std::uint32_t> status;

  explicit outcome(const problem<T, Time>& p)
      : output(p.slots() * static_cast<std::size_t>(p.channels)),
        valid(p.slots()),
        left(p.slots()),
        weight(p.slots()),
        age(p.slots()),
        status(static_cast<std::size_t>(p.batch)) {
    poison();
  }

  template <class F>
  void for_each_array(const F& f) {
    f(output);
    f(valid);
    f(left);
    f(weight);
    f(age);
    f(status);
  }

  void poison() {
    for_each_array([](auto& array) {
      if (!array.empty()) std::memset(array.data(), 0xA5, array.size() * sizeof(array[0]));
    });
  }

  /// The first array and element that differ, or an empty text.
  [[nodiscard]] std::string difference_from(const outcome& other) const {
    const auto tell = [](const char* name, std::int64_t at) {
      return at < 0 ? std::string() : std::string(name) + "[" + std::to_string(at) + "] ";
    };
    return tell("output", first_difference(output, other.output)) +
           tell("valid", first_difference(valid, other.valid)) +
           tell("left", first_difference(left, other.left)) +
           tell("weight", first_difference(weight, other.weight)) +
           tell("age", first_difference(age, other.age)) +
           tell("status", first_difference(status, other.status));
  }
};

/// Runs `resample`. `place(vector)` says where the executor finds the elements of a vector.
template <class T, class Time, class Executor, class Place>
void resample(const Executor& executor, const problem<T, Time>& p, outcome<T, Time>& out,
              const Place& place) {
  using robocache::view;
  auto options = p.options;
  const auto list = [&](const auto& v) {
    using element = std::remove_reference_t<decltype(v[0])>;
    using range = view<element, 1>;
    return v.empty() ? range{} : range(place(v), {static_cast<std::int64_t>(v.size())});
  };
  options.samples = {list(p.lengths), list(p.offsets)};
  options.targets = {list(p.target_lengths), list(p.target_offsets)};
  if (!p.mask.empty()) {
    options.sample_mask = view<const std::uint8_t, 2>(place(p.mask), {p.source_rows(), p.samples});
  }
  robocache::resample_report<Time> report;
  const std::int64_t rows = p.target_rows();
  report.valid = view<std::uint8_t, 2>(place(out.valid), {rows, p.queries});
  report.left = view<std::int64_t, 2>(place(out.left), {rows, p.queries});
  report.weight = view<double, 2>(place(out.weight), {rows, p.queries});
  report.age = view<Time, 2>(place(out.age), {rows, p.queries});
  report.status = view<std::uint32_t, 1>(place(out.status), {p.batch});
  robocache::resample(
      executor, view<const T, 3>(place(p.source), {p.source_rows(), p.samples, p.channels}),
      view<const Time, 2>(place(p.times), {p.source_rows(), p.samples}),
      view<const Time, 2>(place(p.targets), {rows, p.queries}),
      view<T, 3>(place(out.output), {rows, p.queries, p.channels}), options, report);
}

/// The same in host memory.
template <class T, class Time>
outcome<T, Time> resample(const robocache::cpu& executor, const problem<T, Time>& p) {
  outcome<T, Time> out(p);
  resample(executor, p, out, [](auto& v) { return v.data(); });
  return out;
}

/// How wild a random problem may be.
struct wildness {
  double adversarial = 0.05;  // the share of values that are
  bool policies = true;       // ends, gaps, tolerances, NaN policy, fill value
  bool ragged = true;         // lengths, offsets, masks
  bool extremes = true;       // stamps to the ends of their type
};

template <class Time>
void make_policies(random_source& random, robocache::resample_options<Time>& options) {
  using robocache::end_policy;
  constexpr end_policy ends[] = {end_policy::hold, end_policy::fill, end_policy::extrapolate,
                                 end_policy::by_kind};
  options.before = random.one_of(ends);
  options.after = random.one_of(ends);
  if (random.chance(0.5)) options.fill_value = random.uniform(-9.0, 9.0);
  const auto limit = [&] {
    const double ns = std::exp2(random.uniform(0.0, 34.0));
    return std::is_integral_v<Time> ? static_cast<Time>(ns) : static_cast<Time>(ns * 1e-9);
  };
  if (random.chance(0.3)) options.max_gap = limit();
  if (random.chance(0.3)) options.tolerance = limit();
  if (random.chance(0.15)) options.snap = limit();
  if (random.chance(0.5)) options.nans = robocache::nan_policy::skip;
  options.nan_is_valid = random.chance(0.3);
}

/// A random problem of the given shape and groups.
template <class T, class Time>
problem<T, Time> make_problem(random_source& random, std::int64_t batch, std::int64_t samples,
                              std::int64_t queries, std::int64_t channels,
                              const robocache::channel_groups& kinds, const wildness& how = {}) {
  problem<T, Time> p;
  std::ostringstream story;
  story << "seed " << random.seed() << " " << format<T>::name << "/" << format<Time>::name << " ["
        << batch << ", " << samples << ", " << channels << "] -> " << queries << " kinds";
  for (int g = 0; g < kinds.count(); ++g) story << " " << name_of(kinds[g].kind);
  p.batch = batch;
  p.samples = samples;
  p.queries = queries;
  p.channels = channels;
  p.options.kinds = kinds;
  if (how.policies) make_policies(random, p.options);
  const bool packed = how.ragged && random.chance(0.25);
  const bool packed_targets = how.ragged && random.chance(0.25);
  const auto cuts = [&](std::int64_t total) {
    std::vector<std::int64_t> at{0};
    for (std::int64_t b = 1; b < batch; ++b) at.push_back(random.between(0, total));
    at.push_back(total);
    if (random.chance(0.5)) {  // rows at the start and at the end that no item owns
      at.front() = std::min<std::int64_t>(1, total);
      at.back() = std::max<std::int64_t>(at.front(), total - 1);
      for (auto& cut : at) cut = std::clamp(cut, at.front(), at.back());
    }
    std::sort(at.begin(), at.end());
    return at;
  };
  const auto some = [&](std::int64_t most) {
    std::vector<std::int64_t> list;
    for (std::int64_t b = 0; b < batch; ++b) list.push_back(random.between(0, most));
    return list;
  };
  if (packed) {
    p.samples *= batch;
    p.offsets = cuts(p.samples);
  } else if (how.ragged && random.chance(0.3)) {
    p.lengths = some(p.samples);
  }
  if (packed_targets) {
    p.queries *= batch;
    p.target_offsets = cuts(p.queries);
  } else if (how.ragged && random.chance(0.3)) {
    p.target_lengths = some(p.queries);
  }
  if (p.options.snap != Time(0)) story << " snap " << p.options.snap;
  if (p.options.max_gap != robocache::unlimited<Time>()) story << " gap " << p.options.max_gap;
  if (p.options.tolerance != robocache::unlimited<Time>()) {
    story << " tolerance " << p.options.tolerance;
  }
  story << (p.options.nans == robocache::nan_policy::skip ? " skip" : "")
        << (p.options.nan_is_valid ? " nan is valid" : "");
  story << (packed ? " packed" : "") << (packed_targets ? " packed targets" : "");

  const std::int64_t values = p.source_rows() * p.samples * channels;
  p.source.reserve(static_cast<std::size_t>(values));
  for (std::int64_t i = 0; i < values; ++i) {
    p.source.push_back(random.chance(how.adversarial) ? adversarial<T>(random)
                                                      : ordinary<T>(random));
  }
  if (how.ragged && random.chance(0.3)) {
    for (std::int64_t i = 0; i < p.source_rows() * p.samples; ++i) {
      p.mask.push_back(static_cast<std::uint8_t>(random.chance(0.7) ? random.between(1, 255) : 0));
    }
  }
  // Each item has its own kind of clock; beyond its length anything may stand.
  for (std::int64_t b = 0; b < batch; ++b) {
    spacing kind = random.one_of(all_spacings);
    if (kind == spacing::extremes && !how.extremes) kind = spacing::jittered;
    story << " " << name_of(kind);
    const auto at = static_cast<std::size_t>(b);
    const std::int64_t owned =
        packed ? p.offsets[at + 1] - p.offsets[at] : (p.lengths.empty() ? samples : p.lengths[at]);
    const auto stamps = make_stamps<Time>(random, kind, owned);
    if (packed) p.times.resize(static_cast<std::size_t>(p.offsets[at]));
    p.times.insert(p.times.end(), stamps.begin(), stamps.end());
    const std::int64_t asked =
        packed_targets ? p.target_offsets[at + 1] - p.target_offsets[at] : queries;
    const auto targets = make_targets(random, stamps, asked);
    if (packed_targets) p.targets.resize(static_cast<std::size_t>(p.target_offsets[at]));
    p.targets.insert(p.targets.end(), targets.begin(), targets.end());
    if (!packed) {
      while (p.times.size() < static_cast<std::size_t>((b + 1) * samples)) {
        p.times.push_back(any_stamp<Time>(random));
      }
    }
  }
  p.times.resize(static_cast<std::size_t>(p.source_rows() * p.samples));
  p.targets.resize(p.slots());
  p.story = story.str();
  return p;
}

/// Calls `f` with random problems of one kind until they hold a third of 10^7 output values, so
/// that the three time types of an element type share 10^7 of each kind.
template <class T, class Time, class F>
void for_each_problem(robocache::interpolation kind, const F& f) {
  random_source random(static_cast<std::uint64_t>(kind) + 1000 * sizeof(T) + 100 * sizeof(Time));
  auto left = static_cast<std::int64_t>(1e7 / 3 * std::max(scale(), 1e-3)) + 1;
  while (left > 0) {
    wildness how;
    how.adversarial = random.chance(0.5) ? 0.02 : 0.3;
    how.ragged = random.chance(0.3);
    const std::int64_t channels =
        robocache::is_slerp(kind) ? 4 * random.between(1, 8) : random.between(1, 40);
    const std::int64_t batch = random.between(1, 9);
    const std::int64_t queries = 1 + std::min(left, std::int64_t{1'200'000}) / (batch * channels);
    f(make_problem<T, Time>(random, batch, random.between(0, 600), queries, channels, kind, how));
    left -= batch * queries * channels;
  }
}

/// Swaps some stamps and makes others NaN where the type has it.
template <class T, class Time>
void disorder(random_source& random, problem<T, Time>& p) {
  const auto count = static_cast<std::int64_t>(p.times.size());
  for (std::int64_t i = 0; i < count / 4; ++i) {
    auto& stamp = p.times[static_cast<std::size_t>(random.between(0, count - 1))];
    if (std::numeric_limits<Time>::has_quiet_NaN && random.chance(0.1)) {
      stamp = std::numeric_limits<Time>::quiet_NaN();
    } else {
      std::swap(stamp, p.times[static_cast<std::size_t>(random.between(0, count - 1))]);
    }
  }
}

/// Calls `f` with random problems over a robot's row: pose, quaternions, gripper, joints.
template <class T, class Time, class F>
void for_each_mixed_problem(const F& f) {
  using robocache::interpolation;
  const robocache::channel_groups groups = {
      {3, interpolation::linear},  {4, interpolation::slerp_wxyz}, {1, interpolation::previous},
      {7, interpolation::pchip},   {2, interpolation::cubic},      {8, interpolation::slerp_xyzw},
      {1, interpolation::nearest}, {1, interpolation::next}};
  random_source random(7);
  for (int i = 0; i < 20; ++i) {
    auto p = make_problem<T, Time>(random, random.between(1, 8), random.between(0, 100),
                                   random.between(0, 300), 27, groups);
    f(p);
    disorder(random, p);
    f(p);
    p.options.kinds = robocache::interpolation::linear;
    f(p);
  }
}

}  // namespace test
