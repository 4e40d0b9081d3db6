#include <robocache/core/view.hpp>
#include <vector>

#include "support/catch.hpp"

using robocache::view;

static_assert(std::is_trivially_copyable_v<view<float, 3>>);
static_assert(std::is_same_v<view<const float, 2>::element_type, const float>);
static_assert(std::is_same_v<view<const float, 2>::value_type, float>);
static_assert(std::is_convertible_v<view<float, 2>, view<const float, 2>>);
static_assert(!std::is_convertible_v<view<const float, 2>, view<float, 2>>);
static_assert(!std::is_convertible_v<view<float, 2>, view<const double, 2>>);
static_assert(!std::is_convertible_v<view<float, 2>, view<const float, 3>>);
static_assert(view<float, 3>::rank() == 3);

TEST_CASE("a dense view is row-major", "[view]") {
  std::vector<int> data(24);
  for (int i = 0; i < 24; ++i) data[static_cast<std::size_t>(i)] = i;
  const view<int, 3> v(data.data(), {2, 3, 4});
  CHECK(v.size() == 24);
  CHECK_FALSE(v.empty());
  CHECK((v.stride(0) == 12 && v.stride(1) == 4 && v.stride(2) == 1));
  CHECK((v.extent(0) == 2 && v.extent(1) == 3 && v.extent(2) == 4));
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 3; ++j) {
      for (int k = 0; k < 4; ++k) CHECK(v(i, j, k) == 12 * i + 4 * j + k);
    }
  }
  v(1, 2, 3) = -1;
  CHECK(data[23] == -1);
}

TEST_CASE("strides may be padded, zero or negative", "[view]") {
  const int data[] = {0, 1, 2, 3, 4, 5, 6, 7};
  const view<const int, 2> padded(data, {2, 3}, {4, 1});
  CHECK(padded(1, 2) == 6);
  const view<const int, 2> shared(data, {5, 3}, {0, 1});
  CHECK(shared(4, 2) == 2);
  CHECK(shared.size() == 15);
  const view<const int, 2> reversed(data + 6, {4, 2}, {-2, 1});
  CHECK(reversed(0, 0) == 6);
  CHECK(reversed(3, 1) == 1);
}

TEST_CASE("views convert to const and keep strides", "[view]") {
  int data[6] = {};
  const view<int, 2> v(data + 4, {2, 2}, {-3, 1});
  const view<const int, 2> c = v;
  CHECK(c.data_handle() == data + 4);
  CHECK((c.extent(0) == 2 && c.extent(1) == 2 && c.stride(0) == -3 && c.stride(1) == 1));
}

TEST_CASE("the default view is null and empty", "[view]") {
  const view<double, 2> v;
  CHECK(v.data_handle() == nullptr);
  CHECK(v.empty());
  CHECK(v.size() == 0);
  CHECK(view<double, 3>(nullptr, {4, 0, 2}).empty());
}

TEST_CASE("sizes beyond 2^31 do not wrap", "[view]") {
  const view<char, 3> v(nullptr, {1 << 20, 1 << 12, 8});
  CHECK(v.size() == (std::int64_t{1} << 35));
  CHECK(v.stride(0) == (1 << 15));
}

TEST_CASE("sizes beyond 2^63 stay the largest there is", "[view]") {
  const std::int64_t half = std::int64_t{1} << 32;
  const view<char, 2> wraps(nullptr, {half, half});  // 2^64 elements
  CHECK_FALSE(wraps.empty());
  CHECK(wraps.size() == INT64_MAX);
  CHECK(view<char, 2>(nullptr, {half, half / 2}).size() == INT64_MAX);
  CHECK(view<char, 2>(nullptr, {half, half / 4}).size() == std::int64_t{1} << 62);
  CHECK(view<char, 3>(nullptr, {half, half, 0}).empty());
  CHECK(view<char, 3>(nullptr, {half, half, 0}).size() == 0);
}
