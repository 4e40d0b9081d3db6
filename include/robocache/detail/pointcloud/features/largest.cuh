// The largest magnitudes among features, from which exact sums get their scales.
#pragma once

#include <robocache/detail/cloud/points.cuh>
#include <robocache/detail/pointcloud/features/features_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

constexpr int largest_rows = 4 * point_threads;  // points of a block of the next kernel

/// The largest finite magnitude of each channel over a cloud's points inside, as bits. A thread
/// reads `Width` channels of some points.
template <class P, class T, int Width>
__global__ void __launch_bounds__(point_threads)
    find_largest_kernel(const __grid_constant__ locate_op<P> op,
                        const __grid_constant__ feature_op f, std::uint32_t* largest) {
  __shared__ std::uint32_t inside[largest_rows / 32];
  __shared__ std::uint32_t found[point_threads * Width];
  wait_for_stream();
  const point_block mine = find_point_block(op, largest_rows, blockIdx.x);
  const std::int64_t left = mine.range.count - mine.begin;
  const auto rows = static_cast<std::int32_t>(left < largest_rows ? left : largest_rows);
  const auto thread = static_cast<std::int32_t>(threadIdx.x);
#pragma unroll
  for (std::int32_t i = thread; i < largest_rows; i += point_threads) {
    const bool is_inside = i < rows && op.cell_of(mine.cloud, mine.range, mine.begin + i) >= 0;
    const std::uint32_t word = __ballot_sync(0xffffffffU, is_inside);
    if (thread % 32 == 0) inside[i / 32] = word;
  }

  const T* const values =
      read_cloud<T>(f, mine.cloud, mine.range, 0).rows + mine.begin * f.row_stride;
  const std::int32_t lanes = f.channels / Width;
  const std::int32_t across = lanes < point_threads ? lanes : point_threads;
  const std::int32_t at_once = point_threads / across;
  const std::int32_t lane = thread % across;
  for (std::int32_t base = 0; base < lanes; base += across) {
    for (int k = 0; k < Width; ++k) found[thread * Width + k] = 0;
    __syncthreads();
    std::uint32_t best[Width] = {};
    if (base + lane < lanes && thread / across < at_once) {
      const T* const column = values + (base + lane) * Width;
#pragma unroll 8
      for (std::int32_t i = thread / across; i < rows; i += at_once) {
        const auto pack = *reinterpret_cast<const channel_pack<T, Width>*>(
            column + static_cast<std::int64_t>(i) * f.row_stride);
        const bool counts = (inside[i / 32] >> (i % 32) & 1U) != 0;
#pragma unroll
        for (int k = 0; k < Width; ++k) {
          const std::uint32_t bits = __float_as_uint(widen(pack.values[k])) & 0x7fffffffU;
          if (counts && bits < 0x7f800000U && bits > best[k]) best[k] = bits;
        }
      }
    }
    bool says = true;
    if (across < 32 && 32 % across == 0) {  // one of each warp speaks for a lane
      for (int d = across; d < 32; d *= 2) {
#pragma unroll
        for (int k = 0; k < Width; ++k) {
          best[k] = max(best[k], __shfl_xor_sync(0xffffffffU, best[k], d));
        }
      }
      says = thread % 32 < across;
    }
#pragma unroll
    for (int k = 0; k < Width; ++k) {
      if (says && best[k] != 0) atomicMax(&found[lane * Width + k], best[k]);
    }
    __syncthreads();
    std::uint32_t* const to = largest + mine.cloud * f.channels + base * Width;
    for (std::int32_t c = thread; c < across * Width; c += point_threads) {
      if (base * Width + c < f.channels && found[c] > to[c]) atomicMax(&to[c], found[c]);
    }
    __syncthreads();
  }
}

/// Whether rows can be moved by `bytes` at a time.
inline bool rows_aligned(const void* data, std::int64_t row_bytes, std::int64_t batch_bytes,
                         std::int64_t bytes) {
  return reinterpret_cast<std::uintptr_t>(data) % static_cast<std::uintptr_t>(bytes) == 0 &&
         row_bytes % bytes == 0 && batch_bytes % bytes == 0;
}

/// Whether the values of a feature can be read 16 bytes at a time.
template <class T>
bool reads_wide(const feature_op& f) {
  constexpr auto size = static_cast<std::int64_t>(sizeof(T));
  return f.channels % (16 / size) == 0 &&
         rows_aligned(f.values, f.row_stride * size, f.batch_stride * size, 16);
}

/// Into `largest`, which is 0, what the features' sums need, one feature behind the other.
template <class P>
void find_largest(const label& name, const gpu& executor, const locate_op<P>& op,
                  const feature_list& features, std::uint32_t* largest) {
  const std::int64_t blocks = count_point_blocks(op, largest_rows);
  if (blocks == 0) return;
  features.each(op.items, largest, [&](const feature_op& f, std::uint32_t* own) {
    if (own == nullptr) return;
    visit(f.type, number_elements{}, [&](auto values) {
      using T = typename decltype(values)::type;
      constexpr int widest = 16 / static_cast<int>(sizeof(T));
      const auto kernel =
          reads_wide<T>(f) ? &find_largest_kernel<P, T, widest> : &find_largest_kernel<P, T, 1>;
      launch_kernel(name, executor, kernel, blocks, point_threads, 0, op, f, own);
    });
  });
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
