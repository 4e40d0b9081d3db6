/// \file
/// How a command fails: one sentence for the user and the exit code that `robocache --help` lists.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace robocache::cli {

enum class exit_code { ok = 0, usage = 1, input = 2, device = 3, output = 4, internal = 5 };

class failure : public std::runtime_error {
 public:
  failure(exit_code code, const std::string& what) : std::runtime_error(what), code_(code) {}
  [[nodiscard]] exit_code code() const noexcept { return code_; }

 private:
  exit_code code_;
};

[[noreturn]] inline void bad_usage(const std::string& what) {
  throw failure(exit_code::usage, what);
}
[[noreturn]] inline void bad_input(const std::string& what) {
  throw failure(exit_code::input, what);
}
[[noreturn]] inline void bad_output(const std::string& what) {
  throw failure(exit_code::output, what);
}

/// The start of what a file holds, fit to be printed.
inline std::string in_quotes(std::string_view text) {
  std::string result = "'";
  for (const char c : text.substr(0, 40)) result += c >= ' ' && c <= '~' ? c : '?';
  return result + (text.size() > 40 ? "...'" : "'");
}

}  // namespace robocache::cli
