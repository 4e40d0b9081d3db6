#include <robocache/trajectory/interpolate.hpp>

#include "support/cuda_timing.hpp"
#include "trajectory/search_kernels.hpp"

namespace robocache::bench {
namespace {

/// The last i with times[i] <= time, else -1, by halving alone.
template <class Time>
__device__ std::int32_t bisect(const Time* times, std::int32_t n, Time time) {
  std::int32_t low = -1;
  std::int32_t high = n;
  while (high - low > 1) {
    const std::int32_t middle = low + (high - low) / 2;
    if (times[middle] <= time) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low;
}

/// `find_interval` starts, as in `resample`, from where the target would fall on uniform stamps.
template <search How, class Time>
__global__ void find_all(const Time* times, std::int32_t samples, const Time* targets,
                         std::int32_t batch, std::int32_t targets_per_row,
                         std::int32_t* intervals) {
  const auto i = static_cast<std::int32_t>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i >= batch * targets_per_row) return;
  const std::int32_t row = i / targets_per_row;
  const std::int32_t column = i - row * targets_per_row;
  const Time* row_times = times + std::int64_t{row} * samples;
  if (How == search::bisection) {
    intervals[i] = bisect(row_times, samples, targets[i]);
  } else {
    const auto hint =
        static_cast<std::int32_t>(std::int64_t{2 * column + 1} * samples / (2 * targets_per_row));
    intervals[i] = find_interval(row_times, samples, targets[i], hint);
  }
}

}  // namespace

template <class Time>
void find_intervals(search how, const Time* times, std::int32_t samples, const Time* targets,
                    std::int32_t batch, std::int32_t targets_per_row, std::int32_t* intervals,
                    cudaStream_t on) {
  constexpr int threads = 128;
  const auto blocks = static_cast<unsigned>((batch * targets_per_row + threads - 1) / threads);
  const auto kernel = how == search::bisection ? find_all<search::bisection, Time>
                                               : find_all<search::find_interval, Time>;
  kernel<<<blocks, threads, 0, on>>>(times, samples, targets, batch, targets_per_row, intervals);
  check(cudaPeekAtLastError());
}

template void find_intervals(search, const float*, std::int32_t, const float*, std::int32_t,
                             std::int32_t, std::int32_t*, cudaStream_t);

}  // namespace robocache::bench
