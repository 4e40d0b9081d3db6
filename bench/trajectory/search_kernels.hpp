// The search of `resample` alone, next to a plain bisection.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

namespace robocache::bench {

enum class search { find_interval, bisection };

/// Writes the interval of every target [batch, targets] among its row of times [batch, samples],
/// one thread per target.
template <class Time>
void find_intervals(search how, const Time* times, std::int32_t samples, const Time* targets,
                    std::int32_t batch, std::int32_t targets_per_row, std::int32_t* intervals,
                    cudaStream_t on);

extern template void find_intervals(search, const float*, std::int32_t, const float*, std::int32_t,
                                    std::int32_t, std::int32_t*, cudaStream_t);

}  // namespace robocache::bench
