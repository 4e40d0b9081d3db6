// The CPU driver of `fuse`.
#pragma once

#include <robocache/detail/run_on.hpp>
#include <robocache/detail/trajectory/fuse_check.hpp>
#include <robocache/detail/trajectory/resample_cpu.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Windows of a stream.
template <class T, class Time, class Out>
void reduce_windows(const fuse_op<T, Time, Out>& op, int threads) {
  resample_slots(op, threads, [&op](const auto& slot, std::int64_t column) {
    const std::int64_t first = op.first_in_window(slot, column);
    bool valid = true;
    for (std::int64_t unit = 0; unit < op.width(); ++unit) {
      typename fuse_op<T, Time, Out>::result result;
      valid = op.write_reduced(slot, first, unit, result) && valid;
      slot.output[unit] = result;
    }
    return valid;
  });
}

template <class T, class Time, class Out>
void compute(const cpu& executor, const fuse_op<T, Time, Out>& op) {
  answer_all(executor, op, [&](const auto& seen) {
    if (seen.is_reduced()) {
      reduce_windows(seen, executor.threads());
    } else {
      resample_any(seen, executor.threads());
    }
  });
  check_all_stamps(op, executor.threads());
}

template <class Time, class Out>
void compute(const cpu& executor, const fuse_call<Time, Out>& call) {
  check_call(call);
  for_each_stream(call, [](const label& name, const auto& op) {
    check_items(fuse_name, clock_names, op.targets_of());
    check_items(name, sample_names, op.samples_of());
  });
  check_apart(call);
  for_each_stream(call, [&](const label&, const auto& op) {
    if constexpr (is_typed<typename std::decay_t<decltype(op)>::element>) {
      compute(executor, op);
    } else {
      run(executor, op);  // compiled by itself
    }
  });
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
