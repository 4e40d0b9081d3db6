/// \file
/// The CUDA path of `fuse`. Needs nvcc; include it for an output type outside the compiled library
/// (float, bf16, f16).
#pragma once

#include <robocache/detail/trajectory/fuse_kernels.cuh>
#include <robocache/trajectory/fuse.hpp>
#include <robocache/trajectory/resample.cuh>

namespace robocache::detail {

/// Gives a stream its tile, its lanes and its shared memory; returns its blocks in a group.
template <class Op, class Time, class Out>
std::uint32_t plan_part(const Op& op, std::int64_t items, fuse_part<Time, Out>& part,
                        std::size_t& shared_bytes) {
  using T = typename Op::element;
  std::int64_t lanes = op.units > 0 ? op.units : 1;
  std::uint32_t piece = 16;
  std::size_t slot_bytes = sizeof(typename Op::slot) + sizeof(int);
  if (op.is_pairwise() && op.channels > 0) {
    with_width<widest_lane<T, Out>>(op, 4, [&](auto width, std::uint32_t bytes) {
      part.width = decltype(width)::value;
      piece = bytes;
    });
    lanes = op.channels / part.width;
    slot_bytes = bytes_per_row<Op>;
  }
  part.tiling = tile_rows(items, lanes, piece, op.columns, fuse_threads);
  std::uint32_t tile = fuse_group;
  while (tile > part.tiling.tile) tile /= 2;
  part.tiling.tile = tile;
  if (tile * slot_bytes > shared_bytes) shared_bytes = tile * slot_bytes;
  return fuse_group / tile;
}

template <class Time, class Out>
void launch_fuse(const cuda& executor, const any_fuse_op<Time, Out>* ops, int count,
                 std::int64_t slots) {
  fuse_table<Time, Out> table;
  table.count = count;
  std::size_t shared_bytes = 0;
  std::uint32_t blocks = 0;
  bool general = false;
  // Few targets make small blocks, so that every multiprocessor has some.
  const std::int64_t items = slots * count >= 1 << 14 ? 8 * fuse_threads : fuse_threads;
  for (int n = 0; n < count; ++n) {
    fuse_part<Time, Out>& part = table.parts[n];
    part.op = ops[n];
    table.first_block[n] = blocks;
    ops[n].visit([&](const auto& op) { blocks += plan_part(op, items, part, shared_bytes); });
    general = general || part.width == 0;
  }
  table.group_blocks = fast_divisor(blocks);
  const std::int64_t groups = (slots - 1) / fuse_group + 1;
  const auto kernel = general ? &fuse_kernel<true, Time, Out> : &fuse_kernel<false, Time, Out>;
  launch(fuse_name, executor, kernel, groups * blocks, fuse_threads, shared_bytes, table);
}

template <class Time, class Out>
void run_fuse(const cuda& executor, const any_fuse_op<Time, Out>* ops, std::int64_t count) {
  std::int64_t slots = 0;
  for (std::int64_t n = 0; n < count; ++n) {
    const std::string name = "fuse: stream " + std::to_string(n);
    ops[n].visit([&](const auto& op) {
      check_size(name.c_str(), op);
      check_device_pointers(name.c_str(), op, "clock.lengths");
      slots = op.slots();
      if (slots > 0) check_device_pointer(name.c_str(), "report.error", op.error.data);
    });
  }
  if (slots == 0) return;
  for (std::int64_t n = 0; n < count; n += fuse_capacity) {
    const int part = static_cast<int>(count - n < fuse_capacity ? count - n : fuse_capacity);
    launch_fuse(executor, ops + n, part, slots);
  }
}

}  // namespace robocache::detail
