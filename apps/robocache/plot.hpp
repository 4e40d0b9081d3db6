/// \file
/// Streams and their resampled curves as panels of a figure.
#pragma once

#include "drawing/svg.hpp"
#include "fusing.hpp"

namespace robocache::cli {

/// "0-3,7" as numbers of channels below `channels`; the first of them for an empty text.
std::vector<std::int64_t> parse_channels(const std::string& text, std::int64_t channels);

struct plot_source {
  const stream& samples;
  const clock_targets& targets;
  const resampled& result;
  const std::vector<channel_group>& kinds;
  const array* origin = nullptr;  ///< its first stamp reads 0 on the time axis; null: time as it is
};

/// Channel `channel` of item 0.
panel channel_panel(const plot_source& from, std::int64_t channel, const std::string& title);

/// Column `column` of a fused result, with the raw stamps of its stream. Time starts at the first
/// target.
panel column_panel(const std::vector<fuse_source>& sources, const array& clock, const fused& result,
                   std::int64_t column, const std::string& title);

}  // namespace robocache::cli
