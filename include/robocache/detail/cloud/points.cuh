// What all kernels over points share.
#pragma once

#include <robocache/detail/cloud/check.hpp>
#include <robocache/detail/cloud/point_block.hpp>
#include <robocache/detail/cuda/scratch.cuh>
#include <robocache/detail/cuda/set_memory.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

constexpr int point_threads = 256;

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

/// The point of a thread: number i of `range`, and its voxel, where it exists.
struct thread_point {
  std::int64_t cloud;
  item_range range;
  std::int64_t i, cell;
  bool exists;
};

/// Finds the thread's point, and counts what becomes of it; called by all threads of a block.
template <class P>
__device__ __forceinline__ thread_point find_thread_point(const locate_op<P>& op) {
  const point_block mine = find_point_block(op, point_threads, blockIdx.x);
  thread_point point{mine.cloud, mine.range, mine.begin + threadIdx.x, -1, false};
  point.exists = point.i < mine.range.count;
  if (point.exists) point.cell = op.cell_of(mine.cloud, mine.range, point.i);
  if (op.reports()) {
    report_points(op, mine.cloud, point.exists && point.cell == -1,
                  point.exists && point.cell == -2, point.cell >= 0);
  }
  return point;
}

template <class P>
void clear_reports(const label& name, const gpu& executor, const locate_op<P>& op) {
  const auto bytes = op.items * static_cast<std::int64_t>(sizeof(std::int64_t));
  std::int64_t* const outputs[] = {op.inside, op.outside, op.invalid};
  for (std::int64_t* const counts : outputs) {
    if (counts != nullptr) clear(name, executor, counts, bytes);
  }
}

/// Launches take less than 2^31 blocks.
inline void check_blocks(const label& op_name, std::int64_t blocks) {
  if (blocks > INT32_MAX) {
    fail(op_name,
         "the batch is too large for one launch (it needs " + std::to_string(blocks) + " blocks)");
  }
}

template <class P>
void check_device_points(const label& name, const locate_op<P>& op) {
  if (op.slots() > 0) check_device_pointer(name, "points", op.points);
  if (op.items == 0) return;
  check_device_pointer(name, cloud_names.lengths, op.lengths);
  check_device_pointer(name, cloud_names.offsets, op.offsets);
  check_device_pointer(name, "report.inside", op.inside);
  check_device_pointer(name, "report.outside", op.outside);
  check_device_pointer(name, "report.invalid", op.invalid);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
