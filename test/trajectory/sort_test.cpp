// `ascending_rows` and `take_rows`: by hand, against a plain sort, and what they refuse.
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <robocache/trajectory/sort.hpp>

#include "support/catch.hpp"

namespace {

using robocache::ascending_rows;
using robocache::first_step_back;
using robocache::take_rows;
using robocache::unsorted_policy;
using rows = std::vector<std::int64_t>;

constexpr unsorted_policy policies[] = {unsorted_policy::error, unsorted_policy::sort,
                                        unsorted_policy::drop};

template <class F>
std::string message_of(const F& f) {
  try {
    f();
  } catch (const robocache::invalid_argument& error) {
    return error.what();
  }
  return "nothing was thrown";
}

template <class Stamps>
std::string refusal(const Stamps& stamps, unsorted_policy policy) {
  return message_of([&] { static_cast<void>(ascending_rows(stamps, policy)); });
}

}  // namespace

TEST_CASE("ascending_rows: by hand") {
  const std::vector<std::int64_t> stamps = {0, 2, 4, 1, 2, 5, 4, 5};
  CHECK(first_step_back(stamps.data(), 8) == 3);
  CHECK(ascending_rows(stamps, unsorted_policy::sort) == rows{0, 3, 1, 4, 2, 6, 5, 7});
  CHECK(ascending_rows(stamps, unsorted_policy::drop) == rows{0, 1, 2, 5, 7});
  const std::array<double, 4> ascending = {-1, 0, 0, INFINITY};
  for (const unsorted_policy policy : policies) {
    CHECK(ascending_rows(ascending, policy) == rows{0, 1, 2, 3});
    CHECK(ascending_rows(std::vector<float>{}, policy).empty());
    CHECK(ascending_rows(std::vector<float>{3}, policy) == rows{0});
    CHECK(ascending_rows(stamps.data(), 3, policy) == rows{0, 1, 2});
  }
  CHECK(first_step_back(ascending.data(), 4) == -1);
  CHECK(first_step_back(ascending.data(), 0) == -1);
}

TEST_CASE("ascending_rows: stamps at the ends of their type") {
  const std::vector<std::int64_t> stamps = {INT64_MAX, INT64_MIN, INT64_MAX - 1};
  CHECK(ascending_rows(stamps, unsorted_policy::sort) == rows{1, 2, 0});
  CHECK(ascending_rows(stamps, unsorted_policy::drop) == rows{0});
  const std::vector<std::uint64_t> high = {~std::uint64_t{0}, 0};
  CHECK(ascending_rows(high, unsorted_policy::sort) == rows{1, 0});
  const std::vector<double> zeros = {0.0, -0.0, 0.0};
  CHECK(ascending_rows(zeros, unsorted_policy::sort) == rows{0, 1, 2});
}

TEST_CASE("ascending_rows: random stamps, against definitions") {
  const unsigned seed = 5;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 50; ++round) {
    std::vector<float> stamps(random() % 200);
    for (float& t : stamps) t = static_cast<float>(random() % 40);
    const rows sorted = ascending_rows(stamps, unsorted_policy::sort);
    REQUIRE(sorted.size() == stamps.size());
    std::vector<bool> seen(stamps.size());
    for (std::size_t k = 0; k < sorted.size(); ++k) {
      const auto at = static_cast<std::size_t>(sorted[k]);
      REQUIRE_FALSE(seen[at]);
      seen[at] = true;
      if (k == 0) continue;
      const float before = stamps[static_cast<std::size_t>(sorted[k - 1])];
      REQUIRE((before < stamps[at] || (before == stamps[at] && sorted[k - 1] < sorted[k])));
    }
    const rows kept = ascending_rows(stamps, unsorted_policy::drop);
    float largest = -1;
    std::size_t k = 0;
    for (std::size_t i = 0; i < stamps.size(); ++i) {
      if (stamps[i] < largest) continue;
      largest = stamps[i];
      REQUIRE(k < kept.size());
      REQUIRE(kept[k++] == static_cast<std::int64_t>(i));
    }
    CHECK(k == kept.size());
  }
}

TEST_CASE("ascending_rows: what is refused, exactly") {
  CHECK(refusal(std::vector<double>{0, 0.3, std::nextafter(0.3, 0)}, unsorted_policy::error) ==
        "robocache::ascending_rows: stamps must ascend (got 0.29999999999999993 after "
        "0.29999999999999999 at index 2)");
  CHECK(refusal(std::vector<std::int64_t>{1700000000000000002, 1700000000000000001},
                unsorted_policy::error) ==
        "robocache::ascending_rows: stamps must ascend (got 1700000000000000001 after "
        "1700000000000000002 at index 1)");
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const unsorted_policy policy : policies) {
    CHECK(refusal(std::vector<float>{0, 1, nan}, policy) ==
          "robocache::ascending_rows: stamps must be numbers (got NaN at index 2)");
    CHECK(refusal(std::vector<float>{nan}, policy) ==
          "robocache::ascending_rows: stamps must be numbers (got NaN at index 0)");
  }
  CHECK(first_step_back(&nan, 1) == 0);
  CHECK(refusal(std::vector<float>{0}, static_cast<unsorted_policy>(7)) ==
        "robocache::ascending_rows: policy must be an unsorted_policy (got number 7)");
}

TEST_CASE("take_rows: stamps, values and masks go together") {
  const rows order = {2, 0};
  CHECK(take_rows(std::vector<double>{5, 6, 4}, 1, order) == std::vector<double>{4, 5});
  CHECK(take_rows(std::vector<float>{1, 2, 3, 4, 5, 6}, 2, order) ==
        std::vector<float>{5, 6, 1, 2});
  CHECK(take_rows(std::vector<std::uint8_t>{0, 1, 1}, 1, order) == std::vector<std::uint8_t>{1, 0});
  CHECK(take_rows(std::vector<float>{}, 3, rows{}).empty());
  const std::vector<float> values = {1, 2, 3, 4};
  const auto text = [&](std::int64_t channels, const rows& which) {
    return message_of([&] { static_cast<void>(take_rows(values, channels, which)); });
  };
  CHECK(text(3, {0}) ==
        "robocache::take_rows: channels must be at least 1 and divide the number of values (got 3 "
        "and 4)");
  CHECK(text(0, {}) ==
        "robocache::take_rows: channels must be at least 1 and divide the number of values (got 0 "
        "and 4)");
  CHECK(text(2, {0, 2}) == "robocache::take_rows: rows must be 0 to 1 (got 2)");
  CHECK(text(2, {-1}) == "robocache::take_rows: rows must be 0 to 1 (got -1)");
}
