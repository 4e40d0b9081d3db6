// Targets on the CPU whose search for a sample that is there gave up, answered again by an index.
#pragma once

#include <cstring>
#include <robocache/detail/cpu/parallel.hpp>
#include <robocache/detail/cpu/scratch.hpp>
#include <robocache/detail/trajectory/resample_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The columns of the index of an operation; 0 where no search can be long.
template <class Op>
std::int64_t count_columns(const Op& op) {
  const bool skips = op.nans == nan_policy::skip && !std::is_integral_v<typename Op::element>;
  const bool is_short = op.samples <= presence_index::most_steps || op.items > INT32_MAX;
  if (is_short || (op.mask == nullptr && !skips)) return 0;
  return skips ? 1 + op.channels : 1;
}

/// Indexes the items that are wanted.
template <class Op>
void build_index(const Op& op, const presence_index& index, int threads) {
  parallel_for(op.items * index.columns, 1, threads, [&](std::int64_t i, std::int64_t) {
    const std::int64_t item = i / index.columns;
    if (index.wanted[item] != 0) op.index_column(index, item, i % index.columns);
  });
}

/// Answers all targets by `answer(op)`; where many samples in a row are missing in time linear in
/// samples and targets.
template <class Op, class Answer>
void answer_all(const cpu& executor, const Op& op, const Answer& answer) {
  presence_index index;
  index.samples = op.samples_of();
  index.columns = count_columns(op);
  if (index.columns == 0) return answer(op);
  const cpu_scratch memory(executor, [&](scratch_layout& place) {
    index.words = place.take<std::uint64_t>(index.columns * index.column_words());
    index.wanted = place.take<std::uint8_t>(op.items);
  });
  if (op.items > 0) memset(index.wanted, 0, static_cast<std::size_t>(op.items));
  Op by_index = op;
  by_index.presence = &index;
  answer(by_index);
  if (op.items == 0 || memchr(index.wanted, 1, static_cast<std::size_t>(op.items)) == nullptr) {
    return;
  }
  build_index(op, index, executor.threads());
  index.is_built = true;
  answer(by_index);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
