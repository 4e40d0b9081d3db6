// The CUDA driver of accumulators.
#pragma once

#include <robocache/detail/pointcloud/accumulate/accumulate_kernels.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

inline void check_device_accumulator(const label& op_name, const accumulator& acc) {
  check_device_pointer(op_name, "acc.counts", acc.counts);
  check_device_pointer(op_name, "acc.sums", acc.sums);
  check_device_pointer(op_name, "acc.maxima", acc.maxima);
  check_device_pointer(op_name, "acc.flags", acc.flags);
  check_device_pointer(op_name, "acc.nans", acc.nans);
}

/// What a rule reads and writes.
inline void check_device_rule(const label& op_name, const reset_rule& rule) {
  check_device_accumulator(op_name, rule.into);
}
inline void check_device_rule(const label& op_name, const merge_rule& rule) {
  check_device_accumulator(op_name, rule.from);
  check_device_accumulator(op_name, rule.into);
}
template <class Rule>
void check_device_rule(const label& op_name, const Rule& rule) {
  check_device_accumulator(op_name, rule.from);
  check_device_pointer(op_name, "output", rule.output);
}

inline std::int64_t blocks_of_threads(const label& op_name, std::int64_t threads) {
  const std::int64_t blocks = (threads - 1) / point_threads + 1;
  if (blocks > INT32_MAX) {
    fail(op_name, "the accumulator is too large for one launch (got " + std::to_string(threads) +
                      " entries)");
  }
  return blocks;
}

template <class P, class T>
void launch(const gpu& executor, const accumulate_op<P, T>& op) {
  check_device_points(op.name, op.locate);
  check_device_accumulator(op.name, op.into);
  if (op.locate.slots() == 0 || op.locate.items == 0) return;
  check_device_pointer(op.name, "features", op.values);
  if (op.into.channels > (1 << 20)) {
    fail(op.name,
         "features must have at most 2^20 channels (got " + std::to_string(op.into.channels) + ")");
  }
  launch_kernel(op.name, executor, accumulate_kernel<P, T>,
                count_point_blocks(op.locate, point_threads), point_threads, 0, op);
}

template <class Rule>
void launch(const gpu& executor, const each_entry<Rule>& op) {
  check_device_rule(op.name, op.rule);
  launch_kernel(op.name, executor, each_entry_kernel<Rule>, blocks_of_threads(op.name, op.count),
                point_threads, 0, op.rule, op.count);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
