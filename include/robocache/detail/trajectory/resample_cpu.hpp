// The CPU driver of `resample`.
#pragma once

#include <robocache/core/executor.hpp>
#include <robocache/detail/cpu/parallel.hpp>
#include <robocache/detail/trajectory/resample_check.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Blends two rows. Blocks of a fixed length become vector code at -O2 already.
template <class T, class Out>
ROBOCACHE_HD void blend_row(const T* left, const T* right, compute_type<T> weight, Out* out,
                            std::int64_t channels) {
  constexpr int block = 32;
  std::int64_t c = 0;
  for (; c + block <= channels; c += block) {
    const T* l = left + c;
    const T* r = right + c;
    Out* o = out + c;
    ROBOCACHE_INDEPENDENT
    for (int k = 0; k < block; ++k) o[k] = narrow<Out>(lerp(widen(l[k]), widen(r[k]), weight));
  }
  for (; c < channels; ++c) out[c] = narrow<Out>(lerp(widen(left[c]), widen(right[c]), weight));
}

/// Blends, copies or fills one row.
template <class T, class Out>
ROBOCACHE_HD void write_row(const row_plan<T, Out>& p, compute_type<T> weight,
                            std::int64_t channels) {
  using action = typename row_plan<T, Out>::action;
  switch (p.what) {
    case action::blend:
      blend_row(p.left, p.right, weight, p.output, channels);
      break;
    case action::copy:
      if constexpr (std::is_same_v<T, Out>) {
        // Not even a copy of nothing may be given null pointers.
        if (channels > 0) memcpy(p.output, p.left, static_cast<std::size_t>(channels) * sizeof(T));
      } else {
        for (std::int64_t c = 0; c < channels; ++c) p.output[c] = copied<Out>(p.left[c]);
      }
      break;
    case action::constant:
      for (std::int64_t c = 0; c < channels; ++c) p.output[c] = p.value;
      break;
    case action::skip:
      break;
  }
}

/// The fast path, for whatever finds slots and plans rows like `resample_op`.
template <class Op>
void resample_rows(const Op& op, int threads) {
  using T = typename Op::element;
  constexpr int tile = 64;
  const std::int64_t row_bytes = op.channels * static_cast<std::int64_t>(sizeof(T));
  const std::int64_t grain = row_bytes >= 65536 ? 1 : 65536 / (row_bytes + 16);
  parallel_for(op.slots(), grain, threads, [&](std::int64_t begin, std::int64_t end) {
    typename Op::plan plans[tile];
    compute_type<T> weights[tile];
    std::int64_t row = begin / op.columns;
    std::int64_t column = begin % op.columns;
    for (std::int64_t i = begin; i < end;) {
      int count = 0;
      for (; count < tile && i < end; ++count, ++i) {
        const auto slot = op.find(row, column);
        bracket at;
        plans[count] = op.plan_row(slot, at);
        weights[count] = static_cast<compute_type<T>>(op.fraction_of(slot, at).value());
        op.write_report(slot, plans[count], row, column);
        if (++column == op.columns) {
          column = 0;
          ++row;
        }
      }
      for (int k = 0; k < count; ++k) write_row(plans[k], weights[k], op.channels);
    }
  });
}

/// The general path, unit by unit.
template <class Op>
void resample_units(const Op& op, int threads) {
  using state = typename Op::slot::state;
  const std::int64_t grain = op.units >= 4096 ? 1 : 4096 / (op.units + 1);
  parallel_for(op.slots(), grain, threads, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t row = i / op.columns;
      const std::int64_t column = i % op.columns;
      const auto slot = op.find(row, column);
      if (slot.is == state::skip) continue;
      bool valid = slot.is == state::answer;
      for (std::int64_t unit = 0; unit < op.units; ++unit) {
        valid = op.write_unit(slot, unit) && valid;
      }
      op.valid.write(row, column, valid ? 1 : 0);
      op.write_report(slot, row, column);
    }
  });
}

/// Whichever path the operation takes.
template <class Op>
void resample_any(const Op& op, int threads) {
  if (op.is_pairwise()) {
    resample_rows(op, threads);
  } else {
    resample_units(op, threads);
  }
}

template <class T, class Time>
void compute(const cpu& executor, const resample_op<T, Time>& op) {
  check_items(resample_name, sample_names, op.samples_of());
  check_items(resample_name, target_names, op.targets_of());
  if (op.status != nullptr) {
    const auto check = [&](std::int64_t b, std::int64_t) {
      op.status[b] = op.check_stamps(b, 0, 1);
    };
    parallel_for(op.items, 1, executor.threads(), check);
  }
  resample_any(op, executor.threads());
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
