// The CPU driver of occupancy and density. Every byte of the output is written once.
#pragma once

#include <robocache/detail/cloud/check.hpp>
#include <robocache/detail/pointcloud/fill/slabs_cpu.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Writes the slabs [begin, end), numbered over all clouds.
template <class P, class Out>
void write_slabs(const fill_op<P, Out>& op, const slab_parts& sorted, std::int64_t begin,
                 std::int64_t end, std::uint32_t* counts) {
  slab_counter<Out> counter(counts);
  const output_writer<typename slab_counter<Out>::value> writer(op.locate.items *
                                                                counter.values_of(op.locate.cells));
  for (std::int64_t k = begin; k < end; ++k) {
    const std::int64_t b = k / sorted.slabs(), slab = k % sorted.slabs();
    const std::int64_t first = slab * slab_cells;
    sorted.each_part(b, [&](const slab_part& part) {
      const std::uint32_t part_end = part.starts[slab + 1];
      for (std::uint32_t i = part.starts[slab]; i < part_end; ++i) counter.add(part.places[i]);
    });
    counter.write(op.value, writer,
                  op.to.data + b * op.to.batch_stride + first / counter.cells_each,
                  counter.values_of(std::min(slab_cells, op.locate.cells - first)));
  }
}

template <class P, class Out>
void compute(const cpu& executor, const fill_op<P, Out>& op) {
  const locate_op<P>& locate = op.locate;
  check_items(op.name, cloud_names, locate);
  const int threads = executor.threads();
  const std::int64_t slabs = locate.items * ((locate.cells - 1) / slab_cells + 1);
  const std::int64_t grain = 16 * slab_cells / std::min(slab_cells, locate.cells);
  const int workers = count_workers((slabs + grain - 1) / grain, threads);
  constexpr std::int64_t size = slab_counter<Out>::size;
  slab_parts sorted;
  std::uint32_t* counts = nullptr;
  const cpu_scratch memory(executor, [&](scratch_layout& scratch) {
    sorted = slab_parts(locate, threads, scratch);
    counts = scratch.take<std::uint32_t>(workers * size);
  });
  if (locate.items == 0) return;
  sorted.sort(locate);
  std::fill_n(counts, workers * size, 0U);
  parallel_for(slabs, grain, threads, [&](std::int64_t begin, std::int64_t end, int worker) {
    write_slabs(op, sorted, begin, end, counts + worker * size);
  });
  for (std::int64_t b = 0; b < locate.items; ++b) {
    point_counts all;
    sorted.each_part(b, [&](const slab_part& part) { all.add(part.counts); });
    write_reports(locate, b, all);
  }
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
