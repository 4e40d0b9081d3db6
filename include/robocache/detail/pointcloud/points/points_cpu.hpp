// The CPU driver of bounds and selections.
#pragma once

#include <algorithm>
#include <robocache/detail/cpu/parallel.hpp>
#include <robocache/detail/cpu/scratch.hpp>
#include <robocache/detail/pointcloud/points/points_check.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Counts what each chunk keeps, then writes each chunk to where its rows belong.
template <class Op>
void select(const cpu& executor, const Op& op) {
  const selection_chunks chunks = chunk_rows(op.most_rows());
  const std::int64_t number = op.most_rows() > 0 ? chunks.number : 0;
  std::int32_t* places = nullptr;  // of each chunk: rows kept, then where the first one goes
  std::int32_t* totals = nullptr;  // of each item
  const cpu_scratch memory(executor, [&](scratch_layout& scratch) {
    places = scratch.take<std::int32_t>(op.items * number);
    totals = scratch.take<std::int32_t>(op.items);
  });
  const auto for_each_chunk = [&](const auto& f) {
    const auto body = [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t k = begin; k < end; ++k) {
        f(op.at(k / number), static_cast<std::int32_t>(k % number * chunks.rows), k);
      }
    };
    parallel_for(op.items * number, 8, executor.threads(), body);
  };
  for_each_chunk([&](const auto& item, std::int32_t from, std::int64_t k) {
    std::int32_t kept = 0;
    for (std::int32_t i = from; i < chunks.end(from, item.rows); ++i) kept += item.keeps(i) ? 1 : 0;
    places[k] = kept;
  });
  for (std::int64_t b = 0; b < op.items; ++b) {
    std::int32_t total = 0;
    for (std::int64_t k = b * number; k < (b + 1) * number; ++k) {
      const std::int32_t kept = places[k];
      places[k] = total;
      total += kept;
    }
    totals[b] = total;
    op.finish(b, total);
  }
  for_each_chunk([&](const auto& item, std::int32_t from, std::int64_t k) {
    std::int32_t place = places[k];
    for (std::int32_t i = from; i < chunks.end(from, item.rows); ++i) {
      if (item.keeps(i)) item.write(i, place++);
    }
    for (std::int32_t i = std::max(from, totals[k / number]); i < chunks.end(from, item.places);
         ++i) {
      item.clear(i);
    }
  });
}

template <class D>
void compute(const cpu& executor, const depth_op<D>& op) {
  select(executor, op);
}

template <class P>
void compute(const cpu& executor, const crop_op<P>& op) {
  check_items(op.name, cloud_names, op.clouds);
  select(executor, op);
}

template <class P>
void compute(const cpu& executor, const bounds_op<P>& op) {
  using state = bounds_state<compute_type<P>>;
  check_items(op.name, cloud_names, op.clouds);
  constexpr std::int64_t chunk = 1 << 14;
  const std::int64_t chunks = (op.clouds.rows + chunk - 1) / chunk;
  state* parts = nullptr;
  const cpu_scratch memory(executor, [&](scratch_layout& scratch) {
    parts = scratch.take<state>(op.clouds.items * chunks);
  });
  const auto body = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t k = begin; k < end; ++k) {
      const std::int64_t from = k % chunks * chunk;
      const item_range range = op.clouds.rows_of(k / chunks);
      parts[k] = op.over(k / chunks, range, from, from + chunk, 1);
    }
  };
  parallel_for(op.clouds.items * chunks, 1, executor.threads(), body);
  for (std::int64_t b = 0; b < op.clouds.items; ++b) {
    state whole = state::none();
    for (std::int64_t k = b * chunks; k < (b + 1) * chunks; ++k) whole.merge(parts[k]);
    op.write(b, whole);
  }
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
