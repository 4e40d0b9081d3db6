/// \file
/// The CUDA path of `resample`. Needs nvcc; include it where a type outside the compiled library
/// (float, bf16, f16, double) is resampled on the GPU.
///
/// Such a type is trivially copyable, of 2, 4 or 8 bytes, converts explicitly to and from `float`,
/// and must do so alike on both sides.
#pragma once

#include <robocache/detail/launch.cuh>
#include <robocache/detail/trajectory/resample_kernels.cuh>
#include <robocache/trajectory/resample.hpp>

namespace robocache::detail {

/// Whether `width` channels of a row can be moved at a time, on both sides.
template <class T, class Time, class Out>
bool rows_allow(const resample_op<T, Time, Out>& op, std::int64_t width) {
  const auto fits = [&](const auto* data, std::int64_t row, std::int64_t batch) {
    const auto bytes = width * static_cast<std::int64_t>(sizeof(*data));
    return bytes <= 16 &&
           reinterpret_cast<std::uintptr_t>(data) % static_cast<std::uintptr_t>(bytes) == 0 &&
           row % width == 0 && batch % width == 0;
  };
  return op.channels % width == 0 && fits(op.source, op.source_row, op.source_batch) &&
         fits(op.output, op.output_row, op.output_batch);
}

/// Calls `f` with the largest width out of Width, Width / 2 ... 1 that the rows allow, as a type.
template <int Width, class Op, class F>
void with_width(const Op& op, const F& f) {
  if constexpr (Width == 1) {
    f(std::integral_constant<int, 1>{});
  } else if (rows_allow(op, Width)) {
    f(std::integral_constant<int, Width>{});
  } else {
    with_width<Width == 2 ? 1 : Width / 2>(op, f);
  }
}

/// Launches blocks of `Threads` that move `items` lanes each.
template <class Op, int Width, int Threads, int Unroll>
void launch_rows(const cuda& executor, const Op& op, std::int64_t lanes, std::int64_t items) {
  const std::int64_t wanted = items / lanes;
  const std::int64_t tile = wanted < 1 ? 1 : wanted > Threads ? Threads : wanted;
  const row_tiling tiling{static_cast<std::uint32_t>(tile),
                          fast_divisor(static_cast<std::uint32_t>(lanes)),
                          fast_divisor(static_cast<std::uint32_t>(op.columns))};
  const auto shared = static_cast<std::size_t>(tile) *
                      (sizeof(typename Op::plan) + sizeof(compute_type<typename Op::element>));
  launch(resample_name, executor, resample_rows_kernel<Op, Width, Threads, Unroll>,
         (op.slots() - 1) / tile + 1, Threads, shared, op, tiling);
}

/// Many rows: small blocks, several loads in flight per thread. Few rows: one load per thread, so
/// that every multiprocessor has some. Both measured on an H200.
template <int Width, class Op>
void launch_rows(const cuda& executor, const Op& op) {
  const std::int64_t lanes = op.channels / Width;
  const std::int64_t items = op.slots() * lanes;
  if (items >= std::int64_t{1} << 19) {
    launch_rows<Op, Width, 64, 4>(executor, op, lanes, 512);
  } else {
    launch_rows<Op, Width, 128, 1>(executor, op, lanes, items >= 1 << 17 ? 256 : 128);
  }
}

template <class Op>
void launch_units(const cuda& executor, const Op& op) {
  std::int64_t tile = 1024 / (op.units > 0 ? op.units : 1);
  tile = tile < 1 ? 1 : tile > 64 ? 64 : tile;
  const auto shared = static_cast<std::size_t>(tile) * (sizeof(typename Op::slot) + sizeof(int));
  launch(resample_name, executor, resample_units_kernel<Op>, (op.slots() - 1) / tile + 1, 256,
         shared, op, static_cast<int>(tile));
}

template <class T, class Time, class Out>
void check_device_pointers(const char* op_name, const resample_op<T, Time, Out>& op) {
  const auto check = [op_name](const char* name, const void* pointer) {
    check_device_pointer(op_name, name, pointer);
  };
  check("source", op.source);
  check("times", op.times);
  check("targets", op.targets);
  check("output", op.output);
  check("options.lengths", op.lengths);
  check("options.target_lengths", op.target_lengths);
  check("options.offsets", op.offsets);
  check("options.target_offsets", op.target_offsets);
  check("options.sample_mask", op.mask);
  check("report.valid", op.valid.data);
  check("report.left", op.left.data);
  check("report.weight", op.weight.data);
  check("report.age", op.age.data);
  check("report.status", op.status);
}

/// Kernels count targets in 31 bits.
template <class T, class Time, class Out>
void check_size(const char* name, const resample_op<T, Time, Out>& op) {
  if (op.items > INT32_MAX || op.slots() > INT32_MAX || op.channels > INT32_MAX / 128) {
    fail(name, "one launch takes at most 2^31 - 1 items and targets and 2^24 channels (got " +
                   std::to_string(op.items) + ", " + std::to_string(op.slots()) + " and " +
                   std::to_string(op.channels) + ")");
  }
}

template <class T, class Time>
void run(const cuda& executor, const resample_op<T, Time>& op) {
  check_size(resample_name, op);
  check_device_pointers(resample_name, op);
  if (op.status != nullptr && op.items > 0) {
    launch(resample_name, executor, check_stamps_kernel<T, Time>, op.items, 256, 0, op);
  }
  if (op.slots() == 0) return;
  // Without channels there is still a report to write.
  if (!op.is_pairwise() || op.channels == 0) return launch_units(executor, op);
  with_width<16 / static_cast<int>(sizeof(T))>(op, [&](auto width) {
    constexpr int channels = decltype(width)::value;
    if (op.is_plain()) {
      launch_rows<channels>(executor, static_cast<const plain_resample_op<T, Time>&>(op));
    } else {
      launch_rows<channels>(executor, op);
    }
  });
}

}  // namespace robocache::detail
