// Timing on a GPU: CUDA events around replays of a graph of many calls.
#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace robocache::bench {

inline void check(cudaError_t status) {
  if (status != cudaSuccess) throw std::runtime_error(cudaGetErrorString(status));
}

/// Device memory for `size` elements, uninitialised.
template <class T>
class device_array {
 public:
  explicit device_array(std::int64_t size) : size_(size) {
    void* data = nullptr;
    check(cudaMalloc(&data, bytes()));
    data_.reset(static_cast<T*>(data));
  }

  [[nodiscard]] T* data() const { return data_.get(); }
  [[nodiscard]] std::int64_t size() const { return size_; }
  [[nodiscard]] std::size_t bytes() const { return static_cast<std::size_t>(size_) * sizeof(T); }

 private:
  struct deleter {
    void operator()(T* data) const { cudaFree(data); }
  };
  std::unique_ptr<T, deleter> data_;
  std::int64_t size_;
};

class stream {
 public:
  stream() { check(cudaStreamCreateWithFlags(&handle_, cudaStreamNonBlocking)); }
  ~stream() { cudaStreamDestroy(handle_); }
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;
  [[nodiscard]] cudaStream_t handle() const { return handle_; }

 private:
  cudaStream_t handle_ = nullptr;
};

class event {
 public:
  event() { check(cudaEventCreate(&handle_)); }
  event(event&& other) noexcept : handle_(other.handle_) { other.handle_ = nullptr; }
  ~event() {
    if (handle_ != nullptr) cudaEventDestroy(handle_);
  }
  event(const event&) = delete;
  event& operator=(const event&) = delete;
  [[nodiscard]] cudaEvent_t handle() const { return handle_; }

 private:
  cudaEvent_t handle_ = nullptr;
};

/// What `enqueue()` puts on the stream, as a graph.
class graph {
 public:
  template <class Enqueue>
  graph(const stream& on, const Enqueue& enqueue) : stream_(on.handle()) {
    check(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal));
    enqueue();
    cudaGraph_t captured = nullptr;
    check(cudaStreamEndCapture(stream_, &captured));
    const cudaError_t status = cudaGraphInstantiate(&handle_, captured, 0);
    cudaGraphDestroy(captured);
    check(status);
  }
  ~graph() { cudaGraphExecDestroy(handle_); }
  graph(const graph&) = delete;
  graph& operator=(const graph&) = delete;

  void launch() const { check(cudaGraphLaunch(handle_, stream_)); }

 private:
  cudaStream_t stream_;
  cudaGraphExec_t handle_ = nullptr;
};

/// How a case is repeated so that neither the cache nor the cost of a launch decides its time.
struct rotation {
  int sets;   ///< copies of the data that calls take turns on
  int calls;  ///< calls in one graph
};

/// Enough sets to pass the L2 cache three times over, one where a call does so by itself; enough
/// calls for half a millisecond, 20 or more unless they take over 10 ms; no call takes less than a
/// microsecond.
inline rotation choose_rotation(std::int64_t bytes_per_call) {
  int device = 0, cache = 0;
  check(cudaGetDevice(&device));
  check(cudaDeviceGetAttribute(&cache, cudaDevAttrL2CacheSize, device));
  const double bytes = static_cast<double>(bytes_per_call);
  const int sets = 1 + static_cast<int>(3.0 * cache / bytes);
  const double shortest_us = std::max(bytes / 4.0e6, 1.0);  // at 4 TB/s
  const int calls = static_cast<int>(std::min(20.0 + 500.0 / shortest_us, 1.0e4 / shortest_us));
  return {sets, (calls + sets - 1) / sets * sets};
}

/// Microseconds per call of each of `replays` replays of a graph of `calls` times `enqueue(call)`.
/// The replays are queued without a wait, so the host's own time does not count.
template <class Enqueue>
std::vector<double> time_calls(const stream& on, int calls, int replays, const Enqueue& enqueue) {
  const graph calls_in_turn(on, [&] {
    for (int call = 0; call < calls; ++call) enqueue(call);
  });
  for (int warm_up = 0; warm_up < 2; ++warm_up) calls_in_turn.launch();
  std::vector<event> begin(static_cast<std::size_t>(replays)), end(begin.size());
  for (std::size_t r = 0; r < begin.size(); ++r) {
    check(cudaEventRecord(begin[r].handle(), on.handle()));
    calls_in_turn.launch();
    check(cudaEventRecord(end[r].handle(), on.handle()));
  }
  check(cudaStreamSynchronize(on.handle()));
  std::vector<double> microseconds;
  for (std::size_t r = 0; r < begin.size(); ++r) {
    float milliseconds = 0.0F;
    check(cudaEventElapsedTime(&milliseconds, begin[r].handle(), end[r].handle()));
    microseconds.push_back(static_cast<double>(milliseconds) * 1e3 / calls);
  }
  return microseconds;
}

}  // namespace robocache::bench
