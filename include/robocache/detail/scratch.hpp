// Scratch memory, laid out: once to count the bytes, once for the addresses.
#pragma once

#include <robocache/core/workspace.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Bytes that only a mistake asks for: sums of them stay far from wrapping.
inline constexpr std::size_t too_many_bytes = std::size_t{1} << 60;

/// Places arrays one behind the other, each from a multiple of 256 bytes on.
class scratch_layout {
 public:
  explicit scratch_layout(void* base = nullptr) : base_(static_cast<unsigned char*>(base)) {}

  /// Room for `count` elements, not initialised; null while bytes are counted.
  template <class T>
  T* take(std::int64_t count) {
    T* const at = base_ == nullptr ? nullptr : reinterpret_cast<T*>(base_ + bytes_);
    const auto elements = static_cast<std::size_t>(count);
    const bool absurd = count < 0 || elements > too_many_bytes / sizeof(T);
    const std::size_t bytes = absurd ? too_many_bytes : (elements * sizeof(T) + 255) / 256 * 256;
    bytes_ = bytes_ + bytes < too_many_bytes ? bytes_ + bytes : too_many_bytes;
    return at;
  }

  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  unsigned char* base_;
  std::size_t bytes_ = 0;
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
