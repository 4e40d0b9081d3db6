// The CPU driver of points into volumes.
#pragma once

#include <robocache/detail/cpu/memory.hpp>
#include <robocache/detail/cpu/parallel.hpp>
#include <robocache/detail/tsdf/points/points_check.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Takes in the points [from, to) of `range`; tells how many do not count.
template <class Rule, class Memory>
std::int64_t add_points(const integrate_points_op<Rule>& op, const Memory& memory, std::int64_t b,
                        const item_range& range, std::int64_t from, std::int64_t to) {
  std::int64_t invalid = 0;
  for (std::int64_t i = from; i < std::min(to, range.count); ++i) {
    oriented_point point;
    if (op.read(b, range, i, point)) {
      op.add(memory, b, point);
    } else {
      ++invalid;
    }
  }
  return invalid;
}

template <class Rule>
void compute(const cpu& executor, const integrate_points_op<Rule>& op) {
  check_items(op.name, cloud_names, op.clouds);
  constexpr std::int64_t chunk = 256;
  const std::int64_t chunks = (op.clouds.rows + chunk - 1) / chunk;
  const std::int64_t parts = op.clouds.items * chunks;
  const int threads = executor.threads() > 0 ? executor.threads() : usable_cores();
  for (std::int64_t b = 0; op.invalid != nullptr && b < op.clouds.items; ++b) op.invalid[b] = 0;
  const auto take = [&](const auto& memory) {
    parallel_for(parts, 1, threads, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t n = begin; n < end; ++n) {
        const std::int64_t b = n / chunks, from = n % chunks * chunk;
        const std::int64_t invalid =
            add_points(op, memory, b, op.clouds.rows_of(b), from, from + chunk);
        if (op.invalid != nullptr) memory.add(op.invalid + b, invalid);
      }
    });
  };
  with_memory(threads == 1 || parts < 2, take);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
