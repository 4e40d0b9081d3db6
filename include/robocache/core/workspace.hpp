/// \file
/// `workspace`: scratch memory that grows and never shrinks, so that the steady state allocates
/// nothing.
#pragma once

#include <cstddef>
#include <new>
#include <robocache/core/config.hpp>

ROBOCACHE_BEGIN_NAMESPACE

/// A block of scratch memory owned by the caller and lent to operations through an executor.
///
/// Not thread-safe: one workspace serves one stream (or one CPU caller) at a time. Memory comes
/// from the given hooks and is aligned as they align it.
class workspace {
 public:
  /// Where memory comes from. `allocate` returns null when it cannot; it may also throw.
  struct memory {
    void* (*allocate)(std::size_t bytes, void* context);
    void (*deallocate)(void* data, std::size_t bytes, void* context);
    void* context;
  };

  explicit workspace(const memory& source) : source_(source) {}
  ~workspace() { release(); }
  workspace(const workspace&) = delete;
  workspace& operator=(const workspace&) = delete;

  /// Makes at least `bytes` available; the contents are lost when the block grows. When memory is
  /// short it throws `std::bad_alloc` (or what the hook throws) and keeps the block it had.
  void reserve(std::size_t bytes) {
    if (bytes <= capacity_) return;
    void* data = source_.allocate(bytes, source_.context);
    if (data == nullptr) throw std::bad_alloc();
    release();
    data_ = data;
    capacity_ = bytes;
  }

  /// Gives the memory back.
  void release() noexcept {
    if (data_ != nullptr) source_.deallocate(data_, capacity_, source_.context);
    data_ = nullptr;
    capacity_ = 0;
  }

  [[nodiscard]] void* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

 private:
  memory source_;
  void* data_ = nullptr;
  std::size_t capacity_ = 0;
};

/// Memory of the host heap, for workspaces of `cpu`: aligned to 64 bytes.
inline workspace::memory host_memory() {
  constexpr std::align_val_t alignment{64};
  const auto allocate = [](std::size_t bytes, void*) {
    return ::operator new(bytes, alignment, std::nothrow);
  };
  const auto deallocate = [](void* data, std::size_t, void*) {
    ::operator delete(data, alignment);
  };
  return {allocate, deallocate, nullptr};
}

ROBOCACHE_END_NAMESPACE
