/// \file
/// Runs the command-line tool as a user does.
#pragma once

#include <sys/wait.h>

#include <string>

#include "numpy_bytes.hpp"

namespace test {

struct outcome {
  int code = -1;
  std::string out;
  std::string err;
};

/// Runs `robocache ARGUMENTS` through the shell, in `directory`.
inline outcome run_tool(const temporary_directory& directory, const std::string& arguments,
                        const std::string& environment = "ROBOCACHE_BACKEND=") {
  const temporary_directory streams;
  const std::string command = "cd '" + (directory / "") + "' && " + environment +
                              " '" ROBOCACHE_TOOL "' " + arguments + " >'" + (streams / "out") +
                              "' 2>'" + (streams / "err") + "' </dev/null";
  const int status = std::system(command.c_str());
  outcome result;
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  result.out = read_bytes(streams / "out");
  result.err = read_bytes(streams / "err");
  return result;
}

}  // namespace test
