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

/// Whether rows on both sides can be moved in steps of `bytes`.
template <class T, class Time>
bool rows_allow(const resample_op<T, Time>& op, std::int64_t bytes) {
  const auto size = static_cast<std::int64_t>(sizeof(T));
  const auto whole = [&](std::int64_t elements) { return elements * size % bytes == 0; };
  const auto aligned = [&](const void* data) {
    return reinterpret_cast<std::uintptr_t>(data) % static_cast<std::uintptr_t>(bytes) == 0;
  };
  return bytes >= size && aligned(op.source) && aligned(op.output) && whole(op.channels) &&
         whole(op.source_row) && whole(op.source_batch) && whole(op.output_row) &&
         whole(op.output_batch);
}

/// Launches blocks of `Threads` that move `items` lanes each.
template <class T, int LaneBytes, int Threads, int Unroll, class Op>
void launch_rows(const cuda& executor, const Op& op, std::int64_t lanes, std::int64_t items) {
  const std::int64_t wanted = items / lanes;
  const std::int64_t tile = wanted < 1 ? 1 : wanted > Threads ? Threads : wanted;
  const row_tiling tiling{static_cast<std::uint32_t>(tile),
                          fast_divisor(static_cast<std::uint32_t>(lanes)),
                          fast_divisor(static_cast<std::uint32_t>(op.columns))};
  const auto shared =
      static_cast<std::size_t>(tile) * (sizeof(row_plan<T>) + sizeof(compute_type<T>));
  launch(resample_name, executor, resample_rows_kernel<T, Op, LaneBytes, Threads, Unroll>,
         (op.slots() - 1) / tile + 1, Threads, shared, op, tiling);
}

/// Many rows: small blocks, several loads in flight per thread. Few rows: one load per thread, so
/// that every multiprocessor has some. Both measured on an H200.
template <class T, int LaneBytes, class Op>
void launch_rows(const cuda& executor, const Op& op) {
  const std::int64_t lanes = op.channels * static_cast<std::int64_t>(sizeof(T)) / LaneBytes;
  const std::int64_t items = op.slots() * lanes;
  if (items >= std::int64_t{1} << 19) {
    launch_rows<T, LaneBytes, 64, 4>(executor, op, lanes, 512);
  } else {
    launch_rows<T, LaneBytes, 128, 1>(executor, op, lanes, items >= 1 << 17 ? 256 : 128);
  }
}

/// Picks the widest step that the rows allow.
template <class T, class Time, class Op>
void launch_rows(const cuda& executor, const resample_op<T, Time>& op, const Op& part) {
  if (rows_allow(op, 16)) {
    launch_rows<T, 16>(executor, part);
  } else if (sizeof(T) < 8 && rows_allow(op, 8)) {
    launch_rows<T, 8>(executor, part);
  } else {
    launch_rows<T, static_cast<int>(sizeof(T))>(executor, part);
  }
}

template <class T, class Time>
void launch_units(const cuda& executor, const resample_op<T, Time>& op) {
  std::int64_t tile = 1024 / op.units;
  tile = tile < 1 ? 1 : tile > 64 ? 64 : tile;
  const auto shared = static_cast<std::size_t>(tile) * (sizeof(target_slot<T, Time>) + sizeof(int));
  launch(resample_name, executor, resample_units_kernel<T, Time>, (op.slots() - 1) / tile + 1, 256,
         shared, op, static_cast<int>(tile));
}

template <class T, class Time>
void check_device_pointers(const resample_op<T, Time>& op) {
  const auto check = [](const char* name, const void* pointer) {
    check_device_pointer(resample_name, name, pointer);
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

template <class T, class Time>
void run(const cuda& executor, const resample_op<T, Time>& op) {
  constexpr std::int64_t most_blocks = INT32_MAX;
  if (op.items > most_blocks || op.slots() > most_blocks || op.channels > INT32_MAX / 128) {
    fail(resample_name,
         "the batch is too large for one launch: at most 2^31 - 1 items and targets "
         "and 2^24 channels (got " +
             std::to_string(op.items) + ", " + std::to_string(op.slots()) + " and " +
             std::to_string(op.channels) + ")");
  }
  check_device_pointers(op);
  if (op.status != nullptr && op.items > 0) {
    launch(resample_name, executor, check_stamps_kernel<T, Time>, op.items, 256, 0, op);
  }
  if (op.slots() == 0 || op.channels == 0) return;
  if (!op.is_pairwise()) {
    launch_units(executor, op);
  } else if (op.is_plain()) {
    launch_rows(executor, op, static_cast<const plain_resample_op<T, Time>&>(op));
  } else {
    launch_rows(executor, op, op);
  }
}

}  // namespace robocache::detail
