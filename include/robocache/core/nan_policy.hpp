/// \file
/// What operations make of NaN among the values that they combine.
#pragma once

#include <robocache/core/config.hpp>

ROBOCACHE_BEGIN_NAMESPACE

/// What a NaN in the input does.
enum class nan_policy : std::uint8_t {
  propagate,  ///< any value computed from it is NaN
  skip,       ///< it counts as missing: the channel, or the vector as a whole, goes without it
};

ROBOCACHE_END_NAMESPACE
