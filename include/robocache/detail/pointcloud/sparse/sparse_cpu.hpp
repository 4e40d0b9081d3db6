// The CPU driver of `voxelize_sparse`.
#pragma once

#include <robocache/detail/pointcloud/features/reduce_cpu.hpp>
#include <robocache/detail/pointcloud/sparse/sparse_check.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The rows of a list of voxels.
class voxel_rows {
 public:
  voxel_rows() = default;
  voxel_rows(std::int64_t items, scratch_layout& scratch)
      : items_(items), starts_(scratch.take<std::int64_t>(items + 1)) {}

  void count(const sorted_clouds& clouds) const {
    starts_[0] = 0;
    for (std::int64_t b = 0; b < items_; ++b) starts_[b + 1] = starts_[b] + clouds[b].count;
  }

  [[nodiscard]] std::int64_t number() const { return starts_[items_]; }

  /// Calls `with(b)` for the clouds of the first `fit` rows, and what it returns by
  /// `(v, row)` for their voxels.
  template <class F>
  void each(std::int64_t fit, int threads, const F& with) const {
    parallel_for(std::min(fit, number()), 256, threads, [&](std::int64_t begin, std::int64_t end) {
      const std::int64_t* const first = starts_;
      const std::int64_t* next = std::upper_bound(first, first + items_ + 1, begin);
      for (std::int64_t row = begin; row < end; ++next) {
        const std::int64_t b = next - first - 1, stop = std::min(*next, end);
        if (row == stop) continue;  // no voxel
        const auto f = with(b);
        for (; row < stop; ++row) f(row - *(next - 1), row);
      }
    });
  }

 private:
  std::int64_t items_ = 0;
  std::int64_t* starts_ = nullptr;  // of each cloud, and the end
};

template <class P>
void compute(const cpu& executor, const sparse_op<P>& op) {
  const auto& layout = static_cast<const cloud_layout&>(op.locate);
  const voxel_list& list = op.voxels;
  const int threads = executor.threads();
  check_items(op.name, cloud_names, layout);
  sorted_clouds clouds;
  voxel_rows rows;
  const cpu_scratch memory(executor, [&](scratch_layout& place) {
    clouds = sorted_clouds(layout, threads, place);
    rows = voxel_rows(layout.items, place);
  });
  clouds.sort(op.locate);
  rows.count(clouds);
  *list.number = rows.number();
  rows.each(list.capacity, threads, [&](std::int64_t b) {
    return [&, b](std::int64_t v, std::int64_t row) {
      list.write_coordinates(layout, row, b, clouds[b].cells[v]);
      if (list.counts != nullptr) {
        list.counts[row] = static_cast<std::int32_t>(clouds[b].size_of(v));
      }
    };
  });
  for_each_feature(op.features, [&](const feature_op& f, auto values, auto results) {
    using T = typename decltype(values)::type;
    using Out = typename decltype(results)::type;
    rows.each(list.capacity, threads, [&](std::int64_t b) {
      const cloud_feature<T> feature(f, layout, b);
      return [&, b, feature](std::int64_t v, std::int64_t row) {
        feature(clouds[b].points_of(v), clouds[b].size_of(v), row_of_result<Out>(f, 0, row, 0));
      };
    });
  });
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
