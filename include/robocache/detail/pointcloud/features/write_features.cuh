// Launches what writes features of sorted points: to dense outputs, which are filled first, or to
// rows of lists.
#pragma once

#include <robocache/detail/pointcloud/bins/bins.cuh>
#include <robocache/detail/pointcloud/features/features_kernels.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

inline std::int64_t blocks_for(std::int64_t items) {
  const std::int64_t blocks = (items + point_threads - 1) / point_threads;
  return blocks < 1 ? 1 : blocks > (1 << 20) ? 1 << 20 : blocks;
}

/// `entries` times `count` elements, `stride` elements apart, set to one value.
template <class V>
void fill(const label& name, const gpu& executor, V* data, std::int64_t count, V value,
          std::int64_t entries, std::int64_t stride) {
  std::uint32_t pattern = 0;
  for (std::size_t k = 0; k < sizeof(pattern); k += sizeof(V)) {
    memcpy(reinterpret_cast<unsigned char*>(&pattern) + k, &value, sizeof(V));
  }
  constexpr auto size = static_cast<std::int64_t>(sizeof(V));
  set_memory(name, executor, data, count * size, pattern, entries, stride * size);
}

/// A dense output as it is without points.
template <class Out>
void fill_rows(const label& name, const gpu& executor, const cloud_layout& op,
               const feature_op& f) {
  const std::int64_t each = op.cells * f.channels;
  fill(name, executor, static_cast<Out*>(f.result), each, empty_value<Out>(f), op.items,
       f.result_batch);
  if (f.argmax != nullptr) fill(name, executor, f.argmax, each, -1, op.items, each);
}

/// Launches what a sparse or dense output of one feature needs.
template <class T, class Out>
void write_feature(const label& name, const gpu& executor, const cloud_layout& op,
                   const feature_op& f, const bin_table& table, const row_target& target) {
  if (target.dense) fill_rows<Out>(name, executor, op, f);
  if (op.slots() == 0) return;
  with_lanes<T, Out>(f, [&](auto width, auto state) {
    constexpr int Width = decltype(width)::value;
    using State = decltype(state);
    const auto lanes = static_cast<std::uint32_t>(f.channels / Width);
    const std::int64_t rows = target.dense ? op.slots() : std::min(target.capacity, op.slots());
    launch_kernel(name, executor, features_kernel<T, Out, Width, State>, blocks_for(rows * lanes),
                  point_threads, 0, op, f, table, target, fast_divisor(lanes));
    if (op.slots() > large_voxel) {
      const std::int64_t most = op.slots() / large_voxel;
      launch_kernel(name, executor, large_features_kernel<T, Out, Width, State>,
                    most < 528 ? most : 528, point_threads, 0, op, f, table, target);
    }
  });
}

inline void write_features(const label& name, const gpu& executor, const cloud_layout& op,
                           const feature_list& features, const bins_plan& bins,
                           const row_target& target) {
  for (std::int64_t n = 0; n < features.count; ++n) {
    const feature_op f = features[n];
    with_types(f, [&](auto values, auto results) {
      write_feature<typename decltype(values)::type, typename decltype(results)::type>(
          name, executor, op, f, bins.table, target);
    });
  }
}

template <class P>
void write_dense_features(const label& name, const gpu& executor, const features_op<P>& op,
                          const bins_plan& bins) {
  const auto& layout = static_cast<const cloud_layout&>(op.locate);
  write_features(name, executor, layout, op.features, bins, {true, 0});
  if (op.counts.data == nullptr) return;
  fill(name, executor, op.counts.data, layout.cells, 0, layout.items, op.counts.batch_stride);
  if (layout.slots() == 0) return;
  launch_kernel(name, executor, write_counts_kernel<>, blocks_for(layout.slots()), point_threads, 0,
                bins.table, op.counts.data, op.counts.batch_stride);
}

inline void check_device_features(const label& name, const item_ranges& op,
                                  const feature_list& features) {
  for (std::int64_t n = 0; n < features.count; ++n) {
    const feature_op f = features[n];
    if (op.slots() > 0) check_device_pointer(name, label("features[#].values", n), f.values);
    if (op.items > 0) check_device_pointer(name, label("features[#].output", n), f.result);
    check_device_pointer(name, label("features[#].argmax", n), f.argmax);
  }
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
