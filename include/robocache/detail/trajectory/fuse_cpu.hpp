// The checks and the CPU driver of `fuse`, and the gate to the CUDA one.
#pragma once

#include <robocache/detail/trajectory/fuse_op.hpp>
#include <robocache/detail/trajectory/resample_cpu.hpp>
#include <vector>

namespace robocache::detail {

constexpr const char* fuse_name = "fuse";

/// Stream n of a [B, U, N] report; null is fine.
template <class V>
optional_output<V> report_of_stream(const char* name, const view<V, 3>& v, std::int64_t n,
                                    std::int64_t streams, std::int64_t batch, std::int64_t count) {
  if (v.data_handle() == nullptr && v.size() == 0) return {};
  const std::int64_t expected[] = {batch, count, streams};
  const char* const of[] = {"the clock's batch", "the clock's count", "the number of streams"};
  for (int r = 0; r < 3; ++r) {
    const std::string what = std::string(name) + ".extent(" + std::to_string(r) + ")";
    require_equal(fuse_name, what.c_str(), v.extent(r), of[r], expected[r]);
  }
  check_view(fuse_name, name, v, true);
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
  resample_options<Time> options = stream.options;
  options.target_lengths = clock.lengths;

  fuse_op<T, Time, Out> op{};
  static_cast<resample_op<T, Time, Out>&>(op) =
      make_resample_op<T, Time, Out>(name.c_str(), source, stream.times, targets, output, options,
                                     {}, clock.uniform, keeps ? stream.keep : 1);
  op.clock = {clock.start,         clock.period,        clock.per,
              stream.clock_offset, stream.clock_anchor, stream.clock_drift};
  op.reduce = stream.reduce;
  op.window = stream.window;
  op.keep = keeps ? stream.keep : 1;
  if (op.reduce != reduction::none) op.units = op.channels * op.keep;
  return any_fuse_op<Time, Out>(op);
}

/// The operations of all streams; `output_of(n)` is where stream n goes.
template <class Time, class Out, class Output>
std::vector<any_fuse_op<Time, Out>> make_fuse_ops(const fuse_stream<Time>* streams,
                                                  std::int64_t count, const fuse_clock<Time>& clock,
                                                  const Output& output_of,
                                                  const fuse_report<Time>& report) {
  if (clock.batch < 0 || clock.count < 0 || clock.per < 1) {
    fail(fuse_name, "the clock's batch and count must not be negative and steps_per at least 1");
  }
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
    const auto valid =
        report_of_stream("report.valid", report.valid, n, count, clock.batch, clock.count);
    const auto age = report_of_stream("report.age", report.age, n, count, clock.batch, clock.count);
    const auto error =
        report_of_stream("report.error", report.error, n, count, clock.batch, clock.count);
    ops.back().edit([&](auto& op) {
      op.valid = valid;
      op.age = age;
      op.error = error;
    });
  }
  return ops;
}

template <class Time, class Out>
void run_fuse(const cpu& executor, const any_fuse_op<Time, Out>* ops, std::int64_t count) {
  for (std::int64_t n = 0; n < count; ++n) {
    const std::string name = "fuse: stream " + std::to_string(n);
    ops[n].visit([&](const auto& op) { check_ranges_of_items(name.c_str(), op); });
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
