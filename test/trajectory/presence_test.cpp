// Samples that are missing: found in a few steps, however many there are in a row.
#include <chrono>
#include <robocache/trajectory/resample.hpp>

#include "support/catch.hpp"
#include "support/random.hpp"

namespace {

using namespace robocache;
using detail::bit_levels;
using detail::item_ranges;
using detail::presence_index;

struct bits {
  std::vector<char> present;
  std::vector<std::uint64_t> words;

  [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(present.size()); }
  bit_levels build() {
    words.assign(present.size() / 32 + 8, 0xA5A5A5A5A5A5A5A5);
    bit_levels levels(words.data(), count());
    levels.build([&](std::int64_t i) { return present[static_cast<std::size_t>(i)] != 0; });
    return levels;
  }
};

/// Every start, against a walk.
void check_every_start(bits list) {
  const bit_levels levels = list.build();
  std::int64_t last = -1;
  for (std::int64_t i = 0; i < list.count(); ++i) {
    if (list.present[static_cast<std::size_t>(i)] != 0) last = i;
    if (levels.last(i) != last) FAIL("the last at or before " << i);
  }
  std::int64_t first = list.count();
  CHECK(levels.first(list.count()) == first);
  for (std::int64_t i = list.count() - 1; i >= 0; --i) {
    if (list.present[static_cast<std::size_t>(i)] != 0) first = i;
    if (levels.first(i) != first) FAIL("the first from " << i);
  }
  CHECK(levels.last(-1) == -1);
}

}  // namespace

TEST_CASE("levels of bits find what a walk finds", "[presence]") {
  test::random_source random(1);
  INFO("seed " << random.seed());
  for (const std::size_t count : {0, 1, 2, 63, 64, 65, 127, 128, 4095, 4096, 4097, 270'000}) {
    for (const double density : {0.0, 1e-5, 0.01, 0.5, 1.0}) {
      bits list;
      for (std::size_t i = 0; i < count; ++i) list.present.push_back(random.chance(density));
      CAPTURE(count, density);
      check_every_start(list);
    }
  }
  for (const std::size_t only : {0, 63, 64, 4095, 4096, 9999}) {
    bits list;
    list.present.assign(10'000, 0);
    list.present[only] = 1;
    check_every_start(list);
  }
}

TEST_CASE("items of an index keep apart", "[presence]") {
  test::random_source random(2);
  INFO("seed " << random.seed());
  for (const bool packed : {false, true}) {
    std::vector<std::int64_t> offsets = {0};
    for (int b = 0; b < 300; ++b) offsets.push_back(offsets.back() + random.between(0, 700));
    presence_index index;
    index.samples =
        packed ? item_ranges{300, offsets.back(), nullptr, offsets.data()} : item_ranges{300, 333};
    index.columns = 2;
    std::vector<std::uint64_t> words(static_cast<std::size_t>(2 * index.column_words()));
    index.words = words.data();
    const auto is_present = [](std::int64_t item, std::int64_t column, std::int64_t i) {
      return (item * 31 + column * 17 + i) % 5 == 0;
    };
    for (std::int64_t item = 0; item < 300; ++item) {
      for (std::int64_t column = 0; column < 2; ++column) {
        index.levels(item, column).build([&](std::int64_t i) {
          return is_present(item, column, i);
        });
      }
    }
    for (std::int64_t item = 0; item < 300; ++item) {
      const std::int64_t count = index.samples.rows_of(item).count;
      for (std::int64_t column = 0; column < 2; ++column) {
        for (std::int64_t i = 0; i < count; ++i) {
          std::int64_t right = i;
          while (right >= 0 && !is_present(item, column, right)) --right;
          if (index.levels(item, column).last(i) != right) FAIL(item << " " << i);
        }
      }
    }
  }
}

TEST_CASE("a channel that is missing throughout costs linear time", "[presence]") {
  // Sample by sample it would be 10^11 steps: minutes.
  constexpr std::int64_t samples = 400'000, targets = 400'000;
  std::vector<float> values(2 * samples, std::numeric_limits<float>::quiet_NaN());
  std::vector<double> times, wanted;
  for (std::int64_t i = 0; i < samples; ++i) {
    values[static_cast<std::size_t>(2 * i)] = static_cast<float>(i % 1000);
    times.push_back(static_cast<double>(i));
  }
  for (std::int64_t u = 0; u < targets; ++u) wanted.push_back(static_cast<double>(u));
  for (std::int64_t i = 1000; i < samples - 1; ++i) {  // and a gap
    values[static_cast<std::size_t>(2 * i)] = std::numeric_limits<float>::quiet_NaN();
  }
  std::vector<float> out(2 * targets);
  resample_options<double> options;
  options.nans = nan_policy::skip;
  options.fill_value = -1;
  const auto begin = std::chrono::steady_clock::now();
  resample(cpu{}, view<const float, 3>(values.data(), {1, samples, 2}),
           view<const double, 2>(times.data(), {1, samples}),
           view<const double, 2>(wanted.data(), {1, targets}),
           view<float, 3>(out.data(), {1, targets, 2}), options);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  CHECK(took.count() < 20.0);
  bool right = true;  // 999 stands on both sides of the gap
  for (std::int64_t u = 0; u < targets; ++u) {
    const float* const row = out.data() + 2 * u;
    right = right && row[0] == (u < 1000 ? static_cast<float>(u) : 999.0F) && row[1] == -1.0F;
  }
  CHECK(right);
}
