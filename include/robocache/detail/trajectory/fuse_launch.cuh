// The CUDA driver of `fuse`: how streams share a launch.
#pragma once

#include <robocache/detail/trajectory/fuse_check.hpp>
#include <robocache/detail/trajectory/fuse_kernels.cuh>
#include <robocache/detail/trajectory/resample_launch.cuh>
#include <robocache/detail/trajectory/windows_kernel.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The tiling of windows, and into `shared_bytes` what they need.
template <class Op>
window_tiling tile_windows(const Op& op, std::size_t& shared_bytes) {
  constexpr auto size = static_cast<std::int64_t>(sizeof(typename Op::element));
  window_tiling tiling;
  // About as many samples as fit lie in the windows of a tile, if stamps are regular.
  const std::int64_t bytes = op.channels * size * (op.samples / op.columns + 1);
  std::uint32_t most = 64;
  if (bytes <= most_window_bytes / 4) {
    tiling.most_bytes = most_window_bytes;
    while (most * bytes > most_window_bytes) most /= 2;
  }
  static_cast<group_tiling&>(tiling) =
      tile_rows_of(op, window_threads, op.width(), op.width(), most);
  tiling.width = fast_divisor(static_cast<std::uint32_t>(op.width()));
  shared_bytes = group_tile<Op>::bytes(tiling.tile, 0,
                                       tiling.is_staged ? static_cast<std::size_t>(op.width()) : 0);
  tiling.samples_at = static_cast<std::uint32_t>(shared_bytes);
  if (tiling.most_bytes > 0) shared_bytes += most_window_bytes + 16;
  return tiling;
}

/// Windows, rows of several kinds and streams computed in double have launches of their own.
template <class T, class Time, class Out>
void launch(const gpu& executor, const fuse_op<T, Time, Out>& op) {
  if (op.is_reduced()) {
    std::size_t shared_bytes = 0;
    const window_tiling tiling = tile_windows(op, shared_bytes);
    launch_kernel(fuse_name, executor, reduce_windows_kernel<fuse_op<T, Time, Out>>,
                  (op.slots() - 1) / tiling.tile + 1, window_threads, shared_bytes, tiling, op);
  } else {
    launch_groups(executor, op);
  }
  launch_check(executor, op);
}

/// Gives a stream its tile, its lanes and, into `shared_bytes`, its shared memory; returns its
/// blocks in a group.
template <class Op, class Time, class Out>
std::uint32_t plan_part(const Op& op, std::int64_t items, fuse_part<Time, Out>& part,
                        std::size_t& shared_bytes) {
  using T = typename Op::element;
  std::uint32_t piece = 16;
  with_width<widest_lane<T, Out>>(op, 4, [&](auto width, std::uint32_t bytes) {
    part.width = decltype(width)::value;
    piece = bytes;
  });
  part.tiling = tile_rows(items, op.channels / part.width, piece, op.columns, fuse_threads);
  std::uint32_t tile = fuse_group;
  while (tile > part.tiling.tile) tile /= 2;
  part.tiling.tile = tile;
  shared_bytes = tile * bytes_per_row<Op>;
  return fuse_group / tile;
}

/// Gathers streams that are blends and copies of rows until a launch is full.
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
    std::size_t shared_bytes = 0;
    blocks_ += plan_part(op, items, part, shared_bytes);
    if (shared_bytes > shared_bytes_) shared_bytes_ = shared_bytes;
    checks_ = checks_ || op.needs_status();
    items_ = op.items;
    if (++table_.count == together) start();
  }

 private:
  void start() {
    table_.group_blocks = fast_divisor(blocks_);
    const std::int64_t groups = (slots_ - 1) / fuse_group + 1;
    launch_kernel(fuse_name, executor_, fuse_kernel<Time, Out>, groups * blocks_, fuse_threads,
                  shared_bytes_, table_);
    if (checks_ && items_ > 0) {
      launch_kernel(fuse_name, executor_, fuse_check_kernel<Time, Out>, items_ * table_.count, 256,
                    0, table_);
    }
    left_ -= table_.count;
    table_.count = 0;
    shared_bytes_ = 0;
    blocks_ = 0;
    checks_ = false;
  }

  const gpu& executor_;
  std::int64_t slots_, left_;
  fuse_table<Time, Out> table_;
  std::size_t shared_bytes_ = 0;
  std::uint32_t blocks_ = 0;
  std::int64_t items_ = 0;
  bool checks_ = false;
};

template <class Time, class Out>
void launch(const gpu& executor, const fuse_call<Time, Out>& call) {
  check_call(call);
  for_each_stream(call, [](const label& name, const auto& op) {
    check_size(name, op);
    check_device_pointers(name, op, clock_names);
    if (op.slots() > 0) check_device_pointer(name, "report.error", op.error.data);
  });
  check_apart(call);
  const std::int64_t slots = call.clock.batch * call.clock.count;
  if (slots == 0) return;
  std::int64_t together = 0;
  for_each_stream(call,
                  [&](const label&, const auto& op) { together += op.is_pairwise() ? 1 : 0; });
  fuse_launcher<Time, Out> launcher(executor, slots, together);
  for_each_stream(call, [&](const label&, const auto& op) {
    if constexpr (!is_typed<typename std::decay_t<decltype(op)>::element>) {
      run(executor, op);  // compiled by itself
    } else if (op.is_pairwise()) {
      launcher.add(op);
    } else {
      launch(executor, op);
    }
  });
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
