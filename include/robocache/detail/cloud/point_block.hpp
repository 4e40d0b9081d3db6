// How the points of a batch are divided among blocks of threads.
#pragma once

#include <robocache/core/ragged.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// A block's share of the points: those of a cloud from `begin` on.
struct point_block {
  std::int64_t cloud = 0, begin = 0;
  item_range range;
};

/// Blocks of `each` points: so many, and what number `block` has. Blocks of packed clouds are
/// numbered from offsets[b] / each + b on, which leaves room for the parts of all before.
inline std::int64_t count_point_blocks(const item_ranges& op, std::int64_t each) {
  if (op.packed()) return op.rows / each + op.items;
  return op.items * ((op.rows + each - 1) / each);
}

ROBOCACHE_HD point_block find_point_block(const item_ranges& op, std::int64_t each,
                                          std::int64_t block) {
  point_block mine;
  if (!op.packed()) {
    const std::int64_t parts = (op.rows + each - 1) / each;
    mine.cloud = block / parts;
    mine.begin = (block - mine.cloud * parts) * each;
  } else {
    // The last cloud that starts at or before the block; offsets out of bounds are passed over.
    const auto wild = [&op](std::int64_t b) {
      return op.offsets[b] < 0 || op.offsets[b] > op.rows;
    };
    std::int64_t low = 0, high = op.items;
    while (high - low > 1) {
      std::int64_t probe = (low + high) / 2;
      while (probe > low && wild(probe)) --probe;
      if (probe == low) probe = (low + high) / 2 + 1;
      while (probe < high && wild(probe)) ++probe;
      if (probe == high) break;
      (op.offsets[probe] / each + probe <= block ? low : high) = probe;
    }
    if (wild(low)) return {low, 0, {}};
    mine.cloud = low;
    mine.begin = (block - op.offsets[low] / each - low) * each;
    if (mine.begin < 0) return {low, 0, {}};  // in front of the first cloud
  }
  mine.range = op.rows_of(mine.cloud);
  return mine;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
