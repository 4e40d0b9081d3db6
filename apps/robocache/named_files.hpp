/// \file
/// Files as the command line names them, checked before the first of them is read.
#pragma once

#include <string>
#include <vector>

namespace robocache::cli {

struct named_file {
  std::string option;  ///< that names it
  std::string path;    ///< empty: not asked for
};

/// Refuses an output that is no regular file, and one that is an input, another output or standard
/// output by whatever name: links of either kind, or another way through directories.
void check_files(const std::vector<named_file>& inputs, const std::vector<named_file>& outputs);

}  // namespace robocache::cli
