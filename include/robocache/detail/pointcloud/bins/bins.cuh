// Sorts the points of a batch into voxels on the GPU.
//
// Points get places in their voxel by atomic counters, so their order within a voxel differs from
// run to run, and whatever is made of them must not depend on it.
#pragma once

#include <robocache/detail/pointcloud/bins/by_mask.cuh>
#include <robocache/detail/pointcloud/bins/by_sorting.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// What is wanted of the voxels.
struct bins_request {
  bool ordered = false;  // numbers ascend with the voxels
  bool firsts = false;
};

/// Whether a mask of all voxels is in keeping with the points.
inline bool goes_by_mask(const cloud_layout& op) {
  const std::int64_t most = std::max<std::int64_t>(std::int64_t{1} << 28, 1024 * op.slots());
  return op.cells <= most / std::max<std::int64_t>(op.items, 1);
}

/// The arrays of all steps, those that must be 0 at first coming first.
struct bins_plan {
  bin_table table;
  sort_buffers sort;
  std::size_t cleared = 0, bytes = 0;
};

inline bins_plan plan_bins(const cloud_layout& op, const bins_request& wanted,
                           unsigned char* base) {
  bins_plan plan;
  bin_table& table = plan.table;
  scratch_layout layout(base);
  const std::int64_t slots = op.slots();
  const bool by_mask = goes_by_mask(op);
  table.words = by_mask ? (op.cells + 31) / 32 : 0;
  const std::int64_t words = op.items * table.words;
  table.totals = layout.take<std::uint32_t>(4);
  table.counts = layout.take<std::uint32_t>(slots);
  if (wanted.firsts) table.firsts = layout.take<std::uint32_t>(slots);
  if (by_mask) table.mask = layout.take<std::uint32_t>(words);
  table.order = layout.take<std::uint32_t>(slots);
  plan.cleared = layout.bytes();
  table.voxel_of = layout.take<std::int32_t>(slots);
  table.starts = layout.take<std::uint32_t>(slots);
  table.cells = layout.take<std::int64_t>(slots);
  table.large = layout.take<std::uint32_t>(slots / large_voxel + 1);
  if (by_mask) {
    table.bases = layout.take<std::uint32_t>(words);
    table.ranks = layout.take<std::uint32_t>(slots);
    table.clouds = layout.take<std::int32_t>(slots);
    if (wanted.ordered) table.sums = layout.take<std::uint32_t>(words / rank_words_each + 1);
  } else {
    sort_buffers& sort = plan.sort;
    sort.keys = layout.take<std::uint64_t>(slots);
    sort.sorted = layout.take<std::uint64_t>(slots);
    // Where the sort has read the keys and points, later steps write.
    sort.slots = table.starts;
    sort.begins = reinterpret_cast<std::uint32_t*>(sort.keys);
    table.clouds = base == nullptr ? nullptr : reinterpret_cast<std::int32_t*>(sort.keys) + slots;
    std::size_t sorting = 0, scanning = 0;
    check_cuda(cub::DeviceRadixSort::SortPairs(nullptr, sorting, sort.keys, sort.sorted, sort.slots,
                                               table.order, static_cast<int>(slots)),
               "voxelize", "radix sort");
    check_cuda(cub::DeviceScan::InclusiveSum(nullptr, scanning, sort.begins, sort.begins,
                                             static_cast<int>(slots)),
               "voxelize", "scan");
    sort.temporary_bytes = sorting > scanning ? sorting : scanning;
    sort.temporary = layout.take<unsigned char>(static_cast<std::int64_t>(sort.temporary_bytes));
  }
  plan.bytes = layout.bytes();
  return plan;
}

/// Sorts all points into voxels; the arrays lie in the executor's workspace. There is at least one
/// cloud.
template <class P>
bins_plan build_bins(const label& name, const gpu& executor, const locate_op<P>& op,
                     const bins_request& wanted) {
  const std::size_t bytes = plan_bins(op, wanted, nullptr).bytes;
  unsigned char* const base = reserve_scratch(name, executor, bytes);
  bins_plan plan = plan_bins(op, wanted, base);
  clear_reports(name, executor, op);
  clear(name, executor, base, static_cast<std::int64_t>(plan.cleared));
  if (op.slots() > 0) {
    if (plan.table.mask != nullptr) {
      build_by_mask(name, executor, op, plan.table);
    } else {
      build_by_sorting(name, executor, op, plan.table, plan.sort);
    }
  }
  return plan;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
