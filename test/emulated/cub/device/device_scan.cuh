/// \file
/// CUB's scan, on the CPU.
#pragma once

#include <cuda_runtime.h>

namespace cub {

struct DeviceScan {
  template <class In, class Out>
  static cudaError_t InclusiveSum(void* temporary, std::size_t& bytes, const In* in, Out* out,
                                  int count, cudaStream_t = nullptr) {
    if (temporary == nullptr) {
      bytes = 1;
      return cudaSuccess;
    }
    Out sum{};
    for (int i = 0; i < count; ++i) out[i] = sum = static_cast<Out>(sum + in[i]);
    return cudaSuccess;
  }
};

}  // namespace cub
