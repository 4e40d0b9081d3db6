/// \file
/// What goes wrong with a request, told to its user in one sentence. The type says whose the fault
/// is.
#pragma once

#include <stdexcept>
#include <string>

namespace robocache::cli {

class failure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What is asked for makes no sense.
class usage_failure : public failure {
 public:
  using failure::failure;
};

/// A file is missing, damaged or not what was asked for.
class input_failure : public failure {
 public:
  using failure::failure;
};

/// A file cannot be written.
class output_failure : public failure {
 public:
  using failure::failure;
};

/// More memory is needed than can be had.
class memory_failure : public failure {
 public:
  using failure::failure;
};

[[noreturn]] inline void bad_usage(const std::string& what) { throw usage_failure(what); }
[[noreturn]] inline void bad_input(const std::string& what) { throw input_failure(what); }
[[noreturn]] inline void bad_output(const std::string& what) { throw output_failure(what); }

}  // namespace robocache::cli
