// Which blocks a volume has, on the CPU: the smallest keys of all that were ever wanted.
#pragma once

#include <algorithm>
#include <robocache/detail/check.hpp>
#include <robocache/detail/scratch.hpp>
#include <robocache/detail/tsdf/sparse/sparse_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

inline std::int64_t count_blocks(const sparse_cells& cells) {
  return std::lower_bound(cells.keys, cells.keys + cells.capacity, no_block) - cells.keys;
}

/// The CPU can read keys and slots, so bad ones are errors before anything is written.
inline void check_blocks(const label& op, const char* name, const sparse_cells& cells) {
  for (std::int64_t n = 0; n < cells.capacity; ++n) {
    const bool ascends = n == 0 ? cells.keys[0] >= 0
                                : cells.keys[n] > cells.keys[n - 1] || cells.keys[n] == no_block;
    if (!ascends || cells.slots[n] < 0 || cells.slots[n] >= cells.capacity) {
      fail(op, std::string(name) + " must have been reset: keys ascend and slots are below " +
                   std::to_string(cells.capacity) + " (got key " + std::to_string(cells.keys[n]) +
                   " and slot " + std::to_string(cells.slots[n]) + " at " + std::to_string(n) +
                   ")");
    }
  }
}

/// Scratch of `add_blocks`.
struct block_lists {
  std::int64_t* keys = nullptr;
  std::int32_t* slots = nullptr;
  std::int32_t* free = nullptr;

  void take(scratch_layout& scratch, std::int64_t capacity) {
    keys = scratch.take<std::int64_t>(capacity);
    slots = scratch.take<std::int32_t>(capacity);
    free = scratch.take<std::int32_t>(capacity);
  }
};

/// Adds blocks whose keys ascend, as far as they fit: larger keys make room for smaller ones.
/// Returns how many blocks there would be without limit.
inline std::int64_t add_blocks(const sparse_cells& into, const std::int64_t* wanted,
                               std::int64_t count, const block_lists& lists) {
  constexpr std::int32_t missing = -1;
  const std::int64_t old = count_blocks(into);
  std::int64_t i = 0, j = 0, kept = 0, needed = 0, free = 0;
  for (std::int64_t n = old; n < into.capacity; ++n) lists.free[free++] = into.slots[n];
  while (i < old || j < count) {
    const std::int64_t here = i < old ? into.keys[i] : no_block;
    const std::int64_t there = j < count ? wanted[j] : no_block;
    const std::int32_t slot = here <= there ? into.slots[i] : missing;
    i += here <= there ? 1 : 0;
    j += there <= here ? 1 : 0;
    ++needed;
    if (kept < into.capacity) {
      lists.keys[kept] = std::min(here, there);
      lists.slots[kept++] = slot;
    } else if (slot != missing) {
      for (std::int64_t c = 0; c < block_cells; ++c) {
        into.voxels.clear(slot * block_cells + c);
      }
      lists.free[free++] = slot;
    }
  }
  std::int64_t taken = 0;
  for (std::int64_t n = 0; n < into.capacity; ++n) {
    const bool used = n < kept;
    into.keys[n] = used ? lists.keys[n] : no_block;
    into.slots[n] = used && lists.slots[n] != missing ? lists.slots[n] : lists.free[taken++];
  }
  return needed;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
