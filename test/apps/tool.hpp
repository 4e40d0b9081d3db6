/// \file
/// Runs the command-line tool as a user does.
#pragma once

#include <sys/wait.h>

#include <string>

#include "numpy_bytes.hpp"
#include "support/catch.hpp"

namespace test {

struct outcome {
  int code = -1;
  std::string out;
  std::string err;
};

/// Runs `robocache ARGUMENTS` through the shell, in `directory`; on the CPU, so that stderr is what
/// the arguments alone make it.
inline outcome run_tool(const temporary_directory& directory, const std::string& arguments,
                        const std::string& environment = "ROBOCACHE_BACKEND=cpu") {
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

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// One line on stderr, with this exit code and these words.
inline void check_failure(const outcome& result, int code, const std::vector<std::string>& parts) {
  INFO("stderr: " << result.err);
  CHECK(result.code == code);
  CHECK_FALSE(result.err.empty());
  for (const char* trace : {"terminate", "what()", "Aborted", "Segmentation"}) {
    CHECK_FALSE(contains(result.err, trace));
  }
  for (const std::string& part : parts) {
    INFO("expected in it: " << part);
    CHECK(contains(result.err, part));
  }
}

inline void check_success(const outcome& result) {
  INFO("stdout: " << result.out << "\nstderr: " << result.err);
  CHECK(result.code == 0);
}

template <class T>
std::string member(const std::string& descr, const std::string& shape,
                   const std::vector<T>& values) {
  return npy(header(descr, shape), bytes_of(values));
}

}  // namespace test
