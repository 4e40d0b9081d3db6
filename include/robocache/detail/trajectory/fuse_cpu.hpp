// The checks and the CPU driver of `fuse`, and the gate to the CUDA one.
#pragma once

#include <robocache/detail/trajectory/fuse_op.hpp>
#include <robocache/detail/trajectory/resample_cpu.hpp>
#include <vector>

namespace robocache::detail {

constexpr const char* fuse_name = "fuse";

template <class Time>
void check_clock(const fuse_clock<Time>& clock) {
  if (clock.batch < 0 || clock.count < 0 || clock.per < 1) {
    fail(fuse_name, "the clock's batch and count must not be negative and steps_per at least 1");
  }
  if (!clock.uniform) check_view(fuse_name, "clock.targets", clock.targets);
  check_ranges(fuse_name, "clock.lengths", clock.lengths, clock.batch, 0);
}

/// Checks that a [B, U, ...] view has a row for each target.
template <class V, class Time>
void check_rows(const std::string& name, const view<V, 3>& v, const fuse_clock<Time>& clock) {
  require_equal(fuse_name, (name + ".extent(0)").c_str(), v.extent(0), "the clock's batch",
                clock.batch);
  require_equal(fuse_name, (name + ".extent(1)").c_str(), v.extent(1), "the clock's count",
                clock.count);
}

/// Checks a [B, U, N] report; null is fine.
template <class V, class Time>
void check_report(const std::string& name, const view<V, 3>& v, const fuse_clock<Time>& clock,
                  std::int64_t streams) {
  if (v.data_handle() == nullptr && v.size() == 0) return;
  check_rows(name, v, clock);
  require_equal(fuse_name, (name + ".extent(2)").c_str(), v.extent(2), "the number of streams",
                streams);
  check_view(fuse_name, name.c_str(), v, true);
}

/// Stream n of a report.
template <class V>
optional_output<V> report_of_stream(const view<V, 3>& v, std::int64_t n) {
  if (v.data_handle() == nullptr) return {};
  return {v.data_handle() + n, v.stride(0), v.stride(1)};
}

template <class T, class Time, class Out>
any_fuse_op<Time, Out> make_fuse_op(const std::string& name, const fuse_stream<Time>& stream,
                                    const fuse_clock<Time>& clock, const view<Out, 3>& output) {
  if (stream.options.target_lengths.data_handle() != nullptr ||
      stream.options.target_offsets.data_handle() != nullptr) {
    fail(name.c_str(),
         "options.target_lengths and options.target_offsets must be null: the "
         "clock has the lengths of all streams");
  }
  const bool keeps = stream.reduce == reduction::last;
  if (stream.reduce > reduction::last) fail(name.c_str(), "reduce must be a reduction");
  if (keeps && stream.keep < 1) {
    fail(name.c_str(), "keep must be at least 1 (got " + std::to_string(stream.keep) + ")");
  }
  if (!(stream.window >= Time(0))) fail(name.c_str(), "window must not be negative or NaN");
  if (stream.clock_drift - stream.clock_drift != 0.0) {
    fail(name.c_str(), "clock_drift must be finite");
  }

  const view<const T, 3> source(static_cast<const T*>(stream.data), stream.extents, stream.strides);
  view<const Time, 2> targets = clock.targets;
  if (clock.uniform) targets = {nullptr, {clock.batch, clock.count}};

  fuse_op<T, Time, Out> op{};
  static_cast<resample_op<T, Time, Out>&>(op) =
      make_resample_op<T, Time, Out>(name.c_str(), source, stream.times, targets, output,
                                     stream.options, {}, true, keeps ? stream.keep : 1);
  op.target_lengths = clock.lengths.data_handle();
  op.clock = {clock.start,         clock.period,        clock.per,
              stream.clock_offset, stream.clock_anchor, stream.clock_drift};
  op.reduce = stream.reduce;
  op.window = stream.window;
  op.keep = keeps ? stream.keep : 1;
  if (op.reduce != reduction::none) op.units = op.channels * op.keep;
  return any_fuse_op<Time, Out>(op);
}

/// The operations of all streams on a checked clock; `output_of(n)` is where stream n goes.
template <class Time, class Out, class Output>
std::vector<any_fuse_op<Time, Out>> make_fuse_ops(const fuse_stream<Time>* streams,
                                                  std::int64_t count, const fuse_clock<Time>& clock,
                                                  const Output& output_of,
                                                  const fuse_report<Time>& report) {
  check_report("report.valid", report.valid, clock, count);
  check_report("report.age", report.age, clock, count);
  check_report("report.error", report.error, clock, count);
  std::vector<any_fuse_op<Time, Out>> ops;
  for (std::int64_t n = 0; n < count; ++n) {
    const std::string name = "fuse: stream " + std::to_string(n);
    const fuse_stream<Time>& stream = streams[n];
    const view<Out, 3> output = output_of(n);
    switch (stream.type) {
      case element::f32:
        ops.push_back(make_fuse_op<float>(name, stream, clock, output));
        break;
      case element::bf16:
        ops.push_back(make_fuse_op<bf16>(name, stream, clock, output));
        break;
      case element::f16:
        ops.push_back(make_fuse_op<f16>(name, stream, clock, output));
        break;
      case element::u8:
        ops.push_back(make_fuse_op<std::uint8_t>(name, stream, clock, output));
        break;
    }
    ops.back().edit([&](auto& op) {
      op.valid = report_of_stream(report.valid, n);
      op.age = report_of_stream(report.age, n);
      op.error = report_of_stream(report.error, n);
    });
  }
  return ops;
}

template <class Time, class Out>
void run_fuse(const cpu& executor, const any_fuse_op<Time, Out>* ops, std::int64_t count) {
  for (std::int64_t n = 0; n < count; ++n) {
    const std::string name = "fuse: stream " + std::to_string(n);
    ops[n].visit([&](const auto& op) {
      check_target_ranges(fuse_name, op, "clock.lengths");
      check_sample_ranges(name.c_str(), op);
    });
  }
  for (std::int64_t n = 0; n < count; ++n) {
    ops[n].visit([&](const auto& op) {
      if (op.is_pairwise()) {
        resample_rows(op, executor.threads());
      } else {
        resample_units(op, executor.threads());
      }
    });
  }
}

#if defined(__CUDACC__)
template <class Time, class Out>
void run_fuse(const cuda& executor, const any_fuse_op<Time, Out>* ops,
              std::int64_t count);  // in fuse.cuh
#else
template <class Time, class Out>
void run_fuse(const cuda&, const any_fuse_op<Time, Out>*, std::int64_t) {
  static_assert(always_false<Time, Out>,
                "robocache::fuse: the GPU code for these types is not compiled; link "
                "RoboCache::RoboCache built with CUDA (output float, bf16 or f16), or include "
                "<robocache/trajectory/fuse.cuh> and compile this file with nvcc");
}
#endif

/// The promised types, declared `extern` here and instantiated in src/trajectory.
#define ROBOCACHE_INSTANTIATE_FUSE(prefix, Out)                                                \
  prefix template ROBOCACHE_EXPORT void run_fuse(                                              \
      const cuda&, const any_fuse_op<std::int64_t, Out>*, std::int64_t);                       \
  prefix template ROBOCACHE_EXPORT void run_fuse(const cuda&, const any_fuse_op<double, Out>*, \
                                                 std::int64_t);                                \
  prefix template ROBOCACHE_EXPORT void run_fuse(const cuda&, const any_fuse_op<float, Out>*,  \
                                                 std::int64_t);

#if defined(ROBOCACHE_CUDA)
ROBOCACHE_INSTANTIATE_FUSE(extern, float)
ROBOCACHE_INSTANTIATE_FUSE(extern, bf16)
ROBOCACHE_INSTANTIATE_FUSE(extern, f16)
#endif

}  // namespace robocache::detail
