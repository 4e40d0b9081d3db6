// Sorts the points of clouds into voxels on the CPU: a stable radix sort by the voxel's number, in
// parts that threads take on their own.
#pragma once

#include <algorithm>
#include <robocache/detail/parallel.hpp>
#include <robocache/detail/pointcloud/voxelize_check.hpp>
#include <utility>

namespace robocache::detail {

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

/// Memory for values that are written before they are read. `std::unique_ptr` would do, but its
/// header costs a fifth of this one's time to compile.
template <class T>
class raw_array {
 public:
  explicit raw_array(std::size_t count) { memory_.reserve(count * sizeof(T)); }
  [[nodiscard]] T* get() const { return static_cast<T*>(memory_.data()); }

 private:
  workspace memory_{host_memory()};
};

/// Counts of what became of points.
struct point_counts {
  std::int64_t inside = 0, outside = 0, invalid = 0;

  void add(const point_counts& other) {
    inside += other.inside;
    outside += other.outside;
    invalid += other.invalid;
  }
};

template <class P>
void write_reports(const locate_op<P>& op, std::int64_t b, const point_counts& counts) {
  if (op.inside != nullptr) op.inside[b] = counts.inside;
  if (op.outside != nullptr) op.outside[b] = counts.outside;
  if (op.invalid != nullptr) op.invalid[b] = counts.invalid;
}

struct index_range {
  std::int64_t begin = 0, end = 0;
};

/// Ranges of [0, count), one a thread.
inline std::vector<index_range> split(std::int64_t count, int threads) {
  constexpr std::int64_t least = 8192;  // for less, no thread is woken
  const std::int64_t number = std::clamp<std::int64_t>(count / least, 1, threads);
  std::vector<index_range> parts;
  for (std::int64_t k = 0; k < number; ++k) {
    parts.push_back({count * k / number, count * (k + 1) / number});
  }
  return parts;
}

/// Calls `f(k)` for k in [0, count), each on a thread.
template <class F>
void parallel_each(std::size_t count, const F& f) {
  parallel_for(static_cast<std::int64_t>(count), 1, static_cast<int>(count),
               [&](std::int64_t k, std::int64_t) { f(static_cast<std::size_t>(k)); });
}

/// Calls `f(b, own)` for the clouds, which have `own` threads each.
template <class F>
void parallel_clouds(std::int64_t clouds, int threads, const F& f) {
  if (threads <= 0) threads = usable_cores();
  const std::int64_t own = std::max<std::int64_t>(1, threads / std::max<std::int64_t>(1, clouds));
  parallel_for(clouds, 1, threads,
               [&](std::int64_t b, std::int64_t) { f(b, static_cast<int>(own)); });
}

template <class Cell>
struct keyed_point {
  Cell cell;  // from the cloud's first occupied one on
  std::uint32_t slot;
};

/// One pass: sorts what `read(i)` gives for the indices in `parts` by `bits` bits of the cell.
template <class Read, class Cell>
void sort_by_digit(const std::vector<index_range>& parts, const Read& read, int shift, int bits,
                   keyed_point<Cell>* to) {
  const std::size_t digits = std::size_t{1} << bits;
  const auto digit_of = [=](Cell cell) {
    return static_cast<std::size_t>(cell >> shift) & (digits - 1);
  };
  std::vector<std::uint32_t> places(parts.size() * digits);
  parallel_each(parts.size(), [&](std::size_t k) {
    std::uint32_t* const counts = places.data() + k * digits;
    for (std::int64_t i = parts[k].begin; i < parts[k].end; ++i) ++counts[digit_of(read(i).cell)];
  });
  std::uint32_t sum = 0;
  for (std::size_t digit = 0; digit < digits; ++digit) {
    for (std::size_t at = digit; at < places.size(); at += digits) {
      sum += std::exchange(places[at], sum);
    }
  }
  parallel_each(parts.size(), [&](std::size_t k) {
    std::uint32_t* const next = places.data() + k * digits;
    for (std::int64_t i = parts[k].begin; i < parts[k].end; ++i) {
      const keyed_point<Cell> point = read(i);
      to[next[digit_of(point.cell)]++] = point;
    }
  });
}

/// Sorts the points that `found` holds in `order`, their voxels in `cells`; two buffers help.
template <class Cell>
const keyed_point<Cell>* sort_points(const cloud_voxels& voxels,
                                     const std::vector<index_range>& found, std::int64_t least,
                                     std::int64_t most, int threads, void* a, void* b) {
  int bits = 1;
  while (bits < 63 && (most - least) >> bits != 0) ++bits;
  // Tables of digits are no larger than clouds, down to some size.
  const int widest = std::clamp(ceil_log2(voxels.inside), 4, 11);
  const int passes = (bits + widest - 1) / widest, width = (bits + passes - 1) / passes;
  auto* from = static_cast<keyed_point<Cell>*>(a);
  auto* to = static_cast<keyed_point<Cell>*>(b);
  const auto first = [=, cells = voxels.cells, order = voxels.order](std::int64_t i) {
    return keyed_point<Cell>{static_cast<Cell>(cells[i] - least), order[i]};
  };
  sort_by_digit(found, first, 0, width, to);
  const std::vector<index_range> parts = split(voxels.inside, threads);
  for (int pass = 1; pass < passes; ++pass) {
    std::swap(from, to);
    sort_by_digit(
        parts, [from](std::int64_t i) { return from[i]; }, pass * width, width, to);
  }
  return to;
}

/// Lists the voxels of sorted points.
template <class Cell>
void list_voxels(const keyed_point<Cell>* points, std::int64_t least, int threads,
                 cloud_voxels& voxels) {
  const auto is_first = [points](std::int64_t i) {
    return i == 0 || points[i].cell != points[i - 1].cell;
  };
  std::vector<index_range> parts = split(voxels.inside, threads);
  for (std::size_t k = 1; k < parts.size(); ++k) {  // parts begin with voxels
    std::int64_t& begin = parts[k].begin;
    while (begin < voxels.inside && !is_first(begin)) ++begin;
    parts[k - 1].end = begin;
  }
  std::vector<std::int64_t> before(parts.size());
  parallel_each(parts.size(), [&](std::size_t k) {
    std::int64_t count = 0;
    for (std::int64_t i = parts[k].begin; i < parts[k].end; ++i) count += is_first(i) ? 1 : 0;
    before[k] = count;
  });
  for (std::int64_t& count : before) voxels.count += std::exchange(count, voxels.count);
  voxels.starts[0] = 0;
  parallel_each(parts.size(), [&, to = voxels](std::size_t k) {
    std::int64_t v = before[k] - 1;
    for (std::int64_t i = parts[k].begin; i < parts[k].end; ++i) {
      v += is_first(i) ? 1 : 0;
      to.order[i] = points[i].slot;
      to.cells[v] = least + static_cast<std::int64_t>(points[i].cell);
      to.starts[v + 1] = static_cast<std::uint32_t>(i + 1);
    }
  });
}

/// Sorted clouds, and their memory: one block, which malloc keeps for the next call where it would
/// give several back.
class sorted_clouds {
 public:
  template <class P>
  sorted_clouds(const locate_op<P>& op, int threads)
      : memory_(static_cast<std::size_t>(op.slots()) * bytes_per_slot +
                static_cast<std::size_t>(op.items) * sizeof(int)),
        clouds_(static_cast<std::size_t>(op.items)) {
    const auto slots = static_cast<std::size_t>(op.slots());
    parallel_clouds(op.items, threads, [&](std::int64_t b, int own) { sort(op, b, own, slots); });
  }

  const cloud_voxels& operator[](std::int64_t b) const {
    return clouds_[static_cast<std::size_t>(b)];
  }

 private:
  using wide_point = keyed_point<std::uint64_t>;
  static constexpr std::size_t bytes_per_slot =
      2 * sizeof(wide_point) + sizeof(std::int64_t) + 2 * sizeof(std::uint32_t);

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

  /// Writes the part's points inside to its front, and ends it behind them.
  template <class P>
  static part_result find_points(const locate_op<P>& op, std::int64_t b, index_range& part,
                                 const cloud_voxels& to) {
    const cloud_range range = op.points_of(b);
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

  template <class P>
  void sort(const locate_op<P>& op, std::int64_t b, int threads, std::size_t slots) {
    const cloud_range range = op.points_of(b);
    const auto first = static_cast<std::size_t>(op.first_slot(b, range));
    auto* const points = reinterpret_cast<wide_point*>(memory_.get());
    auto* const cells = reinterpret_cast<std::int64_t*>(points + 2 * slots);
    auto* const order = reinterpret_cast<std::uint32_t*>(cells + slots);
    cloud_voxels voxels{cells + first, order + slots + first + static_cast<std::size_t>(b),
                        order + first};

    std::vector<index_range> parts = split(range.count, threads);
    std::vector<part_result> results(parts.size());
    parallel_each(parts.size(),
                  [&](std::size_t k) { results[k] = find_points(op, b, parts[k], voxels); });
    part_result all;
    for (const part_result& result : results) all.add(result);
    write_reports(op, b, all.counts);
    voxels.inside = all.counts.inside;
    if (voxels.inside > 0) {
      const auto sort_as = [&](auto cell) {
        const auto* const sorted = sort_points<decltype(cell)>(
            voxels, parts, all.least, all.most, threads, points + first, points + slots + first);
        list_voxels(sorted, all.least, threads, voxels);
      };
      all.most - all.least <= UINT32_MAX ? sort_as(std::uint32_t{}) : sort_as(std::uint64_t{});
    }
    clouds_[static_cast<std::size_t>(b)] = voxels;
  }

  raw_array<unsigned char> memory_;
  std::vector<cloud_voxels> clouds_;
};

}  // namespace robocache::detail
