/// \file
/// A stream and its resampled curve as panels of a figure.
#pragma once

#include "resampling.hpp"
#include "svg.hpp"

namespace robocache::cli {

struct plot_source {
  const stream& samples;
  const clock_targets& targets;
  const resampled& result;
  const std::vector<channel_group>& kinds;
  const array* origin = nullptr;  ///< its first stamp reads 0 on the time axis; null: time as it is
};

/// Channel `channel` of item 0.
panel channel_panel(const plot_source& from, std::int64_t channel, const std::string& title);

}  // namespace robocache::cli
