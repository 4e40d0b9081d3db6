// A target that is found, what its whole row is where its channels are alike, and where reports go.
#pragma once

#include <robocache/detail/trajectory/any_value.hpp>
#include <robocache/detail/trajectory/presence.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// One target, found: the samples it is answered from and where its row goes.
template <class T, class Time, class Out>
struct target_slot {
  enum class state : std::uint8_t {
    answer,   ///< interpolate
    padding,  ///< beyond the item's targets: fill
    skip,     ///< the item's range is bad: write nothing
  };

  typename pointers_to<T>::source samples{};  ///< first channel of the item's first sample
  const Time* times = nullptr;
  const std::uint8_t* mask = nullptr;
  typename pointers_to<Out>::target output{};
  std::int64_t count = 0;  ///< samples of the item
  std::int64_t interval = -1;
  Time time{};
  state is = state::skip;
  std::int32_t item = 0;
};

/// A row that is a blend of two sample rows, a copy of one, or one value throughout. The weight of
/// a blend is kept apart: rows can be on their way before it is known.
template <class T, class Out>
struct alignas(16) row_plan {
  using element = T;
  using result = Out;
  enum class action : std::uint8_t { blend, copy, constant, skip };

  const T* left = nullptr;
  const T* right = nullptr;
  Out* output = nullptr;
  Out value{};
  action what = action::skip;
};

/// An optional output shaped like `targets`.
template <class V>
struct optional_output {
  V* data = nullptr;
  std::int64_t row_stride = 0;
  std::int64_t column_stride = 1;

  ROBOCACHE_HD void write(std::int64_t row, std::int64_t column, V value) const {
    if (data != nullptr) data[row * row_stride + column * column_stride] = value;
  }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
