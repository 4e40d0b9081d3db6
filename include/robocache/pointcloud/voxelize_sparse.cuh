/// \file
/// The CUDA path of `voxelize_sparse` and `voxelize_first`. Needs nvcc; the compiled library has it
/// for points of float, double, bf16 and f16.
#pragma once

#include <robocache/detail/pointcloud/sparse_kernels.cuh>
#include <robocache/pointcloud/voxelize_sparse.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// `argument` is what the caller knows the list by.
inline void check_device_list(const char* name, const std::string& argument,
                              const voxel_list& list) {
  check_device_pointer(name, (argument + ".number").c_str(), list.number);
  if (list.capacity == 0) return;
  check_device_pointer(name, (argument + ".coordinates").c_str(), list.coordinates);
  check_device_pointer(name, (argument + ".counts").c_str(), list.counts);
}

template <class P>
void run(const cuda& executor, const sparse_op<P>& op) {
  constexpr const char* name = "voxelize_sparse";
  check_device_points(name, op.locate);
  check_device_features(name, op.locate, op.features);
  check_device_list(name, "voxels", op.voxels);
  if (op.locate.items == 0 || op.locate.slots() == 0) {
    clear_reports(name, executor, op.locate);
    return clear(name, executor, op.voxels.number, sizeof(*op.voxels.number));
  }
  const bins_request wanted{true, false, op.features.data(), static_cast<int>(op.features.size())};
  const voxel_bins bins = build_bins(name, executor, op.locate, wanted);
  const std::int64_t rows = std::min(op.voxels.capacity, op.locate.slots());
  launch(name, executor, write_list_kernel<P>, blocks_for(rows), point_threads, 0, op.locate,
         op.voxels, bins.table);
  if (rows > 0) write_features(name, executor, op.locate, bins, {false, op.voxels.capacity});
}

template <class P>
std::size_t layout_firsts(const locate_op<P>& op, unsigned char* base, first_mask& firsts) {
  scratch_layout layout(base);
  firsts.words = (op.slots() + 31) / 32;
  firsts.kept = layout.take<unsigned long long>(1);
  firsts.number = layout.take<std::uint32_t>(1);
  firsts.mask = layout.take<std::uint32_t>(firsts.words);
  firsts.bases = layout.take<std::uint32_t>(firsts.words);
  firsts.sums = layout.take<std::uint32_t>(firsts.words / rank_words + 1);
  return layout.bytes();
}

template <class P>
void run(const cuda& executor, const first_op<P>& op) {
  constexpr const char* name = "voxelize_first";
  const locate_op<P>& locate = op.locate;
  check_device_points(name, locate);
  check_device_list(name, "kept", op.voxels);
  if (op.voxels.capacity > 0) {
    check_device_pointer(name, "kept.indices", op.indices);
    check_device_pointer(name, "output", op.output);
  }
  check_device_pointer(name, "kept.dropped", op.dropped);
  if (locate.slots() > 0) {
    check_device_pointer(name, "kept.voxel_of", op.voxel_of);
    check_device_pointer(name, "values", op.values);
  }
  if (op.voxel_of != nullptr) {  // what is no point belongs to no voxel
    const std::int64_t entries = locate.offsets != nullptr ? 1 : locate.items;
    set_memory(name, executor, op.voxel_of, locate.rows * 4, UINT32_MAX, entries,
               op.voxel_of_batch * 4);
  }
  if (locate.items == 0 || locate.slots() == 0) {
    clear_reports(name, executor, locate);
    if (op.dropped != nullptr) clear(name, executor, op.dropped, sizeof(*op.dropped));
    return clear(name, executor, op.voxels.number, sizeof(*op.voxels.number));
  }
  // The mask of first points lies behind the voxels' own arrays, so both are reserved at once.
  const bins_request wanted{false, true, nullptr, 0};
  const std::size_t before = plan_bins(locate, wanted, nullptr).bytes;
  first_mask firsts;
  const std::size_t after = layout_firsts(locate, nullptr, firsts);
  unsigned char* const base = reserve_scratch(name, executor, before + after);
  layout_firsts(locate, base + before, firsts);
  const bin_table table = build_bins(name, executor, locate, wanted).table;

  clear(name, executor, base + before,
        reinterpret_cast<unsigned char*>(firsts.bases) - (base + before));
  const std::int64_t blocks = (locate.slots() - 1) / point_threads + 1;
  const std::int64_t word_blocks = (firsts.words + rank_words - 1) / rank_words;
  launch(name, executor, mark_firsts_kernel<>, blocks, point_threads, 0, table, firsts);
  launch(name, executor, sum_words_kernel<>, word_blocks, point_threads, 0, firsts.mask,
         firsts.words, firsts.sums);
  launch(name, executor, rank_words_kernel<>, word_blocks, point_threads, 0, firsts.mask,
         firsts.words, firsts.sums, firsts.bases, firsts.number);
  if (op.dropped == nullptr) firsts.kept = nullptr;
  const std::int64_t keep_blocks = (locate.slots() - 1) / (point_threads / first_lanes) + 1;
  launch(name, executor, keep_first_kernel<P>, keep_blocks < 2112 ? keep_blocks : 2112,
         point_threads, 0, op, table, firsts);
  if (op.dropped != nullptr) {
    launch(name, executor, count_dropped_kernel<>, 1, 1024, 0, table, firsts.kept, op.dropped,
           table.mask != nullptr);
  }
  if (op.voxel_of == nullptr) return;
  launch(name, executor, write_voxel_of_kernel<P>, count_point_blocks(locate, point_threads),
         point_threads, 0, op, table, firsts);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
