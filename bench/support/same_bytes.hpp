// The floor: kernels that stream given numbers of bytes in and out, contiguously, and do nothing
// else.
#pragma once

#include "support/cuda_timing.hpp"

namespace robocache::bench {

/// The fastest of many launch shapes for a given traffic.
struct floor_result {
  double us;                ///< median per call
  std::string description;  ///< of the launch shape
};

/// Times streaming `bytes_in` in and `bytes_out` out per call, rotated like the operation itself.
/// `overlapped` launches are set up while the kernel before still runs, as the library's are.
floor_result time_same_bytes(const stream& on, std::int64_t bytes_in, std::int64_t bytes_out,
                             rotation turns, int replays, bool overlapped);

}  // namespace robocache::bench
