// Checks of arguments that every operation shares.
#pragma once

#include <robocache/core/error.hpp>
#include <robocache/core/view.hpp>

namespace robocache::detail {

/// Requires a usable pointer, sane extents and an innermost stride of 1.
template <class V, int Rank>
void check_view(const char* op, const char* name, const view<V, Rank>& v, bool is_output = false) {
  bool empty = false;
  for (int r = 0; r < Rank; ++r) {
    if (v.extent(r) < 0) {
      fail(op, std::string(name) + ".extent(" + std::to_string(r) + ") must not be negative (got " +
                   std::to_string(v.extent(r)) + ")");
    }
    empty = empty || v.extent(r) == 0;
  }
  if (empty) return;
  if (v.data_handle() == nullptr) {
    fail(op, std::string(name) + " must not be null where its extents are not zero");
  }
  const auto address = reinterpret_cast<std::uintptr_t>(v.data_handle());
  if (address % alignof(V) != 0) {
    fail(op, std::string(name) + " must be aligned to its elements of " +
                 std::to_string(alignof(V)) + " bytes (got an address that is " +
                 std::to_string(address % alignof(V)) + " past)");
  }
  if (v.extent(Rank - 1) > 1 && v.stride(Rank - 1) != 1) {
    fail(op, std::string(name) + ".stride(" + std::to_string(Rank - 1) + ") must be 1 (got " +
                 std::to_string(v.stride(Rank - 1)) + ")");
  }
  for (int r = 0; is_output && r < Rank - 1; ++r) {
    if (v.extent(r) > 1 && v.stride(r) == 0) {
      fail(op, std::string(name) + ".stride(" + std::to_string(r) +
                   ") must not be 0: rows of an output must be distinct");
    }
  }
}

}  // namespace robocache::detail
