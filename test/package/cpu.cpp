// Works on the CPU, with or without a compiled library.
#include <cstdio>

#include "ramp.hpp"

int main() {
  ramp<float> values;
  values.resample(robocache::cpu{});
  ramp<robocache::bf16> narrow;
  narrow.resample(robocache::any_executor(robocache::cpu{2}));
  const bool right = values.is_right() && narrow.is_right();
  std::puts(right ? "resampled on the CPU" : "wrong values");
  return right ? 0 : 1;
}
