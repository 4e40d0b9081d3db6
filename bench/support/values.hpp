// The benchmarks' made-up values, and the names of their types.
#pragma once

#include <cstdint>
#include <random>
#include <robocache/core/float16.hpp>
#include <type_traits>
#include <vector>

namespace robocache::bench {

template <class T>
const char* type_name() {
  if constexpr (std::is_same_v<T, bf16>) return "bf16";
  if constexpr (std::is_same_v<T, f16>) return "f16";
  if constexpr (std::is_same_v<T, float>) return "f32";
  if constexpr (std::is_same_v<T, double>) return "f64";
  if constexpr (std::is_same_v<T, std::int64_t>) return "i64";
}

/// Values in [-1, 1), the same for the same size and seed.
template <class T>
std::vector<T> make_values(std::int64_t size, unsigned seed = 7) {
  std::minstd_rand random(seed);
  std::vector<T> values(static_cast<std::size_t>(size));
  for (T& value : values) value = T(static_cast<float>(random() % 4096) / 2048.0F - 1.0F);
  return values;
}

}  // namespace robocache::bench
