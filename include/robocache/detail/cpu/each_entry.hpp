// The CPU driver of `each_entry`.
#pragma once

#include <robocache/core/executor.hpp>
#include <robocache/detail/cpu/parallel.hpp>
#include <robocache/detail/each_entry.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

template <class Rule>
void compute(const cpu& executor, const each_entry<Rule>& op) {
  parallel_for(op.count, 1 << 14, executor.threads(), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) op.rule(i);
  });
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
