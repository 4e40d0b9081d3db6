// Sorts the points of a cloud into voxels on the CPU: a stable radix sort by the voxel's number.
#pragma once

#include <robocache/detail/parallel.hpp>
#include <robocache/detail/pointcloud/voxelize_check.hpp>

namespace robocache::detail {

/// A cloud's occupied voxels, ascending, and their points in the order of input.
struct cloud_voxels {
  std::vector<std::int64_t> cells;
  std::vector<std::int64_t> starts{0};  // voxel v has order[starts[v] .. starts[v + 1])
  std::vector<std::uint32_t> order;     // points, numbered over all clouds

  [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(cells.size()); }
};

struct keyed_point {
  std::int64_t cell;
  std::uint32_t slot;
};

inline void radix_sort(std::vector<keyed_point>& points, std::int64_t cells) {
  constexpr int bits = 11;
  std::vector<keyed_point> other(points.size());
  for (int shift = 0; shift < 63 && (cells - 1) >> shift != 0; shift += bits) {
    const auto digit = [shift](const keyed_point& p) {
      return static_cast<std::size_t>(p.cell >> shift) & ((std::size_t{1} << bits) - 1);
    };
    std::size_t starts[(1 << bits) + 1] = {};
    for (const keyed_point& p : points) ++starts[digit(p) + 1];
    for (int d = 0; d < 1 << bits; ++d) starts[d + 1] += starts[d];
    for (const keyed_point& p : points) other[starts[digit(p)]++] = p;
    points.swap(other);
  }
}

template <class P>
cloud_voxels sort_cloud(const locate_op<P>& op, std::int64_t b, int threads) {
  const cloud_range range = op.points_of(b);
  const std::int64_t first = op.first_slot(b, range);
  std::vector<keyed_point> points(static_cast<std::size_t>(range.count));
  parallel_for(range.count, 4096, threads, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      points[static_cast<std::size_t>(i)] = {op.cell_of(b, range, i),
                                             static_cast<std::uint32_t>(first + i)};
    }
  });
  std::size_t inside = 0;
  std::int64_t invalid = 0;
  for (const keyed_point& p : points) {
    if (p.cell >= 0) points[inside++] = p;
    invalid += p.cell == voxel_finder<float>::invalid ? 1 : 0;
  }
  points.resize(inside);
  if (op.inside != nullptr) op.inside[b] = static_cast<std::int64_t>(inside);
  if (op.invalid != nullptr) op.invalid[b] = invalid;
  if (op.outside != nullptr) {
    op.outside[b] = range.count - static_cast<std::int64_t>(inside) - invalid;
  }

  radix_sort(points, op.cells);
  cloud_voxels voxels;
  voxels.order.reserve(inside);
  for (const keyed_point& p : points) {
    if (voxels.cells.empty() || voxels.cells.back() != p.cell) {
      voxels.cells.push_back(p.cell);
      voxels.starts.push_back(voxels.starts.back());
    }
    ++voxels.starts.back();
    voxels.order.push_back(p.slot);
  }
  return voxels;
}

}  // namespace robocache::detail
