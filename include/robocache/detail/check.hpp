// Checks of arguments that every operation shares.
#pragma once

#include <robocache/core/error.hpp>
#include <robocache/core/ragged.hpp>
#include <robocache/detail/footprint.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Requires `got == expected`; the message reads "WHAT must equal OTHER (got G and E)".
inline void require_equal(const label& op, const label& what, std::int64_t got, const label& other,
                          std::int64_t expected) {
  if (got == expected) return;
  fail(op, what.text() + " must equal " + other.text() + " (got " + std::to_string(got) + " and " +
               std::to_string(expected) + ")");
}

/// The same for extent r of `what`.
inline void require_extent(const label& op, const label& what, int r, std::int64_t got,
                           const label& other, std::int64_t expected) {
  if (got == expected) return;
  fail(op, what.extent(r) + " must equal " + other.text() + " (got " + std::to_string(got) +
               " and " + std::to_string(expected) + ")");
}

inline void require_finite(const label& op, const label& what, double value) {
  if (value - value == 0.0) return;
  fail(op, what.text() + " must be finite (got " + std::to_string(value) + ")");
}

/// Requires an enumerator: one from the first to `last`.
template <class Enum>
void require_enum(const label& op, const label& what, Enum value, Enum last) {
  if (value <= last) return;
  fail(op, what.text() + " (got number " + std::to_string(static_cast<int>(value)) + ")");
}

/// a * b, or `fail` where the product does not fit; neither is negative.
inline std::int64_t checked_product(const label& op, const label& what, std::int64_t a,
                                    std::int64_t b) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) {
    fail(op, what.text() + " must be less than 2^63 (got " + std::to_string(a) + " x " +
                 std::to_string(b) + ")");
  }
  return product;
}

/// a + b, likewise.
inline std::int64_t checked_sum(const label& op, const label& what, std::int64_t a,
                                std::int64_t b) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) {
    fail(op, what.text() + " must be less than 2^63 (got " + std::to_string(a) + " + " +
                 std::to_string(b) + ")");
  }
  return sum;
}

/// Whether an optional view was given: anything but the default.
template <class V, int Rank>
bool is_given(const view<V, Rank>& v) {
  bool given = v.data_handle() != nullptr;
  for (int r = 0; r < Rank; ++r) given = given || v.extent(r) != 0;
  return given;
}

/// Requires that elements are counted, and addressed in bytes, in 63 bits.
template <class V, int Rank>
void check_span(const label& op, const label& name, const view<V, Rank>& v) {
  std::int64_t elements = 1, span = 1;
  bool fits = true;
  for (int r = 0; r < Rank; ++r) {
    const auto stride = static_cast<std::uint64_t>(v.stride(r));
    std::int64_t reach = 0;
    fits =
        fits && !__builtin_mul_overflow(elements, v.extent(r), &elements) &&
        !__builtin_mul_overflow(v.extent(r) - 1, v.stride(r) < 0 ? 0 - stride : stride, &reach) &&
        !__builtin_add_overflow(span, reach, &span);
  }
  const auto most = INT64_MAX / static_cast<std::int64_t>(sizeof(V));
  if (!fits || elements > most || span > most) {
    fail(op, name.text() + " must have less than 2^63 bytes in all");
  }
}

/// Requires that no element of an output is another one, too: each stride reaches over what the
/// smaller ones span.
template <class V, int Rank>
void check_distinct(const label& op, const label& name, const view<V, Rank>& v) {
  const auto refuse = [&](int r, std::int64_t least) {
    fail(op, name.text() + ".stride(" + std::to_string(r) + ") must be at least " +
                 std::to_string(least) + ": rows of an output must be distinct (got " +
                 std::to_string(v.stride(r)) + ")");
  };
  const auto size = [&](int r) {  // of no matter where there is one element
    return v.extent(r) < 2 ? 0 : v.stride(r) < 0 ? -v.stride(r) : v.stride(r);
  };
  std::int64_t span = 1;
  for (int r = Rank - 1; r >= 0; --r) {  // one row for all asks for the usual order
    if (v.extent(r) > 1 && v.stride(r) == 0) refuse(r, span);
    span += (v.extent(r) - 1) * size(r);
  }
  bool done[Rank] = {};
  span = 1;
  for (int n = 0; n < Rank; ++n) {
    int least = -1;
    for (int r = Rank - 1; r >= 0; --r) {
      if (done[r] || v.extent(r) < 2) continue;
      if (least < 0 || size(r) < size(least)) least = r;
    }
    if (least < 0) return;
    done[least] = true;
    if (size(least) < span) refuse(least, span);
    span += (v.extent(least) - 1) * size(least);
  }
}

/// What addresses of a type are a multiple of.
template <class V>
inline constexpr std::size_t alignment_in_memory = alignof(V);

/// Requires a usable pointer, sane extents and an innermost stride of 1.
template <class V, int Rank>
void check_view(const label& op, const label& name, const view<V, Rank>& v,
                bool is_output = false) {
  bool empty = false;
  for (int r = 0; r < Rank; ++r) {
    if (v.extent(r) < 0) {
      fail(op, name.extent(r) + " must not be negative (got " + std::to_string(v.extent(r)) + ")");
    }
    empty = empty || v.extent(r) == 0;
  }
  if (empty) return;
  if (v.data_handle() == nullptr) {
    fail(op, name.text() + " must not be null where its extents are not zero");
  }
  const auto address = reinterpret_cast<std::uintptr_t>(v.data_handle());
  constexpr std::size_t alignment = alignment_in_memory<std::remove_const_t<V>>;
  if (address % alignment != 0) {
    fail(op, name.text() + " must be aligned to its elements of " + std::to_string(alignment) +
                 " bytes (got an address that is " + std::to_string(address % alignment) +
                 " past)");
  }
  if (v.extent(Rank - 1) > 1 && v.stride(Rank - 1) != 1) {
    fail(op, name.text() + ".stride(" + std::to_string(Rank - 1) + ") must be 1 (got " +
                 std::to_string(v.stride(Rank - 1)) + ")");
  }
  check_span(op, name, v);
  if (is_output) check_distinct(op, name, v);
}

/// Requires extents, rank by rank, that equal what `like` calls them.
template <class V, int Rank>
void check_shape(const label& op, const label& name, const view<V, Rank>& v,
                 const std::int64_t (&extents)[Rank], const label (&like)[Rank],
                 bool is_output = true) {
  for (int r = 0; r < Rank; ++r) require_extent(op, name, r, v.extent(r), like[r], extents[r]);
  check_view(op, name, v, is_output);
}

/// The same for an optional view: null where it is not given.
template <class V, int Rank>
V* check_optional(const label& op, const label& name, const view<V, Rank>& v,
                  const std::int64_t (&extents)[Rank], const label (&like)[Rank],
                  bool is_output = true) {
  if (!is_given(v)) return nullptr;
  check_shape(op, name, v, extents, like, is_output);
  return v.data_handle();
}

/// What the messages call the parts of a ragged batch.
struct ragged_names {
  label lengths, offsets;
};

/// Checks a description of `rows` rows for `items` items; null views are fine.
inline item_ranges check_ragged(const label& op, const ragged_names& names, const ragged& of,
                                std::int64_t items, std::int64_t rows) {
  if (is_given(of.lengths) && is_given(of.offsets)) {
    fail(op, names.lengths.text() + " and " + names.offsets.text() + " must not both be given");
  }
  item_ranges checked{items, rows, nullptr, nullptr};
  checked.lengths =
      check_optional(op, names.lengths, of.lengths, {items}, {"the number of items"}, false);
  checked.offsets = check_optional(op, names.offsets, of.offsets, {items + 1},
                                   {"the number of items + 1"}, false);
  return checked;
}

/// The items of a packed batch, as its offsets tell.
inline std::int64_t count_packed(const label& op, const label& name, const ragged& of) {
  if (of.offsets.extent(0) < 1) {
    fail(op,
         name.extent(0) + " must be at least 1 (got " + std::to_string(of.offsets.extent(0)) + ")");
  }
  return of.offsets.extent(0) - 1;
}

/// The CPU can read lengths and offsets, so bad ones are errors before anything is written.
inline void check_items(const label& op, const ragged_names& names, const item_ranges& ranges) {
  if (ranges.lengths == nullptr && !ranges.packed()) return;
  for (std::int64_t b = 0; b < ranges.items; ++b) {
    item_range range;
    if (ranges.range_of(b, range)) continue;
    const std::string rows = std::to_string(ranges.rows), item = std::to_string(b);
    if (!ranges.packed()) {
      fail(op, names.lengths.text() + "[" + item + "] must be 0 to " + rows + " (got " +
                   std::to_string(range.count) + ")");
    }
    fail(op, names.offsets.text() + "[" + item + "] and the next one must ascend within 0 to " +
                 rows + " (got " + std::to_string(ranges.offsets[b]) + " and " +
                 std::to_string(ranges.offsets[b + 1]) + ")");
  }
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
