// Counts points on the CPU: each part of the points is sorted by slabs of voxels; then each slab
// counts its own and is written once, so that no thread writes where another does.
#pragma once

#include <algorithm>
#include <robocache/detail/cpu/parallel.hpp>
#include <robocache/detail/cpu/scratch.hpp>
#include <robocache/detail/cpu/write.hpp>
#include <robocache/detail/pointcloud/bins/point_counts.hpp>
#include <robocache/detail/pointcloud/fill/fill_op.hpp>
#include <utility>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

constexpr int slab_bits = 14;  // voxels of a slab: their counts fit a core's own cache
constexpr std::int64_t slab_cells = std::int64_t{1} << slab_bits;

/// Points of a cloud, sorted by slabs.
struct slab_part {
  std::int64_t cloud;
  index_range points;
  std::uint16_t* places = nullptr;  // within a slab; slab s has places[starts[s] .. starts[s + 1])
  std::uint32_t* starts = nullptr;
  point_counts counts = {};
};

/// The points of all clouds in parts, in scratch memory.
class slab_parts {
 public:
  slab_parts() = default;
  slab_parts(const cloud_layout& op, int threads, scratch_layout& scratch)
      : slabs_((op.cells - 1) / slab_cells + 1),
        part_size_(std::max<std::int64_t>(8192, slabs_)),
        number_(count_parts(op, part_size_)),
        threads_(threads),
        parts_(scratch.take<slab_part>(number_)),
        first_part_(scratch.take<std::int64_t>(op.items + 1)),
        places_(scratch.take<std::uint16_t>(op.slots())),
        starts_(scratch.take<std::uint32_t>(number_ * (slabs_ + 1))),
        cells_(scratch.take<std::int64_t>(count_workers(number_, threads) * part_size_)) {}

  /// Sorts all points.
  template <class P>
  void sort(const locate_op<P>& op) const {
    divide(op);
    parallel_for(number_, 1, threads_, [&](std::int64_t k, std::int64_t, int worker) {
      sort_part(op, parts_[k], cells_ + worker * part_size_);
    });
  }

  [[nodiscard]] std::int64_t slabs() const { return slabs_; }

  /// Calls `f(part)` for the parts of cloud b.
  template <class F>
  void each_part(std::int64_t b, const F& f) const {
    for (std::int64_t n = first_part_[b]; n < first_part_[b + 1]; ++n) f(parts_[n]);
  }

 private:
  static std::int64_t count_parts(const cloud_layout& op, std::int64_t size) {
    std::int64_t number = 0;
    for (std::int64_t b = 0; b < op.items; ++b) {
      number += (op.rows_of(b).count + size - 1) / size;
    }
    return number;
  }

  void divide(const cloud_layout& op) const {
    std::int64_t k = 0;
    for (std::int64_t b = 0; b < op.items; ++b) {
      first_part_[b] = k;
      const item_range range = op.rows_of(b);
      for (std::int64_t i = 0; i < range.count; i += part_size_, ++k) {
        parts_[k] = {b,
                     {i, std::min(i + part_size_, range.count)},
                     places_ + op.first_slot(b, range) + i,
                     starts_ + k * (slabs_ + 1)};
      }
    }
    first_part_[op.items] = k;
  }

  /// `cells` has room for the part's points.
  template <class P>
  void sort_part(const locate_op<P>& op, slab_part& part, std::int64_t* cells) const {
    const item_range range = op.rows_of(part.cloud);
    std::fill_n(part.starts, slabs_ + 1, 0U);
    std::int64_t* end = cells;
    for (std::int64_t i = part.points.begin; i < part.points.end; ++i) {
      const std::int64_t cell = op.cell_of(part.cloud, range, i);
      if (cell >= 0) {
        *end++ = cell;
        ++part.starts[cell >> slab_bits];
      } else {
        ++(cell == voxel_finder<float>::outside ? part.counts.outside : part.counts.invalid);
      }
    }
    part.counts.inside = end - cells;
    for (std::int64_t s = 1; s <= slabs_; ++s) part.starts[s] += part.starts[s - 1];
    // Each starts where the next one does, and moves down a place a point.
    for (const std::int64_t* cell = cells; cell != end; ++cell) {
      part.places[--part.starts[*cell >> slab_bits]] =
          static_cast<std::uint16_t>(*cell & (slab_cells - 1));
    }
  }

  std::int64_t slabs_ = 1, part_size_ = 1, number_ = 0;
  int threads_ = 1;
  slab_part* parts_ = nullptr;
  std::int64_t* first_part_ = nullptr;  // of each cloud, and the end
  std::uint16_t* places_ = nullptr;
  std::uint32_t* starts_ = nullptr;
  std::int64_t* cells_ = nullptr;  // of each worker
};

/// The voxels of a slab, counted. What is done takes time by points and by values written.
template <class Out>
class slab_counter {
 public:
  using value = typename cell_storage<Out>::type;
  static constexpr bool is_bits = std::is_same_v<Out, cell_bits>;
  static constexpr std::int64_t cells_each = is_bits ? 32 : 1;  // to a value
  static constexpr std::int64_t size = slab_cells / cells_each;

  static std::int64_t values_of(std::int64_t cells) { return (cells - 1) / cells_each + 1; }

  /// `counts` has `size` numbers, all 0; they are so again after each `write`.
  explicit slab_counter(std::uint32_t* counts) : counts_(counts) {}

  void add(std::uint32_t place) {
    const std::int64_t i = place / cells_each;
    if constexpr (is_bits) {
      counts_[i] |= std::uint32_t{1} << (place % cells_each);
    } else {
      ++counts_[i];
    }
    used_[i / piece] = true;
  }

  /// Writes `count` values, and starts anew.
  void write(const cell_value& rule, const output_writer<value>& writer, value* to,
             std::int64_t count) {
    std::int64_t done = 0;
    const value none = value_without_points(rule);
    for (std::int64_t first = 0; first < count; first += piece) {
      if (!std::exchange(used_[first / piece], false)) continue;
      writer.fill(to + done, first - done, none);
      done = std::min(first + piece, count);
      value values[piece];
      convert(rule, counts_ + first, values);
      std::fill_n(counts_ + first, piece, 0U);
      writer.copy(to + first, values, done - first);
    }
    writer.fill(to + done, count - done, none);
  }

 private:
  static constexpr std::int64_t piece = 512 / sizeof(value);

  /// Not 0 but NaN where a volume is too small for a float.
  static value value_without_points([[maybe_unused]] const cell_value& rule) {
    if constexpr (is_bits) {
      return 0;
    } else {
      return rule.of<Out>(0);
    }
  }

  static void convert(const cell_value& rule, const std::uint32_t* counts, value (&to)[piece]) {
    if constexpr (is_bits) {
      std::copy_n(counts, piece, to);
    } else {
      rule.with_rule([&](const cell_value& constant) {
        for (std::int64_t i = 0; i < piece; ++i) to[i] = constant.of<Out>(counts[i]);
      });
    }
  }

  std::uint32_t* counts_;
  bool used_[size / piece] = {};
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
