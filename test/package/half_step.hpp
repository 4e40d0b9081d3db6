/// \file
/// An element type that RoboCache has never heard of.
#pragma once

#include <robocache/core/config.hpp>

/// Stores the double of what it means.
struct half_step {
  float twice;

  half_step() = default;
  ROBOCACHE_HD explicit half_step(float value) : twice(2.0F * value) {}
  ROBOCACHE_HD explicit operator float() const { return 0.5F * twice; }
};
