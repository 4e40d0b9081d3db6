/// \file
/// The library's few log lines, and who receives them.
#pragma once

#include <cstdio>
#include <robocache/core/config.hpp>

// One hook for the process, whatever a file was compiled for; see detail/cpu/pool.hpp.
namespace robocache::process_v1 {

struct logger {
  void (*hook)(const char* message, void* context);
  void* context;
};

ROBOCACHE_EXPORT inline logger& log() {
  static logger instance{
      [](const char* message, void*) { std::fprintf(stderr, "%s\n", message); }, nullptr};
  return instance;
}

}  // namespace robocache::process_v1

ROBOCACHE_BEGIN_NAMESPACE

/// Receives a log line, without a line end.
using log_hook = void (*)(const char* message, void* context);

/// Replaces the log hook of the process, which writes to stderr at first; null silences it. Set it
/// before other threads use the library.
inline void set_log_hook(log_hook hook, void* context = nullptr) {
  process_v1::log() = {hook, context};
}

ROBOCACHE_END_NAMESPACE
