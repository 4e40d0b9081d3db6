/// \file
/// Errors: always on, in Release too. They name the operation, the argument, what was expected and
/// what came, and they are thrown before any output is written.
#pragma once

#include <robocache/core/config.hpp>
#include <stdexcept>
#include <string>

namespace robocache {

/// A call whose arguments cannot be right: shapes, strides, pointers, option values.
class ROBOCACHE_EXPORT invalid_argument : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// A failure that the CUDA runtime reported, with its error code.
class ROBOCACHE_EXPORT cuda_error : public std::runtime_error {
 public:
  cuda_error(int code, const std::string& what) : std::runtime_error(what), code_(code) {}
  /// The `cudaError_t` that the runtime returned.
  [[nodiscard]] int code() const noexcept { return code_; }

 private:
  int code_;
};

namespace detail {

/// Throws `invalid_argument` reading "robocache::OP: MESSAGE".
[[noreturn]] inline void fail(const char* op, const std::string& message) {
  throw invalid_argument(std::string("robocache::") + op + ": " + message);
}

/// Requires `got == expected`; the message reads "WHAT must equal OTHER (got G and E)".
inline void require_equal(const char* op, const char* what, std::int64_t got, const char* other,
                          std::int64_t expected) {
  if (got != expected) {
    fail(op, std::string(what) + " must equal " + other + " (got " + std::to_string(got) + " and " +
                 std::to_string(expected) + ")");
  }
}

}  // namespace detail
}  // namespace robocache
