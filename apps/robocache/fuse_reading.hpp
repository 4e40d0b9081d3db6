/// \file
/// What `fuse` works on, read and checked.
#pragma once

#include "commands.hpp"

namespace robocache::cli {

/// The streams, of one episode or of all there is, and their clock.
struct fuse_task {
  std::vector<fuse_source> sources;
  target_clock clock;
  element type = element::f32;  ///< of the result
};

std::vector<fuse_task> read_tasks(const fuse_command& command);

}  // namespace robocache::cli
