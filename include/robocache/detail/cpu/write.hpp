// How the CPU writes dense outputs: large ones past the caches, which would read what is
// overwritten.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Writes to an output of `total` values. One thread's; others see its writes when it is destroyed.
template <class T>
class output_writer {
 public:
  explicit output_writer(std::int64_t total)
      : past_caches_(total > fits_caches / static_cast<std::int64_t>(sizeof(T))) {}
  output_writer(const output_writer&) = delete;
  output_writer& operator=(const output_writer&) = delete;
  ~output_writer() {
#if defined(__SSE2__)
    if (past_caches_) __builtin_ia32_sfence();
#endif
  }

  void fill(T* to, std::int64_t count, T value) const {
    T word[each];
    std::fill_n(word, each, value);
    write(to, count, [&word](std::int64_t) { return word; });
  }

  void copy(T* to, const T* from, std::int64_t count) const {
    write(to, count, [from](std::int64_t i) { return from + i; });
  }

 private:
  static constexpr std::int64_t fits_caches = 8 << 20;  // bytes
  static constexpr std::int64_t word_bytes = 16, each = word_bytes / sizeof(T);

  /// `values(i)` points to what belongs at to[i], and to a word's worth.
  template <class Values>
  void write(T* to, std::int64_t count, const Values& values) const {
    std::int64_t i = 0;
    const auto misaligned = [to](std::int64_t k) {
      return reinterpret_cast<std::uintptr_t>(to + k) % word_bytes != 0;
    };
    for (; i < count && misaligned(i); ++i) to[i] = *values(i);
#if defined(__SSE2__)
    if (past_caches_) {
      for (; i + each <= count; i += each) stream(to + i, values(i));
    }
#endif
    for (; i + each <= count; i += each) std::memcpy(to + i, values(i), word_bytes);
    for (; i < count; ++i) to[i] = *values(i);
  }

#if defined(__SSE2__)
  // By builtins, since the header of the intrinsics takes longer to compile than this one.
  static void stream(T* to, const T* from) {
    using word = long long __attribute__((vector_size(16)));
    word value;
    std::memcpy(&value, from, sizeof(value));
#if defined(__clang__)
    __builtin_nontemporal_store(value, reinterpret_cast<word*>(to));
#else
    __builtin_ia32_movntdq(reinterpret_cast<word*>(to), value);
#endif
  }
#endif

  [[maybe_unused]] bool past_caches_;
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
