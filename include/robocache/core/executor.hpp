/// \file
/// Executors: who does the work. The first argument of every operation, and required.
#pragma once

#include <atomic>
#include <cstdlib>
#include <robocache/core/error.hpp>
#include <robocache/core/log.hpp>
#include <robocache/core/workspace.hpp>

struct CUstream_st;  // what cudaStream_t points to

ROBOCACHE_BEGIN_NAMESPACE

/// Runs on the calling thread and a pool of helpers, and returns when the work is done. The result
/// does not depend on the number of threads.
///
/// Scratch memory is taken from the workspace, or else from one that the calling thread keeps until
/// it ends: it grows to what the largest call needed, and calls that need no more allocate nothing.
class cpu {
 public:
  /// All cores.
  cpu() = default;

  /// At most `threads` threads, the caller included; 0 means all cores. Throws `invalid_argument`
  /// when negative.
  explicit cpu(int threads, workspace* scratch = nullptr) : threads_(threads), scratch_(scratch) {
    if (threads < 0) {
      detail::fail("cpu", "threads must not be negative (got " + std::to_string(threads) + ")");
    }
  }

  [[nodiscard]] int threads() const noexcept { return threads_; }
  [[nodiscard]] workspace* scratch() const noexcept { return scratch_; }

 private:
  int threads_ = 0;
  workspace* scratch_ = nullptr;
};

/// Runs on a CUDA stream, asynchronously: arguments must stay alive until the stream has passed.
///
/// Nothing is allocated, nothing synchronises, and the stream may be under capture. The stream's
/// device must be the current one.
class gpu {
 public:
  explicit gpu(CUstream_st* stream, workspace* scratch = nullptr)
      : stream_(stream), scratch_(scratch) {}
  gpu(int, workspace* = nullptr) = delete;                // write default_stream()
  gpu(decltype(nullptr), workspace* = nullptr) = delete;  // write default_stream()

  /// The legacy default stream, which waits for all others: asked for by name only.
  static gpu default_stream(workspace* scratch = nullptr) {
    CUstream_st* none = nullptr;
    return gpu(none, scratch);
  }

  [[nodiscard]] CUstream_st* stream() const noexcept { return stream_; }
  [[nodiscard]] workspace* scratch() const noexcept { return scratch_; }

 private:
  CUstream_st* stream_;
  workspace* scratch_;
};

/// A kind of executor, for choices at run time.
enum class backend : std::uint8_t { automatic, cpu, cuda };

/// An executor chosen at run time: a `cpu` or a `gpu`.
class any_executor {
 public:
  any_executor(const cpu& executor) : cpu_(executor) {}                        // NOLINT
  any_executor(const gpu& executor) : kind_(backend::cuda), gpu_(executor) {}  // NOLINT

  /// `backend::cpu` or `backend::cuda`; says in which memory arguments must lie.
  [[nodiscard]] backend kind() const noexcept { return kind_; }

  /// Calls `f` with the executor within. A build without CUDA refuses a `gpu`.
  template <class F>
  void visit(const F& f) const {
    if (kind_ == backend::cpu) return f(cpu_);
#if defined(ROBOCACHE_CUDA)
    f(gpu_);
#else
    detail::fail("any_executor", "this build of RoboCache has no CUDA");
#endif
  }

 private:
  backend kind_ = backend::cpu;
  cpu cpu_;
  gpu gpu_ = gpu::default_stream();
};

namespace detail {

#if defined(ROBOCACHE_CUDA)
/// Why CUDA cannot be used here and now; null when it can.
ROBOCACHE_EXPORT const char* why_no_cuda();
/// A non-blocking stream of the current device, with scratch, that lives as long as the thread.
ROBOCACHE_EXPORT gpu executor_of_thread();
/// Waits for the stream.
ROBOCACHE_EXPORT void wait(const gpu& executor);
/// Scratch allocated in order on a stream.
ROBOCACHE_EXPORT workspace::memory stream_memory(CUstream_st* stream);
#else
inline const char* why_no_cuda() { return "this build of RoboCache has no CUDA"; }
#endif

/// What the environment variable ROBOCACHE_BACKEND asks for, or `otherwise`.
inline backend backend_of_environment(backend otherwise) {
  const char* const variable = std::getenv("ROBOCACHE_BACKEND");
  if (variable == nullptr || *variable == '\0') return otherwise;
  const std::string name = variable;
  if (name == "auto") return backend::automatic;
  if (name == "cpu") return backend::cpu;
  if (name == "cuda") return backend::cuda;
  constexpr const char* digits = "0123456789abcdef";
  std::string shown;  // a terminal must not obey it
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (c >= ' ' && c <= '~') {
      shown += c;
    } else {
      shown += std::string("\\x") + digits[byte / 16] + digits[byte % 16];
    }
  }
  fail("select_executor", "ROBOCACHE_BACKEND must be auto, cpu or cuda (got \"" + shown + "\")");
}

}  // namespace detail

#if defined(ROBOCACHE_CUDA)
/// Scratch on the device, allocated in order on `stream`, for `gpu`. Growing during capture is an
/// error: reserve ahead. Failure throws `cuda_error` saying how many bytes were asked and free.
inline workspace::memory device_memory(CUstream_st* stream) {
  return detail::stream_memory(stream);
}
#endif

/// Returns when the work given to `executor` so far is done. The one call that waits.
inline void synchronize(const any_executor& executor) {
  executor.visit([](const auto& chosen) {
#if defined(ROBOCACHE_CUDA)
    if constexpr (std::is_same_v<std::decay_t<decltype(chosen)>, gpu>) detail::wait(chosen);
#else
    static_cast<void>(chosen);
#endif
  });
}

/// Chooses an executor at run time.
///
/// `automatic` takes CUDA where a device is usable and else the CPU, which it logs once with the
/// reason. The environment variable ROBOCACHE_BACKEND (auto, cpu or cuda) overrides `wanted`.
/// A `gpu` executor runs on a non-blocking stream, with scratch, that the library keeps for the
/// current device and the calling thread, for as long as that lives.
/// Throws `invalid_argument` when CUDA was asked for and cannot be had, or the variable holds
/// something else.
inline any_executor select_executor(backend wanted = backend::automatic) {
  wanted = detail::backend_of_environment(wanted);
  if (wanted == backend::cpu) return cpu{};
  const char* reason = detail::why_no_cuda();
#if defined(ROBOCACHE_CUDA)
  if (reason == nullptr) return detail::executor_of_thread();
#endif
  if (wanted == backend::cuda) {
    detail::fail("select_executor", std::string("CUDA was asked for, but ") + reason);
  }
  static std::atomic<bool> said{false};
  if (!said.exchange(true)) {
    const std::string line =
        std::string("robocache: ") + reason + "; using the CPU, which is slower";
    detail::log_line(line.c_str());
  }
  return cpu{};
}

ROBOCACHE_END_NAMESPACE
