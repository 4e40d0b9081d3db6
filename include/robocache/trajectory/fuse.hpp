/// \file
/// `fuse`: many sensor streams onto one clock. `forward_fill`: the last value that was there.
#pragma once

#include <robocache/detail/trajectory/fuse_cpu.hpp>
#include <robocache/trajectory/fuse_options.hpp>
#include <robocache/trajectory/resample.hpp>

namespace robocache {
namespace detail {

template <class Executor, class Time, class Out>
void run_fuse_ops(const Executor& executor, const std::vector<any_fuse_op<Time, Out>>& ops) {
  const auto count = static_cast<std::int64_t>(ops.size());
  if constexpr (std::is_same_v<Executor, any_executor>) {
    executor.visit([&](const auto& chosen) { run_fuse(chosen, ops.data(), count); });
  } else {
    run_fuse(executor, ops.data(), count);
  }
}

}  // namespace detail

/// Brings streams of different rates, lengths, types and clocks onto one clock, side by side.
///
/// \param executor `cpu`, `cuda` or `any_executor`; all arrays lie in memory that it can reach.
/// \param streams  a contiguous host container of `fuse_stream<Time>`, of any number.
/// \param clock    the targets: [B, U], as an array or a start and a period.
/// \param output   [B, U, D] float, bf16 or f16; D is the sum of the streams' `channels()`, in
///                 their order. Must not overlap an input. Every element is written.
/// \param report   optional validity, age and time error per stream.
///
/// A stream of the output's type gives the bits of `resample` with its options; other types are
/// widened to float, exactly, and rounded once. Times are int64 (nanoseconds, say), double or
/// float, one type for the clock and all streams; integers are exact, offsets of 1 ns at today's
/// epoch included. A stream with a `reduction` is reduced over its samples in (x - window, x].
///
/// Deterministic: the same bits on the CPU with any number of threads and on any GPU. On CUDA one
/// launch serves 16 streams; it is asynchronous, allocates nothing and can be captured.
///
/// Throws as `resample` does; messages name the stream by its place.
template <class Executor, class Streams, class Time, class Out>
void fuse(const Executor& executor, const Streams& streams, const fuse_clock<Time>& clock,
          const view<Out, 3>& output, const fuse_report<Time>& report = {}) {
  detail::check_clock(clock);
  const auto count = static_cast<std::int64_t>(streams.size());
  std::vector<std::int64_t> first(1, 0);
  for (const fuse_stream<Time>& stream : streams) first.push_back(first.back() + stream.channels());
  detail::check_rows("output", output, clock);
  detail::require_equal(detail::fuse_name, "output.extent(2)", output.extent(2),
                        "the channels of all streams", first.back());
  detail::check_view(detail::fuse_name, "output", output, true);
  const auto slice = [&](std::int64_t n) {
    const auto at = static_cast<std::size_t>(n);
    Out* const data = output.empty() ? nullptr : output.data_handle() + first[at];
    return view<Out, 3>(data, {output.extent(0), output.extent(1), first[at + 1] - first[at]},
                        {output.stride(0), output.stride(1), 1});
  };
  const auto ops = detail::make_fuse_ops<Time, Out>(streams.data(), count, clock, slice, report);
  detail::run_fuse_ops(executor, ops);
}

/// The same into an output of its own for each stream: `outputs` is a contiguous host container of
/// `view<Out, 3>`, [B, U, channels()] each.
template <class Executor, class Streams, class Time, class Outputs,
          class Out = typename Outputs::value_type::element_type>
void fuse(const Executor& executor, const Streams& streams, const fuse_clock<Time>& clock,
          const Outputs& outputs, const fuse_report<Time>& report = {}) {
  detail::check_clock(clock);
  const auto count = static_cast<std::int64_t>(streams.size());
  detail::require_equal(detail::fuse_name, "the number of outputs",
                        static_cast<std::int64_t>(outputs.size()), "the number of streams", count);
  const auto whole = [&](std::int64_t n) { return outputs[static_cast<std::size_t>(n)]; };
  const auto ops = detail::make_fuse_ops<Time, Out>(streams.data(), count, clock, whole, report);
  detail::run_fuse_ops(executor, ops);
}

/// Replaces missing samples by the last present one of the same channel.
///
/// \param values  [B, S, D]; a NaN is missing, and so is a row that `mask` [B, S] says 0 of.
/// \param times   [B, S] stamps, ascending.
/// \param output  as `values`; must not overlap it. What was never there, or is older than
///                `max_age` (inclusive), is `fill_value`.
/// \param valid   optional [B, S]: 1 where every channel has a value.
///
/// It is `resample` at the samples' own stamps by `interpolation::previous` with NaN skipped, and
/// has its errors, bits and rules for executors.
template <class Executor, class Source, class Times, class T>
void forward_fill(const Executor& executor, view<Source, 3> values, view<Times, 2> times,
                  view<T, 3> output,
                  std::remove_const_t<Times> max_age = unlimited<std::remove_const_t<Times>>(),
                  double fill_value = std::numeric_limits<double>::quiet_NaN(),
                  view<std::uint8_t, 2> valid = {}, view<const std::uint8_t, 2> mask = {}) {
  using Time = std::remove_const_t<Times>;
  resample_options<Time> options;
  options.kinds = interpolation::previous;
  options.before = end_policy::fill;
  options.fill_value = fill_value;
  options.tolerance = max_age;
  options.nans = nan_policy::skip;
  options.sample_mask = mask;
  resample_report<Time> report;
  report.valid = valid;
  resample(executor, values, times, times, output, options, report);
}

}  // namespace robocache
