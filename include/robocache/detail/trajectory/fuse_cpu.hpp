// The CPU driver of `fuse`.
#pragma once

#include <robocache/detail/trajectory/fuse_check.hpp>
#include <robocache/detail/trajectory/resample_cpu.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

template <class Time, class Out>
void compute(const cpu& executor, const fuse_call<Time, Out>& call) {
  check_call(call);
  for_each_stream(call, [](const label& name, const auto& op) {
    check_items(fuse_name, clock_names, op.targets_of());
    check_items(name, sample_names, op.samples_of());
  });
  for_each_stream(call,
                  [&](const label&, const auto& op) { resample_any(op, executor.threads()); });
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
