// The CPU driver of `resample`.
#pragma once

#include <robocache/core/executor.hpp>
#include <robocache/detail/cpu/parallel.hpp>
#include <robocache/detail/trajectory/presence_cpu.hpp>
#include <robocache/detail/trajectory/resample_check.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Blends two rows; returns whether all results are numbers. Blocks of a fixed length become vector
/// code at -O2 already.
template <class T, class Out>
ROBOCACHE_HD bool blend_row(const T* left, const T* right, compute_type<T> weight, Out* out,
                            std::int64_t channels) {
  constexpr int block = 32;
  using Real = compute_type<T>;
  Real sums[block] = {};
  std::int64_t c = 0;
  for (; c + block <= channels; c += block) {
    const T* l = left + c;
    const T* r = right + c;
    Out* o = out + c;
    ROBOCACHE_INDEPENDENT
    for (int k = 0; k < block; ++k) {
      const Real value = lerp_finite(widen(l[k]), widen(r[k]), weight);
      sums[k] += value != value ? Real(1) : Real(0);
      o[k] = narrow<Out>(value);
    }
  }
  for (; c < channels; ++c) {
    const Real value = lerp_finite(widen(left[c]), widen(right[c]), weight);
    sums[0] += value != value ? Real(1) : Real(0);
    out[c] = narrow<Out>(value);
  }
  Real nans = 0;
  for (const Real sum : sums) nans += sum;
  return nans == Real(0);
}

template <class T, class Out>
ROBOCACHE_HD bool copy_row(const T* from, Out* to, std::int64_t channels) {
  if constexpr (std::is_same_v<T, Out>) {
    // Not even a copy of nothing may be given null pointers.
    if (channels > 0) memcpy(to, from, static_cast<std::size_t>(channels) * sizeof(T));
  } else {
    for (std::int64_t c = 0; c < channels; ++c) to[c] = copied<Out>(from[c]);
  }
  int nans = 0;
  for (std::int64_t c = 0; c < channels; ++c) nans += is_nan(from[c]) ? 1 : 0;
  return nans == 0;
}

/// Blends, copies or fills one row; false where a sample's NaN came through.
template <class T, class Out>
ROBOCACHE_HD bool write_row(const row_plan<T, Out>& p, compute_type<T> weight,
                            std::int64_t channels) {
  using action = typename row_plan<T, Out>::action;
  if (p.what == action::blend) return blend_row(p.left, p.right, weight, p.output, channels);
  if (p.what == action::copy) return copy_row(p.left, p.output, channels);
  if (p.what == action::constant) {
    for (std::int64_t c = 0; c < channels; ++c) p.output[c] = p.value;
  }
  return true;
}

/// Mends the channels of a row that are NaN.
template <class Op>
void mend_row(const Op& op, std::int64_t row, std::int64_t column, typename Op::result* out) {
  for (std::int64_t c = 0; c < op.channels; ++c) {
    if (!is_nan(out[c])) continue;
    typename Op::result own[1] = {out[c]};
    mend_lane(op, row, column, c, own);
    out[c] = own[0];
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
        const auto slot = op.find_row(row, column);
        bracket at;
        plans[count] = op.plan_row(slot, at);
        weights[count] = static_cast<compute_type<T>>(op.fraction_of(slot, at).value());
        op.template write_row_report<true>(slot, plans[count], row, column);
        if (++column == op.columns) {
          column = 0;
          ++row;
        }
      }
      for (int k = 0; k < count; ++k) {
        if (write_row(plans[k], weights[k], op.channels)) continue;
        const std::int64_t slot = i - count + k;
        mend_row(op, slot / op.columns, slot % op.columns, plans[k].output);
      }
    }
  });
}

/// Answers channels of a planned group from `channel` to `end`, `Width` at a time as far as they
/// go; returns whether all are valid.
template <int Width, class Op>
ROBOCACHE_HD bool write_lanes(const Op& op, const typename Op::slot& slot, const group_span& group,
                              const group_plan<typename Op::element>& plan, std::int64_t& channel) {
  const std::int64_t end = group.first_channel + group.channels;
  bool valid = true;
  for (; channel + Width <= end; channel += Width) {
    typename Op::result results[Width];
    valid = op.template answer<false, true>(slot, group, plan, channel, Width, results) && valid;
    for (int k = 0; k < Width; ++k) slot.output[channel + k] = results[k];
  }
  return valid;
}

template <class Op>
ROBOCACHE_HD bool write_group(const Op& op, const typename Op::slot& slot, const group_span& group,
                              const group_plan<typename Op::element>& plan) {
  std::int64_t channel = group.first_channel;
  const bool valid = write_lanes<4>(op, slot, group, plan, channel);
  return write_lanes<1>(op, slot, group, plan, channel) && valid;
}

/// The general path, by `write_row(slot, column)`, which returns whether all its values are valid.
template <class Op, class WriteRow>
void resample_slots(const Op& op, int threads, const WriteRow& write_row) {
  using state = typename Op::slot::state;
  const std::int64_t grain = op.channels >= 4096 ? 1 : 4096 / (op.channels + 1);
  parallel_for(op.slots(), grain, threads, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t row = i / op.columns;
      const std::int64_t column = i % op.columns;
      const auto slot = op.find(row, column);
      if (slot.is == state::skip || op.is_answered(slot)) continue;
      const bool valid = write_row(slot, column);
      op.valid.write(row, column, valid && slot.is == state::answer ? 1 : 0);
      op.write_report(slot, row, column);
    }
  });
}

/// Groups of any kinds.
template <class Op>
void resample_groups(const Op& op, int threads) {
  resample_slots(op, threads, [&op](const typename Op::slot& slot, std::int64_t) {
    group_plan<typename Op::element> plans[channel_groups::capacity];
    for (int p = 0; p < op.plan_count; ++p) plans[p] = op.plan_group(slot, op.plan_kinds[p]);
    bool valid = true;
    for (int g = 0; g < op.group_count; ++g) {
      valid = write_group(op, slot, op.groups[g], plans[op.groups[g].plan]) && valid;
    }
    return valid;
  });
}

/// Whichever path the operation takes.
template <class Op>
void resample_any(const Op& op, int threads) {
  if constexpr (is_typed<typename Op::element>) {
    const bool again = op.presence != nullptr && op.presence->is_built;
    if (op.is_pairwise() && !again) return resample_rows(op, threads);
  }
  resample_groups(op, threads);
}

/// Looks through the stamps of all items and does what follows.
template <class Op>
void check_all_stamps(const Op& op, int threads) {
  if (!op.needs_status()) return;
  parallel_for(op.items, 1, threads, [&](std::int64_t b, std::int64_t) {
    op.apply_status(b, op.status_of(b, 0, 1), 0, 1);
  });
}

template <class T, class Time>
void compute(const cpu& executor, const resample_op<T, Time>& op) {
  check_items(resample_name, sample_names, op.samples_of());
  check_items(resample_name, target_names, op.targets_of());
  answer_all(executor, op, [&](const auto& seen) { resample_any(seen, executor.threads()); });
  check_all_stamps(op, executor.threads());
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
