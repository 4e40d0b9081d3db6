// The CUDA driver of `resample`: which kernel, by how many threads.
#pragma once

#include <robocache/detail/trajectory/resample_check.hpp>
#include <robocache/detail/trajectory/resample_flat.cuh>
#include <robocache/detail/trajectory/resample_groups.cuh>
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
template <class Op, int Width, int Threads, int Unroll, bool Skips = false>
void launch_rows(const gpu& executor, const Op& op, std::uint32_t piece, std::int64_t items) {
  const row_tiling tiling = tile_rows(items, op.channels / Width, piece, op.columns, Threads);
  launch_kernel(Op::name, executor, resample_rows_kernel<Op, Width, Threads, Unroll, Skips>,
                (op.slots() - 1) / tiling.tile + 1, Threads,
                tiling.tile * bytes_per_row<Op> + (Skips ? nan_queue::bytes : 0), tiling, op);
}

/// Many rows: small blocks, several loads in flight per thread. Few rows: one load per thread, so
/// that every multiprocessor has some. Both measured on an H200. NaN is skipped as in few rows.
template <int Width, class Op>
void launch_rows(const gpu& executor, const Op& op, std::uint32_t piece) {
  const std::int64_t lanes = op.slots() * (op.channels / Width);
  const std::int64_t items = lanes >= 1 << 17 ? 256 : 128;
  if constexpr (Op::skips) {
    if (op.nans == nan_policy::skip) {
      return launch_rows<Op, Width, 128, 1, true>(executor, op, piece, items);
    }
  }
  if (lanes >= std::int64_t{1} << 19) {
    launch_rows<Op, Width, 64, 4>(executor, op, piece, 512);
  } else {
    launch_rows<Op, Width, 128, 1>(executor, op, piece, items);
  }
}

constexpr std::int64_t most_staged_bytes = 16384;

/// Whether lanes of four values are aligned in all rows of an array.
template <class T>
bool has_aligned_lanes(const T* data, std::int64_t row, std::int64_t batch) {
  constexpr auto bytes = static_cast<std::int64_t>(4 * sizeof(T));
  return alignment_of_rows(data, row, batch) >= (bytes < 16 ? bytes : 16);
}

/// Tiles of about `items` lanes, and of at most `most` targets, for an operation whose rows have so
/// many `lanes`; `channels` of the output make a row.
template <class Op>
group_tiling tile_rows_of(const Op& op, std::int64_t items, std::int64_t lanes,
                          std::int64_t channels, std::uint32_t most = 64) {
  using Out = typename Op::result;
  constexpr auto size = static_cast<std::int64_t>(sizeof(Out));
  group_tiling tiling;
  tiling.tile = most;  // powers of two, so that a tile's begin is aligned like its rows
  while (tiling.tile > 1 && tiling.tile * lanes > items) tiling.tile /= 2;
  while (tiling.tile > 1 && tiling.tile * op.plan_count > 128) tiling.tile /= 2;
  // Few targets make small blocks, so that every multiprocessor has some.
  while (tiling.tile > 8 && op.slots() < tiling.tile * 256) tiling.tile /= 2;
  tiling.columns = fast_divisor(static_cast<std::uint32_t>(op.columns));
  tiling.is_staged = is_typed<Out> && tiling.tile * channels * size <= most_staged_bytes;
  if (!tiling.is_staged) return tiling;
  // What all stores of a dense tile, or of a row, are a multiple of.
  tiling.is_dense = op.output_row == channels && op.is_whole() &&
                    (op.rows == 1 || op.output_batch == op.columns * channels);
  const std::int64_t row_bytes = channels * size;
  const std::int64_t whole = tiling.is_dense ? tiling.tile * row_bytes : row_bytes;
  const std::int64_t step = tiling.is_dense ? 0 : op.output_row;
  std::int64_t piece = alignment_of_rows(static_cast<const Out*>(address_of(op.output)), step,
                                         tiling.is_dense ? 0 : op.output_batch);
  while (whole % piece != 0) piece /= 2;
  tiling.piece = static_cast<std::uint32_t>(piece < size ? size : piece);
  tiling.pieces = fast_divisor(static_cast<std::uint32_t>(row_bytes / tiling.piece));
  return tiling;
}

/// The tiling of groups of any kinds, and into `shared` the bytes of shared memory.
template <class Op>
group_tiling tile_groups(const Op& op, std::int64_t items, std::size_t& shared) {
  std::uint32_t of_group[channel_groups::capacity];
  std::int64_t lanes = 0;
  bool whole = true;  // lanes are of four channels each
  for (int g = 0; g < op.group_count; ++g) {
    of_group[g] = (static_cast<std::uint32_t>(op.groups[g].channels) + 3) / 4;
    lanes += of_group[g];
    whole = whole && op.groups[g].first_channel % 4 == 0 && op.groups[g].channels % 4 == 0;
  }
  group_tiling tiling = tile_rows_of(op, items, lanes > 0 ? lanes : 1, op.channels);
  for (int g = 0; g < op.group_count; ++g) tiling.lanes[g] = fast_divisor(of_group[g]);
  if constexpr (is_typed<typename Op::element>) {
    const bool direct = has_aligned_lanes(op.output, op.output_row, op.output_batch);
    tiling.is_aligned = whole && has_aligned_lanes(op.source, op.source_row, op.source_batch) &&
                        (direct || tiling.is_staged);
    // Lanes of one group follow one another in the output, too: nothing is gained by a detour.
    if (tiling.is_aligned && direct && op.group_count == 1) tiling.is_staged = false;
  }
  shared = group_tile<Op>::bytes(tiling.tile, static_cast<std::size_t>(op.plan_count),
                                 tiling.is_staged ? static_cast<std::size_t>(op.channels) : 0);
  return tiling;
}

template <bool Skips, class Op>
void launch_groups(const gpu& executor, const Op& op) {
  std::size_t shared = 0;
  constexpr int threads = 64;
  const group_tiling tiling = tile_groups(op, 512, shared);
  const auto kernel = tiling.is_aligned ? &resample_groups_kernel<true, Skips, Op>
                                        : &resample_groups_kernel<false, Skips, Op>;
  launch_kernel(Op::name, executor, kernel, (op.slots() - 1) / tiling.tile + 1, threads, shared,
                tiling, op);
}

template <class Op>
void launch_groups(const gpu& executor, const Op& op) {
  if (op.nans == nan_policy::skip) return launch_groups<true>(executor, op);
  launch_groups<false>(executor, op);
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
  check("source", address_of(op.source), stamps > 0 ? op.channels : 0);
  check("times", op.times, stamps);
  check("targets", op.targets, slots);
  check("output", address_of(op.output), slots > 0 ? op.channels : 0);
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

/// Looks through the stamps of all items, where that is asked for.
template <class Op>
void launch_check(const gpu& executor, const Op& op) {
  if (!op.needs_status() || op.items == 0) return;
  launch_kernel(Op::name, executor, check_stamps_kernel<Op>, op.items, 256, 0, op);
}

/// Whether the values of all rows follow one another in words of 16 bytes.
template <class T, class Time>
bool is_flat(const resample_op<T, Time>& op) {
  const bool is_dense = op.output_row == op.channels && op.is_whole() &&
                        (op.rows == 1 || op.output_batch == op.columns * op.channels);
  return is_dense && op.channels <= most_flat_channels &&
         reinterpret_cast<std::uintptr_t>(op.output) % 16 == 0;
}

template <bool Skips, class Op>
void launch_flat(const gpu& executor, const Op& op) {
  flat_tiling tiling;
  tiling.tile = flat_threads;
  while (tiling.tile > 16 && op.slots() < tiling.tile * 256) tiling.tile /= 2;
  tiling.channels = fast_divisor(static_cast<std::uint32_t>(op.channels));
  tiling.columns = fast_divisor(static_cast<std::uint32_t>(op.columns));
  launch_kernel(Op::name, executor, resample_flat_kernel<Op, Skips>,
                (op.slots() - 1) / tiling.tile + 1, flat_threads,
                tiling.tile * sizeof(flat_row<Op>) + (Skips ? nan_queue::bytes : 0), tiling, op);
}

/// Rows that are no whole number of words, by the least general kernel.
template <class T, class Time>
void launch_flat(const gpu& executor, const resample_op<T, Time>& op) {
  if (op.is_plain()) {
    launch_flat<false>(executor, static_cast<const plain_resample_op<T, Time>&>(op));
  } else if (op.nans == nan_policy::skip) {
    launch_flat<true>(executor, op);
  } else {
    launch_flat<false>(executor, op);
  }
}

template <class T, class Time>
void launch_answers(const gpu& executor, const resample_op<T, Time>& op) {
  if (!op.is_pairwise()) return launch_groups(executor, op);
  with_width<16 / static_cast<int>(sizeof(T))>(op, 8, [&](auto width, std::uint32_t piece) {
    constexpr int channels = decltype(width)::value;
    if (channels * sizeof(T) < 16 && is_flat(op)) return launch_flat(executor, op);
    if (op.is_plain()) {
      launch_rows<channels>(executor, static_cast<const plain_resample_op<T, Time>&>(op), piece);
    } else {
      launch_rows<channels>(executor, op, piece);
    }
  });
}

template <class T, class Time>
void launch(const gpu& executor, const resample_op<T, Time>& op) {
  check_size(op.name, op);
  check_device_pointers(op.name, op);
  if (op.slots() > 0) launch_answers(executor, op);
  launch_check(executor, op);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
