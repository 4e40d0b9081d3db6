#include "allocation.hpp"

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define ROBOCACHE_TEST_COUNTS_MALLOC 1
#endif

namespace {

std::atomic<bool> watched{false};
std::atomic<std::int64_t> allocated{0}, requested{0}, failing{-1};

/// Whether this allocation by operator new is the one that fails.
bool runs_out() { return watched.load() && requested.fetch_add(1) == failing.load(); }

void* take(std::size_t bytes, std::size_t alignment) noexcept {
  if (runs_out()) return nullptr;
  void* data = nullptr;
  if (alignment <= alignof(std::max_align_t)) {
    data = std::malloc(bytes > 0 ? bytes : 1);
  } else if (posix_memalign(&data, alignment, bytes > 0 ? bytes : 1) != 0) {
    data = nullptr;
  }
  return data;
}

void* take_or_throw(std::size_t bytes, std::size_t alignment) {
  void* const data = take(bytes, alignment);
  if (data == nullptr) throw std::bad_alloc();
  return data;
}

constexpr std::size_t usual = alignof(std::max_align_t);

}  // namespace

#if defined(ROBOCACHE_TEST_COUNTS_MALLOC)
namespace {

void count() {
  if (watched.load(std::memory_order_relaxed)) allocated.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t bytes) {
  count();
  return __libc_malloc(bytes);
}
void* calloc(std::size_t number, std::size_t bytes) {
  count();
  return __libc_calloc(number, bytes);
}
void* realloc(void* data, std::size_t bytes) {
  count();
  return __libc_realloc(data, bytes);
}
int posix_memalign(void** data, std::size_t alignment, std::size_t bytes) {
  count();
  *data = __libc_memalign(alignment, bytes);
  return *data != nullptr ? 0 : ENOMEM;
}
}
#endif

namespace test {

allocation_watch::allocation_watch(std::int64_t fail_at) {
  allocated = 0;
  requested = 0;
  failing = fail_at;
  watched = true;
}

std::int64_t allocation_watch::stop() {
  watched = false;
#if defined(ROBOCACHE_TEST_COUNTS_MALLOC)
  return allocated;
#else
  return requested;
#endif
}

}  // namespace test

void* operator new(std::size_t n) { return take_or_throw(n, usual); }
void* operator new[](std::size_t n) { return take_or_throw(n, usual); }
void* operator new(std::size_t n, std::align_val_t a) {
  return take_or_throw(n, static_cast<std::size_t>(a));
}
void* operator new[](std::size_t n, std::align_val_t a) {
  return take_or_throw(n, static_cast<std::size_t>(a));
}
void* operator new(std::size_t n, const std::nothrow_t&) noexcept { return take(n, usual); }
void* operator new[](std::size_t n, const std::nothrow_t&) noexcept { return take(n, usual); }
void* operator new(std::size_t n, std::align_val_t a, const std::nothrow_t&) noexcept {
  return take(n, static_cast<std::size_t>(a));
}
void* operator new[](std::size_t n, std::align_val_t a, const std::nothrow_t&) noexcept {
  return take(n, static_cast<std::size_t>(a));
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
