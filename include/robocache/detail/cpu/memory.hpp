// How numbers are changed that one thread, or all, change: in any order to the same end.
#pragma once

#include <algorithm>
#include <robocache/detail/numeric/integers.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Numbers that one thread changes.
struct own_memory {
  void add(std::int64_t* to, std::int64_t value) const { *to = wrapping_sum(*to, value); }
  void raise(std::uint32_t* to, std::uint32_t value) const { *to = std::max(*to, value); }
  void lower(std::uint32_t* to, std::uint32_t value) const { *to = std::min(*to, value); }
  void unite(std::uint32_t* to, std::uint32_t bits) const { *to |= bits; }
  void add_saturating(std::uint32_t* to, std::uint32_t value) const {
    *to = saturating_sum(*to, value);
  }
};

/// Numbers that all threads change.
struct common_memory {
  void add(std::int64_t* to, std::int64_t value) const {
    __atomic_fetch_add(to, value, __ATOMIC_RELAXED);
  }
  void raise(std::uint32_t* to, std::uint32_t value) const {
    change(to, [value](std::uint32_t seen) { return std::max(seen, value); });
  }
  void lower(std::uint32_t* to, std::uint32_t value) const {
    change(to, [value](std::uint32_t seen) { return std::min(seen, value); });
  }
  void add_saturating(std::uint32_t* to, std::uint32_t value) const {
    change(to, [value](std::uint32_t seen) { return saturating_sum(seen, value); });
  }
  void unite(std::uint32_t* to, std::uint32_t bits) const {
    __atomic_fetch_or(to, bits, __ATOMIC_RELAXED);
  }

 private:
  template <class Change>
  static void change(std::uint32_t* at, const Change& next) {
    std::uint32_t seen = __atomic_load_n(at, __ATOMIC_RELAXED);
    while (next(seen) != seen && !__atomic_compare_exchange_n(at, &seen, next(seen), true,
                                                              __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
  }
};

/// Calls `f` with the way to add for whoever is `alone`, or is not.
template <class F>
void with_memory(bool alone, const F& f) {
  if (alone) return f(own_memory{});
  f(common_memory{});
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
