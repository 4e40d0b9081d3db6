/// \file
/// Files as the command line names them, checked before the first of them is read.
#pragma once

#include <string>
#include <vector>

namespace robocache::cli {

struct named_file {
  std::string option;  ///< that names it
  std::string path;    ///< empty: not asked for
  /// What the name of an output may end with, by what is written; empty: as the option has it, .npz
  /// of --output and .svg of --plot.
  std::vector<std::string> endings = {};
};

/// Refuses an output that is no regular file, one whose name says another format than is written,
/// and one that is an input, another output or standard output by whatever name: links of either
/// kind, or another way through directories.
void check_files(const std::vector<named_file>& inputs, const std::vector<named_file>& outputs);

}  // namespace robocache::cli
