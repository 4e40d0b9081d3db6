// The CUDA driver of `fuse`: how streams share a launch.
#pragma once

#include <robocache/detail/trajectory/fuse_check.hpp>
#include <robocache/detail/trajectory/fuse_kernels.cuh>
#include <robocache/detail/trajectory/resample_launch.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

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

/// Gathers streams until a launch is full.
template <class Time, class Out>
class fuse_launcher {
 public:
  fuse_launcher(const gpu& executor, std::int64_t slots, std::int64_t streams)
      : executor_(executor), slots_(slots), left_(streams) {}

  template <class Op>
  void add(const Op& op) {
    const std::int64_t together = left_ < fuse_capacity ? left_ : fuse_capacity;
    // Few targets make small blocks, so that every multiprocessor has some.
    const std::int64_t items = slots_ * together >= 1 << 14 ? 8 * fuse_threads : fuse_threads;
    fuse_part<Time, Out>& part = table_.parts[table_.count];
    part = {};
    part.op = any_fuse_op<Time, Out>(op);
    table_.first_block[table_.count] = blocks_;
    blocks_ += plan_part(op, items, part, shared_bytes_);
    general_ = general_ || part.width == 0;
    if (++table_.count == together) start();
  }

 private:
  void start() {
    table_.group_blocks = fast_divisor(blocks_);
    const std::int64_t groups = (slots_ - 1) / fuse_group + 1;
    const auto kernel = general_ ? &fuse_kernel<true, Time, Out> : &fuse_kernel<false, Time, Out>;
    launch_kernel(fuse_name, executor_, kernel, groups * blocks_, fuse_threads, shared_bytes_,
                  table_);
    left_ -= table_.count;
    table_.count = 0;
    shared_bytes_ = 0;
    blocks_ = 0;
    general_ = false;
  }

  const gpu& executor_;
  std::int64_t slots_, left_;
  fuse_table<Time, Out> table_;
  std::size_t shared_bytes_ = 0;
  std::uint32_t blocks_ = 0;
  bool general_ = false;
};

template <class Time, class Out>
void launch(const gpu& executor, const fuse_call<Time, Out>& call) {
  check_call(call);
  for_each_stream(call, [](const label& name, const auto& op) {
    check_size(name, op);
    check_device_pointers(name, op, clock_names);
    if (op.slots() > 0) check_device_pointer(name, "report.error", op.error.data);
  });
  const std::int64_t slots = call.clock.batch * call.clock.count;
  if (slots == 0) return;
  fuse_launcher<Time, Out> launcher(executor, slots, call.count);
  for_each_stream(call, [&](const label&, const auto& op) { launcher.add(op); });
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
