// Order statistics of timings.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace robocache::bench {

/// The value below which the fraction `q` of the others lies.
inline double quantile(std::vector<double> values, double q) {
  const auto at = static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

inline double median(const std::vector<double>& values) { return quantile(values, 0.5); }

}  // namespace robocache::bench
