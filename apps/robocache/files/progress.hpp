#pragma once

#include <functional>

namespace robocache::cli {

/// Receives how much of a file has been read or written, from 0 to 1.
using progress_hook = std::function<void(double)>;

}  // namespace robocache::cli
