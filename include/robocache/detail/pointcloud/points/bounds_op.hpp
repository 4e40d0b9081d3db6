// Bounds of clouds.
#pragma once

#include <limits>
#include <robocache/detail/cloud/locate.hpp>
#include <robocache/detail/numeric/ordered.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Extremes and number of the points without NaN, taken in any order.
template <class Real>
struct bounds_state {
  using key = decltype(ordered(Real()));
  static constexpr Real infinity = std::numeric_limits<Real>::infinity();

  key least[3], most[3];
  std::int64_t valid;

  /// Of no points.
  ROBOCACHE_HD static bounds_state none() {
    const key high = ordered(infinity), low = ordered(-infinity);
    return {{high, high, high}, {low, low, low}, 0};
  }

  ROBOCACHE_HD void add(Real x, Real y, Real z) {
    if (x != x || y != y || z != z) return;
    const key keys[3] = {ordered(x), ordered(y), ordered(z)};
    for (int a = 0; a < 3; ++a) {
      if (keys[a] < least[a]) least[a] = keys[a];
      if (keys[a] > most[a]) most[a] = keys[a];
    }
    ++valid;
  }

  ROBOCACHE_HD void merge(const bounds_state& other) {
    for (int a = 0; a < 3; ++a) {
      if (other.least[a] < least[a]) least[a] = other.least[a];
      if (other.most[a] > most[a]) most[a] = other.most[a];
    }
    valid += other.valid;
  }
};

template <class P>
struct bounds_op {
  using real = compute_type<P>;
  static constexpr const char* name = "cloud_bounds";

  locate_op<P> clouds;
  real* minimum = nullptr;
  real* maximum = nullptr;
  std::int64_t minimum_batch = 3, maximum_batch = 3;
  std::int64_t* valid = nullptr;

  /// Of every `step`-th of the points [from, to) of `range` in cloud b.
  ROBOCACHE_HD bounds_state<real> over(std::int64_t b, const item_range& range, std::int64_t from,
                                       std::int64_t to, std::int64_t step) const {
    auto state = bounds_state<real>::none();
    const P* const first = clouds.first_point(b, range);
    if (to > range.count) to = range.count;
    for (std::int64_t i = from; i < to; i += step) {
      const P* const p = first + i * clouds.row_stride;
      state.add(widen(p[0]), widen(p[1]), widen(p[2]));
    }
    return state;
  }

  ROBOCACHE_HD void write(std::int64_t b, const bounds_state<real>& state) const {
    for (int a = 0; a < 3; ++a) {
      minimum[b * minimum_batch + a] = from_ordered(state.least[a]);
      maximum[b * maximum_batch + a] = from_ordered(state.most[a]);
    }
    if (valid != nullptr) valid[b] = state.valid;
  }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
