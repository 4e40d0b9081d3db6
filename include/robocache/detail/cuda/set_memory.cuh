// Memory set to a pattern, with whatever strides.
#pragma once

#include <robocache/detail/cuda/launch.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// `bytes` at every `stride` bytes set to a pattern of 4 bytes, or of fewer that repeat in it.
template <class = void>
__global__ void __launch_bounds__(512)
    set_memory_kernel(unsigned char* base, std::int64_t bytes, std::int64_t stride,
                      std::uint32_t blocks_each, std::uint32_t pattern) {
  wait_for_stream();
  const std::uint32_t entry = blockIdx.x / blocks_each;
  const std::uint32_t part = blockIdx.x - entry * blocks_each;
  unsigned char* const data = base + entry * stride;
  const auto past = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(data) % 16);
  std::int64_t head = past == 0 ? 0 : 16 - past;
  head = head < bytes ? head : bytes;
  const std::int64_t body = (bytes - head) / 16;
  // The pattern as it is at the first aligned address.
  const std::uint32_t turned =
      __funnelshift_r(pattern, pattern, static_cast<std::uint32_t>(head) * 8);
  const uint4 value = {turned, turned, turned, turned};
  auto* const wide = reinterpret_cast<uint4*>(data + head);
  const std::int64_t first = static_cast<std::int64_t>(part) * 2048 + threadIdx.x;
#pragma unroll
  for (int k = 0; k < 4; ++k) {
    if (first + k * 512 < body) wide[first + k * 512] = value;
  }
  const std::int64_t rest = bytes - body * 16;  // before and after the body
  if (part == 0 && threadIdx.x < rest) {
    const std::int64_t i = threadIdx.x < head ? threadIdx.x : threadIdx.x + body * 16;
    data[i] = static_cast<unsigned char>(pattern >> (i % 4 * 8));
  }
}

/// `entries` times `bytes`, `stride` bytes apart.
inline void set_memory(const label& op, const gpu& executor, void* data, std::int64_t bytes,
                       std::uint32_t pattern, std::int64_t entries = 1, std::int64_t stride = 0) {
  if (bytes <= 0 || entries <= 0) return;
  if (stride == bytes) {
    bytes *= entries;
    entries = 1;
  }
  const std::int64_t blocks_each = bytes / (2048 * 16) + 1;
  launch_kernel(op, executor, set_memory_kernel<>, blocks_each * entries, 512, 0,
                static_cast<unsigned char*>(data), bytes, stride,
                static_cast<std::uint32_t>(blocks_each), pattern);
}

inline void clear(const label& op, const gpu& executor, void* data, std::int64_t bytes) {
  set_memory(op, executor, data, bytes, 0);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
