// Device memory for tests that g++ compiles against the CUDA runtime.
#pragma once

#include <cuda_runtime_api.h>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <robocache/core/executor.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace test {

inline void require(cudaError_t status) {
  if (status == cudaSuccess) return;
  static_cast<void>(cudaGetLastError());
  throw std::runtime_error(std::string("the CUDA runtime says: ") + cudaGetErrorString(status));
}

/// A non-blocking stream, so nothing is ordered by the default stream.
class stream {
 public:
  stream() { require(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking)); }
  ~stream() { static_cast<void>(cudaStreamDestroy(stream_)); }
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;
  [[nodiscard]] cudaStream_t get() const { return stream_; }
  [[nodiscard]] robocache::cuda executor() const { return robocache::cuda(stream_); }
  void wait() const { require(cudaStreamSynchronize(stream_)); }

 private:
  cudaStream_t stream_ = nullptr;
};

enum class memory_kind { device, managed, pinned };

/// Memory of one kind, freed at the end.
class block {
 public:
  explicit block(std::size_t bytes, memory_kind kind = memory_kind::device) : kind_(kind) {
    if (kind == memory_kind::device) require(cudaMalloc(&data_, bytes));
    if (kind == memory_kind::managed)
      require(cudaMallocManaged(&data_, bytes, cudaMemAttachGlobal));
    if (kind == memory_kind::pinned) require(cudaMallocHost(&data_, bytes));
  }
  ~block() {
    static_cast<void>(kind_ == memory_kind::pinned ? cudaFreeHost(data_) : cudaFree(data_));
  }
  block(const block&) = delete;
  block& operator=(const block&) = delete;
  template <class T = void>
  [[nodiscard]] T* data() const {
    return static_cast<T*>(data_);
  }

 private:
  void* data_ = nullptr;
  memory_kind kind_;
};

/// The device's copies of host vectors: placed once, fetched on demand.
class mirror {
 public:
  explicit mirror(memory_kind kind = memory_kind::device) : kind_(kind) {}

  /// Where the elements of `host` stand on the device; uploads them at first sight.
  template <class V>
  auto place(V& host) -> decltype(host.data()) {
    if (host.empty()) return nullptr;
    using element = typename V::value_type;
    auto& copy = copies_[static_cast<const void*>(host.data())];
    if (copy == nullptr) {
      copy = std::make_unique<block>(host.size() * sizeof(element), kind_);
      upload(host);
    }
    return copy->data<element>();
  }
  template <class V>
  void upload(const V& host) {
    if (host.empty()) return;
    const std::size_t bytes = host.size() * sizeof(host[0]);
    require(cudaMemcpy(copies_.at(host.data())->data(), host.data(), bytes, cudaMemcpyDefault));
    // From pageable memory the call may return before the last bytes have arrived.
    require(cudaStreamSynchronize(cudaStreamLegacy));
  }
  template <class V>
  void fetch(V& host) {
    if (host.empty()) return;
    const std::size_t bytes = host.size() * sizeof(host[0]);
    require(cudaMemcpy(host.data(), copies_.at(host.data())->data(), bytes, cudaMemcpyDefault));
  }

 private:
  memory_kind kind_;
  std::map<const void*, std::unique_ptr<block>> copies_;
};

/// A host function that holds a stream up until it is released, or for ten seconds at most.
class barrier {
 public:
  explicit barrier(cudaStream_t stream) {
    require(cudaLaunchHostFunc(
        stream, [](void* self) { static_cast<barrier*>(self)->hold(); }, this));
  }
  void release() { released_ = true; }
  /// Whether the stream still waits here.
  [[nodiscard]] bool holds() const { return !passed_; }

 private:
  void hold() {
    for (int i = 0; i < 10'000 && !released_; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    passed_ = true;
  }
  std::atomic<bool> released_{false};
  std::atomic<bool> passed_{false};
};

}  // namespace test
