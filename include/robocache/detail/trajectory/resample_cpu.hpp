// The CPU driver of `resample`, and the gate to the CUDA one.
#pragma once

#include <robocache/core/executor.hpp>
#include <robocache/detail/parallel.hpp>
#include <robocache/detail/trajectory/resample_check.hpp>

namespace robocache::detail {

// Says that the iterations of the next loop do not depend on one another.
#if defined(__clang__)
#define ROBOCACHE_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define ROBOCACHE_INDEPENDENT _Pragma("GCC ivdep")
#endif

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

template <class T, class Out>
void write_rows(const row_plan<T, Out>* plans, const compute_type<T>* weights, int count,
                std::int64_t channels) {
  for (int i = 0; i < count; ++i) write_row(plans[i], weights[i], channels);
}

#if defined(__x86_64__) && defined(__GNUC__)
// The same code for processors with fused multiply-add; an fma is exact with or without.
template <class T, class Out>
__attribute__((target("avx2,fma,f16c"))) void write_rows_avx2(const row_plan<T, Out>* plans,
                                                              const compute_type<T>* weights,
                                                              int count, std::int64_t channels) {
  for (int i = 0; i < count; ++i) write_row(plans[i], weights[i], channels);
}

inline bool has_avx2() {
  static const bool has = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") != 0;
  return has;
}
#endif

template <class T, class Out>
auto select_write_rows() {
#if defined(__x86_64__) && defined(__GNUC__)
  return has_avx2() ? &write_rows_avx2<T, Out> : &write_rows<T, Out>;
#else
  return &write_rows<T, Out>;
#endif
}

/// The fast path, for whatever finds slots and plans rows like `resample_op`.
template <class Op>
void resample_rows(const Op& op, int threads) {
  using T = typename Op::element;
  constexpr int tile = 64;
  const auto write = select_write_rows<T, typename Op::result>();
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
      write(plans, weights, count, op.channels);
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

[[noreturn]] inline void fail_length(const char* op_name, const std::string& name,
                                     std::int64_t most, std::int64_t got) {
  fail(op_name,
       name + " must be 0 to " + std::to_string(most) + " (got " + std::to_string(got) + ")");
}

[[noreturn]] inline void fail_offsets(const char* op_name, const char* name, std::int64_t item) {
  fail(op_name, std::string(name) + " of item " + std::to_string(item) +
                    " must lie in range and must not run backwards");
}

/// On the CPU lengths and offsets can be read, so bad ones are errors before anything is written.
template <class T, class Time, class Out>
void check_sample_ranges(const char* op_name, const resample_op<T, Time, Out>& op) {
  if (op.lengths == nullptr && op.offsets == nullptr) return;
  for (std::int64_t b = 0; b < op.items; ++b) {
    std::int64_t first, count;
    if (op.sample_range(b, first, count)) continue;
    if (op.lengths == nullptr) fail_offsets(op_name, "options.offsets", b);
    fail_length(op_name, "options.lengths[" + std::to_string(b) + "]", op.samples, count);
  }
}

/// The same for targets; `lengths` is what the caller knows their lengths by.
template <class T, class Time, class Out>
void check_target_ranges(const char* op_name, const resample_op<T, Time, Out>& op,
                         const char* lengths = "options.target_lengths") {
  if (op.target_lengths == nullptr && op.target_offsets == nullptr) return;
  for (std::int64_t b = 0; b < op.items; ++b) {
    std::int64_t first, count;
    if (op.target_range(b, first, count)) continue;
    if (op.target_lengths == nullptr) fail_offsets(op_name, "options.target_offsets", b);
    fail_length(op_name, std::string(lengths) + "[" + std::to_string(b) + "]", op.columns, count);
  }
}

template <class T, class Time>
void run(const cpu& executor, const resample_op<T, Time>& op) {
  check_sample_ranges(resample_name, op);
  check_target_ranges(resample_name, op);
  if (op.status != nullptr) {
    parallel_for(op.items, 1, executor.threads(), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t b = begin; b < end; ++b) op.status[b] = op.check_stamps(b, 0, 1);
    });
  }
  if (op.is_pairwise() && op.is_plain()) {
    resample_rows<plain_resample_op<T, Time>>(op, executor.threads());
  } else if (op.is_pairwise()) {
    resample_rows(op, executor.threads());
  } else {
    resample_units(op, executor.threads());
  }
}

#if defined(__CUDACC__)
template <class T, class Time>
void run(const cuda& executor, const resample_op<T, Time>& op);  // in resample.cuh
#else
template <class T, class Time>
void run(const cuda&, const resample_op<T, Time>&) {
  static_assert(always_false<T, Time>,
                "robocache::resample: the GPU code for these types is not compiled; link "
                "RoboCache::RoboCache built with CUDA (float, bf16, f16, double), or include "
                "<robocache/trajectory/resample.cuh> and compile this file with nvcc");
}
#endif

/// The promised types, declared `extern` here and instantiated in src/trajectory.
#define ROBOCACHE_INSTANTIATE_RESAMPLE(prefix, T)                                              \
  prefix template ROBOCACHE_EXPORT void run(const cuda&, const resample_op<T, std::int64_t>&); \
  prefix template ROBOCACHE_EXPORT void run(const cuda&, const resample_op<T, double>&);       \
  prefix template ROBOCACHE_EXPORT void run(const cuda&, const resample_op<T, float>&);

#if defined(ROBOCACHE_CUDA)
ROBOCACHE_INSTANTIATE_RESAMPLE(extern, float)
ROBOCACHE_INSTANTIATE_RESAMPLE(extern, bf16)
ROBOCACHE_INSTANTIATE_RESAMPLE(extern, f16)
ROBOCACHE_INSTANTIATE_RESAMPLE(extern, double)
#endif

}  // namespace robocache::detail
