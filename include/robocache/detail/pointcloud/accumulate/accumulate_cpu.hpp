// The CPU driver of accumulators.
#pragma once

#include <algorithm>
#include <robocache/core/executor.hpp>
#include <robocache/detail/cpu/each_entry.hpp>
#include <robocache/detail/cpu/memory.hpp>
#include <robocache/detail/pointcloud/accumulate/accumulate_check.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Takes in the points [from, to) of `range`.
template <class P, class T, class Memory>
void accumulate_points(const accumulate_op<P, T>& op, const Memory& memory, std::int64_t b,
                       const item_range& range, std::int64_t from, std::int64_t to) {
  const T* const rows = op.rows_of(b, range);
  for (std::int64_t i = from; i < std::min(to, range.count); ++i) {
    const std::int64_t cell = op.locate.cell_of(b, range, i);
    if (cell < 0) continue;
    memory.add(op.into.counts + cell, 1);
    for (std::int64_t c = 0; c < op.into.channels; ++c) {
      op.into.add(memory, cell * op.into.channels + c, widen(rows[i * op.values_row + c]));
    }
  }
}

template <class P, class T>
void compute(const cpu& executor, const accumulate_op<P, T>& op) {
  check_items(op.name, cloud_names, op.locate);
  constexpr std::int64_t chunk = 4096;
  const std::int64_t chunks = (op.locate.rows + chunk - 1) / chunk;
  const std::int64_t parts = op.locate.items * chunks;
  const int threads = executor.threads() > 0 ? executor.threads() : usable_cores();
  const auto take = [&](const auto& memory) {
    parallel_for(parts, 1, threads, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t k = begin; k < end; ++k) {
        const std::int64_t b = k / chunks, from = k % chunks * chunk;
        accumulate_points(op, memory, b, op.locate.rows_of(b), from, from + chunk);
      }
    });
  };
  with_memory(threads == 1 || parts < 2, take);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
