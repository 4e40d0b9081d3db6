// Seeded randomness and the inputs that break things.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <string>

#include "floats.hpp"

namespace test {

/// SplitMix64. ROBOCACHE_TEST_SEED changes every seed of a run.
class random_source {
 public:
  explicit random_source(std::uint64_t seed) : seed_(seed + base()), state_(seed_) {}

  [[nodiscard]] std::uint64_t seed() const { return seed_; }

  std::uint64_t bits() {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  /// In [0, 1).
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// In [low, high].
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(bits() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool chance(double probability) { return uniform() < probability; }
  template <class T, std::size_t N>
  T one_of(const T (&list)[N]) {
    return list[bits() % N];
  }

 private:
  static std::uint64_t base() {
    const char* text = std::getenv("ROBOCACHE_TEST_SEED");
    return text != nullptr ? std::strtoull(text, nullptr, 10) : 0;
  }
  std::uint64_t seed_;
  std::uint64_t state_;
};

/// ROBOCACHE_TEST_SCALE: how much of the large tests to run; 1 by default.
inline double scale() {
  const char* text = std::getenv("ROBOCACHE_TEST_SCALE");
  return text != nullptr ? std::strtod(text, nullptr) : 1.0;
}

/// A zero, a subnormal, the largest number, an infinity, a NaN with a payload, any bits at all.
template <class T>
T adversarial(random_source& random) {
  using word = typename format<T>::word;
  constexpr int fraction_bits = format<T>::precision - 1;
  constexpr int width = static_cast<int>(sizeof(T)) * 8;
  const std::uint64_t fraction = (std::uint64_t{1} << fraction_bits) - 1;
  const std::uint64_t exponent = ((std::uint64_t{1} << (width - 1)) - 1) & ~fraction;
  const std::uint64_t one = std::uint64_t{1} << fraction_bits;
  const std::uint64_t patterns[] = {
      0,                                                   // zero
      1,                                                   // the smallest subnormal
      fraction,                                            // the largest subnormal
      one,                                                 // the smallest normal
      exponent - one + fraction,                           // the largest number
      exponent,                                            // infinity
      exponent | 1,                                        // a signalling NaN
      exponent | (one >> 1) | (random.bits() & fraction),  // a quiet NaN with a payload
      random.bits() & fraction,                            // a subnormal
      random.bits() & (exponent | fraction),               // anything
      random.bits() & (exponent | fraction),
      random.bits() & (exponent | fraction),
  };
  const std::uint64_t sign = (random.bits() & 1) << (width - 1);
  return from_bits<T>(static_cast<word>(random.one_of(patterns) | sign));
}

/// A number of the size that robots measure.
template <class T>
T ordinary(random_source& random) {
  const double value =
      random.chance(0.05) ? static_cast<double>(random.between(-3, 3)) : random.uniform(-4.0, 4.0);
  if constexpr (std::is_same_v<T, double>) {
    return value;
  } else {
    return T(static_cast<float>(value));
  }
}

/// How stamps lie.
enum class spacing {
  uniform,     // a steady clock
  jittered,    // a clock with noise
  clustered,   // long pauses between dense runs
  bursty,      // gaps over nine orders of magnitude
  duplicates,  // many stamps are equal
  same,        // all of them are
  epoch,       // nanoseconds since 1970
  extremes,    // to the ends of the type
};
inline constexpr spacing all_spacings[] = {
    spacing::uniform,    spacing::jittered, spacing::clustered, spacing::bursty,
    spacing::duplicates, spacing::same,     spacing::epoch,     spacing::extremes};

inline const char* name_of(spacing kind) {
  constexpr const char* names[] = {"uniform",    "jittered", "clustered", "bursty",
                                   "duplicates", "same",     "epoch",     "extremes"};
  return names[static_cast<int>(kind)];
}

/// Any stamp of the type, the ends included; no NaN.
template <class Time>
Time any_stamp(random_source& random) {
  if constexpr (std::is_integral_v<Time>) {
    const std::int64_t ends[] = {INT64_MIN, INT64_MAX, INT64_MIN + 1, INT64_MAX - 1, -1, 0, 1};
    return random.chance(0.2) ? random.one_of(ends) : static_cast<Time>(random.bits());
  } else {
    const auto value = adversarial<Time>(random);
    return value == value ? value : Time(0);
  }
}

/// n ascending stamps: nanoseconds for int64, seconds for the others.
template <class Time>
std::vector<Time> make_stamps(random_source& random, spacing kind, std::int64_t n) {
  std::vector<Time> stamps;
  if (kind == spacing::extremes) {
    for (std::int64_t i = 0; i < n; ++i) stamps.push_back(any_stamp<Time>(random));
    std::sort(stamps.begin(), stamps.end());
    return stamps;
  }
  const std::int64_t origin = kind == spacing::epoch ? std::int64_t{1'763'000'000'123'456'789}
                                                     : random.between(0, 1000) - 500;
  std::int64_t since = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    if constexpr (std::is_integral_v<Time>) {
      stamps.push_back(origin + since);
    } else {
      stamps.push_back(
          static_cast<Time>(static_cast<double>(origin) + static_cast<double>(since) * 1e-9));
    }
    switch (kind) {
      case spacing::uniform:
        since += 10'000'000;
        break;
      case spacing::jittered:
      case spacing::epoch:
        since += random.between(8'000'000, 12'000'000);
        break;
      case spacing::clustered:
        since += random.chance(0.02) ? 5'000'000'000 : 1'000;
        break;
      case spacing::bursty:
        since += static_cast<std::int64_t>(std::exp2(random.uniform(0.0, 30.0)));
        break;
      case spacing::duplicates:
        since += random.chance(0.5) ? 0 : 10'000'000;
        break;
      default:
        break;
    }
  }
  return stamps;
}

template <class Time>
Time next_to(Time time, bool up) {
  if constexpr (std::is_integral_v<Time>) {
    if (up) return time == INT64_MAX ? time : time + 1;
    return time == INT64_MIN ? time : time - 1;
  } else {
    return std::nextafter(
        time, up ? std::numeric_limits<Time>::infinity() : -std::numeric_limits<Time>::infinity());
  }
}

/// A time between two others.
template <class Time>
Time between(random_source& random, Time low, Time high) {
  if constexpr (std::is_integral_v<Time>) {
    const auto span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
    const auto step = span == UINT64_MAX ? random.bits() : random.bits() % (span + 1);
    return static_cast<Time>(static_cast<std::uint64_t>(low) + step);
  } else {
    const auto w = static_cast<Time>(random.uniform());
    const Time value = low * (1 - w) + high * w;
    return value == value ? value : low;
  }
}

/// Targets for `stamps` in no order: inside, on stamps, next to them, far outside, NaN.
template <class Time>
std::vector<Time> make_targets(random_source& random, const std::vector<Time>& stamps,
                               std::int64_t count) {
  std::vector<Time> targets;
  const auto n = static_cast<std::int64_t>(stamps.size());
  for (std::int64_t u = 0; u < count; ++u) {
    const double dice = random.uniform();
    if (n == 0 || dice < 0.03) {
      targets.push_back(any_stamp<Time>(random));
    } else if (dice < 0.04 && !std::is_integral_v<Time>) {
      targets.push_back(std::numeric_limits<Time>::has_quiet_NaN
                            ? std::numeric_limits<Time>::quiet_NaN()
                            : Time(0));
    } else {
      const auto at = static_cast<std::size_t>(random.between(0, n - 1));
      const Time stamp = stamps[at];
      const Time later = stamps[std::min(at + 1, stamps.size() - 1)];
      if (dice < 0.15) {
        targets.push_back(stamp);
      } else if (dice < 0.25) {
        targets.push_back(next_to(stamp, random.chance(0.5)));
      } else {
        targets.push_back(between(random, stamp, later));
      }
    }
  }
  return targets;
}

}  // namespace test
