/// \file
/// What `resample` works on, read and checked.
#pragma once

#include "commands.hpp"

namespace robocache::cli {

/// A stream, or one episode of it.
struct recording {
  stream samples;
  std::vector<std::int64_t> row;  ///< the shape of a sample that is no row of numbers
  resample_settings settings;     ///< whole
  clock_targets targets;
};

std::vector<recording> read_recordings(const resample_command& command);

}  // namespace robocache::cli
