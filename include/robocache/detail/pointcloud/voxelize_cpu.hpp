// The CPU drivers of dense voxelization, and the gates to the CUDA ones. Every byte of the output
// is written once.
#pragma once

#include <robocache/detail/pointcloud/features_cpu.hpp>
#include <robocache/detail/pointcloud/slabs_cpu.hpp>

namespace robocache::detail {

/// `voxelize_features`, dense.
template <class P>
struct features_op {
  locate_op<P> locate;
  std::vector<feature_op> features;
  cell_target<std::int32_t> counts;
};

template <class P, class Out>
void run(const cpu& executor, const fill_op<P, Out>& op) {
  const locate_op<P>& locate = op.locate;
  check_ranges_of_clouds(op.name, locate);
  slab_parts sorted(locate);
  parallel_for(static_cast<std::int64_t>(sorted.parts.size()), 1, executor.threads(),
               [&](std::int64_t k, std::int64_t) {
                 sort_part(locate, sorted.slabs, sorted.parts[static_cast<std::size_t>(k)]);
               });
  const std::int64_t grain = 16 * slab_cells / std::min(slab_cells, locate.cells);
  parallel_for(locate.items * sorted.slabs, grain, executor.threads(),
               [&](std::int64_t begin, std::int64_t end) { write_slabs(op, sorted, begin, end); });
  std::vector<point_counts> counts(static_cast<std::size_t>(locate.items));
  for (const slab_part& part : sorted.parts) {
    counts[static_cast<std::size_t>(part.cloud)].add(part.counts);
  }
  for (std::int64_t b = 0; b < locate.items; ++b) {
    write_reports(locate, b, counts[static_cast<std::size_t>(b)]);
  }
}

/// Writes rows of a dense result: those around voxels with points a tile at a time.
template <class Out>
class row_writer {
 public:
  row_writer(const feature_op& f, const cloud_layout& op)
      : feature_(f),
        cells_(op.cells),
        empty_(empty_value<Out>(f)),
        values_writer_(op.items * op.cells * f.channels),
        argmax_writer_(op.items * op.cells * f.channels),
        values_(static_cast<std::size_t>(rows_of_tile(f) * f.channels)),
        argmax_(f.argmax != nullptr ? values_.size() : 0) {}

  static std::int64_t rows_of_tile(const feature_op& f) {
    return std::max<std::int64_t>(1, 1024 / (f.channels * static_cast<std::int64_t>(sizeof(Out))));
  }

  void write_empty(std::int64_t b, std::int64_t begin, std::int64_t end) const {
    const auto to = row_of_result<Out>(feature_, b, begin, cells_);
    const std::int64_t count = (end - begin) * feature_.channels;
    values_writer_.fill(to.values, count, empty_);
    if (to.argmax != nullptr) argmax_writer_.fill(to.argmax, count, -1);
  }

  void start_tile() {
    std::fill(values_.begin(), values_.end(), empty_);
    std::fill(argmax_.begin(), argmax_.end(), -1);
  }
  result_row<Out> row(std::int64_t i) {
    const std::int64_t at = i * feature_.channels;
    return {values_.data() + at, argmax_.empty() ? nullptr : argmax_.data() + at};
  }
  void write_tile(std::int64_t b, std::int64_t begin, std::int64_t end) const {
    const auto to = row_of_result<Out>(feature_, b, begin, cells_);
    const std::int64_t count = (end - begin) * feature_.channels;
    values_writer_.copy(to.values, values_.data(), count);
    if (to.argmax != nullptr) argmax_writer_.copy(to.argmax, argmax_.data(), count);
  }

 private:
  const feature_op& feature_;
  std::int64_t cells_;
  Out empty_;
  output_writer<Out> values_writer_;
  output_writer<std::int32_t> argmax_writer_;
  std::vector<Out> values_;
  std::vector<std::int32_t> argmax_;
};

/// Writes the voxels [begin, end) of cloud b; `feature(order, count, row)` those with points.
template <class Out, class Feature>
void write_voxel_rows(const Feature& feature, const cloud_voxels& voxels, std::int64_t b,
                      std::int64_t begin, std::int64_t end, std::int64_t tile,
                      row_writer<Out>& writer) {
  std::int64_t v = find_voxel(voxels, begin);
  for (std::int64_t next = begin; next < end;) {
    const std::int64_t first =
        v < voxels.count ? std::min(voxels.cells[v] / tile * tile, end) : end;
    writer.write_empty(b, next, first);
    next = std::min(first + tile, end);
    writer.start_tile();
    for (; v < voxels.count && voxels.cells[v] < next; ++v) {
      feature(voxels.points_of(v), voxels.size_of(v), writer.row(voxels.cells[v] - first));
    }
    writer.write_tile(b, first, next);
  }
}

/// Writes a dense result; `feature_of(b)` writes the voxels of cloud b that have points.
template <class Out, class P, class Feature>
void write_result(const locate_op<P>& op, const sorted_clouds& clouds, const feature_op& f,
                  const Feature& feature_of, int threads) {
  const std::int64_t tile = row_writer<Out>::rows_of_tile(f);
  const std::int64_t tiles = op.items * ((op.cells - 1) / tile + 1);
  const std::int64_t size = tile * std::clamp<std::int64_t>(tiles / 64, 1, 1024);
  const std::int64_t parts = (op.cells - 1) / size + 1;  // of a cloud
  const std::int64_t grain = std::max<std::int64_t>(1, size / op.cells);
  parallel_for(op.items * parts, grain, threads, [&](std::int64_t begin, std::int64_t end) {
    row_writer<Out> writer(f, op);
    for (std::int64_t k = begin; k < end; ++k) {
      const std::int64_t b = k / parts, first = k % parts * size;
      write_voxel_rows(feature_of(b), clouds[b], b, first, std::min(first + size, op.cells), tile,
                       writer);
    }
  });
}

template <class P>
void run(const cpu& executor, const features_op<P>& op) {
  const locate_op<P>& locate = op.locate;
  const int threads = executor.threads();
  check_ranges_of_clouds("voxelize_features", locate);
  const sorted_clouds clouds(locate, threads);
  for (const feature_op& given : op.features) {
    with_feature(locate, clouds, given, threads,
                 [&](const feature_op& f, const auto& feature_of, auto* results) {
                   using Out = std::remove_pointer_t<decltype(results)>;
                   write_result<Out>(locate, clouds, f, feature_of, threads);
                 });
  }
  if (op.counts.data == nullptr) return;
  feature_op counts;
  counts.result = op.counts.data;
  counts.result_batch = op.counts.batch_stride;
  counts.result_row = 1;
  const auto write_count = [](const std::uint32_t*, std::int64_t count,
                              const result_row<std::int32_t>& row) {
    *row.values = static_cast<std::int32_t>(count);
  };
  write_result<std::int32_t>(
      locate, clouds, counts, [&](std::int64_t) { return write_count; }, threads);
}

#if defined(__CUDACC__)
template <class P, class Out>
void run(const cuda& executor, const fill_op<P, Out>& op);  // in voxelize.cuh
template <class P>
void run(const cuda& executor, const features_op<P>& op);
#else
template <class P, class Out>
void run(const cuda&, const fill_op<P, Out>&) {
  static_assert(
      always_false<P, Out>,
      "robocache::voxelize: the GPU code is not compiled; link RoboCache::RoboCache built "
      "with CUDA, or include <robocache/pointcloud/voxelize.cuh> and compile this file "
      "with nvcc");
}
template <class P>
void run(const cuda&, const features_op<P>&) {
  static_assert(always_false<P>,
                "robocache::voxelize_features: the GPU code is not compiled; link "
                "RoboCache::RoboCache built with CUDA, or include "
                "<robocache/pointcloud/voxelize.cuh> and compile this file with nvcc");
}
#endif

/// The promised types, declared `extern` here and instantiated in src/pointcloud.
#define ROBOCACHE_INSTANTIATE_VOXELIZE(prefix, P)                                          \
  prefix template ROBOCACHE_EXPORT void run(const cuda&, const fill_op<P, std::uint8_t>&); \
  prefix template ROBOCACHE_EXPORT void run(const cuda&, const fill_op<P, bf16>&);         \
  prefix template ROBOCACHE_EXPORT void run(const cuda&, const fill_op<P, float>&);        \
  prefix template ROBOCACHE_EXPORT void run(const cuda&, const fill_op<P, std::int32_t>&); \
  prefix template ROBOCACHE_EXPORT void run(const cuda&, const fill_op<P, cell_bits>&);    \
  prefix template ROBOCACHE_EXPORT void run(const cuda&, const features_op<P>&);

#if defined(ROBOCACHE_CUDA)
ROBOCACHE_INSTANTIATE_VOXELIZE(extern, float)
ROBOCACHE_INSTANTIATE_VOXELIZE(extern, double)
ROBOCACHE_INSTANTIATE_VOXELIZE(extern, bf16)
ROBOCACHE_INSTANTIATE_VOXELIZE(extern, f16)
#endif

}  // namespace robocache::detail
