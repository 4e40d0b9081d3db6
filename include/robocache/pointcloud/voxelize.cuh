/// \file
/// The CUDA path of `voxelize_occupancy`, `voxelize_density` and `voxelize_features`. Needs nvcc;
/// the compiled library has it for points of float, double, bf16 and f16.
#pragma once

#include <robocache/detail/pointcloud/fill_kernels.cuh>
#include <robocache/detail/pointcloud/slab_features.cuh>
#include <robocache/pointcloud/voxelize.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Outputs of up to this many bytes stay in the cache while points are added to them.
constexpr std::int64_t cached_bytes = 16 << 20;

template <class P, class Out>
std::int64_t bytes_of_output(const fill_op<P, Out>& op) {
  if (std::is_same_v<Out, cell_bits>) return (op.locate.cells + 31) / 32 * 4;
  return op.locate.cells * static_cast<std::int64_t>(sizeof(*op.to.data));
}

/// Whether the grids can be cut into slabs of 2^bits voxels.
inline bool can_cut(const cloud_layout& op, int bits) {
  const std::int64_t slabs = ((op.cells - 1) >> bits) + 1;
  return slabs <= most_slabs && slabs <= INT32_MAX / op.items;
}

template <class P, class Out>
bool goes_by_slabs(const fill_op<P, Out>& op) {
  return bytes_of_output(op) > cached_bytes / op.locate.items && can_cut(op.locate, fill_bits);
}

template <class P, class Out>
void fill_by_slabs(const cuda& executor, const fill_op<P, Out>& op) {
  scratch_layout size;
  plan_slabs<place_record>(op.locate, fill_bits, size);
  scratch_layout layout(reserve_scratch(op.name, executor, size.bytes()));
  const auto table = plan_slabs<place_record>(op.locate, fill_bits, layout);
  clear_reports(op.name, executor, op.locate);
  sort_chunks(op.name, executor, op.locate, table);
  fill_slabs(executor, op, table);
}

template <class P, class Out>
void fill_by_adding(const cuda& executor, const fill_op<P, Out>& op) {
  const std::int64_t bytes = bytes_of_output(op);
  clear_reports(op.name, executor, op.locate);
  set_memory(op.name, executor, op.to.data, bytes, 0, op.locate.items,
             op.to.batch_stride * static_cast<std::int64_t>(sizeof(*op.to.data)));
  const std::int64_t blocks = count_point_blocks(op.locate, point_threads);
  if (blocks == 0) return;
  constexpr bool can_count = std::is_same_v<Out, float>;
  const bool counts = can_count && op.value.rule != cell_rule::occupied &&
                      (op.value.rule == cell_rule::per_volume || op.locate.rows > 1 << 24);
  if (!counts) {
    return launch(op.name, executor, add_points_kernel<P, Out, false>, blocks, point_threads, 0,
                  op);
  }
  if constexpr (can_count) {
    launch(op.name, executor, add_points_kernel<P, Out, true>, blocks, point_threads, 0, op);
    const std::int64_t cells = op.locate.cells * op.locate.items;
    const std::int64_t wanted = (cells - 1) / point_threads + 1;
    launch(op.name, executor, finish_counts_kernel<P, Out>, wanted < 1 << 16 ? wanted : 1 << 16,
           point_threads, 0, op);
  }
}

template <class P, class Out>
void run(const cuda& executor, const fill_op<P, Out>& op) {
  check_device_points(op.name, op.locate);
  if (op.locate.items == 0) return;
  check_device_pointer(op.name, "output", op.to.data);
  if (goes_by_slabs(op)) {
    fill_by_slabs(executor, op);
  } else {
    fill_by_adding(executor, op);
  }
}

/// Scratch of features made slab by slab.
struct features_plan {
  feature_slabs table;
  std::uint32_t* used = nullptr;  // of `order`, for each feature
  std::uint32_t* order = nullptr;
  std::vector<std::uint32_t*> largest;
  std::size_t cleared = 0, bytes = 0;
};

inline features_plan plan_features(const cloud_layout& op, const feature_op* features,
                                   std::size_t count, unsigned char* base) {
  features_plan plan;
  scratch_layout layout(base);
  plan.used = layout.take<std::uint32_t>(static_cast<std::int64_t>(count));
  for (std::size_t n = 0; n < count; ++n) {
    plan.largest.push_back(features[n].needs_largest()
                               ? layout.take<std::uint32_t>(op.items * features[n].channels)
                               : nullptr);
  }
  plan.cleared = layout.bytes();
  plan.order = layout.take<std::uint32_t>(op.slots());
  plan.table = plan_slabs<point_record>(op, reduce_bits, layout);
  plan.bytes = layout.bytes();
  return plan;
}

/// Whether slabs are in keeping with the points and the output.
inline bool reduces_by_slabs(const cloud_layout& op, const feature_op* features,
                             std::size_t count) {
  if (!can_cut(op, reduce_bits) || op.slots() == 0) return false;
  for (std::size_t n = 0; n < count; ++n) {
    if (features[n].channels > most_reduced_channels) return false;
  }
  const std::int64_t most = std::max(64 * op.slots(), op.items * op.cells / 2);
  return plan_features(op, features, count, nullptr).bytes <= static_cast<std::size_t>(most);
}

template <class P>
void reduce_by_slabs(const char* name, const cuda& executor, const features_op<P>& op) {
  const auto& layout = static_cast<const cloud_layout&>(op.locate);
  std::vector<feature_op> features = op.features;
  const std::size_t bytes = plan_features(layout, features.data(), features.size(), nullptr).bytes;
  unsigned char* const base = reserve_scratch(name, executor, bytes);
  const features_plan plan = plan_features(layout, features.data(), features.size(), base);
  clear_reports(name, executor, op.locate);
  clear(name, executor, base, static_cast<std::int64_t>(plan.cleared));
  sort_chunks(name, executor, op.locate, plan.table);
  for (std::size_t n = 0; n < features.size(); ++n) {
    feature_op& f = features[n];
    if (f.needs_largest()) find_largest(name, executor, op.locate, f, plan.largest[n]);
    const order_pool pool{plan.order, plan.used + n, static_cast<std::uint32_t>(layout.slots())};
    with_types(f, [&](auto* values, auto* results) {
      reduce_slabs<std::remove_pointer_t<decltype(values)>,
                   std::remove_pointer_t<decltype(results)>>(name, executor, layout, f, plan.table,
                                                             pool);
    });
  }
  if (op.counts.data == nullptr) return;
  fill_op<P, std::int32_t> counts{op.locate, op.counts, {cell_rule::count}, name};
  fill_slabs(executor, counts, plan.table);
}

template <class P>
void run(const cuda& executor, const features_op<P>& op) {
  constexpr const char* name = "voxelize_features";
  check_device_points(name, op.locate);
  check_device_features(name, op.locate, op.features);
  if (op.locate.items == 0) return;
  check_device_pointer(name, "counts", op.counts.data);
  if (reduces_by_slabs(op.locate, op.features.data(), op.features.size())) {
    return reduce_by_slabs(name, executor, op);
  }
  const bins_request wanted{false, false, op.features.data(), static_cast<int>(op.features.size())};
  voxel_bins bins = build_bins(name, executor, op.locate, wanted);
  write_dense_features(name, executor, op, bins);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
