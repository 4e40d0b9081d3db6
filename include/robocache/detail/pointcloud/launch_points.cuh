// What the CUDA kernels of the pointcloud room share: scratch, and blocks of points.
#pragma once

#include <robocache/detail/launch.cuh>
#include <robocache/detail/pointcloud/voxelize_check.hpp>
#include <robocache/trajectory/interpolate.hpp>

namespace robocache::detail {

/// Lays arrays out in a workspace: once to count the bytes, once for the addresses.
class scratch_layout {
 public:
  explicit scratch_layout(unsigned char* base = nullptr) : base_(base) {}

  template <class T>
  T* take(std::int64_t count) {
    T* const at = base_ == nullptr ? nullptr : reinterpret_cast<T*>(base_ + bytes_);
    bytes_ += (static_cast<std::size_t>(count) * sizeof(T) + 255) / 256 * 256;
    return at;
  }

  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  unsigned char* base_;
  std::size_t bytes_ = 0;
};

/// Scratch of the executor's workspace.
inline unsigned char* reserve_scratch(const char* op, const cuda& executor, std::size_t bytes) {
  if (bytes == 0) return nullptr;
  if (executor.scratch() == nullptr) {
    fail(op, "the executor needs a workspace of " + std::to_string(bytes) +
                 " bytes: cuda{stream, &workspace}");
  }
  executor.scratch()->reserve(bytes);
  return static_cast<unsigned char*>(executor.scratch()->data());
}

constexpr int point_threads = 256;

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
inline void set_memory(const char* op, const cuda& executor, void* data, std::int64_t bytes,
                       std::uint32_t pattern, std::int64_t entries = 1, std::int64_t stride = 0) {
  if (bytes <= 0 || entries <= 0) return;
  if (stride == bytes) {
    bytes *= entries;
    entries = 1;
  }
  const std::int64_t blocks_each = bytes / (2048 * 16) + 1;
  launch(op, executor, set_memory_kernel<>, blocks_each * entries, 512, 0,
         static_cast<unsigned char*>(data), bytes, stride, static_cast<std::uint32_t>(blocks_each),
         pattern);
}

inline void clear(const char* op, const cuda& executor, void* data, std::int64_t bytes) {
  set_memory(op, executor, data, bytes, 0);
}

/// Counts what becomes of the points of a block; all threads call it with what they saw.
template <class P>
__device__ __forceinline__ void report_points(const locate_op<P>& op, std::int64_t cloud,
                                              std::uint32_t outside, std::uint32_t invalid,
                                              std::uint32_t inside) {
  const auto add = [](std::int64_t* to, std::uint32_t mine) {
    if (to == nullptr) return;
    const std::uint32_t sum = __reduce_add_sync(0xffffffffU, mine);
    if (threadIdx.x % 32 == 0 && sum != 0) {
      atomicAdd(reinterpret_cast<unsigned long long*>(to), static_cast<unsigned long long>(sum));
    }
  };
  add(op.inside == nullptr ? nullptr : op.inside + cloud, inside);
  add(op.outside == nullptr ? nullptr : op.outside + cloud, outside);
  add(op.invalid == nullptr ? nullptr : op.invalid + cloud, invalid);
}

template <class P>
void clear_reports(const char* name, const cuda& executor, const locate_op<P>& op) {
  const auto bytes = op.items * static_cast<std::int64_t>(sizeof(std::int64_t));
  std::int64_t* const outputs[] = {op.inside, op.outside, op.invalid};
  for (std::int64_t* const counts : outputs) {
    if (counts != nullptr) clear(name, executor, counts, bytes);
  }
}

template <class P>
void check_device_points(const char* name, const locate_op<P>& op) {
  if (op.slots() > 0) check_device_pointer(name, "points", op.points);
  if (op.items == 0) return;
  check_device_pointer(name, "ranges.lengths", op.lengths);
  check_device_pointer(name, "ranges.offsets", op.offsets);
  check_device_pointer(name, "report.inside", op.inside);
  check_device_pointer(name, "report.outside", op.outside);
  check_device_pointer(name, "report.invalid", op.invalid);
}

}  // namespace robocache::detail
