// `resample_log` and `fuse_log`: the bits of the calls on views, and what does not fit.
#include <array>
#include <cmath>
#include <cstring>
#include <robocache/trajectory/one_log.hpp>

#include "support/catch.hpp"

namespace {

using namespace robocache;

/// A span as C++20 has it, and as any library may.
template <class T>
struct span_like {
  T* at;
  std::size_t count;
  [[nodiscard]] T* data() const { return at; }
  [[nodiscard]] std::size_t size() const { return count; }
};

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

template <class T, class Time>
struct recording {
  std::vector<Time> times;
  std::vector<T> values;
  std::int64_t channels;
};

template <class T, class Time>
recording<T, Time> record(std::int64_t samples, std::int64_t channels, double step) {
  recording<T, Time> log{{}, {}, channels};
  unsigned state = 3;
  double now = 0;
  for (std::int64_t i = 0; i < samples; ++i) {
    log.times.push_back(static_cast<Time>(now));
    state = state * 1664525U + 1013904223U;
    now += step * static_cast<double>(state >> 28);
    for (std::int64_t c = 0; c < channels; ++c) {
      log.values.push_back(T(static_cast<float>(std::sin(static_cast<double>(i * 7 + c)))));
    }
  }
  return log;
}

template <class Time>
std::vector<Time> targets_over(const std::vector<Time>& times, int count) {
  std::vector<Time> targets;
  for (int k = -2; k < count; ++k) {
    targets.push_back(static_cast<Time>(static_cast<double>(times.back()) * k / (count - 3)));
  }
  return targets;
}

template <class T, class Time>
void check_resample(const resample_options<Time>& options) {
  const auto log = record<T, Time>(200, 6, 1000);
  const auto targets = targets_over(log.times, 90);
  const auto S = static_cast<std::int64_t>(log.times.size());
  const auto U = static_cast<std::int64_t>(targets.size());
  std::vector<T> values(static_cast<std::size_t>(U) * 6);
  std::vector<std::uint8_t> valid(targets.size());
  resample_report<Time> report;
  report.valid = {valid.data(), {1, U}};
  resample(cpu{1}, view(log.values.data(), {1, S, std::int64_t{6}}), view(log.times.data(), {1, S}),
           view(targets.data(), {1, U}), view(values.data(), {1, U, std::int64_t{6}}), options,
           report);
  for (const int threads : {1, 3}) {
    const log_result<T> got =
        resample_log(cpu{threads}, log.times, log.values, 6, targets, options);
    CHECK(got.rows == U);
    CHECK(got.channels == 6);
    CHECK(got.streams == 1);
    CHECK(same_bits(got.values, values));
    CHECK(same_bits(got.valid, valid));
    CHECK(got[3] == got.values.data() + 18);
  }
}

template <class T, class Time>
void check_kinds() {
  resample_options<Time> options;
  check_resample<T, Time>(options);
  options.kinds = {
      {1, interpolation::cubic}, {4, interpolation::slerp_xyzw}, {1, interpolation::previous}};
  options.before = end_policy::fill;
  options.max_gap = static_cast<Time>(12000);
  check_resample<T, Time>(options);
}

template <class F>
std::string message_of(const F& f) {
  try {
    f();
  } catch (const invalid_argument& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("resample_log: by hand, in five lines") {
  const std::vector<double> times = {0, 1, 2}, targets = {0.5, 1.25, 9};
  const std::vector<float> joints = {0, 10, 1, 20, 2, 30};
  const auto result = resample_log(cpu{}, times, joints, 2, targets);
  CHECK(result.values == std::vector<float>{0.5, 15, 1.25, 22.5, 2, 30});
  CHECK(result.valid == std::vector<std::uint8_t>{1, 1, 1});
  CHECK(result.rows == 3);
  CHECK(result.channels == 2);
}

TEST_CASE("resample_log: the bits of resample") {
  check_kinds<float, std::int64_t>();
  check_kinds<float, double>();
  check_kinds<float, float>();
  check_kinds<double, std::int64_t>();
  check_kinds<bf16, double>();
  check_kinds<f16, std::int64_t>();
}

TEST_CASE("resample_log: any contiguous container") {
  const std::array<std::int64_t, 3> times = {0, 10, 20};
  float values[] = {0, 1, 2};
  const std::vector<std::int64_t> targets = {5, 15};
  const auto from_array = resample_log(cpu{}, times, values, 1, targets);
  CHECK(from_array.values == std::vector<float>{0.5, 1.5});
  const auto from_span = resample_log(cpu{}, span_like<const std::int64_t>{times.data(), 3},
                                      span_like<float>{values, 3}, 1, targets);
  CHECK(from_span.values == from_array.values);
}

TEST_CASE("resample_log: nothing in, nothing out, and fill where there are no samples") {
  const std::vector<double> none, targets = {1, 2};
  const std::vector<float> no_values, values = {1};
  const auto filled = resample_log(cpu{}, none, no_values, 2, targets);
  REQUIRE(filled.values.size() == 4);
  CHECK(std::isnan(filled.values[3]));
  CHECK(filled.valid == std::vector<std::uint8_t>{0, 0});
  const auto empty = resample_log(cpu{}, std::vector<double>{1}, values, 1, none);
  CHECK(empty.rows == 0);
  CHECK(empty.values.empty());
  CHECK(empty.valid.empty());
}

TEST_CASE("resample_log: sizes that do not fit") {
  const std::vector<double> times = {0, 1, 2}, targets = {0.5};
  const std::vector<float> values = {1, 2, 3, 4, 5};
  const auto text = [&](std::int64_t channels) {
    return message_of([&] { resample_log(cpu{}, times, values, channels, targets); });
  };
  CHECK(text(2) ==
        "robocache::resample_log: values.size() must equal times.size() * channels (got 5 and 3 * "
        "2)");
  CHECK(text(0) == "robocache::resample_log: channels must be at least 1 (got 0)");
  CHECK(text(-1) == "robocache::resample_log: channels must be at least 1 (got -1)");
  CHECK(text(INT64_MAX) ==
        "robocache::resample_log: times.size() * channels must be less than 2^63 (got 3 x "
        "9223372036854775807)");
  resample_options<double> options;
  options.kinds = {{3, interpolation::linear}};
  CHECK(message_of([&] {
          resample_log(cpu{}, times, std::vector<float>(6), 2, targets, options);
        }).rfind("robocache::resample: ", 0) == 0);
}

TEST_CASE("fuse_log: the bits of fuse, at targets and on a uniform clock") {
  const auto arm = record<float, std::int64_t>(150, 5, 1000);
  const auto camera = record<bf16, std::int64_t>(50, 3, 3000);
  const auto flags = record<std::uint8_t, std::int64_t>(40, 1, 4000);
  std::vector streams = {
      log_stream(arm.times, arm.values, 5, {{4, interpolation::slerp_xyzw}, {1, {}}}),
      log_stream(camera.times, camera.values, 3, interpolation::cubic),
      log_stream(flags.times, flags.values, 1, interpolation::previous),
      log_stream(arm.times, arm.values, 5)};
  streams[1].clock_offset = 777;
  streams[2].options.tolerance = 9000;
  streams[3].reduce = reduction::last;
  streams[3].keep = 2;
  const std::int64_t width = 5 + 3 + 1 + 10;
  const auto targets = targets_over(arm.times, 70);
  const auto U = static_cast<std::int64_t>(targets.size());
  const auto check = [&](const fuse_clock<std::int64_t>& clock, const log_result<float>& got) {
    std::vector<float> values(static_cast<std::size_t>(U * width));
    std::vector<std::uint8_t> valid(static_cast<std::size_t>(U) * 4);
    fuse_report<std::int64_t> report;
    report.valid = {valid.data(), {1, U, std::int64_t{4}}};
    fuse(cpu{1}, streams, clock, view<float, 3>(values.data(), {1, U, width}), report);
    CHECK(got.rows == U);
    CHECK(got.channels == width);
    CHECK(got.streams == 4);
    CHECK(same_bits(got.values, values));
    CHECK(same_bits(got.valid, valid));
  };
  check(fuse_clock<std::int64_t>(view(targets.data(), {1, U})), fuse_log(cpu{}, streams, targets));
  const fuse_clock<std::int64_t> uniform(arm.times[0], 1000000, 1, U, 333);
  check(uniform, fuse_log(cpu{3}, streams, uniform));
  const log_result<bf16> narrow = fuse_log<bf16>(cpu{}, streams, targets);
  CHECK(narrow.values.size() == static_cast<std::size_t>(U * width));
}

TEST_CASE("fuse_log: what does not fit") {
  const std::vector<double> times = {0, 1}, targets = {0.5};
  const std::vector<float> values = {1, 2, 3, 4};
  CHECK(message_of([&] { static_cast<void>(log_stream(times, values, 3)); }) ==
        "robocache::log_stream: values.size() must equal times.size() * channels (got 4 and 2 * "
        "3)");
  CHECK(message_of([&] { static_cast<void>(log_stream(times, values, 0)); }) ==
        "robocache::log_stream: channels must be at least 1 (got 0)");
  std::vector streams = {log_stream(times, values, 2)};
  CHECK(message_of([&] { fuse_log(cpu{}, streams, fuse_clock<double>(0, 1, 2, 3)); }) ==
        "robocache::fuse_log: the clock's items must equal those of one log (got 2 and 1)");
  CHECK(message_of([&] { fuse_log(cpu{}, streams, fuse_clock<double>(0, 1, 1, -3)); }) ==
        "robocache::fuse_log: the clock's targets must not be negative (got -3)");
  streams[0].options.kinds = {{3, interpolation::linear}};
  CHECK(message_of([&] {
          fuse_log(cpu{}, streams, targets);
        }).rfind("robocache::fuse: stream 0", 0) == 0);
  const auto none = fuse_log(cpu{}, std::vector<fuse_stream<double>>{}, targets);
  CHECK(none.values.empty());
  CHECK(none.rows == 1);
  CHECK(none.streams == 0);
}
