// The checks that operations share: what they refuse, and in which words.
#include <robocache/detail/check.hpp>
#include <set>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/random.hpp"

namespace {

using namespace robocache;
using detail::label;

template <class F>
std::string error_of(const F& f) {
  try {
    f();
  } catch (const invalid_argument& error) {
    return error.what();
  }
  return "no error";
}

template <class V, int Rank>
std::string view_error(const view<V, Rank>& v, bool is_output = false) {
  return error_of([&] { detail::check_view("op", "a", v, is_output); });
}

std::string apart_error(const view<float, 2>& a, const view<float, 2>& b) {
  return error_of(
      [&] { detail::require_apart("op", "a", detail::footprint(a), "b", detail::footprint(b)); });
}

constexpr std::int64_t huge = INT64_MAX;
const std::string fine = "no error";
const std::string too_large = "robocache::op: a must have less than 2^63 bytes in all";
const std::string overlap = "robocache::op: a and b must not overlap";

float memory[64] = {};

std::string not_distinct(int r, std::int64_t least, std::int64_t got) {
  return "robocache::op: a.stride(" + std::to_string(r) + ") must be at least " +
         std::to_string(least) + ": rows of an output must be distinct (got " +
         std::to_string(got) + ")";
}

}  // namespace

TEST_CASE("names are spelled out where errors need them", "[check]") {
  CHECK(label("plain").text() == "plain");
  CHECK(label("features[#].values", 3).text() == "features[3].values");
  CHECK(label("#.counts", "kept").text() == "kept.counts");
  CHECK(label("stream #", std::int64_t{0}).extent(2) == "stream 0.extent(2)");
}

TEST_CASE("views need pointers, extents and a contiguous row", "[check]") {
  CHECK(view_error(view<float, 2>(memory, {4, 8})) == fine);
  CHECK(view_error(view<float, 2>()) == fine);
  CHECK(view_error(view<float, 2>(nullptr, {4, 0})) == fine);
  CHECK(view_error(view<float, 2>(nullptr, {4, 1})) ==
        "robocache::op: a must not be null where its extents are not zero");
  CHECK(view_error(view<float, 2>(nullptr, {0, -1})) ==
        "robocache::op: a.extent(1) must not be negative (got -1)");
  CHECK(view_error(view<float, 2>(memory, {4, 8}, {8, 2})) ==
        "robocache::op: a.stride(1) must be 1 (got 2)");
  CHECK(view_error(view<float, 2>(memory, {4, 1}, {8, 2})) == fine);
  const auto shifted = reinterpret_cast<float*>(reinterpret_cast<char*>(memory) + 2);
  CHECK(view_error(view<float, 1>(shifted, {4})) ==
        "robocache::op: a must be aligned to its elements of 4 bytes (got an address that is 2 "
        "past)");
}

TEST_CASE("views are counted and addressed in 63 bits", "[check]") {
  const std::int64_t half = std::int64_t{1} << 32;
  CHECK(view_error(view<char, 1>(reinterpret_cast<char*>(memory), {huge})) == fine);
  CHECK(view_error(view<float, 1>(memory, {huge})) == too_large);
  CHECK(view_error(view<float, 1>(memory, {huge / 4})) == fine);
  CHECK(view_error(view<float, 1>(memory, {huge / 4 + 1})) == too_large);
  CHECK(view_error(view<float, 2>(memory, {half, half})) == too_large);  // wraps to 0
  CHECK(view_error(view<float, 2>(memory, {half, half}, {0, 1})) == too_large);
  CHECK(view_error(view<float, 3>(memory, {half, half, 2}, {0, 0, 1})) == too_large);
  CHECK(view_error(view<float, 2>(memory, {2, 4}, {huge, 1})) == too_large);
  CHECK(view_error(view<float, 2>(memory, {2, 4}, {INT64_MIN, 1})) == too_large);
  CHECK(view_error(view<float, 2>(memory, {3, 4}, {-(huge / 8), 1})) == too_large);
  CHECK(view_error(view<float, 2>(memory, {1, 4}, {huge, 1})) == fine);  // no other row
  CHECK(view_error(view<float, 2>(memory, {huge, 4}, {0, 1})) == too_large);
  CHECK(view_error(view<float, 2>(memory, {1000, 4}, {0, 1})) == fine);
}

TEST_CASE("elements of an output are distinct", "[check]") {
  const auto of = [](std::int64_t first, std::int64_t second) {
    return view_error(view<float, 3>(memory, {2, 3, 4}, {first, second, 1}), true);
  };
  CHECK(of(12, 4) == fine);
  CHECK(of(4, 8) == fine);  // items take turns
  CHECK(of(-12, -4) == fine);
  CHECK(of(100, 7) == fine);
  CHECK(of(0, 4) == not_distinct(0, 12, 0));
  CHECK(of(0, 0) == not_distinct(1, 4, 0));
  CHECK(of(12, 0) == not_distinct(1, 4, 0));
  CHECK(of(12, 3) == not_distinct(1, 4, 3));
  CHECK(of(12, -3) == not_distinct(1, 4, -3));
  CHECK(of(11, 4) == not_distinct(0, 12, 11));
  CHECK(of(-11, 4) == not_distinct(0, 12, -11));
  CHECK(of(4, 4) == not_distinct(0, 12, 4));
  CHECK(of(4, 7) == not_distinct(1, 8, 7));
  CHECK(view_error(view<float, 3>(memory, {2, 3, 4}, {0, 0, 1})) == fine);  // an input
  CHECK(view_error(view<float, 3>(memory, {1, 3, 4}, {0, 4, 1}), true) == fine);
  CHECK(view_error(view<float, 3>(memory, {2, 3, 1}, {3, 1, 0}), true) == fine);
  CHECK(view_error(view<float, 3>(memory, {2, 3, 1}, {2, 1, 0}), true) == not_distinct(0, 3, 2));
  CHECK(view_error(view<float, 3>(memory, {0, 3, 4}, {0, 0, 1}), true) == fine);
}

TEST_CASE("two outputs have no element in common", "[check]") {
  const auto at = [](std::ptrdiff_t offset, std::int64_t rows, std::int64_t stride) {
    return view<float, 2>(memory + offset, {rows, 3}, {stride, 1});
  };
  CHECK(apart_error(at(0, 2, 3), at(6, 2, 3)) == fine);
  CHECK(apart_error(at(6, 2, 3), at(0, 2, 3)) == fine);
  CHECK(apart_error(at(0, 2, 3), at(0, 2, 3)) == overlap);
  CHECK(apart_error(at(0, 2, 3), at(5, 2, 3)) == overlap);
  CHECK(apart_error(at(5, 2, 3), at(0, 2, 3)) == overlap);
  CHECK(apart_error(at(0, 4, 6), at(3, 4, 6)) == fine);  // rows take turns
  CHECK(apart_error(at(3, 4, 6), at(0, 4, 6)) == fine);
  CHECK(apart_error(at(0, 4, 6), at(4, 4, 6)) == overlap);
  CHECK(apart_error(at(0, 4, 6), at(2, 4, 6)) == overlap);
  CHECK(apart_error(at(0, 4, 5), at(3, 4, 5)) == overlap);
  CHECK(apart_error(at(0, 4, 6), at(21, 4, 6)) == fine);  // turns that are over
  CHECK(apart_error(at(18, 4, -6), at(21, 4, -6)) == fine);
  CHECK(apart_error(at(18, 4, -6), at(20, 4, -6)) == overlap);
  CHECK(apart_error(at(9, 4, -3), at(12, 4, 3)) == fine);
  CHECK(apart_error(at(9, 4, -3), at(11, 4, 3)) == overlap);
  CHECK(apart_error(at(0, 1, 0), at(3, 1, 99)) == fine);
  CHECK(apart_error(at(0, 1, 0), at(2, 1, 99)) == overlap);
  CHECK(apart_error(at(0, 0, 3), at(0, 2, 3)) == fine);
}

namespace {

/// The bytes of up to three repetitions, one by one.
template <class T>
std::set<std::uintptr_t> bytes_of(const view<T, 3>& v) {
  std::set<std::uintptr_t> bytes;
  for (std::int64_t i = 0; i < v.extent(0); ++i) {
    for (std::int64_t j = 0; j < v.extent(1); ++j) {
      for (std::int64_t k = 0; k < v.extent(2); ++k) {
        const auto at = reinterpret_cast<std::uintptr_t>(&v(i, j, k));
        for (std::size_t b = 0; b < sizeof(T); ++b) bytes.insert(at + b);
      }
    }
  }
  return bytes;
}

template <class T>
view<T, 3> any_view_of(test::random_source& random) {
  static T field[4000];
  const auto extent = [&] { return random.between(0, 4); };
  const auto stride = [&] {
    constexpr std::int64_t usual[] = {0, 1, 2, 3, 4, 6, 8, 12, 24, -3, -12, 40};
    return random.one_of(usual);
  };
  const std::int64_t extents[] = {extent(), extent(), random.between(1, 5)};
  const std::int64_t strides[] = {stride(), stride(), 1};
  return {field + 1000 + random.between(0, 60), extents, strides};
}

}  // namespace

TEST_CASE("arrays meet where they have a byte in common, and nowhere else", "[check]") {
  test::random_source random(5);
  INFO("seed " << random.seed());
  int met = 0, near = 0;
  for (int i = 0; i < 20000; ++i) {
    const auto a = any_view_of<float>(random), b = any_view_of<float>(random);
    const auto of_a = bytes_of(a), of_b = bytes_of(b);
    const bool common = std::any_of(of_a.begin(), of_a.end(),
                                    [&](std::uintptr_t byte) { return of_b.count(byte) != 0; });
    if (detail::footprint(a).meets(detail::footprint(b)) != common) FAIL("pair " << i);
    if (!of_a.empty() && !of_b.empty() && *of_a.begin() < *of_b.rbegin()) {
      (common ? met : near)++;
    }
  }
  CHECK(met > 1000);
  CHECK(near > 1000);
}

TEST_CASE("arrays of different elements share a block of memory item by item", "[check]") {
  // Each item: 6 floats, then 8 bytes.
  auto* const bytes = reinterpret_cast<std::uint8_t*>(memory);
  const detail::footprint values(view<float, 3>(memory, {4, 2, 3}, {8, 3, 1}));
  const detail::footprint flags(view<std::uint8_t, 2>(bytes + 24, {4, 8}, {32, 1}));
  const detail::footprint longer(view<std::uint8_t, 2>(bytes + 24, {4, 9}, {32, 1}));
  CHECK_FALSE(values.meets(flags));
  CHECK_FALSE(flags.meets(values));
  CHECK(values.meets(longer));
  CHECK(longer.meets(values));
}

TEST_CASE("products and sums that do not fit are refused", "[check]") {
  const auto product = [](std::int64_t a, std::int64_t b) {
    return error_of([&] {
      const std::int64_t c = detail::checked_product("op", "a", a, b);
      if (c != a * b) FAIL_CHECK(c);
    });
  };
  CHECK(product(3, 5) == fine);
  CHECK(product(0, huge) == fine);
  CHECK(product(1, huge) == fine);
  CHECK(product(std::int64_t{1} << 31, std::int64_t{1} << 31) == fine);
  CHECK(product(std::int64_t{1} << 62, 2) ==
        "robocache::op: a must be less than 2^63 (got 4611686018427387904 x 2)");
  CHECK(product(huge, huge) != fine);
  CHECK(detail::checked_sum("op", "a", huge - 1, 1) == huge);
  CHECK(error_of([] { detail::checked_sum("op", "a", huge, 1); }) ==
        "robocache::op: a must be less than 2^63 (got 9223372036854775807 + 1)");
}

TEST_CASE("ragged batches are described once, by as many numbers as items", "[check]") {
  const std::vector<std::int64_t> numbers = {0, 2, 5, 9};
  const detail::ragged_names names{"r.lengths", "r.offsets"};
  const auto check = [&](const ragged& of, std::int64_t items) {
    return error_of([&] { detail::check_ragged("op", names, of, items, 9); });
  };
  const auto list = [&](std::int64_t count) {
    return view<const std::int64_t, 1>(numbers.data(), {count});
  };
  CHECK(check({}, 3) == fine);
  CHECK(check({list(3), {}}, 3) == fine);
  CHECK(check({{}, list(4)}, 3) == fine);
  CHECK(check({list(3), list(4)}, 3) ==
        "robocache::op: r.lengths and r.offsets must not both be given");
  CHECK(check({list(2), {}}, 3) ==
        "robocache::op: r.lengths.extent(0) must equal the number of items (got 2 and 3)");
  CHECK(check({{}, list(3)}, 3) ==
        "robocache::op: r.offsets.extent(0) must equal the number of items + 1 (got 3 and 4)");
  const view<const std::int64_t, 1> null(nullptr, {3});
  CHECK(check({null, {}}, 3) ==
        "robocache::op: r.lengths must not be null where its extents are not zero");
  CHECK(check({null, list(4)}, 3) ==
        "robocache::op: r.lengths and r.offsets must not both be given");
  const view<const std::int64_t, 1> none(numbers.data(), {0});  // given, though of nothing
  CHECK(check({none, {}}, 0) == fine);
  CHECK(check({none, {}}, 3) ==
        "robocache::op: r.lengths.extent(0) must equal the number of items (got 0 and 3)");
}

TEST_CASE("lengths and offsets are read before anything runs", "[check]") {
  const detail::ragged_names names{"r.lengths", "r.offsets"};
  const auto lengths = [&](const std::vector<std::int64_t>& numbers) {
    const detail::item_ranges ranges{static_cast<std::int64_t>(numbers.size()), 9, numbers.data(),
                                     nullptr};
    return error_of([&] { detail::check_items("op", names, ranges); });
  };
  CHECK(lengths({0, 9, 3}) == fine);
  CHECK(lengths({}) == fine);
  CHECK(lengths({0, 10, -1}) == "robocache::op: r.lengths[1] must be 0 to 9 (got 10)");
  CHECK(lengths({-1}) == "robocache::op: r.lengths[0] must be 0 to 9 (got -1)");
  CHECK(lengths({9, INT64_MIN}) ==
        "robocache::op: r.lengths[1] must be 0 to 9 (got -9223372036854775808)");
  const auto offsets = [&](const std::vector<std::int64_t>& numbers) {
    const detail::item_ranges ranges{static_cast<std::int64_t>(numbers.size()) - 1, 9, nullptr,
                                     numbers.data()};
    return error_of([&] { detail::check_items("op", names, ranges); });
  };
  const auto refused = [](int b, const std::string& from, const std::string& to) {
    return "robocache::op: r.offsets[" + std::to_string(b) +
           "] and the next one must ascend within 0 to 9 (got " + from + " and " + to + ")";
  };
  CHECK(offsets({0, 4, 4, 9}) == fine);
  CHECK(offsets({2, 3}) == fine);
  CHECK(offsets({0, 4, 3}) == refused(1, "4", "3"));
  CHECK(offsets({-1, 4}) == refused(0, "-1", "4"));
  CHECK(offsets({0, 10}) == refused(0, "0", "10"));
  CHECK(offsets({INT64_MIN, INT64_MAX}) ==
        refused(0, "-9223372036854775808", "9223372036854775807"));
  CHECK(offsets({9, INT64_MAX}) == refused(0, "9", "9223372036854775807"));
}
