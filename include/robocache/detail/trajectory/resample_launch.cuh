// The CUDA driver of `resample`: which kernel, by how many threads.
#pragma once

#include <robocache/detail/trajectory/resample_check.hpp>
#include <robocache/detail/trajectory/resample_kernels.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Calls `f` with the largest width out of Width, Width / 2 ... 1 that the rows allow, as a type,
/// and with the bytes to which its stores are aligned: lanes of 16 may be aligned to `least`.
template <int Width, class T, class Time, class Out, class F>
void with_width(const resample_op<T, Time, Out>& op, std::int64_t least, const F& f) {
  constexpr auto in = static_cast<std::int64_t>(Width * sizeof(T));
  constexpr auto out = static_cast<std::int64_t>(Width * sizeof(Out));
  const std::int64_t stores = alignment_of_rows(op.output, op.output_row, op.output_batch);
  const bool fits = op.channels % Width == 0 &&
                    alignment_of_rows(op.source, op.source_row, op.source_batch) >= in &&
                    (stores >= out || (out == 16 && stores >= least));
  if constexpr (Width == 1) {
    f(std::integral_constant<int, 1>{}, std::uint32_t{16});
  } else if (fits) {
    f(std::integral_constant<int, Width>{}, static_cast<std::uint32_t>(stores));
  } else {
    with_width<Width / 2>(op, least, f);
  }
}

/// Tiles of about `items` lanes, for blocks of `threads`.
inline row_tiling tile_rows(std::int64_t items, std::int64_t lanes, std::uint32_t piece,
                            std::int64_t columns, std::uint32_t threads) {
  const std::int64_t wanted = items / lanes;
  return {static_cast<std::uint32_t>(wanted < 1         ? 1
                                     : wanted > threads ? threads
                                                        : wanted),
          piece, fast_divisor(static_cast<std::uint32_t>(lanes)),
          fast_divisor(static_cast<std::uint32_t>(columns))};
}

/// Shared memory that a block needs for each of its rows.
template <class Op>
inline constexpr std::size_t bytes_per_row = sizeof(typename Op::plan) +
                                             sizeof(compute_type<typename Op::element>);

/// Launches blocks of `Threads` that move `items` lanes each.
template <class Op, int Width, int Threads, int Unroll>
void launch_rows(const gpu& executor, const Op& op, std::uint32_t piece, std::int64_t items) {
  const row_tiling tiling = tile_rows(items, op.channels / Width, piece, op.columns, Threads);
  launch_kernel(resample_name, executor, resample_rows_kernel<Op, Width, Threads, Unroll>,
                (op.slots() - 1) / tiling.tile + 1, Threads, tiling.tile * bytes_per_row<Op>,
                tiling, op);
}

/// Many rows: small blocks, several loads in flight per thread. Few rows: one load per thread, so
/// that every multiprocessor has some. Both measured on an H200.
template <int Width, class Op>
void launch_rows(const gpu& executor, const Op& op, std::uint32_t piece) {
  const std::int64_t items = op.slots() * (op.channels / Width);
  if (items >= std::int64_t{1} << 19) {
    launch_rows<Op, Width, 64, 4>(executor, op, piece, 512);
  } else {
    launch_rows<Op, Width, 128, 1>(executor, op, piece, items >= 1 << 17 ? 256 : 128);
  }
}

template <class Op>
void launch_units(const gpu& executor, const Op& op) {
  std::int64_t tile = 1024 / (op.units > 0 ? op.units : 1);
  tile = tile < 1 ? 1 : tile > 64 ? 64 : tile;
  const auto shared = static_cast<std::size_t>(tile) * (sizeof(typename Op::slot) + sizeof(int));
  launch_kernel(resample_name, executor, resample_units_kernel<Op>, (op.slots() - 1) / tile + 1,
                256, shared, op, static_cast<int>(tile));
}

/// Arrays without elements may lie anywhere. `targets` is what the caller knows their items by.
template <class T, class Time, class Out>
void check_device_pointers(const label& op_name, const resample_op<T, Time, Out>& op,
                           const ragged_names& targets = target_names) {
  const auto check = [&](const label& name, const void* pointer, std::int64_t size) {
    if (size > 0) check_device_pointer(op_name, name, pointer);
  };
  const std::int64_t stamps = op.samples_of().slots();
  const std::int64_t slots = op.slots();
  check("source", op.source, stamps > 0 ? op.channels : 0);
  check("times", op.times, stamps);
  check("targets", op.targets, slots);
  check("output", op.output, slots > 0 ? op.channels : 0);
  check(sample_names.lengths, op.lengths, op.items);
  check(targets.lengths, op.target_lengths, op.items);
  check(sample_names.offsets, op.offsets, 1);
  check(targets.offsets, op.target_offsets, 1);
  check("options.sample_mask", op.mask, stamps);
  check("report.valid", op.valid.data, slots);
  check("report.left", op.left.data, slots);
  check("report.weight", op.weight.data, slots);
  check("report.age", op.age.data, slots);
  check("report.status", op.status, op.items);
}

/// Kernels count targets in 31 bits.
template <class T, class Time, class Out>
void check_size(const label& name, const resample_op<T, Time, Out>& op) {
  const std::int64_t items = op.items;
  if (items > INT32_MAX || op.slots() > INT32_MAX || op.channels > INT32_MAX / 128) {
    fail(name, "one launch takes at most 2^31 - 1 items and targets and 2^24 channels (got " +
                   std::to_string(items) + ", " + std::to_string(op.slots()) + " and " +
                   std::to_string(op.channels) + ")");
  }
}

template <class T, class Time>
void launch(const gpu& executor, const resample_op<T, Time>& op) {
  check_size(resample_name, op);
  check_device_pointers(resample_name, op);
  if (op.status != nullptr && op.items > 0) {
    launch_kernel(resample_name, executor, check_stamps_kernel<T, Time>, op.items, 256, 0, op);
  }
  if (op.slots() == 0) return;
  if (!op.is_pairwise()) return launch_units(executor, op);
  with_width<16 / static_cast<int>(sizeof(T))>(op, 8, [&](auto width, std::uint32_t piece) {
    constexpr int channels = decltype(width)::value;
    if (op.is_plain()) {
      launch_rows<channels>(executor, static_cast<const plain_resample_op<T, Time>&>(op), piece);
    } else {
      launch_rows<channels>(executor, op, piece);
    }
  });
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
