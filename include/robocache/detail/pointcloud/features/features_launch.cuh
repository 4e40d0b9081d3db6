// The CUDA driver of dense features: slab by slab, or from sorted points.
#pragma once

#include <robocache/detail/pointcloud/features/slab_features.cuh>
#include <robocache/detail/pointcloud/features/write_features.cuh>
#include <robocache/detail/pointcloud/fill/fill_kernels.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Scratch of features made slab by slab.
struct features_plan {
  feature_slabs table;
  std::uint32_t* used = nullptr;  // of `order`, for each feature
  std::uint32_t* order = nullptr;
  std::size_t cleared = 0, bytes = 0;
};

inline features_plan plan_features(const cloud_layout& op, std::int64_t features,
                                   unsigned char* base) {
  features_plan plan;
  scratch_layout layout(base);
  plan.used = layout.take<std::uint32_t>(features);
  plan.cleared = layout.bytes();
  plan.order = layout.take<std::uint32_t>(op.slots());
  plan.table = plan_slabs<point_record>(op, reduce_bits, layout);
  plan.bytes = layout.bytes();
  return plan;
}

/// Whether slabs are in keeping with the points and the output.
inline bool reduces_by_slabs(const cloud_layout& op, std::int64_t features) {
  if (!can_cut(op, reduce_bits) || op.slots() == 0) return false;
  const std::int64_t most = std::max(64 * op.slots(), op.items * op.cells / 2);
  return plan_features(op, features, nullptr).bytes <= static_cast<std::size_t>(most);
}

inline bool reduces_by_slabs(const cloud_layout& op, const feature_list& features) {
  for (std::int64_t n = 0; n < features.count; ++n) {
    if (features[n].channels > most_reduced_channels) return false;
  }
  return reduces_by_slabs(op, features.count);
}

template <class P>
void reduce_by_slabs(const label& name, const gpu& executor, const features_op<P>& op) {
  const auto& layout = static_cast<const cloud_layout&>(op.locate);
  const std::size_t bytes = plan_features(layout, op.features.count, nullptr).bytes;
  unsigned char* const base = reserve_scratch(name, executor, bytes);
  const features_plan plan = plan_features(layout, op.features.count, base);
  clear_reports(name, executor, op.locate);
  clear(name, executor, base, static_cast<std::int64_t>(plan.cleared));
  sort_chunks(name, executor, op.locate, plan.table);
  std::uint32_t* used = plan.used;
  for (std::int64_t n = 0; n < op.features.count; ++n) {
    const feature_op f = op.features[n];
    const order_pool pool{plan.order, used++, static_cast<std::uint32_t>(layout.slots())};
    with_types(f, [&](auto values, auto results) {
      reduce_slabs<typename decltype(values)::type, typename decltype(results)::type>(
          name, executor, layout, f, plan.table, pool);
    });
  }
  if (op.counts.data == nullptr) return;
  fill_op<P, std::int32_t> counts{op.locate, op.counts, {cell_rule::count}, op.name};
  fill_slabs(executor, counts, plan.table);
}

template <class P>
void launch(const gpu& executor, const features_op<P>& op) {
  const label name = op.name;
  check_device_points(name, op.locate);
  check_device_features(name, op.locate, op.features);
  if (op.locate.items == 0) return;
  check_device_pointer(name, "report.counts", op.counts.data);
  if (reduces_by_slabs(op.locate, op.features)) return reduce_by_slabs(name, executor, op);
  const bins_plan bins = build_bins(name, executor, op.locate, {false, false});
  write_dense_features(name, executor, op, bins);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
