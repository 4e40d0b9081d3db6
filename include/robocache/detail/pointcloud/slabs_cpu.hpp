// Counts points on the CPU: each part of the points is sorted by slabs of voxels; then each slab
// counts its own and is written once, so that no thread writes where another does.
#pragma once

#include <robocache/detail/pointcloud/sort_cpu.hpp>
#include <robocache/detail/pointcloud/write_cpu.hpp>

namespace robocache::detail {

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

/// The points of all clouds in parts, and their memory.
struct slab_parts {
  std::int64_t slabs;
  std::vector<slab_part> parts;
  std::vector<std::size_t> first_part;  // of each cloud, and the end
  raw_array<std::uint16_t> places;
  std::vector<std::uint32_t> starts;

  explicit slab_parts(const cloud_layout& op)
      : slabs((op.cells - 1) / slab_cells + 1), places(static_cast<std::size_t>(op.slots())) {
    const std::int64_t most = std::max<std::int64_t>(8192, slabs);
    for (std::int64_t b = 0; b < op.items; ++b) {
      first_part.push_back(parts.size());
      const std::int64_t count = op.points_of(b).count;
      for (std::int64_t i = 0; i < count; i += most) {
        parts.push_back({b, {i, std::min(i + most, count)}});
      }
    }
    first_part.push_back(parts.size());
    const auto each = static_cast<std::size_t>(slabs) + 1;
    starts.resize(parts.size() * each);
    for (std::size_t k = 0; k < parts.size(); ++k) {
      slab_part& part = parts[k];
      const std::int64_t first = op.first_slot(part.cloud, op.points_of(part.cloud));
      part.places = places.get() + first + part.points.begin;
      part.starts = starts.data() + k * each;
    }
  }
};

template <class P>
void sort_part(const locate_op<P>& op, std::int64_t slabs, slab_part& part) {
  const cloud_range range = op.points_of(part.cloud);
  const raw_array<std::int64_t> cells(
      static_cast<std::size_t>(part.points.end - part.points.begin));
  std::int64_t* end = cells.get();
  for (std::int64_t i = part.points.begin; i < part.points.end; ++i) {
    const std::int64_t cell = op.cell_of(part.cloud, range, i);
    if (cell >= 0) {
      *end++ = cell;
      ++part.starts[cell >> slab_bits];
    } else {
      ++(cell == voxel_finder<float>::outside ? part.counts.outside : part.counts.invalid);
    }
  }
  part.counts.inside = end - cells.get();
  for (std::int64_t s = 1; s <= slabs; ++s) part.starts[s] += part.starts[s - 1];
  // Each starts where the next one does, and moves down a place a point.
  for (const std::int64_t* cell = cells.get(); cell != end; ++cell) {
    part.places[--part.starts[*cell >> slab_bits]] =
        static_cast<std::uint16_t>(*cell & (slab_cells - 1));
  }
}

/// The voxels of a slab, counted. What is done takes time by points and by values written.
template <class Out>
class slab_counter {
 public:
  using value = typename cell_storage<Out>::type;
  static constexpr bool is_bits = std::is_same_v<Out, cell_bits>;
  static constexpr std::int64_t cells_each = is_bits ? 32 : 1;  // to a value

  static std::int64_t values_of(std::int64_t cells) { return (cells - 1) / cells_each + 1; }

  void add(std::uint32_t place) {
    const std::int64_t i = place / cells_each;
    std::uint32_t& count = counts_[static_cast<std::size_t>(i)];
    if constexpr (is_bits) {
      count |= std::uint32_t{1} << (place % cells_each);
    } else {
      ++count;
    }
    used_[i / piece] = true;
  }

  /// Writes `size` values, and starts anew.
  void write(const cell_value& rule, const output_writer<value>& writer, value* to,
             std::int64_t size) {
    std::int64_t done = 0;
    const value none = value_without_points(rule);
    for (std::int64_t first = 0; first < size; first += piece) {
      if (!std::exchange(used_[first / piece], false)) continue;
      writer.fill(to + done, first - done, none);
      done = std::min(first + piece, size);
      value values[piece];
      convert(rule, counts_.data() + first, values);
      std::fill_n(counts_.data() + first, piece, 0U);
      writer.copy(to + first, values, done - first);
    }
    writer.fill(to + done, size - done, none);
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

  std::vector<std::uint32_t> counts_ = std::vector<std::uint32_t>(slab_cells / cells_each);
  bool used_[slab_cells / cells_each / piece] = {};
};

/// Writes the slabs [begin, end), numbered over all clouds.
template <class P, class Out>
void write_slabs(const fill_op<P, Out>& op, const slab_parts& sorted, std::int64_t begin,
                 std::int64_t end) {
  slab_counter<Out> counter;
  const output_writer<typename slab_counter<Out>::value> writer(op.locate.items *
                                                                counter.values_of(op.locate.cells));
  for (std::int64_t k = begin; k < end; ++k) {
    const std::int64_t b = k / sorted.slabs, slab = k % sorted.slabs, first = slab * slab_cells;
    for (std::size_t n = sorted.first_part[static_cast<std::size_t>(b)];
         n < sorted.first_part[static_cast<std::size_t>(b) + 1]; ++n) {
      const slab_part& part = sorted.parts[n];
      const std::uint32_t part_end = part.starts[slab + 1];
      for (std::uint32_t i = part.starts[slab]; i < part_end; ++i) counter.add(part.places[i]);
    }
    counter.write(op.value, writer,
                  op.to.data + b * op.to.batch_stride + first / counter.cells_each,
                  counter.values_of(std::min(slab_cells, op.locate.cells - first)));
  }
}

}  // namespace robocache::detail
