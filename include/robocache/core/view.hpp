/// \file
/// `view<T, Rank>`: where an array lies, how long it is and how far apart its elements are.
#pragma once

#include <robocache/core/config.hpp>
#include <type_traits>

ROBOCACHE_BEGIN_NAMESPACE

/// A non-owning, trivially copyable, strided array. Member names follow `std::mdspan`.
///
/// Extents and strides count elements. A stride may be zero (one row shared by a whole batch) or
/// negative. Operations require the innermost stride to be 1. The default view is null and empty.
/// A view says nothing of which memory it lies in: the executor of a call decides that.
template <class T, int Rank>
class view {
  static_assert(Rank >= 1, "robocache::view: Rank must be at least 1");

 public:
  using element_type = T;
  using value_type = std::remove_cv_t<T>;
  using index_type = std::int64_t;

  constexpr view() = default;

  /// A dense row-major array: the last extent is contiguous.
  ROBOCACHE_HD constexpr view(T* data, const index_type (&extents)[Rank]) : data_(data) {
    std::uint64_t stride = 1;  // wraps where operations refuse the view
    for (int r = Rank - 1; r >= 0; --r) {
      extents_[r] = extents[r];
      strides_[r] = static_cast<index_type>(stride);
      stride *= static_cast<std::uint64_t>(extents[r]);
    }
  }

  ROBOCACHE_HD constexpr view(T* data, const index_type (&extents)[Rank],
                              const index_type (&strides)[Rank])
      : data_(data) {
    for (int r = 0; r < Rank; ++r) {
      extents_[r] = extents[r];
      strides_[r] = strides[r];
    }
  }

  /// `view<T>` becomes `view<const T>`.
  template <class U, class = std::enable_if_t<std::is_same_v<const U, T>>>
  ROBOCACHE_HD constexpr view(const view<U, Rank>& other) : data_(other.data_handle()) {
    for (int r = 0; r < Rank; ++r) {
      extents_[r] = other.extent(r);
      strides_[r] = other.stride(r);
    }
  }

  [[nodiscard]] static constexpr int rank() noexcept { return Rank; }
  [[nodiscard]] ROBOCACHE_HD constexpr T* data_handle() const noexcept { return data_; }
  [[nodiscard]] ROBOCACHE_HD constexpr index_type extent(int r) const noexcept {
    return extents_[r];
  }
  [[nodiscard]] ROBOCACHE_HD constexpr index_type stride(int r) const noexcept {
    return strides_[r];
  }

  /// The number of elements; INT64_MAX where there are more.
  [[nodiscard]] ROBOCACHE_HD constexpr index_type size() const noexcept {
    if (empty()) return 0;
    index_type n = 1;
    for (int r = 0; r < Rank; ++r) {
      if (extents_[r] > INT64_MAX / n) return INT64_MAX;
      n *= extents_[r];
    }
    return n;
  }
  [[nodiscard]] ROBOCACHE_HD constexpr bool empty() const noexcept {
    bool none = false;
    for (int r = 0; r < Rank; ++r) none = none || extents_[r] == 0;
    return none;
  }

  /// The element at the given indices; unchecked.
  template <class... Indices>
  [[nodiscard]] ROBOCACHE_HD constexpr T& operator()(Indices... indices) const {
    static_assert(sizeof...(Indices) == Rank, "robocache::view: one index per dimension");
    const index_type at[Rank] = {static_cast<index_type>(indices)...};
    index_type offset = 0;
    for (int r = 0; r < Rank; ++r) offset += at[r] * strides_[r];
    return data_[offset];
  }

 private:
  T* data_ = nullptr;
  index_type extents_[Rank] = {};
  index_type strides_[Rank] = {};
};

ROBOCACHE_END_NAMESPACE
