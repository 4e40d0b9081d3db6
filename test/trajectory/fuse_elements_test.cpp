// Streams of every element type, and results of double: exact where the result holds the value,
// else computed in double and rounded once.
#include <robocache/trajectory/fuse.hpp>

#include "support/catch.hpp"
#include "support/random.hpp"

namespace {

using namespace robocache;
using test::bits_of;

/// Stamps 0, 10, 20 ...
std::vector<std::int64_t> tens(std::int64_t count) {
  std::vector<std::int64_t> list;
  for (std::int64_t i = 0; i < count; ++i) list.push_back(10 * i);
  return list;
}

template <class Out>
struct answers {
  std::vector<Out> values;
  std::vector<std::uint8_t> valid;
};

/// One item of rows of `channels`, stamped 0, 10, 20 ..., at `targets`; `adjust(stream)` says how.
template <class Out, class T, class Adjust>
answers<Out> ask(const T* samples, std::int64_t rows, std::int64_t channels,
                 const std::vector<std::int64_t>& targets, const Adjust& adjust) {
  const std::vector<std::int64_t> times = tens(rows);
  fuse_stream<std::int64_t> stream(view<const T, 3>(samples, {1, rows, channels}),
                                   view<const std::int64_t, 2>(times.data(), {1, rows}));
  adjust(stream);
  const auto u = static_cast<std::int64_t>(targets.size());
  answers<Out> got{std::vector<Out>(static_cast<std::size_t>(u * stream.channels())),
                   std::vector<std::uint8_t>(targets.size())};
  fuse_report<std::int64_t> report;
  report.valid = {got.valid.data(), {1, u, 1}};
  fuse(cpu{2}, std::vector{stream},
       fuse_clock<std::int64_t>(view<const std::int64_t, 2>(targets.data(), {1, u})),
       view<Out, 3>(got.values.data(), {1, u, stream.channels()}), report);
  return got;
}

template <class Out, class T>
answers<Out> ask(const std::vector<T>& samples, const std::vector<std::int64_t>& targets,
                 interpolation kind) {
  return ask<Out>(samples.data(), static_cast<std::int64_t>(samples.size()), 1, targets,
                  [kind](auto& stream) { stream.options.kinds = kind; });
}

template <class T>
std::vector<T> ends_and_between(test::random_source& random, std::size_t count) {
  std::vector<T> list = {std::numeric_limits<T>::min(), std::numeric_limits<T>::max(), T{0}, T{1}};
  while (list.size() < count) list.push_back(static_cast<T>(random.bits()));
  return list;
}

template <class T, class Out>
void check_selected(const std::vector<T>& samples) {
  const answers<Out> got =
      ask<Out>(samples, tens(static_cast<std::int64_t>(samples.size())), interpolation::previous);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Out right = narrow<Out>(static_cast<double>(samples[i]));
    if (bits_of(got.values[i]) != bits_of(right) || got.valid[i] != 1) {
      FAIL("sample " << i << ", " << +samples[i]);
    }
  }
}

/// The middle of each interval: 2 * k + 1 of its fifths, by the arithmetic of double.
template <class T, class Out>
void check_blended(const std::vector<T>& samples) {
  std::vector<std::int64_t> targets;
  std::vector<Out> right;
  for (std::size_t i = 0; i + 1 < samples.size(); ++i) {
    for (const std::int64_t part : {3, 5}) {
      targets.push_back(10 * static_cast<std::int64_t>(i) + part);
      right.push_back(
          narrow<Out>(lerp(static_cast<double>(samples[i]), static_cast<double>(samples[i + 1]),
                           static_cast<double>(part) / 10.0)));
    }
  }
  const answers<Out> got = ask<Out>(samples, targets, interpolation::linear);
  for (std::size_t i = 0; i < right.size(); ++i) {
    if (bits_of(got.values[i]) != bits_of(right[i]) || got.valid[i] != 1) FAIL("target " << i);
  }
}

template <class T>
void check_type() {
  test::random_source random(1);
  INFO(name_of(element_of<T>()) << ", seed " << random.seed());
  const std::vector<T> samples = ends_and_between<T>(random, 300);
  check_selected<T, float>(samples);
  check_selected<T, bf16>(samples);
  check_selected<T, f16>(samples);
  check_selected<T, double>(samples);
  check_blended<T, double>(samples);
  if (sizeof(T) == 1 && std::is_unsigned_v<T>) return;  // in single precision, as ever
  check_blended<T, float>(samples);
  check_blended<T, bf16>(samples);
}

}  // namespace

TEST_CASE("integers are numbers, not bytes", "[fuse]") {
  CHECK(ask<float>(std::vector<std::int16_t>{300, -7, 1000, 40, 5, 6}, tens(6),
                   interpolation::previous)
            .values == std::vector<float>{300, -7, 1000, 40, 5, 6});
  CHECK(
      ask<float>(std::vector<std::uint16_t>{65535, 0}, {0, 4, 10}, interpolation::nearest).values ==
      std::vector<float>{65535, 65535, 0});
  CHECK(ask<float>(std::vector<std::int64_t>{-5, 5}, {0, 5, 10}, interpolation::linear).values ==
        std::vector<float>{-5, 0, 5});
  const bool open[] = {false, true, true};
  CHECK(ask<float>(open, 3, 1, tens(3), [](auto&) {}).values == std::vector<float>{0, 1, 1});
}

TEST_CASE("every integer type, its ends too, by its value", "[fuse]") {
  check_type<std::int8_t>();
  check_type<std::uint8_t>();
  check_type<std::int16_t>();
  check_type<std::uint16_t>();
  check_type<std::int32_t>();
  check_type<std::uint32_t>();
  check_type<std::int64_t>();
  check_type<std::uint64_t>();
}

TEST_CASE("what float does not hold, double does", "[fuse]") {
  CHECK(ask<double>(std::vector<std::int64_t>{(1 << 24) + 1}, {0}, interpolation::previous)
            .values[0] == 16777217.0);
  CHECK(ask<double>(std::vector<double>{4500000.05}, {0}, interpolation::linear).values[0] ==
        4500000.05);
  CHECK(ask<double>(std::vector<std::int64_t>{std::int64_t{1} << 53, 0}, {0}, interpolation::next)
            .values[0] == 0x1p53);
  // Between floats, too: the blend is of double.
  CHECK(ask<double>(std::vector<float>{1.0F, 1.0F + 0x1p-23F}, {5}, interpolation::linear)
            .values[0] == 1.0 + 0x1p-24);
}

TEST_CASE("a stream of double with results of double is resample, bit for bit", "[fuse]") {
  test::random_source random(2);
  INFO("seed " << random.seed());
  constexpr std::int64_t rows = 60, channels = 13;
  std::vector<double> samples;
  for (std::int64_t i = 0; i < rows * channels; ++i) {
    samples.push_back(random.chance(0.05) ? std::numeric_limits<double>::quiet_NaN()
                                          : random.uniform(-3, 3));
  }
  const std::vector<std::int64_t> times = tens(rows);
  std::vector<std::int64_t> targets;
  for (int i = 0; i < 500; ++i) targets.push_back(random.between(-30, 10 * rows + 30));
  const auto u = static_cast<std::int64_t>(targets.size());
  const view<const std::int64_t, 2> stamps(times.data(), {1, rows});
  const view<const std::int64_t, 2> wanted(targets.data(), {1, u});
  for (const nan_policy nans : {nan_policy::propagate, nan_policy::skip}) {
    for (const end_policy end : {end_policy::by_kind, end_policy::extrapolate}) {
      resample_options<std::int64_t> options;
      options.kinds = {{2, interpolation::linear},     {2, interpolation::cubic},
                       {2, interpolation::pchip},      {4, interpolation::slerp_wxyz},
                       {1, interpolation::angle, 2.0}, {2, interpolation::previous}};
      options.nans = nans;
      options.before = options.after = end;
      options.max_gap = 25;
      std::vector<double> right(static_cast<std::size_t>(u * channels));
      std::vector<std::uint8_t> valid(targets.size());
      resample_report<std::int64_t> report;
      report.valid = {valid.data(), {1, u}};
      resample(cpu{1}, view<const double, 3>(samples.data(), {1, rows, channels}), stamps, wanted,
               view<double, 3>(right.data(), {1, u, channels}), options, report);
      const answers<double> got = ask<double>(samples.data(), rows, channels, targets,
                                              [&](auto& stream) { stream.options = options; });
      CHECK(got.valid == valid);
      for (std::size_t i = 0; i < right.size(); ++i) {
        if (bits_of(got.values[i]) != bits_of(right[i])) FAIL("value " << i);
      }
    }
  }
}

TEST_CASE("windows of any type", "[fuse]") {
  const std::vector<std::int32_t> samples = {2147483647, 2147483646, -5, 7, 7, 8};
  const auto reduced = [&](reduction how, std::int64_t keep = 1) {
    return ask<double>(samples.data(), 6, 1, {10, 30, 50}, [&](auto& stream) {
      stream.reduce = how;
      stream.window = 20;
      stream.keep = keep;
    });
  };
  CHECK(reduced(reduction::mean).values == std::vector<double>{2147483646.5, 1, 7.5});
  CHECK(reduced(reduction::minimum).values == std::vector<double>{2147483646, -5, 7});
  CHECK(reduced(reduction::maximum).values == std::vector<double>{2147483647, 7, 8});
  CHECK(reduced(reduction::last, 2).values ==
        std::vector<double>{2147483647, 2147483646, -5, 7, 7, 8});
}

TEST_CASE("streams of all types side by side, each where it belongs", "[fuse]") {
  const std::vector<std::int64_t> times = tens(2), targets = {0, 10};
  const float floats[] = {0.5F, 1.5F};
  const std::int16_t counts[] = {-300, 300};
  const double seconds[] = {0.25, 0.75};
  const std::uint8_t bytes[] = {7, 255};
  const view<const std::int64_t, 2> stamps(times.data(), {1, 2});
  const std::vector<fuse_stream<std::int64_t>> streams = {
      {view<const float, 3>(floats, {1, 2, 1}), stamps},
      {view<const std::int16_t, 3>(counts, {1, 2, 1}), stamps},
      {view<const double, 3>(seconds, {1, 2, 1}), stamps},
      {view<const std::uint8_t, 3>(bytes, {1, 2, 1}), stamps}};
  const fuse_clock<std::int64_t> clock(view<const std::int64_t, 2>(targets.data(), {1, 2}));
  std::vector<float> out(8);
  std::vector<std::uint8_t> valid(8);
  fuse_report<std::int64_t> report;
  report.valid = {valid.data(), {1, 2, 4}};
  const any_executor executor = cpu{};
  fuse(executor, streams, clock, view<float, 3>(out.data(), {1, 2, 4}), report);
  CHECK(out == std::vector<float>{0.5F, -300, 0.25F, 7, 1.5F, 300, 0.75F, 255});
  CHECK(valid == std::vector<std::uint8_t>(8, 1));
}

TEST_CASE("arrays are aligned to their own elements", "[fuse]") {
  alignas(8) std::int64_t memory[4] = {};
  auto* const odd = reinterpret_cast<const char*>(memory) + 1;
  const auto mistake = [&](auto tag) {
    using T = typename decltype(tag)::type;
    try {
      ask<float>(reinterpret_cast<const T*>(odd), 2, 1, {0}, [](auto&) {});
    } catch (const invalid_argument& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(mistake(type_tag<std::int8_t>{}).empty());
  CHECK(mistake(type_tag<std::int16_t>{})
            .find("stream 0: source must be aligned to its elements of 2 bytes") !=
        std::string::npos);
  CHECK(mistake(type_tag<std::int64_t>{})
            .find("stream 0: source must be aligned to its elements of 8 bytes") !=
        std::string::npos);
}
