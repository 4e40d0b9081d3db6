/// \file
/// Errors: always on, in Release too. They name the operation, the argument, what was expected and
/// what came, and they are thrown before any output is written.
#pragma once

#include <robocache/core/config.hpp>
#include <stdexcept>
#include <string>

ROBOCACHE_BEGIN_NAMESPACE

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

/// The name of an operation or of an argument, spelled out only where an error needs it. A '#' in
/// the pattern stands for a number or a word: label("features[#].values", 3).
class label {
 public:
  constexpr label(const char* pattern) : pattern_(pattern) {}  // NOLINT(*-explicit-*)
  constexpr label(const char* pattern, std::int64_t number) : pattern_(pattern), number_(number) {}
  constexpr label(const char* pattern, const char* word) : pattern_(pattern), word_(word) {}

  [[nodiscard]] std::string text() const {
    std::string all;
    for (const char* c = pattern_; *c != '\0'; ++c) {
      if (*c != '#') {
        all += *c;
      } else {
        all += word_ != nullptr ? word_ : std::to_string(number_);
      }
    }
    return all;
  }
  [[nodiscard]] std::string extent(int r) const {
    return text() + ".extent(" + std::to_string(r) + ")";
  }

 private:
  const char* pattern_;
  const char* word_ = nullptr;
  std::int64_t number_ = 0;
};

/// Throws `invalid_argument` reading "robocache::OP: MESSAGE".
[[noreturn]] inline void fail(const label& op, const std::string& message) {
  throw invalid_argument("robocache::" + op.text() + ": " + message);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
