// Clocks of streams: offset, drift and anchor; nanoseconds at today's epoch; what float costs.
#include "support/catch.hpp"
#include "support/fuse_reference.hpp"

namespace {

using namespace test;
using robocache::fuse_stream;
using robocache::view;

constexpr std::int64_t epoch = 1'763'000'000'123'456'789;

/// What the stream's clock reads at x: the age of a sample at 0.
template <class Time>
Time reading(fuse_stream<Time> stream, Time x) {
  const float value = 1;
  const Time zero{};
  const fuse_stream<Time> arrays(view<const float, 3>(&value, {1, 1, 1}),
                                 view<const Time, 2>(&zero, {1, 1}));
  stream.data = arrays.data;
  stream.times = arrays.times;
  for (int r = 0; r < 3; ++r) stream.extents[r] = stream.strides[r] = 1;
  float out = 0;
  Time age{};
  robocache::fuse_report<Time> report;
  report.age = {&age, {1, 1, 1}};
  robocache::fuse(robocache::cpu{1}, std::vector{stream},
                  robocache::fuse_clock<Time>(view<const Time, 2>(&x, {1, 1})),
                  view<float, 3>(&out, {1, 1, 1}), report);
  return age;
}

template <class Time>
fuse_stream<Time> skewed(Time offset, double drift, Time anchor) {
  fuse_stream<Time> stream;
  stream.clock_offset = offset;
  stream.clock_drift = drift;
  stream.clock_anchor = anchor;
  return stream;
}

}  // namespace

TEST_CASE("integer clocks are exact", "[fuse]") {
  CHECK(reading<std::int64_t>(skewed<std::int64_t>(1, 0, 0), epoch) == epoch + 1);
  CHECK(reading<std::int64_t>(skewed<std::int64_t>(-1, 0, 0), epoch) == epoch - 1);
  // 20 ppm over an hour is 72 ms.
  CHECK(reading<std::int64_t>(skewed<std::int64_t>(0, 20e-6, epoch), epoch + 3'600'000'000'000) ==
        epoch + 3'600'072'000'000);
  CHECK(reading<std::int64_t>(skewed<std::int64_t>(7, 20e-6, epoch), epoch) == epoch + 7);
  // Half a nanosecond goes to the even one, on both sides of the anchor.
  const std::int64_t expected[] = {-7, -6, -5, -3, -1, 0, 1, 3, 5, 6, 7};
  for (std::int64_t x = -5; x <= 5; ++x) {
    CAPTURE(x);
    CHECK(reading<std::int64_t>(skewed<std::int64_t>(0, 0.5, 0), x) == expected[x + 5]);
  }
}

TEST_CASE("integer clocks saturate once, at the ends", "[fuse]") {
  constexpr auto most = INT64_MAX, least = INT64_MIN;
  const auto at = [](std::int64_t x, std::int64_t offset, double drift, std::int64_t anchor) {
    return reading<std::int64_t>(skewed<std::int64_t>(offset, drift, anchor), x);
  };
  CHECK(at(most, 1, 0, 0) == most);
  CHECK(at(most - 1, 1, 0, 0) == most);
  CHECK(at(least, -1, 0, 0) == least);
  CHECK(at(1, most, 0, 0) == most);
  CHECK(at(-1, least, 0, 0) == least);
  CHECK(at(5, least, 0, 0) == least + 5);
  CHECK(at(-100, most, 0x1p-1, -200) == most - 50);  // offset and drift together leave int64
  CHECK(at(100, least, 0x1p-1, 200) == least + 50);
  CHECK(at(-1, least, 0x1p-1, 99) == least);
  CHECK(at(most, 100, -0x1p-1, most - 400) == most - 100);
}

TEST_CASE("a drift that has grown for years is not lost", "[fuse]") {
  // 0.2 % since 1970: 41 days. The distance is rounded to 256 ns, the drift to half a nanosecond.
  const auto shift = reading<std::int64_t>(skewed<std::int64_t>(0, 0.002, 0), epoch) - epoch;
  CHECK(std::abs(shift - 3'526'000'000'246'914) <= 1);
  CHECK(std::abs(reading<std::int64_t>(skewed<std::int64_t>(0, -1.0, 0), INT64_MAX - 1)) <= 1024);
  CHECK(reading<std::int64_t>(skewed<std::int64_t>(0, 1e300, 0), epoch) == INT64_MAX);
}

TEST_CASE("integer clocks agree with wide integers", "[fuse]") {
  random_source random(70'000);
  for (int i = 0; i < 20'000; ++i) {
    fuse_stream<std::int64_t> s;
    test::detail::skew_clock(random, s);
    const auto x = random.chance(0.5) ? any_stamp<std::int64_t>(random)
                                      : epoch + random.between(-1'000'000'000, 1'000'000'000);
    const auto expected = clock_reading(s, x);
    CAPTURE(random.seed(), i, x, s.clock_offset, s.clock_drift, s.clock_anchor);
    CHECK(reading(s, x) == expected);
  }
}

TEST_CASE("clocks in seconds are exact to their own roundings", "[fuse]") {
  random_source random(71'000);
  for (int i = 0; i < 20'000; ++i) {
    const double x = random.uniform(-1e4, 1e4), offset = random.uniform(-1.0, 1.0);
    const double drift = random.uniform(-1e-3, 1e-3), anchor = random.uniform(-1e4, 1e4);
    const long double exact = static_cast<long double>(x) + static_cast<long double>(offset) +
                              (static_cast<long double>(x) - static_cast<long double>(anchor)) *
                                  static_cast<long double>(drift);
    const double got = reading(skewed(offset, drift, anchor), x);
    CAPTURE(random.seed(), i);
    CHECK(std::fabs(static_cast<long double>(got) - exact) <= 2.5e-12L);
    CHECK(reading(skewed(offset, 0.0, anchor), x) == x + offset);
    const auto xf = static_cast<float>(x);
    const auto of = static_cast<float>(offset);
    CHECK(reading(skewed(of, 0.0, 0.0F), xf) == xf + of);
  }
}

TEST_CASE("offsets of 1 ns at today's epoch are exact", "[fuse]") {
  // Two samples 1 ms apart; the value is the nanosecond.
  const std::int64_t stamps[] = {epoch, epoch + 1'000'000};
  const float values[] = {0, 1'000'000};
  std::vector<fuse_stream<std::int64_t>> streams;
  for (const std::int64_t offset : {-1, 0, 1, 2, 499'999}) {
    fuse_stream<std::int64_t> stream(view<const float, 3>(values, {1, 2, 1}),
                                     view<const std::int64_t, 2>(stamps, {1, 2}));
    stream.clock_offset = offset;
    streams.push_back(stream);
  }
  streams[4].options.kinds = robocache::interpolation::nearest;
  constexpr std::int64_t count = 1000;
  std::vector<float> out(count * 5);
  std::vector<std::int64_t> age(count * 5), error(count * 5);
  robocache::fuse_report<std::int64_t> report;
  report.age = {age.data(), {1, count, 5}};
  report.error = {error.data(), {1, count, 5}};
  robocache::fuse(robocache::cpu{1}, streams,
                  robocache::fuse_clock<std::int64_t>(epoch + 1, 1, 1, count),
                  view<float, 3>(out.data(), {1, count, 5}), report);
  for (std::int64_t u = 0; u < count; ++u) {
    const auto at = static_cast<std::size_t>(u * 5);
    CAPTURE(u);
    for (std::int64_t n = 0; n < 4; ++n) {
      const std::int64_t ns = u + 1 + streams[static_cast<std::size_t>(n)].clock_offset;
      const auto i = at + static_cast<std::size_t>(n);
      CHECK(age[i] == ns);
      CHECK(error[i] == ns);
      // A weight of ns / 10^6, rounded to float once, times 10^6.
      CHECK(std::fabs(out[i] - static_cast<float>(ns)) <= static_cast<float>(ns) * 0x1p-23F);
    }
    // u = 0 lies 500 000 ns past the first sample: a tie, which goes to the earlier one.
    CHECK(out[at + 4] == (u == 0 ? 0.0F : 1'000'000.0F));
  }
}

TEST_CASE("a tolerance and a gap of n nanoseconds let n pass and stop n + 1", "[fuse]") {
  const std::int64_t stamps[] = {epoch, epoch + 1'000'000'001};
  const float values[] = {1, 2};
  const auto valid_at = [&](std::int64_t x, robocache::interpolation kind, std::int64_t tolerance,
                            std::int64_t gap) {
    fuse_stream<std::int64_t> stream(view<const float, 3>(values, {1, 2, 1}),
                                     view<const std::int64_t, 2>(stamps, {1, 2}), kind);
    stream.options.tolerance = tolerance;
    stream.options.max_gap = gap;
    float out = 0;
    std::uint8_t valid = 9;
    robocache::fuse_report<std::int64_t> report;
    report.valid = {&valid, {1, 1, 1}};
    robocache::fuse(robocache::cpu{1}, std::vector{stream},
                    robocache::fuse_clock<std::int64_t>(x, 1, 1, 1),
                    view<float, 3>(&out, {1, 1, 1}), report);
    return valid == 1;
  };
  using robocache::interpolation;
  constexpr std::int64_t any = INT64_MAX;
  for (const auto kind : {interpolation::previous, interpolation::linear, interpolation::cubic}) {
    CHECK(valid_at(epoch + 1'000'000, kind, 1'000'000, any));
    CHECK_FALSE(valid_at(epoch + 1'000'001, kind, 1'000'000, any));
    CHECK(valid_at(epoch + 5, kind, any, 1'000'000'001));
    CHECK_FALSE(valid_at(epoch + 5, kind, any, 1'000'000'000));
  }
  // Of a blend the nearer sample counts.
  CHECK(valid_at(epoch + 999'000'001, interpolation::linear, 1'000'000, any));
  CHECK_FALSE(valid_at(epoch + 999'000'000, interpolation::linear, 1'000'000, any));
}

TEST_CASE("what seconds in floating point cost", "[fuse]") {
  // The error of a stamp is half the distance of its neighbours.
  const auto worst = [](auto second, double from) {
    using Time = decltype(second);
    double most = 0;
    for (int i = 0; i < 10'000; ++i) {
      const double exact = from + i * 1e-6 * 1.2345;
      most = std::max(most, std::fabs(static_cast<double>(static_cast<Time>(exact)) - exact));
    }
    return most;
  };
  CHECK(worst(0.0F, 1800.0) > 5e-5);  // half an hour: 0.1 ms apart
  CHECK(worst(0.0F, 1800.0) < 7e-5);
  CHECK(ulp_at<float>(1.763e9L) == 128);
  CHECK(worst(0.0F, 1.763e9) > 10);
  CHECK(static_cast<double>(ulp_at<double>(1.763e9L)) == 0x1p-22);  // 0.24 us

  // A stream at 1 kHz, seen through float seconds since 1970: its stamps are all the same, so the
  // last sample answers every target. In int64 nanoseconds each target finds its own sample.
  constexpr std::int64_t count = 200;
  std::vector<float> values, float_stamps;
  std::vector<std::int64_t> stamps;
  for (std::int64_t i = 0; i < count; ++i) {
    values.push_back(static_cast<float>(i));
    stamps.push_back(epoch + i * 1'000'000);
    float_stamps.push_back(static_cast<float>(static_cast<double>(stamps.back()) * 1e-9));
  }
  std::vector<float> out(count), float_out(count);
  robocache::fuse(
      robocache::cpu{1},
      std::vector{fuse_stream<float>(view<const float, 3>(values.data(), {1, count, 1}),
                                     view<const float, 2>(float_stamps.data(), {1, count}))},
      robocache::fuse_clock<float>(view<const float, 2>(float_stamps.data(), {1, count})),
      view<float, 3>(float_out.data(), {1, count, 1}));
  robocache::fuse(robocache::cpu{1},
                  std::vector{fuse_stream<std::int64_t>(
                      view<const float, 3>(values.data(), {1, count, 1}),
                      view<const std::int64_t, 2>(stamps.data(), {1, count}))},
                  robocache::fuse_clock<std::int64_t>(epoch, 1'000'000, 1, count),
                  view<float, 3>(out.data(), {1, count, 1}));
  CHECK(out == values);
  CHECK(float_out == std::vector<float>(count, static_cast<float>(count - 1)));
}
