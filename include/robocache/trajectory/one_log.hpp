/// \file
/// `resample_log` and `fuse_log`: one recording in containers, answered in vectors.
#pragma once

#include <iterator>
#include <robocache/trajectory/fuse.hpp>
#include <utility>
#include <vector>

ROBOCACHE_BEGIN_NAMESPACE

/// What one log gives at its targets. It owns its arrays.
template <class T>
struct log_result {
  std::vector<T> values;            ///< [rows, channels]
  std::vector<std::uint8_t> valid;  ///< [rows, streams]: 1 where every channel has an answer
  std::int64_t rows = 0;            ///< targets
  std::int64_t channels = 0;        ///< of all streams
  std::int64_t streams = 1;

  /// The values at target u: `channels` of them.
  [[nodiscard]] const T* operator[](std::int64_t u) const { return values.data() + u * channels; }
};

namespace detail {

template <class Container>
using element_in = std::remove_const_t<
    std::remove_pointer_t<decltype(std::data(std::declval<const Container&>()))>>;

template <class Container>
std::int64_t count_in(const Container& container) {
  return static_cast<std::int64_t>(std::size(container));
}

/// Requires `channels` values for each stamp.
inline void check_log(const label& op, std::int64_t times, std::int64_t values,
                      std::int64_t channels) {
  if (channels < 1) {
    fail(op, "channels must be at least 1 (got " + std::to_string(channels) + ")");
  }
  if (checked_product(op, "times.size() * channels", times, channels) == values) return;
  fail(op, "values.size() must equal times.size() * channels (got " + std::to_string(values) +
               " and " + std::to_string(times) + " * " + std::to_string(channels) + ")");
}

template <class T>
log_result<T> make_log_result(const label& op, std::int64_t rows, std::int64_t channels,
                              std::int64_t streams) {
  log_result<T> result;
  result.rows = rows;
  result.channels = channels;
  result.streams = streams;
  const std::int64_t values = checked_product(op, "targets * channels", rows, channels);
  const std::int64_t flags = checked_product(op, "targets * streams", rows, streams);
  result.values.resize(static_cast<std::size_t>(values));
  result.valid.resize(static_cast<std::size_t>(flags));
  return result;
}

}  // namespace detail

/// `resample` of one recording: a batch of one, from containers into vectors.
///
/// \param executor  `cpu`, with any number of threads: the arrays lie in host memory.
/// \param times     S stamps, ascending (`ascending_rows` mends others): int64, double or float, in
///                  any unit and from any origin.
/// \param values    [S, channels] samples, row by row: float, double, bf16 or f16.
/// \param channels  numbers in each sample.
/// \param targets   U times to answer, in the stamps' type and unit; in any order.
/// \param options   as of `resample`, where B is 1.
///
/// Containers are contiguous: vectors, arrays, spans, whatever has `data()` and `size()`. The
/// result is [U, channels] with U flags, and has the bits of `resample`, which it calls; what is
/// promised of those holds.
///
/// Throws `invalid_argument` where the sizes do not fit, and as `resample` does.
template <class Times, class Values, class Targets>
auto resample_log(const cpu& executor, const Times& times, const Values& values,
                  std::int64_t channels, const Targets& targets,
                  const resample_options<detail::element_in<Times>>& options = {}) {
  using T = detail::element_in<Values>;
  const detail::label op = "resample_log";
  const std::int64_t samples = detail::count_in(times), rows = detail::count_in(targets);
  detail::check_log(op, samples, detail::count_in(values), channels);
  log_result<T> result = detail::make_log_result<T>(op, rows, channels, 1);
  resample_report<detail::element_in<Times>> report;
  report.valid = {result.valid.data(), {1, rows}};
  resample(executor, view(std::data(values), {1, samples, channels}),
           view(std::data(times), {1, samples}), view(std::data(targets), {1, rows}),
           view(result.values.data(), {1, rows, channels}), options, report);
  return result;
}

/// One sensor of a recording as a stream of `fuse_log` or, as a batch of one, of `fuse`: S `times`
/// and [S, channels] `values` of the types that streams may have. Its options, offset, reduction
/// and window are set on what is returned. Nothing is copied, so both containers must outlive it;
/// temporary ones are refused when this is compiled.
///
/// Throws `invalid_argument` where the sizes do not fit.
template <class Times, class Values>
auto log_stream(Times&& times, Values&& values, std::int64_t channels, channel_groups kinds = {}) {
  static_assert(std::is_lvalue_reference_v<Times> && std::is_lvalue_reference_v<Values>,
                "robocache::log_stream: a stream points to its times and values: give those names "
                "that outlive it");
  const std::int64_t samples = detail::count_in(times);
  detail::check_log("log_stream", samples, detail::count_in(values), channels);
  const auto* data = std::data(values);
  const auto* stamps = std::data(times);
  return fuse_stream<detail::element_in<Times>>(view(data, {1, samples, channels}),
                                                view(stamps, {1, samples}), kinds);
}

/// `fuse` of one recording onto a clock of one item, into vectors.
///
/// \param executor  `cpu`, with any number of threads: the arrays lie in host memory.
/// \param streams   a contiguous container of what `log_stream` gives; one type of stamps.
/// \param clock     `fuse_clock` of a batch of 1, such as {t0, period, 1, targets}.
/// \tparam Out      the type of the result: float, bf16 or f16.
///
/// The result is [U, D] with [U, streams] flags, D being the sum of the streams' `channels()`. It
/// has the bits of `fuse`, which it calls; what is promised of those holds.
///
/// Throws `invalid_argument` for a clock of more than one item, and as `fuse` does.
template <class Out = float, class Streams, class Time>
log_result<Out> fuse_log(const cpu& executor, const Streams& streams,
                         const fuse_clock<Time>& clock) {
  using Stream = detail::element_in<Streams>;
  static_assert(std::is_same_v<Stream, fuse_stream<Time>>,
                "robocache::fuse_log: streams are fuse_stream<Time>, as log_stream gives, and the "
                "targets are of their stamps' type");
  const detail::label op = "fuse_log";
  detail::require_equal(op, "the clock's items", clock.batch, "those of one log", 1);
  if (clock.count < 0) {
    detail::fail(
        op, "the clock's targets must not be negative (got " + std::to_string(clock.count) + ")");
  }
  std::int64_t channels = 0;
  for (const auto& stream : streams) {
    channels = detail::checked_sum(op, "the sum of channels", channels, stream.channels());
  }
  const std::int64_t count = detail::count_in(streams);
  auto result = detail::make_log_result<Out>(op, clock.count, channels, count);
  fuse_report<Time> report;
  report.valid = {result.valid.data(), {1, clock.count, count}};
  fuse(executor, streams, clock, view<Out, 3>(result.values.data(), {1, clock.count, channels}),
       report);
  return result;
}

/// The same at U `targets`, a contiguous container of the stamps' type, in any order.
template <class Out = float, class Streams, class Targets>
log_result<Out> fuse_log(const cpu& executor, const Streams& streams, const Targets& targets) {
  using Time = detail::element_in<Targets>;
  return fuse_log<Out>(executor, streams,
                       fuse_clock<Time>(view(std::data(targets), {1, detail::count_in(targets)})));
}

ROBOCACHE_END_NAMESPACE
