// Occupancy and density: what a voxel's number of points becomes.
#pragma once

#include <robocache/detail/cloud/locate.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// How a count becomes the value of a voxel.
enum class cell_rule : std::uint8_t { occupied, count, per_volume };

struct cell_value {
  cell_rule rule = cell_rule::occupied;
  float volume = 1.0F;

  /// Calls `f` with the same value, its rule as a constant.
  template <class F>
  ROBOCACHE_HD void with_rule(const F& f) const {
    switch (rule) {
      case cell_rule::occupied:
        return f(cell_value{cell_rule::occupied, volume});
      case cell_rule::count:
        return f(cell_value{cell_rule::count, volume});
      case cell_rule::per_volume:
        return f(cell_value{cell_rule::per_volume, volume});
    }
  }

  template <class Out>
  ROBOCACHE_HD Out of(std::uint32_t count) const {
    if (rule == cell_rule::occupied) count = count != 0 ? 1 : 0;
    if constexpr (std::is_integral_v<Out>) {
      return static_cast<Out>(count);
    } else {
      const auto value = static_cast<float>(count);
      return rule == cell_rule::per_volume ? narrow<Out>(value / volume) : Out(value);
    }
  }
};

/// Stands for an output of 32 voxels to a word.
struct cell_bits {};

template <class Out>
struct cell_storage {
  using type = Out;
};
template <>
struct cell_storage<cell_bits> {
  using type = std::uint32_t;
};

/// A dense output: the voxels of a cloud are contiguous.
template <class Out>
struct cell_target {
  typename cell_storage<Out>::type* data = nullptr;
  std::int64_t batch_stride = 0;
};

/// Occupancy or density.
template <class P, class Out>
struct fill_op {
  locate_op<P> locate;
  cell_target<Out> to;
  cell_value value;
  const char* name = "voxelize_occupancy";  ///< what the caller called
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
