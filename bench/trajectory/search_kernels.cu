#include <robocache/trajectory/interpolate.hpp>

#include "support/cuda_timing.hpp"
#include "trajectory/search_kernels.hpp"

namespace robocache::bench {
namespace {

/// The last i with times[i] <= time, else -1, by halving alone.
template <class Time>
__device__ std::int64_t bisect(const Time* times, std::int64_t n, Time time) {
  std::int64_t low = -1;
  std::int64_t high = n;
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    if (times[middle] <= time) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low;
}

template <search How, class Time>
__global__ void find_all(const Time* times, std::int64_t samples, const Time* targets,
                         std::int64_t batch, std::int64_t targets_per_row,
                         std::int32_t* intervals) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i >= batch * targets_per_row) return;
  const Time* row = times + i / targets_per_row * samples;
  intervals[i] =
      static_cast<std::int32_t>(How == search::bisection ? bisect(row, samples, targets[i])
                                                         : find_interval(row, samples, targets[i]));
}

}  // namespace

template <class Time>
void find_intervals(search how, const Time* times, std::int64_t samples, const Time* targets,
                    std::int64_t batch, std::int64_t targets_per_row, std::int32_t* intervals,
                    cudaStream_t on) {
  constexpr int threads = 128;
  const auto blocks = static_cast<unsigned>((batch * targets_per_row + threads - 1) / threads);
  const auto kernel = how == search::bisection ? find_all<search::bisection, Time>
                                               : find_all<search::find_interval, Time>;
  kernel<<<blocks, threads, 0, on>>>(times, samples, targets, batch, targets_per_row, intervals);
  check(cudaPeekAtLastError());
}

template void find_intervals(search, const float*, std::int64_t, const float*, std::int64_t,
                             std::int64_t, std::int32_t*, cudaStream_t);

}  // namespace robocache::bench
