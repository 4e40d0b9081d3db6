/// \file
/// Executors: who does the work. The first argument of every operation, and required.
#pragma once

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <robocache/core/error.hpp>
#include <robocache/core/workspace.hpp>

struct CUstream_st;  // what cudaStream_t points to

namespace robocache {

/// Runs on the calling thread and a pool of helpers, and returns when the work is done. The result
/// does not depend on the number of threads.
class cpu {
 public:
  /// All cores.
  cpu() = default;

  /// At most `threads` threads, the caller included; 0 means all cores. Throws `invalid_argument`
  /// when negative.
  explicit cpu(int threads) : threads_(threads) {
    if (threads < 0) {
      detail::fail("cpu", "threads must not be negative (got " + std::to_string(threads) + ")");
    }
  }

  [[nodiscard]] int threads() const noexcept { return threads_; }

 private:
  int threads_ = 0;
};

/// Runs on a CUDA stream, asynchronously: arguments must stay alive until the stream has passed.
///
/// Nothing is allocated, nothing synchronises, and the stream may be under capture. The stream's
/// device must be the current one.
class cuda {
 public:
  explicit cuda(CUstream_st* stream, workspace* scratch = nullptr)
      : stream_(stream), scratch_(scratch) {}
  cuda(int, workspace* = nullptr) = delete;                // write default_stream()
  cuda(decltype(nullptr), workspace* = nullptr) = delete;  // write default_stream()

  /// The legacy default stream, which waits for all others: asked for by name only.
  static cuda default_stream(workspace* scratch = nullptr) {
    CUstream_st* none = nullptr;
    return cuda(none, scratch);
  }

  [[nodiscard]] CUstream_st* stream() const noexcept { return stream_; }
  [[nodiscard]] workspace* scratch() const noexcept { return scratch_; }

 private:
  CUstream_st* stream_;
  workspace* scratch_;
};

/// A kind of executor, for choices at run time.
enum class backend : std::uint8_t { automatic, cpu, cuda };

/// An executor chosen at run time: a `cpu` or a `cuda`.
class any_executor {
 public:
  any_executor(const cpu& executor) : cpu_(executor) {}                          // NOLINT
  any_executor(const cuda& executor) : kind_(backend::cuda), cuda_(executor) {}  // NOLINT

  /// `backend::cpu` or `backend::cuda`; says in which memory arguments must lie.
  [[nodiscard]] backend kind() const noexcept { return kind_; }

  /// Calls `f` with the executor within. A build without CUDA refuses a `cuda`.
  template <class F>
  void visit(const F& f) const {
    if (kind_ == backend::cpu) return f(cpu_);
#if defined(ROBOCACHE_CUDA)
    f(cuda_);
#else
    detail::fail("any_executor", "this build of RoboCache has no CUDA");
#endif
  }

 private:
  backend kind_ = backend::cpu;
  cpu cpu_;
  cuda cuda_ = cuda::default_stream();
};

/// Receives the library's few log lines, without a line end.
using log_hook = void (*)(const char* message, void* context);

namespace detail {

struct logger {
  log_hook hook = [](const char* message, void*) { std::fprintf(stderr, "%s\n", message); };
  void* context = nullptr;
};

inline logger& current_logger() {
  static logger instance;
  return instance;
}

#if defined(ROBOCACHE_CUDA)
/// Why CUDA cannot be used here and now; null when it can.
ROBOCACHE_EXPORT const char* why_no_cuda();
/// A non-blocking stream of the current device that lives as long as the process.
ROBOCACHE_EXPORT CUstream_st* shared_stream();
/// Scratch on that stream, kept as long.
ROBOCACHE_EXPORT workspace* shared_scratch();
/// Waits for the stream.
ROBOCACHE_EXPORT void wait(const cuda& executor);
/// Scratch allocated in order on a stream.
ROBOCACHE_EXPORT workspace::memory stream_memory(CUstream_st* stream);
#else
inline const char* why_no_cuda() { return "this build of RoboCache has no CUDA"; }
#endif

}  // namespace detail

/// Replaces the log hook, which writes to stderr at first; null silences it. Set it before other
/// threads use the library.
inline void set_log_hook(log_hook hook, void* context = nullptr) {
  detail::current_logger() = {hook, context};
}

#if defined(ROBOCACHE_CUDA)
/// Scratch on the device, allocated in order on `stream`, for `cuda`. Growing during capture is an
/// error: reserve ahead. Failure throws `cuda_error` saying how many bytes were asked and free.
inline workspace::memory device_memory(CUstream_st* stream) {
  return detail::stream_memory(stream);
}
#endif

/// Returns when the work given to `executor` so far is done. The one call that waits.
inline void synchronize(const any_executor& executor) {
  executor.visit([](const auto& chosen) {
#if defined(ROBOCACHE_CUDA)
    if constexpr (std::is_same_v<std::decay_t<decltype(chosen)>, cuda>) detail::wait(chosen);
#else
    static_cast<void>(chosen);
#endif
  });
}

/// Chooses an executor at run time.
///
/// `automatic` takes CUDA where a device is usable and else the CPU, which it logs once with the
/// reason. The environment variable ROBOCACHE_BACKEND (auto, cpu or cuda) overrides `wanted`.
/// A `cuda` executor runs on a non-blocking stream, with scratch, that the library keeps for the
/// current device: for one thread at a time.
/// Throws `invalid_argument` when CUDA was asked for and cannot be had, or the variable holds
/// something else.
inline any_executor select_executor(backend wanted = backend::automatic) {
  if (const char* variable = std::getenv("ROBOCACHE_BACKEND"); variable && *variable != '\0') {
    const std::string name = variable;
    if (name == "auto") {
      wanted = backend::automatic;
    } else if (name == "cpu") {
      wanted = backend::cpu;
    } else if (name == "cuda") {
      wanted = backend::cuda;
    } else {
      detail::fail("select_executor",
                   "ROBOCACHE_BACKEND must be auto, cpu or cuda (got \"" + name + "\")");
    }
  }
  if (wanted == backend::cpu) return cpu{};
  const char* reason = detail::why_no_cuda();
#if defined(ROBOCACHE_CUDA)
  if (reason == nullptr) return cuda(detail::shared_stream(), detail::shared_scratch());
#endif
  if (wanted == backend::cuda) {
    detail::fail("select_executor", std::string("CUDA was asked for, but ") + reason);
  }
  static std::atomic<bool> said{false};
  const detail::logger log = detail::current_logger();
  if (!said.exchange(true) && log.hook != nullptr) {
    const std::string line =
        std::string("robocache: ") + reason + "; using the CPU, which is slower";
    log.hook(line.c_str(), log.context);
  }
  return cpu{};
}

}  // namespace robocache
