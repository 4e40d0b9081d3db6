// Which voxel each point of a batch of clouds lies in: plain values that are copied into kernels.
#pragma once

#include <robocache/pointcloud/voxelize_options.hpp>

namespace robocache::detail {

/// The points of a cloud: [first, first + count) of the points of a batch entry.
struct cloud_range {
  std::int64_t first = 0, count = 0;
};

/// The clouds of a batch and the grid they go into.
struct cloud_layout {
  std::int64_t items = 0;  // B
  std::int64_t rows = 0;   // points of a cloud with its padding, or of all clouds when packed
  const std::int64_t* lengths = nullptr;
  const std::int64_t* offsets = nullptr;
  std::int64_t cells = 0;  // of the grid
  std::int64_t extents[3] = {1, 1, 1};

  /// All points, padding included; they are numbered cloud by cloud.
  ROBOCACHE_HD std::int64_t slots() const { return offsets != nullptr ? rows : items * rows; }

  /// Whether the points of cloud b can be right; into `range` what they are.
  ROBOCACHE_HD bool range_of(std::int64_t b, cloud_range& range) const {
    range = {0, rows};
    if (lengths != nullptr) range.count = lengths[b];
    if (offsets != nullptr) {
      range.first = offsets[b];
      const std::int64_t end = offsets[b + 1];
      range.count = range.first >= 0 && end >= 0 ? end - range.first : -1;
    }
    return range.first >= 0 && range.count >= 0 && range.first <= rows &&
           range.count <= rows - range.first;
  }

  /// The same, empty where it cannot be right.
  ROBOCACHE_HD cloud_range points_of(std::int64_t b) const {
    cloud_range range;
    return range_of(b, range) ? range : cloud_range{};
  }

  /// The number of the cloud's first point.
  ROBOCACHE_HD std::int64_t first_slot(std::int64_t b, const cloud_range& range) const {
    return offsets != nullptr ? range.first : b * rows;
  }
};

/// A block's share of the points: those of a cloud from `begin` on.
struct point_block {
  std::int64_t cloud = 0, begin = 0;
  cloud_range range;
};

/// Blocks of `each` points: so many, and what number `block` has. Blocks of packed clouds are
/// numbered from offsets[b] / each + b on, which leaves room for the parts of all before.
inline std::int64_t count_point_blocks(const cloud_layout& op, std::int64_t each) {
  if (op.offsets != nullptr) return op.rows / each + op.items;
  return op.items * ((op.rows + each - 1) / each);
}

ROBOCACHE_HD point_block find_point_block(const cloud_layout& op, std::int64_t each,
                                          std::int64_t block) {
  point_block mine;
  if (op.offsets == nullptr) {
    const std::int64_t parts = (op.rows + each - 1) / each;
    mine.cloud = block / parts;
    mine.begin = (block - mine.cloud * parts) * each;
  } else {
    // The last cloud that starts at or before the block; offsets out of bounds are passed over.
    const auto wild = [&op](std::int64_t b) {
      return op.offsets[b] < 0 || op.offsets[b] > op.rows;
    };
    std::int64_t low = 0, high = op.items;
    while (high - low > 1) {
      std::int64_t probe = (low + high) / 2;
      while (probe > low && wild(probe)) --probe;
      if (probe == low) probe = (low + high) / 2 + 1;
      while (probe < high && wild(probe)) ++probe;
      if (probe == high) break;
      (op.offsets[probe] / each + probe <= block ? low : high) = probe;
    }
    if (wild(low)) return {low, 0, {}};
    mine.cloud = low;
    mine.begin = (block - op.offsets[low] / each - low) * each;
    if (mine.begin < 0) return {low, 0, {}};  // in front of the first cloud
  }
  mine.range = op.points_of(mine.cloud);
  return mine;
}

template <class P>
struct locate_op : cloud_layout {
  using point = P;

  const P* points = nullptr;
  std::int64_t batch_stride = 0, row_stride = 3;
  voxel_finder<compute_type<P>> find;
  std::int64_t* inside = nullptr;
  std::int64_t* outside = nullptr;
  std::int64_t* invalid = nullptr;

  /// The voxel of point i of `range`, or `voxel_finder::outside` or `invalid`.
  ROBOCACHE_HD std::int64_t cell_of(std::int64_t b, const cloud_range& range,
                                    std::int64_t i) const {
    const P* p =
        points + (offsets != nullptr ? 0 : b) * batch_stride + (range.first + i) * row_stride;
    return find(widen(p[0]), widen(p[1]), widen(p[2]));
  }

  [[nodiscard]] ROBOCACHE_HD bool reports() const {
    return inside != nullptr || outside != nullptr || invalid != nullptr;
  }
};

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

}  // namespace robocache::detail
