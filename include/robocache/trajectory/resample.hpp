/// \file
/// `resample`: samples at irregular times in, values at the times you ask for out.
#pragma once

#include <robocache/detail/run_on.hpp>
#include <robocache/detail/trajectory/resample_cpu.hpp>
#include <robocache/trajectory/resample_options.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The promised types.
#define ROBOCACHE_RESAMPLE_TYPES(Do, T) \
  Do(resample_op<T, std::int64_t>) Do(resample_op<T, double>) Do(resample_op<T, float>)

ROBOCACHE_RESAMPLE_TYPES(ROBOCACHE_PROMISE, float)
ROBOCACHE_RESAMPLE_TYPES(ROBOCACHE_PROMISE, bf16)
ROBOCACHE_RESAMPLE_TYPES(ROBOCACHE_PROMISE, f16)
ROBOCACHE_RESAMPLE_TYPES(ROBOCACHE_PROMISE, double)

}  // namespace detail

/// Resamples a batch of trajectories to new times.
///
/// \param executor `cpu`, `gpu` or `any_executor`; all views lie in memory that it can reach.
/// \param source   [B, S, D] samples: float, bf16, f16 or double.
/// \param times    [B, S] finite stamps, ascending: int64 (nanoseconds, say), double or float, in
/// any unit
///                 and from any origin. Float seconds are 0.1 ms coarse after half an hour and
///                 128 s coarse at today's epoch: prefer int64.
/// \param targets  [B, U] times to answer, in the stamps' type, unit and origin; in any order.
/// \param output   [B, U, D]; must not overlap another array. Every element is written.
/// \param options  kinds, ends, gaps, missing samples, ragged batches.
/// \param report   optional further outputs, none of which may overlap another array.
///
/// A target x lies in the interval with times[i] <= x < times[i+1]; of samples that share a stamp
/// the last one counts at that stamp. Differences of times are taken in their own type, weights in
/// double, rounded once to float for values of up to 32 bits, which are blended in float; a value
/// is rounded once to its type. Errors for weights in [0, 1], relative to the largest sample that
/// takes part: linear 1 ulp, cubic and PCHIP 16 ulp (times the ratio of neighbouring intervals
/// where that is above 1), slerp 4e-7; in double 1e-15 for slerp. A NaN target gives NaN, marked
/// invalid. No samples give the fill value; one sample is held. Batch and row strides are free (a
/// stride of 0 shares one row); the innermost stride is 1.
///
/// Deterministic: the same bits on the CPU with any number of threads and on any GPU. On CUDA it is
/// asynchronous, allocates nothing and can be captured. Lengths and offsets are checked before
/// anything is written on the CPU; on CUDA an item whose range is bad is left unwritten and said
/// in `report.status`.
///
/// Throws `invalid_argument` for shapes, strides, pointers and options that cannot be right, and
/// `cuda_error` when a launch fails, before anything is written.
template <class Executor, class Source, class Times, class Targets, class T>
void resample(const Executor& executor, view<Source, 3> source, view<Times, 2> times,
              view<Targets, 2> targets, view<T, 3> output,
              const resample_options<std::remove_const_t<Times>>& options = {},
              const resample_report<std::remove_const_t<Times>>& report = {}) {
  using Time = std::remove_const_t<Times>;
  constexpr bool is_same = std::is_same_v<std::remove_const_t<Source>, T>;
  constexpr bool is_clock = std::is_same_v<Time, std::remove_const_t<Targets>>;
  constexpr bool is_time = std::is_same_v<Time, std::int64_t> || std::is_same_v<Time, double> ||
                           std::is_same_v<Time, float>;
  constexpr bool is_value = !std::is_integral_v<T> && std::is_trivially_copyable_v<T>;
  static_assert(is_same, "robocache::resample: source and output must have one element type");
  static_assert(is_clock, "robocache::resample: times and targets must have one type");
  static_assert(is_time, "robocache::resample: times must be int64_t, double or float");
  static_assert(is_value,
                "robocache::resample: samples must be float, double, bf16, f16 or a floating-point "
                "type of your own; integers are streams of robocache::fuse");
  if constexpr (is_same && is_clock && is_time && is_value) {  // or the errors would go on
    detail::run(executor, detail::make_resample_op<T, Time, T>(detail::resample_name, source, times,
                                                               targets, output, options, report));
  }
}

ROBOCACHE_END_NAMESPACE
