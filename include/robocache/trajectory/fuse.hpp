/// \file
/// `fuse`: many sensor streams onto one clock. `forward_fill`: the last value that was there.
#pragma once

#include <limits>
#include <robocache/detail/run_on.hpp>
#include <robocache/detail/trajectory/fuse_cpu.hpp>
#include <robocache/trajectory/fuse_options.hpp>
#include <robocache/trajectory/resample.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The promised types.
#define ROBOCACHE_FUSE_TYPES(Do, Out) \
  Do(fuse_call<std::int64_t, Out>) Do(fuse_call<double, Out>) Do(fuse_call<float, Out>)

ROBOCACHE_FUSE_TYPES(ROBOCACHE_PROMISE, float)
ROBOCACHE_FUSE_TYPES(ROBOCACHE_PROMISE, bf16)
ROBOCACHE_FUSE_TYPES(ROBOCACHE_PROMISE, f16)
ROBOCACHE_FUSE_TYPES(ROBOCACHE_PROMISE, double)

/// What streams of other types, and results of double, are made by.
#define ROBOCACHE_FUSE_UNTYPED(Do) \
  Do(untyped_fuse_op<std::int64_t>) Do(untyped_fuse_op<double>) Do(untyped_fuse_op<float>)

ROBOCACHE_FUSE_UNTYPED(ROBOCACHE_PROMISE)

}  // namespace detail

/// Brings streams of different rates, lengths, types and clocks onto one clock, side by side.
///
/// \param executor `cpu`, `gpu` or `any_executor`; all arrays lie in memory that it can reach.
/// \param streams  a contiguous host container of `fuse_stream<Time>`, of any number.
/// \param clock    the targets: [B, U], as an array or a start and a period.
/// \param output   [B, U, D] float, bf16, f16 or double; D is the sum of the streams' `channels()`,
///                 in their order. Must not overlap another array. Every element is written.
/// \param report   optional validity, age and time error per stream.
///
/// A stream of the output's type gives the bits of `resample` with its options. Other streams of
/// float, bf16, f16 and uint8_t are widened to float, exactly, and rounded once. Streams of double
/// and of other integers, and all where the output is double, are computed in double and rounded
/// once: a sample that is selected is exact where the output can hold it and it is no integer
/// beyond 2^53. Times are int64 (nanoseconds, say), double or float, one type for the clock and all
/// streams; integers are exact, offsets of 1 ns at today's epoch included. A stream with a
/// `reduction` is reduced over its samples in (x - window, x].
///
/// Deterministic: the same bits on the CPU with any number of threads and on any GPU. On CUDA one
/// launch serves 16 streams of one kind that blends two rows or copies one; a stream with windows,
/// several kinds, curves, rotations, missing samples or values of double has one of its own. One
/// more looks through their stamps where `report.valid` is asked for. It is asynchronous, allocates
/// nothing and can be captured.
///
/// Throws as `resample` does; messages name the stream by its place.
template <class Executor, class Streams, class Time, class Out>
void fuse(const Executor& executor, const Streams& streams, const fuse_clock<Time>& clock,
          const view<Out, 3>& output, const fuse_report<Time>& report = {}) {
  detail::fuse_call<Time, Out> call(streams, clock, report);
  call.output = output;
  detail::run(executor, call);
}

/// The same into an output of its own for each stream: `outputs` is a contiguous host container of
/// `view<Out, 3>`, [B, U, channels()] each.
template <class Executor, class Streams, class Time, class Outputs,
          class Out = typename Outputs::value_type::element_type>
void fuse(const Executor& executor, const Streams& streams, const fuse_clock<Time>& clock,
          const Outputs& outputs, const fuse_report<Time>& report = {}) {
  detail::fuse_call<Time, Out> call(streams, clock, report);
  detail::require_equal(detail::fuse_name, "the number of outputs",
                        static_cast<std::int64_t>(outputs.size()), "the number of streams",
                        call.count);
  call.outputs = outputs.data();
  call.is_split = true;
  detail::run(executor, call);
}

/// How `forward_fill` answers.
template <class Time>
struct forward_fill_options {
  Time max_age = unlimited<Time>();  ///< older values do not count (inclusive)
  /// What stands where nothing was, or nothing recent enough.
  double fill_value = std::numeric_limits<double>::quiet_NaN();
  view<const std::uint8_t, 2> sample_mask;  ///< [B, S]: zero marks a row that is missing
};

/// Replaces missing samples by the last present one of the same channel.
///
/// \param values  [B, S, D]; a NaN is missing, and so is a row that the mask says 0 of.
/// \param times   [B, S] stamps, ascending.
/// \param output  as `values`; must not overlap it.
/// \param report  optional; `valid` is 1 where every channel has a value.
///
/// It is `resample` at the samples' own stamps by `interpolation::previous` with NaN skipped, and
/// has its errors, bits and rules for executors.
template <class Executor, class Source, class Times, class T>
void forward_fill(const Executor& executor, view<Source, 3> values, view<Times, 2> times,
                  view<T, 3> output,
                  const forward_fill_options<std::remove_const_t<Times>>& options = {},
                  const resample_report<std::remove_const_t<Times>>& report = {}) {
  resample_options<std::remove_const_t<Times>> how;
  how.kinds = interpolation::previous;
  how.before = end_policy::fill;
  how.fill_value = options.fill_value;
  how.tolerance = options.max_age;
  how.nans = nan_policy::skip;
  how.sample_mask = options.sample_mask;
  resample(executor, values, times, times, output, how, report);
}

ROBOCACHE_END_NAMESPACE
