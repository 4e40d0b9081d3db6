// Sorts the points of clouds into voxels on the CPU: a stable radix sort by the voxel's number, in
// parts that threads take on their own.
#pragma once

#include <algorithm>
#include <robocache/detail/cloud/locate.hpp>
#include <robocache/detail/cpu/parallel.hpp>
#include <robocache/detail/cpu/scratch.hpp>
#include <robocache/detail/numeric/exact_sum.hpp>
#include <robocache/detail/pointcloud/bins/point_counts.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// A cloud's occupied voxels, ascending, and their points in the order of input.
struct cloud_voxels {
  std::int64_t* cells = nullptr;
  std::uint32_t* starts = nullptr;  // voxel v has order[starts[v] .. starts[v + 1])
  std::uint32_t* order = nullptr;   // points, numbered over all clouds
  std::int64_t count = 0;
  std::int64_t inside = 0;  // points

  [[nodiscard]] const std::uint32_t* points_of(std::int64_t v) const { return order + starts[v]; }
  [[nodiscard]] std::int64_t size_of(std::int64_t v) const { return starts[v + 1] - starts[v]; }
};

/// The first voxel whose number is not below `cell`.
inline std::int64_t find_voxel(const cloud_voxels& voxels, std::int64_t cell) {
  return std::lower_bound(voxels.cells, voxels.cells + voxels.count, cell) - voxels.cells;
}

template <class Cell>
struct keyed_point {
  Cell cell;  // from the cloud's first occupied one on
  std::uint32_t slot;
};

/// What became of a part's points.
struct part_result {
  point_counts counts;
  std::int64_t least = INT64_MAX, most = 0;  // voxels

  void add(const part_result& other) {
    counts.add(other.counts);
    least = std::min(least, other.least);
    most = std::max(most, other.most);
  }
};

/// Ranges of the points of a cloud, for a thread each.
struct point_parts {
  index_range* ranges = nullptr;
  std::int64_t number = 0;

  /// Cuts [0, count) for so many threads; for less than `least` points, no thread is woken.
  void split(std::int64_t count, int threads) {
    constexpr std::int64_t least = 8192;
    number = std::clamp<std::int64_t>(count / least, 1, threads);
    for (std::int64_t k = 0; k < number; ++k) {
      ranges[k] = {count * k / number, count * (k + 1) / number};
    }
  }
};

/// Sorts one cloud after another, with memory of its own.
class cloud_sorter {
 public:
  static constexpr int widest_digit = 11;  // bits

  cloud_sorter() = default;
  cloud_sorter(int threads, scratch_layout& scratch)
      : threads_(threads),
        found_{scratch.take<index_range>(threads)},
        parts_{scratch.take<index_range>(threads)},
        results_(scratch.take<part_result>(threads)),
        before_(scratch.take<std::int64_t>(threads)),
        places_(scratch.take<std::uint32_t>(std::int64_t{threads} << widest_digit)) {}

  /// Into `voxels`, whose arrays have room for the cloud; `a` and `b` have it for keyed points.
  template <class P>
  void sort(const locate_op<P>& op, std::int64_t cloud, cloud_voxels& voxels, void* a, void* b) {
    found_.split(op.rows_of(cloud).count, threads_);
    parallel_each(found_.number, [&](std::int64_t k) {
      results_[k] = find_points(op, cloud, found_.ranges[k], voxels);
    });
    part_result all;
    for (std::int64_t k = 0; k < found_.number; ++k) all.add(results_[k]);
    write_reports(op, cloud, all.counts);
    voxels.count = 0;
    voxels.inside = all.counts.inside;
    if (voxels.inside == 0) return;
    parts_.split(voxels.inside, threads_);
    if (all.most - all.least <= UINT32_MAX) {
      sort_as<std::uint32_t>(voxels, all, a, b);
    } else {
      sort_as<std::uint64_t>(voxels, all, a, b);
    }
  }

 private:
  /// Writes the part's points inside to its front, and ends it behind them.
  template <class P>
  static part_result find_points(const locate_op<P>& op, std::int64_t b, index_range& part,
                                 const cloud_voxels& to) {
    const item_range range = op.rows_of(b);
    const auto first = static_cast<std::uint32_t>(op.first_slot(b, range));
    part_result result;
    std::int64_t end = part.begin;
    for (std::int64_t i = part.begin; i < part.end; ++i) {
      const std::int64_t cell = op.cell_of(b, range, i);
      to.cells[end] = cell;
      to.order[end] = first + static_cast<std::uint32_t>(i);
      if (cell >= 0) {
        ++end;
        result.least = std::min(result.least, cell);
        result.most = std::max(result.most, cell);
      } else {
        result.counts.invalid += cell == voxel_finder<float>::invalid ? 1 : 0;
      }
    }
    result.counts.inside = end - part.begin;
    result.counts.outside = part.end - end - result.counts.invalid;
    part.end = end;
    return result;
  }

  template <class Cell>
  void sort_as(cloud_voxels& voxels, const part_result& all, void* a, void* b) const {
    int bits = 1;
    while (bits < 63 && (all.most - all.least) >> bits != 0) ++bits;
    // Tables of digits are no larger than clouds, down to some size.
    const int widest = std::clamp(ceil_log2(voxels.inside), 4, widest_digit);
    const int passes = (bits + widest - 1) / widest, width = (bits + passes - 1) / passes;
    auto* from = static_cast<keyed_point<Cell>*>(a);
    auto* to = static_cast<keyed_point<Cell>*>(b);
    const auto first = [=, cells = voxels.cells, order = voxels.order,
                        least = all.least](std::int64_t i) {
      return keyed_point<Cell>{static_cast<Cell>(cells[i] - least), order[i]};
    };
    sort_by_digit(found_, first, 0, width, to);
    for (int pass = 1; pass < passes; ++pass) {
      std::swap(from, to);
      sort_by_digit(
          parts_, [from](std::int64_t i) { return from[i]; }, pass * width, width, to);
    }
    list_voxels(to, all.least, voxels);
  }

  /// One pass: sorts what `read(i)` gives for the indices in `parts` by `bits` bits of the cell.
  template <class Read, class Cell>
  void sort_by_digit(const point_parts& parts, const Read& read, int shift, int bits,
                     keyed_point<Cell>* to) const {
    const std::int64_t digits = std::int64_t{1} << bits, size = parts.number * digits;
    const auto digit_of = [=](Cell cell) {
      return static_cast<std::int64_t>(cell >> shift) & (digits - 1);
    };
    std::fill_n(places_, size, 0U);
    parallel_each(parts.number, [&](std::int64_t k) {
      std::uint32_t* const counts = places_ + k * digits;
      const index_range part = parts.ranges[k];
      for (std::int64_t i = part.begin; i < part.end; ++i) ++counts[digit_of(read(i).cell)];
    });
    std::uint32_t sum = 0;
    for (std::int64_t digit = 0; digit < digits; ++digit) {
      for (std::int64_t at = digit; at < size; at += digits) {
        sum += std::exchange(places_[at], sum);
      }
    }
    parallel_each(parts.number, [&](std::int64_t k) {
      std::uint32_t* const next = places_ + k * digits;
      const index_range part = parts.ranges[k];
      for (std::int64_t i = part.begin; i < part.end; ++i) {
        const keyed_point<Cell> point = read(i);
        to[next[digit_of(point.cell)]++] = point;
      }
    });
  }

  /// Lists the voxels of sorted points.
  template <class Cell>
  void list_voxels(const keyed_point<Cell>* points, std::int64_t least,
                   cloud_voxels& voxels) const {
    const auto is_first = [points](std::int64_t i) {
      return i == 0 || points[i].cell != points[i - 1].cell;
    };
    index_range* const parts = parts_.ranges;
    for (std::int64_t k = 1; k < parts_.number; ++k) {  // parts begin with voxels
      std::int64_t& begin = parts[k].begin;
      while (begin < voxels.inside && !is_first(begin)) ++begin;
      parts[k - 1].end = begin;
    }
    parallel_each(parts_.number, [&](std::int64_t k) {
      std::int64_t count = 0;
      for (std::int64_t i = parts[k].begin; i < parts[k].end; ++i) count += is_first(i) ? 1 : 0;
      before_[k] = count;
    });
    for (std::int64_t k = 0; k < parts_.number; ++k) {
      voxels.count += std::exchange(before_[k], voxels.count);
    }
    voxels.starts[0] = 0;
    parallel_each(parts_.number, [&, to = voxels](std::int64_t k) {
      std::int64_t v = before_[k] - 1;
      for (std::int64_t i = parts[k].begin; i < parts[k].end; ++i) {
        v += is_first(i) ? 1 : 0;
        to.order[i] = points[i].slot;
        to.cells[v] = least + static_cast<std::int64_t>(points[i].cell);
        to.starts[v + 1] = static_cast<std::uint32_t>(i + 1);
      }
    });
  }

  int threads_ = 1;
  point_parts found_, parts_;
  part_result* results_ = nullptr;
  std::int64_t* before_ = nullptr;
  std::uint32_t* places_ = nullptr;
};

/// The clouds of a batch, sorted, in scratch memory.
class sorted_clouds {
 public:
  sorted_clouds() = default;
  sorted_clouds(const item_ranges& clouds, int threads, scratch_layout& scratch)
      : threads_(count_workers(INT64_MAX, threads)),
        workers_(count_workers(clouds.items, threads_)),
        own_(threads_ / std::max(workers_, 1)),
        slots_(clouds.slots()),
        clouds_(scratch.take<cloud_voxels>(clouds.items)),
        sorters_(scratch.take<cloud_sorter>(workers_)),
        buffers_(scratch.take<wide_point>(2 * slots_)),
        cells_(scratch.take<std::int64_t>(slots_)),
        order_(scratch.take<std::uint32_t>(slots_)),
        starts_(scratch.take<std::uint32_t>(slots_ + clouds.items)) {
    for (int w = 0; w < workers_; ++w) {
      const cloud_sorter sorter(own_, scratch);
      if (sorters_ != nullptr) sorters_[w] = sorter;
    }
  }

  /// Sorts all points, and writes reports.
  template <class P>
  void sort(const locate_op<P>& op) const {
    for_each_cloud(op.items, [&](std::int64_t b, int worker) {
      const std::int64_t first = op.first_slot(b, op.rows_of(b));
      cloud_voxels& voxels = clouds_[b];
      voxels = {cells_ + first, starts_ + first + b, order_ + first};
      sorters_[worker].sort(op, b, voxels, buffers_ + first, buffers_ + slots_ + first);
    });
  }

  /// Calls `f(b, worker)` for the clouds; each has `own_threads()` threads.
  template <class F>
  void for_each_cloud(std::int64_t items, const F& f) const {
    parallel_for(items, 1, threads_,
                 [&](std::int64_t b, std::int64_t, int worker) { f(b, worker); });
  }

  [[nodiscard]] int own_threads() const { return own_; }
  const cloud_voxels& operator[](std::int64_t b) const { return clouds_[b]; }

 private:
  using wide_point = keyed_point<std::uint64_t>;

  int threads_ = 1, workers_ = 1, own_ = 1;
  std::int64_t slots_ = 0;
  cloud_voxels* clouds_ = nullptr;
  cloud_sorter* sorters_ = nullptr;
  wide_point* buffers_ = nullptr;
  std::int64_t* cells_ = nullptr;
  std::uint32_t* order_ = nullptr;
  std::uint32_t* starts_ = nullptr;
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
