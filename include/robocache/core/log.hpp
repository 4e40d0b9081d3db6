/// \file
/// The library's few log lines, and who receives them.
#pragma once

#include <cstdio>
#include <robocache/core/process.hpp>

namespace robocache::process_v1 {

struct logger {
  void (*hook)(const char* message, void* context);
  void* context;
  bool is_set;  // or lines go to stderr
};

}  // namespace robocache::process_v1

ROBOCACHE_ONE_PER_PROCESS(logger, log)

ROBOCACHE_BEGIN_NAMESPACE

/// Receives a log line, without a line end.
using log_hook = void (*)(const char* message, void* context);

/// Replaces the log hook of the process, which writes to stderr at first; null silences it. Set it
/// before other threads use the library.
inline void set_log_hook(log_hook hook, void* context = nullptr) {
  process_v1::log() = {hook, context, true};
}

namespace detail {

inline void log_line(const char* message) {
  const process_v1::logger log = process_v1::log();
  if (!log.is_set) {
    std::fprintf(stderr, "%s\n", message);
  } else if (log.hook != nullptr) {
    log.hook(message, log.context);
  }
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
