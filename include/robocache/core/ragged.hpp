/// \file
/// `ragged`: batches whose items differ in length.
#pragma once

#include <robocache/core/view.hpp>

ROBOCACHE_BEGIN_NAMESPACE

/// How many rows each item of a batch has. Null views mean that every item has all rows; at most
/// one of the two is given.
struct ragged {
  /// Padded batches: [B] rows of each item; those beyond are padding.
  view<const std::int64_t, 1> lengths;
  /// Packed batches: [B + 1]; item b owns rows offsets[b] to offsets[b + 1] of arrays of one entry.
  view<const std::int64_t, 1> offsets;
};

namespace detail {

/// The rows of an item: [first, first + count) of its batch entry.
struct item_range {
  std::int64_t first = 0, count = 0;
};

/// A batch, checked: plain values that are copied into kernels.
struct item_ranges {
  std::int64_t items = 0;  // B
  std::int64_t rows = 0;   // of an item with its padding, or of all items when packed
  const std::int64_t* lengths = nullptr;
  const std::int64_t* offsets = nullptr;

  [[nodiscard]] ROBOCACHE_HD bool packed() const { return offsets != nullptr; }

  /// All rows, padding included; they are numbered item by item.
  [[nodiscard]] ROBOCACHE_HD std::int64_t slots() const { return packed() ? rows : items * rows; }

  /// The entry of the batch that holds item b.
  [[nodiscard]] ROBOCACHE_HD std::int64_t entry_of(std::int64_t b) const {
    return packed() ? 0 : b;
  }

  /// Whether the rows of item b can be right; into `range` what they are said to be.
  ROBOCACHE_HD bool range_of(std::int64_t b, item_range& range) const {
    range = {0, rows};
    if (lengths != nullptr) range.count = lengths[b];
    if (offsets != nullptr) {
      range.first = offsets[b];
      const std::int64_t end = offsets[b + 1];
      range.count = range.first >= 0 && end >= 0 ? end - range.first : -1;
    }
    return range.first >= 0 && range.count >= 0 && range.first <= rows &&
           range.count <= rows - range.first;
  }

  /// The same, empty where it cannot be right.
  [[nodiscard]] ROBOCACHE_HD item_range rows_of(std::int64_t b) const {
    item_range range;
    return range_of(b, range) ? range : item_range{};
  }

  /// The number of the item's first row.
  [[nodiscard]] ROBOCACHE_HD std::int64_t first_slot(std::int64_t b,
                                                     const item_range& range) const {
    return packed() ? range.first : b * rows;
  }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
