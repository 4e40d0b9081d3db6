// What the streams, the clock and the outputs of a `fuse` can tell before it runs.
#pragma once

#include <robocache/detail/trajectory/fuse_op.hpp>
#include <robocache/detail/trajectory/resample_check.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

constexpr const char* fuse_name = "fuse";

/// What messages call the items of the clock.
inline constexpr ragged_names clock_names{"clock.lengths", "clock.offsets"};

/// A call of `fuse`, as it was made. Its streams become operations one by one.
template <class Time, class Out>
struct fuse_call {
  template <class Streams>
  fuse_call(const Streams& list, const fuse_clock<Time>& at, const fuse_report<Time>& wanted)
      : streams(list.data()),
        count(static_cast<std::int64_t>(list.size())),
        clock(at),
        report(wanted) {}

  const fuse_stream<Time>* streams;
  std::int64_t count;
  fuse_clock<Time> clock;
  fuse_report<Time> report;
  view<Out, 3> output;                    // all streams side by side ...
  const view<Out, 3>* outputs = nullptr;  // ... or each by itself
  bool is_split = false;

  /// Where a stream goes whose channels begin at `first`.
  [[nodiscard]] view<Out, 3> output_of(std::int64_t n, std::int64_t first,
                                       std::int64_t channels) const {
    if (is_split) return outputs[n];
    Out* const data = output.empty() ? nullptr : output.data_handle() + first;
    return {data,
            {output.extent(0), output.extent(1), channels},
            {output.stride(0), output.stride(1), 1}};
  }
};

/// Requires that no target of a uniform clock leaves the type.
template <class Time>
void check_uniform(const fuse_clock<Time>& clock) {
  if constexpr (std::is_integral_v<Time>) {
    Time reach = 0, last = 0;
    const std::int64_t steps = clock.count > 0 ? clock.count - 1 : 0;
    const bool fits = !__builtin_mul_overflow(clock.period, steps, &reach) &&
                      !__builtin_add_overflow(clock.start, reach / clock.per, &last) &&
                      (reach % clock.per >= 0 || last > INT64_MIN);
    if (!fits) {
      fail(fuse_name, "clock: count steps of " + std::to_string(clock.period) + " from " +
                          std::to_string(clock.start) + " must fit 64 bits (got " +
                          std::to_string(clock.count) + ")");
    }
  } else {
    require_finite(fuse_name, "clock.start", clock.start);
    require_finite(fuse_name, "clock.period", clock.period);
  }
}

template <class Time>
void check_clock(const fuse_clock<Time>& clock) {
  if (clock.uniform && !(clock.period >= Time(0))) {
    fail(fuse_name,
         "clock.period must not be negative or NaN (got " + std::to_string(clock.period) + ")");
  }
  if (clock.batch < 0 || clock.count < 0 || clock.per < 1) {
    fail(fuse_name, "the clock's batch and count must not be negative and steps_per at least 1");
  }
  if (clock.uniform) {
    check_uniform(clock);
  } else {
    check_view(fuse_name, "clock.targets", clock.targets);
  }
  static_cast<void>(
      check_ragged(fuse_name, clock_names, {clock.lengths, {}}, clock.batch, clock.count));
}

/// Checks a [B, U, `width`] view; `like` says what the width must equal.
template <class V, class Time>
void check_rows(const label& name, const view<V, 3>& v, const fuse_clock<Time>& clock,
                std::int64_t width, const label& like) {
  check_shape(fuse_name, name, v, {clock.batch, clock.count, width},
              {"the clock's batch", "the clock's count", like});
}

/// Stream n of a report.
template <class V>
optional_output<V> report_of_stream(const view<V, 3>& v, std::int64_t n) {
  if (v.data_handle() == nullptr) return {};
  return {v.data_handle() + n, v.stride(0), v.stride(1)};
}

/// Checks what a reduction is made by, and that nothing is asked of it that it does not do.
template <class Time>
void check_reduction(const label& name, const fuse_stream<Time>& stream) {
  require_enum(name, "reduce must be a reduction", stream.reduce, reduction::last);
  check_limit(name, "window", stream.window);
  if (stream.reduce == reduction::none) return;
  if (stream.window == Time(0)) fail(name, "window must be positive for a reduction (got 0)");
  if (stream.reduce == reduction::last && stream.keep < 1) {
    fail(name, "keep must be at least 1 (got " + std::to_string(stream.keep) + ")");
  }
  const auto refuse = [&name](const char* limit) {
    fail(name, std::string("options.") + limit +
                   " must be unlimited for a reduction: its window alone decides");
  };
  if (stream.options.max_gap != unlimited<Time>()) refuse("max_gap");
  if (stream.options.tolerance != unlimited<Time>()) refuse("tolerance");
}

/// Whether a window is one step of a uniform clock, rounded up or down: then windows tile.
template <class Time>
bool is_one_step(const fuse_clock<Time>& clock, Time window) {
  if (!clock.uniform || clock.period == Time(0)) return false;
  if constexpr (std::is_integral_v<Time>) {
    const Time floor = clock.period / clock.per;
    return window == floor || (clock.period % clock.per != 0 && window == floor + 1);
  } else {
    return window ==
           static_cast<Time>(static_cast<double>(clock.period) / static_cast<double>(clock.per));
  }
}

/// `source` and `output` are the stream's data and its share of the output by their types.
template <class T, class Time, class Out>
fuse_op<T, Time, Out> make_fuse_op(const label& name, const fuse_stream<Time>& stream,
                                   const fuse_clock<Time>& clock, const view<const T, 3>& source,
                                   const view<Out, 3>& output) {
  if (is_given(stream.options.targets.lengths) || is_given(stream.options.targets.offsets)) {
    fail(name, "options.targets must be null: the clock has the lengths of all streams");
  }
  check_reduction(name, stream);
  const std::int64_t keep = stream.reduce == reduction::last ? stream.keep : 1;
  require_finite(name, "clock_drift", stream.clock_drift);

  view<const Time, 2> targets = clock.targets;
  if (clock.uniform) targets = {nullptr, {clock.batch, clock.count}};

  fuse_op<T, Time, Out> op{};
  static_cast<resample_op<T, Time, Out>&>(op) = make_resample_op<T, Time, Out>(
      name, source, stream.times, targets, output, stream.options, {}, true, keep);
  op.target_lengths = clock.lengths.data_handle();
  op.clock = {clock.start,         clock.period,        clock.per,
              stream.clock_offset, stream.clock_anchor, stream.clock_drift};
  op.reduce = stream.reduce;
  op.window = stream.window;
  op.tiles = is_one_step(clock, stream.window);
  op.keep = keep;
  return op;
}

/// The stream's data as an array of T.
template <class T, class Time>
view<const T, 3> source_of(const fuse_stream<Time>& stream) {
  return {static_cast<const T*>(stream.data), stream.extents, stream.strides};
}

/// The same where the element type is known at run time alone.
template <class Time, class Out>
untyped_fuse_op<Time> make_untyped_op(const label& name, const fuse_stream<Time>& stream,
                                      const fuse_clock<Time>& clock, const view<Out, 3>& output) {
  visit(stream.type, all_elements{}, [&](auto tag) {
    check_view(name, "source", source_of<typename decltype(tag)::type>(stream));
  });
  check_view(name, "output", output, true);
  const view<any_value, 3> results(reinterpret_cast<any_value*>(output.data_handle()),
                                   {output.extent(0), output.extent(1), output.extent(2)},
                                   {output.stride(0), output.stride(1), output.stride(2)});
  auto op = make_fuse_op(name, stream, clock, source_of<any_value>(stream), results);
  op.source.type = stream.type;
  op.source.size = static_cast<std::uint8_t>(size_of(stream.type));
  op.output.type = element_of<Out>();
  op.output.size = sizeof(Out);
  return op;
}

/// The element types of streams that are compiled for; others, and all where the output is double,
/// are `untyped_fuse_op`s.
using compiled_elements = type_list<float, bf16, f16, std::uint8_t>;

template <class Out>
constexpr bool is_compiled(element type) {
  return !std::is_same_v<Out, double> && is_one_of(type, compiled_elements{});
}

/// Calls `f(op)` with the operation of a stream, by its type.
template <class Time, class Out, class F>
void with_fuse_op(const label& name, const fuse_stream<Time>& stream, const fuse_clock<Time>& clock,
                  const view<Out, 3>& output, const F& f) {
  if (stream.type > element::f64) {
    fail(name, "type must be an element (got number " +
                   std::to_string(static_cast<int>(stream.type)) + ")");
  }
  if constexpr (!std::is_same_v<Out, double>) {
    if (is_compiled<Out>(stream.type)) {
      return visit(stream.type, compiled_elements{}, [&](auto tag) {
        f(make_fuse_op(name, stream, clock, source_of<typename decltype(tag)::type>(stream),
                       output));
      });
    }
  }
  f(make_untyped_op(name, stream, clock, output));
}

/// Calls `f(name, op)` for each stream of a checked call.
template <class Time, class Out, class F>
void for_each_stream(const fuse_call<Time, Out>& call, const F& f) {
  std::int64_t first = 0;
  for (std::int64_t n = 0; n < call.count; ++n) {
    const label name("fuse: stream #", n);
    const fuse_stream<Time>& stream = call.streams[n];
    const std::int64_t channels = stream.channels();
    const view<Out, 3> output = call.output_of(n, first, channels);
    first += channels;
    with_fuse_op(name, stream, call.clock, output, [&](auto op) {
      op.valid = report_of_stream(call.report.valid, n);
      op.age = report_of_stream(call.report.age, n);
      op.error = report_of_stream(call.report.error, n);
      f(name, op);
    });
  }
}

/// Requires that no output shares memory with another array of a call that is checked.
template <class Time, class Out>
void check_apart(const fuse_call<Time, Out>& call) {
  const view<Out, 3>* const outputs = call.is_split ? call.outputs : &call.output;
  const std::int64_t count = call.is_split ? call.count : 1;
  const auto name_of_output = [&](std::int64_t n) {
    return call.is_split ? label("outputs[#]", n) : label("output");
  };
  constexpr std::int64_t at_once = output_arrays::capacity - 3;
  for (std::int64_t first = 0; first < count; first += at_once) {
    output_arrays written(fuse_name);
    written.add("report.valid", call.report.valid);
    written.add("report.age", call.report.age);
    written.add("report.error", call.report.error);
    for (std::int64_t n = first; n < count; ++n) {
      if (n < first + at_once) {
        written.add(name_of_output(n), outputs[n]);
      } else {
        written.avoid(name_of_output(n), outputs[n]);
      }
    }
    written.avoid("clock.targets", call.clock.targets);
    written.avoid("clock.lengths", call.clock.lengths);
    for (std::int64_t n = 0; n < call.count; ++n) {
      const fuse_stream<Time>& stream = call.streams[n];
      written.avoid(label("stream #'s source", n),
                    {stream.data, size_of(stream.type), stream.extents, stream.strides, 3});
      written.avoid(label("stream #'s times", n), stream.times);
      written.avoid(label("stream #'s sample_mask", n), stream.options.sample_mask);
      written.avoid(label("stream #'s lengths", n), stream.options.samples.lengths);
      written.avoid(label("stream #'s offsets", n), stream.options.samples.offsets);
    }
  }
}

/// Checks what streams have in common; `for_each_stream` checks the rest.
template <class Time, class Out>
void check_call(const fuse_call<Time, Out>& call) {
  check_clock(call.clock);
  const auto check = [&](const label& name, const auto& v) {
    if (is_given(v)) check_rows(name, v, call.clock, call.count, "the number of streams");
  };
  check("report.valid", call.report.valid);
  check("report.age", call.report.age);
  check("report.error", call.report.error);
  if (call.is_split) return;
  std::int64_t channels = 0;
  for (std::int64_t n = 0; n < call.count; ++n) {
    channels =
        checked_sum(fuse_name, "the channels of all streams", channels, call.streams[n].channels());
  }
  check_rows("output", call.output, call.clock, channels, "the channels of all streams");
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
