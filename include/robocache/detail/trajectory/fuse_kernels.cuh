// The kernel of `fuse`: blocks of every stream side by side in one launch.
//
// Targets go in groups; a group has so many blocks for each stream, so streams of any width share
// the machine evenly and the parts of an output row are written at about the same time.
#pragma once

#include <robocache/detail/trajectory/fuse_op.hpp>
#include <robocache/detail/trajectory/resample_groups.cuh>
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
  std::int32_t width = 0;  // channels of a lane; 0 for the general path
  any_fuse_op<Time, Out> op;
};

template <class Time, class Out>
struct fuse_table {
  fast_divisor group_blocks{1};
  std::int32_t count = 0;
  std::uint32_t first_block[fuse_capacity];  // of each stream, within the blocks of a group
  fuse_part<Time, Out> parts[fuse_capacity];
  group_tiling general[fuse_capacity];  // of streams without a fast path
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

// Not inlined: a kernel of all paths of all types takes minutes to compile.
template <class Op>
__device__ __noinline__ void fuse_groups_block(const Op& op, const group_tiling& tiling,
                                               std::uint32_t block, unsigned char* memory) {
  if (tiling.is_aligned) {
    resample_groups_block<true, true>(op, tiling, block, memory);
  } else {
    resample_groups_block<false, true>(op, tiling, block, memory);
  }
}

template <class Op>
__device__ __noinline__ void fuse_windows_block(const Op& op, const group_tiling& tiling,
                                                std::uint32_t block, unsigned char* memory) {
  reduce_windows_block(op, tiling, block, memory);
}

template <class Op>
__device__ __forceinline__ void fuse_general_block(const Op& op, const group_tiling& tiling,
                                                   std::uint32_t block, unsigned char* memory) {
  if (op.is_reduced()) {
    fuse_windows_block(op, tiling, block, memory);
  } else {
    fuse_groups_block(op, tiling, block, memory);
  }
}

template <bool General, class Op, class Time, class Out>
__device__ __forceinline__ void fuse_block(const Op& op, const fuse_part<Time, Out>& part,
                                           const group_tiling& general, std::uint32_t block,
                                           unsigned char* memory) {
  if (static_cast<std::int64_t>(block) * part.tiling.tile >= op.slots()) return;
  if constexpr (General) {
    if (part.width == 0) return fuse_general_block(op, general, block, memory);
  }
  constexpr int widest = widest_lane<typename Op::element, Out>;
  fuse_rows_block<widest>(op, part.tiling, part.width, block, memory);
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

/// `General` is for launches that hold a stream without a fast path.
template <bool General, class Time, class Out>
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
  visit_op(part.op,
           [&](const auto& op) { fuse_block<General>(op, part, table.general[n], block, memory); });
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
