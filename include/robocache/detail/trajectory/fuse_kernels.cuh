// The kernel of `fuse`: blocks of every stream side by side in one launch. Streams whose rows are
// no blends of two rows or copies of one have launches of their own.
//
// Targets go in groups; a group has so many blocks for each stream, so streams of any width share
// the machine evenly and the parts of an output row are written at about the same time.
#pragma once

#include <robocache/detail/trajectory/fuse_op.hpp>
#include <robocache/detail/trajectory/resample_kernels.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

constexpr int fuse_capacity = 16;  // streams of one launch
constexpr int fuse_threads = 64;
constexpr int fuse_unroll = 2;
constexpr int fuse_group = 64;  // targets; every tile divides it

/// A `fuse_op` of whichever element type.
template <class Time, class Out>
struct any_fuse_op {
  element type = element::f32;
  union {
    fuse_op<float, Time, Out> f32;
    fuse_op<bf16, Time, Out> b16;
    fuse_op<f16, Time, Out> h16;
    fuse_op<std::uint8_t, Time, Out> u8;
  };

  any_fuse_op() : f32{} {}
  explicit any_fuse_op(const fuse_op<float, Time, Out>& op) : type(element::f32), f32(op) {}
  explicit any_fuse_op(const fuse_op<bf16, Time, Out>& op) : type(element::bf16), b16(op) {}
  explicit any_fuse_op(const fuse_op<f16, Time, Out>& op) : type(element::f16), h16(op) {}
  explicit any_fuse_op(const fuse_op<std::uint8_t, Time, Out>& op) : type(element::u8), u8(op) {}
};

/// One stream's share of the launch.
template <class Time, class Out>
struct fuse_part {
  row_tiling tiling;
  std::int32_t width = 0;  // channels of a lane
  any_fuse_op<Time, Out> op;
};

template <class Time, class Out>
struct fuse_table {
  fast_divisor group_blocks{1};
  std::int32_t count = 0;
  std::uint32_t first_block[fuse_capacity];  // of each stream, within the blocks of a group
  fuse_part<Time, Out> parts[fuse_capacity];
};

/// Lanes of up to 16 bytes on both sides.
template <class T, class Out>
inline constexpr int widest_lane = 16 / static_cast<int>(sizeof(T) > sizeof(Out) ? sizeof(T)
                                                                                 : sizeof(Out));

/// Runs the block with the stream's lane width as a constant.
template <int Width, class Op>
__device__ __forceinline__ void fuse_rows_block(const Op& op, const row_tiling& tiling, int width,
                                                std::uint32_t block, unsigned char* memory) {
  if (Width == 1 || width == Width) {
    resample_rows_block<Op, Width, fuse_threads, fuse_unroll, true, false>(op, tiling, block,
                                                                           memory);
  } else if constexpr (Width > 1) {
    fuse_rows_block<Width / 2>(op, tiling, width, block, memory);
  }
}

/// Calls `f(op)` with the operation by its own type.
template <class Time, class Out, class F>
__device__ __forceinline__ void visit_op(const any_fuse_op<Time, Out>& op, const F& f) {
  switch (op.type) {
    case element::f32:
      return f(op.f32);
    case element::bf16:
      return f(op.b16);
    case element::f16:
      return f(op.h16);
    default:
      return f(op.u8);
  }
}

template <class Time, class Out>
__global__ void __launch_bounds__(fuse_threads)
    fuse_kernel(const __grid_constant__ fuse_table<Time, Out> table) {
  unsigned char* const memory = launched_memory();
  wait_for_stream();
  const std::uint32_t group = table.group_blocks.divide(blockIdx.x);
  const std::uint32_t place = blockIdx.x - group * table.group_blocks.divisor;
  int n = table.count - 1;
  while (place < table.first_block[n]) --n;
  const fuse_part<Time, Out>& part = table.parts[n];
  const std::uint32_t block =
      group * (fuse_group / part.tiling.tile) + place - table.first_block[n];
  visit_op(part.op, [&](const auto& op) {
    if (static_cast<std::int64_t>(block) * part.tiling.tile >= op.slots()) return;
    constexpr int widest = widest_lane<typename std::decay_t<decltype(op)>::element, Out>;
    fuse_rows_block<widest>(op, part.tiling, part.width, block, memory);
  });
}

/// A block for each item of each stream, item by item.
template <class Time, class Out>
__global__ void __launch_bounds__(256)
    fuse_check_kernel(const __grid_constant__ fuse_table<Time, Out> table) {
  wait_for_stream();
  const std::uint32_t item = blockIdx.x / static_cast<std::uint32_t>(table.count);
  const std::uint32_t n = blockIdx.x - item * static_cast<std::uint32_t>(table.count);
  visit_op(table.parts[n].op, [item](const auto& op) {
    if (op.needs_status()) check_stamps_block(op, item);
  });
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
