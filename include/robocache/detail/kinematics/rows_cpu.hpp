// The CPU driver of operations whose rows do not know of one another.
#pragma once

#include <robocache/core/executor.hpp>
#include <robocache/detail/cpu/parallel.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// `op.compute_row(b)` for each b of `op.rows`.
template <class Op>
void compute_rows(const cpu& executor, const Op& op, std::int64_t grain) {
  const auto body = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t b = begin; b < end; ++b) op.compute_row(b);
  };
  parallel_for(op.rows, grain, executor.threads(), body);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
