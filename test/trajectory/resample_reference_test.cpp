// `resample` against the independent reference, over random problems with every option.
#include "support/catch.hpp"
#include "support/problem.hpp"
#include "support/reference.hpp"

namespace {

using namespace test;

std::vector<robocache::channel_group> groups_of(const robocache::channel_groups& kinds,
                                                std::int64_t channels) {
  std::vector<robocache::channel_group> list;
  for (int g = 0; g < kinds.count(); ++g) {
    const std::int64_t width = kinds[g].channels == -1 ? channels : kinds[g].channels;
    list.push_back({width, kinds[g].kind, kinds[g].period});
  }
  return list;
}

template <class T, class Time>
reference_item<T, Time> item_of(const problem<T, Time>& p, std::int64_t b) {
  const auto at = static_cast<std::size_t>(b);
  const std::int64_t first = p.packed() ? p.offsets[at] : b * p.samples;
  const std::int64_t count = p.packed()          ? p.offsets[at + 1] - p.offsets[at]
                             : p.lengths.empty() ? p.samples
                                                 : p.lengths[at];
  reference_item<T, Time> item;
  item.options = p.options;
  item.groups = groups_of(p.options.kinds, p.channels);
  for (std::int64_t i = first; i < first + count; ++i) {
    const auto begin = p.source.begin() + i * p.channels;
    item.times.push_back(p.times[static_cast<std::size_t>(i)]);
    item.samples.emplace_back(begin, begin + p.channels);
    item.present.push_back(p.mask.empty() || p.mask[static_cast<std::size_t>(i)] != 0);
  }
  return item;
}

/// The item that owns a slot and whether it answers it, by walking over all ranges.
template <class T, class Time>
std::pair<std::int64_t, bool> owner_of(const problem<T, Time>& p, std::int64_t row,
                                       std::int64_t column) {
  if (!p.packed_targets()) {
    return {row,
            p.target_lengths.empty() || column < p.target_lengths[static_cast<std::size_t>(row)]};
  }
  for (std::size_t b = 0; b + 1 < p.target_offsets.size(); ++b) {
    if (p.target_offsets[b] <= column && column < p.target_offsets[b + 1]) {
      return {static_cast<std::int64_t>(b), true};
    }
  }
  return {0, false};
}

template <class T, class Time>
expected_row<Time> padding(const problem<T, Time>& p) {
  expected_row<Time> row;
  const auto fill = rounded_to<T>(static_cast<long double>(p.options.fill_value));
  row.channels.assign(static_cast<std::size_t>(p.channels), {fill});
  row.mirrored = row.channels;
  row.valid = false;
  return row;
}

/// Of NaNs only that they are one is compared.
template <class Real>
bool same(Real a, Real b) {
  return a == b || (a != a && b != b);
}

/// Compares a whole outcome; returns the number of elements whose value was pinned down.
template <class T, class Time>
std::int64_t compare(const problem<T, Time>& p, const outcome<T, Time>& got) {
  std::vector<reference_item<T, Time>> items;
  for (std::int64_t b = 0; b < p.batch; ++b) items.push_back(item_of(p, b));
  std::int64_t checked = 0;
  for (std::int64_t row = 0; row < p.target_rows(); ++row) {
    for (std::int64_t column = 0; column < p.queries; ++column) {
      const auto slot = static_cast<std::size_t>(row * p.queries + column);
      const auto [b, answers] = owner_of(p, row, column);
      const Time target = p.targets[slot];
      const auto expected =
          answers ? items[static_cast<std::size_t>(b)].answer(target) : padding(p);
      const T* out = got.output.data() + slot * static_cast<std::size_t>(p.channels);
      CAPTURE(p.story, row, column, b, target);
      for (std::size_t c = 0; c < expected.channels.size(); ++c) {
        const auto& want = expected.channels[c];
        const auto& other = expected.mirrored[c];
        checked += want.anything ? 0 : 1;
        if (agrees(out[c], want) || agrees(out[c], other)) continue;
        CAPTURE(got.left[slot], got.weight[slot], got.age[slot]);
        CAPTURE(c, want.value, want.error, other.value, as_real(out[c]), bits_of(out[c]));
        FAIL("a value is not what the reference says");
      }
      const bool valid = got.valid[slot] == (expected.valid ? 1 : 0) || expected.valid_is_anything;
      if (!valid || got.left[slot] != expected.left || !same(got.weight[slot], expected.weight) ||
          !same(got.age[slot], expected.age)) {
        CAPTURE(int{got.valid[slot]}, expected.valid, got.left[slot], expected.left);
        CAPTURE(got.weight[slot], expected.weight, got.age[slot], expected.age);
        FAIL("the report is not what the reference says");
      }
    }
  }
  return checked;
}

robocache::channel_groups random_groups(random_source& random, std::int64_t& channels) {
  if (random.chance(0.5)) {
    const auto kind = random.one_of(all_kinds);
    channels = robocache::is_slerp(kind) ? 4 * random.between(1, 3) : random.between(1, 9);
    return kind;
  }
  std::vector<robocache::channel_group> groups;
  channels = 0;
  const auto count = static_cast<int>(random.between(1, 5));
  for (int g = 0; g < count; ++g) {
    const auto kind = random.one_of(all_kinds);
    const std::int64_t width =
        robocache::is_slerp(kind) ? 4 * random.between(1, 2) : random.between(1, 4);
    groups.push_back({width, kind});
    channels += width;
  }
  return {groups.data(), count};
}

template <class T, class Time>
void random_problems(std::uint64_t seed, double adversarial) {
  const auto count = static_cast<int>(400 * std::max(0.05, std::min(scale(), 1.0)));
  std::int64_t checked = 0, all = 0;
  for (int i = 0; i < count; ++i) {
    random_source random(seed * 1'000'000 + static_cast<std::uint64_t>(i));
    std::int64_t channels = 0;
    const auto groups = random_groups(random, channels);
    wildness how;
    how.adversarial = adversarial;
    auto p = make_problem<T, Time>(random, random.between(1, 3), random.between(0, 30),
                                   random.between(0, 40), channels, groups, how);
    // Between infinite stamps only reproducibility is promised.
    for (auto& t : p.times) {
      t = std::clamp(t, std::numeric_limits<Time>::lowest(), std::numeric_limits<Time>::max());
    }
    const auto got = resample(robocache::cpu{1}, p);
    checked += compare(p, got);
    all += static_cast<std::int64_t>(got.output.size());
    for (std::size_t b = 0; b < got.status.size(); ++b) {
      INFO(p.story);
      REQUIRE(got.status[b] == robocache::stamps_ok);
    }
  }
  INFO("pinned down " << checked << " of " << all << " values");
  CHECK(checked > all / 2);
  CHECK(all > count);
}

/// Makes runs of samples missing, of whole rows and of single channels.
template <class T, class Time>
void lose_samples(random_source& random, problem<T, Time>& p) {
  const std::int64_t rows = p.source_rows() * p.samples;
  const auto for_run = [&](const auto& lose) {
    const std::int64_t first = random.between(0, rows - 1);
    const std::int64_t longest = random.chance(0.2) ? rows : 200;
    const std::int64_t end = std::min(rows, first + random.between(1, longest));
    for (std::int64_t i = first; i < end; ++i) lose(i);
  };
  for (auto& present : p.mask) present = 1;
  if (!p.mask.empty()) for_run([&](std::int64_t i) { p.mask[static_cast<std::size_t>(i)] = 0; });
  for (std::int64_t c = 0; c < p.channels; ++c) {
    if (random.chance(0.3)) continue;
    for_run([&](std::int64_t i) {
      p.source[static_cast<std::size_t>(i * p.channels + c)] =
          std::numeric_limits<float>::quiet_NaN();
    });
  }
  if (random.chance(0.7)) p.options.nans = robocache::nan_policy::skip;
}

/// The words that the stamps of each item deserve.
template <class T, class Time>
std::vector<std::uint32_t> expected_status(const problem<T, Time>& p) {
  std::vector<std::uint32_t> words;
  for (std::int64_t b = 0; b < p.batch; ++b) {
    const auto times = item_of(p, b).times;
    bool ascending = true;
    for (std::size_t i = 0; i < times.size(); ++i) {
      ascending = ascending && times[i] == times[i] && (i == 0 || times[i - 1] <= times[i]);
    }
    words.push_back(ascending ? robocache::stamps_ok : robocache::stamps_unsorted);
  }
  return words;
}

}  // namespace

TEST_CASE("many samples missing in a row agree with the reference", "[reference]") {
  const auto count = static_cast<int>(120 * std::max(0.05, std::min(scale(), 1.0)));
  for (int i = 0; i < count; ++i) {
    random_source random(60'000'000 + static_cast<std::uint64_t>(i));
    std::int64_t channels = 0;
    const auto groups = random_groups(random, channels);
    wildness how;
    how.adversarial = 0;
    auto p =
        make_problem<float, std::int64_t>(random, random.between(1, 3), random.between(65, 500),
                                          random.between(0, 60), channels, groups, how);
    lose_samples(random, p);
    const auto got = resample(robocache::cpu{1}, p);
    compare(p, got);
    INFO(p.story);
    CHECK(resample(robocache::cpu{3}, p).difference_from(got) == "");
  }
}

TEMPLATE_TEST_CASE("the status word tells stamps that do not ascend", "[reference]", std::int64_t,
                   double, float) {
  std::size_t unsorted = 0;
  for (int i = 0; i < 300; ++i) {
    random_source random(static_cast<std::uint64_t>(i));
    auto p = make_problem<float, TestType>(random, random.between(1, 5), random.between(0, 12), 3,
                                           2, interpolation::linear);
    if (random.chance(0.7)) disorder(random, p);
    const auto expected = expected_status(p);
    INFO(p.story);
    CHECK(resample(robocache::cpu{2}, p).status == expected);
    for (const auto word : expected) unsorted += word != robocache::stamps_ok ? 1 : 0;
  }
  CHECK(unsorted > 50);
}

#define ROBOCACHE_REFERENCE_TEST(T, Time, seed)                                                    \
  TEST_CASE("resample of " #T " over " #Time " stamps agrees with the reference", "[reference]") { \
    random_problems<T, Time>(seed, 0.0);                                                           \
    random_problems<T, Time>(seed + 1, 0.1);                                                       \
  }

using robocache::bf16;
using robocache::f16;
ROBOCACHE_REFERENCE_TEST(float, std::int64_t, 10)
ROBOCACHE_REFERENCE_TEST(float, double, 20)
ROBOCACHE_REFERENCE_TEST(float, float, 30)
ROBOCACHE_REFERENCE_TEST(double, std::int64_t, 40)
ROBOCACHE_REFERENCE_TEST(double, double, 50)
ROBOCACHE_REFERENCE_TEST(double, float, 60)
ROBOCACHE_REFERENCE_TEST(bf16, std::int64_t, 70)
ROBOCACHE_REFERENCE_TEST(bf16, double, 80)
ROBOCACHE_REFERENCE_TEST(f16, std::int64_t, 90)
ROBOCACHE_REFERENCE_TEST(f16, float, 100)
