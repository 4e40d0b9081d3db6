/// \file
/// What the consumers of this folder do: resample a ramp and look at the answer.
#pragma once

#include <cstdint>
#include <robocache/robocache.hpp>

/// Samples at 0, 1, 2 and 3 s, wanted half a second later each; the last one is held.
template <class T>
struct ramp {
  T source[4] = {T(0.0F), T(2.0F), T(4.0F), T(6.0F)};
  std::int64_t times[4] = {0, 1000, 2000, 3000};
  std::int64_t targets[4] = {500, 1500, 2500, 3500};
  T output[4] = {T(-1.0F), T(-1.0F), T(-1.0F), T(-1.0F)};

  template <class Executor>
  void resample(const Executor& executor) {
    robocache::resample(executor, robocache::view<const T, 3>(source, {1, 4, 1}),
                        robocache::view<const std::int64_t, 2>(times, {1, 4}),
                        robocache::view<const std::int64_t, 2>(targets, {1, 4}),
                        robocache::view<T, 3>(output, {1, 4, 1}));
    robocache::synchronize(executor);
  }

  [[nodiscard]] bool is_right() const {
    const float expected[4] = {1.0F, 3.0F, 5.0F, 6.0F};
    for (int i = 0; i < 4; ++i) {
      if (static_cast<float>(output[i]) != expected[i]) return false;
    }
    return true;
  }
};
