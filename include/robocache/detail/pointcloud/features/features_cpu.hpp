// The CPU driver of dense features. Every byte of the output is written once.
#pragma once

#include <robocache/detail/cloud/check.hpp>
#include <robocache/detail/cpu/write.hpp>
#include <robocache/detail/pointcloud/features/reduce_cpu.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Rows of a dense result that are made together: those around voxels with points.
template <class Out>
struct row_tile {
  Out* values = nullptr;
  std::int32_t* argmax = nullptr;  // null where it is not wanted

  static std::int64_t rows(const feature_op& f) {
    return std::max<std::int64_t>(1, 1024 / (f.channels * static_cast<std::int64_t>(sizeof(Out))));
  }
};

/// Bytes of a tile of any feature, and of its argmax.
inline std::int64_t bytes_of_tile(const feature_list& features) {
  std::int64_t bytes = 1024;
  for (std::int64_t n = 0; n < features.count; ++n) {
    const std::int64_t row = features[n].channels * std::int64_t{4};
    bytes = std::max(bytes, row);
  }
  return bytes;
}

/// Writes rows of a dense result.
template <class Out>
class row_writer {
 public:
  row_writer(const feature_op& f, const cloud_layout& op, const row_tile<Out>& tile)
      : feature_(f),
        cells_(op.cells),
        empty_(empty_value<Out>(f)),
        values_writer_(op.items * op.cells * f.channels),
        argmax_writer_(op.items * op.cells * f.channels),
        tile_(tile) {
    if (f.argmax == nullptr) tile_.argmax = nullptr;
  }

  void write_empty(std::int64_t b, std::int64_t begin, std::int64_t end) const {
    const auto to = row_of_result<Out>(feature_, b, begin, cells_);
    const std::int64_t count = (end - begin) * feature_.channels;
    values_writer_.fill(to.values, count, empty_);
    if (to.argmax != nullptr) argmax_writer_.fill(to.argmax, count, -1);
  }

  void start_tile() const {
    const std::int64_t count = row_tile<Out>::rows(feature_) * feature_.channels;
    std::fill_n(tile_.values, count, empty_);
    if (tile_.argmax != nullptr) std::fill_n(tile_.argmax, count, -1);
  }
  [[nodiscard]] result_row<Out> row(std::int64_t i) const {
    const std::int64_t at = i * feature_.channels;
    return {tile_.values + at, tile_.argmax == nullptr ? nullptr : tile_.argmax + at};
  }
  void write_tile(std::int64_t b, std::int64_t begin, std::int64_t end) const {
    const auto to = row_of_result<Out>(feature_, b, begin, cells_);
    const std::int64_t count = (end - begin) * feature_.channels;
    values_writer_.copy(to.values, tile_.values, count);
    if (to.argmax != nullptr) argmax_writer_.copy(to.argmax, tile_.argmax, count);
  }

 private:
  const feature_op& feature_;
  std::int64_t cells_;
  Out empty_;
  output_writer<Out> values_writer_;
  output_writer<std::int32_t> argmax_writer_;
  row_tile<Out> tile_;
};

/// Writes the voxels [begin, end) of cloud b; `feature(order, count, row)` those with points.
template <class Out, class Feature>
void write_voxel_rows(const Feature& feature, const cloud_voxels& voxels, std::int64_t b,
                      std::int64_t begin, std::int64_t end, std::int64_t tile,
                      const row_writer<Out>& writer) {
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

/// Writes a dense result; `feature_of(b)` writes the voxels of cloud b that have points,
/// and `tile_of(worker)` has room for a tile.
template <class Out, class Feature, class Tile>
void write_result(const cloud_layout& op, const sorted_clouds& clouds, const feature_op& f,
                  const Feature& feature_of, const Tile& tile_of, int threads) {
  const std::int64_t tile = row_tile<Out>::rows(f);
  const std::int64_t tiles = op.items * ((op.cells - 1) / tile + 1);
  const std::int64_t size = tile * std::clamp<std::int64_t>(tiles / 64, 1, 1024);
  const std::int64_t parts = (op.cells - 1) / size + 1;  // of a cloud
  const std::int64_t grain = std::max<std::int64_t>(1, size / op.cells);
  parallel_for(op.items * parts, grain, threads,
               [&](std::int64_t begin, std::int64_t end, int worker) {
                 const row_writer<Out> writer(f, op, tile_of(worker));
                 for (std::int64_t k = begin; k < end; ++k) {
                   const std::int64_t b = k / parts, first = k % parts * size;
                   write_voxel_rows(feature_of(b), clouds[b], b, first,
                                    std::min(first + size, op.cells), tile, writer);
                 }
               });
}

template <class P>
void compute(const cpu& executor, const features_op<P>& op) {
  const auto& layout = static_cast<const cloud_layout&>(op.locate);
  const int threads = executor.threads();
  check_items(op.name, cloud_names, layout);
  const std::int64_t tile_bytes = bytes_of_tile(op.features);
  sorted_clouds clouds;
  unsigned char* tiles = nullptr;
  const cpu_scratch memory(executor, [&](scratch_layout& place) {
    clouds = sorted_clouds(layout, threads, place);
    // Argmax has 4 bytes for what may be 2 of a value.
    tiles = place.take<unsigned char>(count_workers(INT64_MAX, threads) * 3 * tile_bytes);
  });
  const auto write = [&](const feature_op& f, auto result, const auto& feature_of) {
    using Out = typename decltype(result)::type;
    const auto tile_of = [&](int worker) {
      unsigned char* const tile = tiles + worker * 3 * tile_bytes;
      return row_tile<Out>{reinterpret_cast<Out*>(tile),
                           reinterpret_cast<std::int32_t*>(tile + tile_bytes)};
    };
    write_result<Out>(layout, clouds, f, feature_of, tile_of, threads);
  };
  clouds.sort(op.locate);
  for_each_feature(op.features, [&](const feature_op& f, auto values, auto results) {
    using T = typename decltype(values)::type;
    write(f, results, [&](std::int64_t b) { return cloud_feature<T>(f, layout, b); });
  });
  if (op.counts.data == nullptr) return;
  feature_op counts;
  counts.result = op.counts.data;
  counts.result_batch = op.counts.batch_stride;
  counts.result_row = 1;
  write(counts, type_tag<std::int32_t>{}, [](std::int64_t) {
    return [](const std::uint32_t*, std::int64_t count, const result_row<std::int32_t>& row) {
      *row.values = static_cast<std::int32_t>(count);
    };
  });
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
