/// \file
/// CUB's sort, on the CPU.
#pragma once

#include <cuda_runtime.h>

#include <numeric>

namespace cub {

struct DeviceRadixSort {
  /// Stable; by the bits of the keys from `begin` up to `end`.
  template <class Key, class Value>
  static cudaError_t SortPairs(void* temporary, std::size_t& bytes, const Key* keys, Key* sorted,
                               const Value* values, Value* sorted_values, int count, int begin = 0,
                               int end = 8 * sizeof(Key), cudaStream_t = nullptr) {
    if (temporary == nullptr) {
      bytes = 1;
      return cudaSuccess;
    }
    const int width = end - begin;
    const Key mask = width < static_cast<int>(8 * sizeof(Key))
                         ? static_cast<Key>((Key{1} << width) - 1)
                         : static_cast<Key>(~Key{0});
    std::vector<int> order(static_cast<std::size_t>(count));
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
      return (keys[a] >> begin & mask) < (keys[b] >> begin & mask);
    });
    for (int i = 0; i < count; ++i) {
      sorted[i] = keys[order[static_cast<std::size_t>(i)]];
      sorted_values[i] = values[order[static_cast<std::size_t>(i)]];
    }
    return cudaSuccess;
  }
};

}  // namespace cub
