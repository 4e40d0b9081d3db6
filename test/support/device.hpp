// Device memory, streams and graphs for tests that g++ compiles against the CUDA runtime.
#pragma once

#include <cuda_runtime_api.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <map>
#include <memory>
#include <robocache/core/executor.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "catch.hpp"
#include "random.hpp"
#include "skip.hpp"

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
  [[nodiscard]] robocache::gpu executor() const { return robocache::gpu(stream_); }
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
  /// What was never placed is left as it is.
  template <class V>
  void fetch(V& host) {
    const auto copy = copies_.find(host.data());
    if (host.empty() || copy == copies_.end()) return;
    const std::size_t bytes = host.size() * sizeof(host[0]);
    require(cudaMemcpy(host.data(), copy->second->data(), bytes, cudaMemcpyDefault));
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

/// Copies of host vectors in pinned memory and, moved in stream order, on the device. A const
/// vector is an input, any other an output.
class staging {
 public:
  /// Where the elements of `host` stand on the device, poisoned until they are copied.
  template <class V>
  auto place(V& host) -> decltype(host.data()) {
    if (host.empty()) return nullptr;
    auto& array = arrays_[host.data()];
    if (array.device == nullptr) {
      array.is_input = std::is_const_v<V>;
      array.bytes = host.size() * sizeof(host[0]);
      array.pinned = std::make_unique<block>(array.bytes, memory_kind::pinned);
      array.device = std::make_unique<block>(array.bytes);
      std::memcpy(array.pinned->data(), host.data(), array.bytes);
      require(cudaMemset(array.device->data(), 0xA5, array.bytes));
      require(cudaDeviceSynchronize());
    }
    return array.device->template data<typename V::value_type>();
  }

  void enqueue_inputs(cudaStream_t s) const {
    for (const auto& [host, array] : arrays_) {
      if (array.is_input) copy(*array.device, *array.pinned, array.bytes, s);
    }
  }
  void enqueue_outputs(cudaStream_t s) const {
    for (const auto& [host, array] : arrays_) {
      if (!array.is_input) copy(*array.pinned, *array.device, array.bytes, s);
    }
  }

  /// Other elements of an input for later copies.
  template <class V>
  void restage(const V& host) {
    const auto& array = arrays_.at(host.data());
    std::memcpy(array.pinned->data(), host.data(), array.bytes);
  }
  /// The elements of an output that copies have brought; what was never placed is left as it is.
  template <class V>
  void collect(V& host) const {
    const auto array = arrays_.find(host.data());
    if (host.empty() || array == arrays_.end()) return;
    std::memcpy(host.data(), array->second.pinned->data(), array->second.bytes);
  }

 private:
  struct staged_array {
    bool is_input;
    std::size_t bytes;
    std::unique_ptr<block> pinned, device;
  };
  static void copy(const block& to, const block& from, std::size_t bytes, cudaStream_t s) {
    require(cudaMemcpyAsync(to.data(), from.data(), bytes, cudaMemcpyDefault, s));
  }
  std::map<const void*, staged_array> arrays_;
};

/// Puts a call on the stream, from its inputs' way in to its outputs' way out. `Work` is a
/// `staging` with `enqueue(executor)`.
template <class Work>
void enqueue_all(Work& work, const stream& s) {
  work.enqueue_inputs(s.get());
  work.enqueue(s.executor());
  work.enqueue_outputs(s.get());
}

/// Runs once on poisoned inputs, so that every array is placed and no kernel is loaded later.
template <class Work>
void warm_up(Work& work, const stream& s) {
  work.enqueue(s.executor());
  s.wait();
}

/// Whether launches are asynchronous at all: compute-sanitizer's are not, which is said.
inline bool launches_are_asynchronous() {
  if (under_sanitizer()) WARN("skipped: compute-sanitizer waits for every launch");
  return !under_sanitizer();
}

/// Runs all, which tells nothing of when.
template <class Work>
bool runs(Work& work, const stream& s) {
  enqueue_all(work, s);
  s.wait();
  return true;
}

/// Whether the call returned while its stream was held up.
template <class Work>
bool returns_before_it_runs(Work& work) {
  const stream s;
  warm_up(work, s);
  if (!launches_are_asynchronous()) return runs(work, s);
  barrier gate(s.get());
  enqueue_all(work, s);
  const bool held = gate.holds();
  gate.release();
  s.wait();
  return held;
}

/// Whether the call finished while the default stream was held up.
template <class Work>
bool ignores_default_stream(Work& work) {
  const stream s;
  warm_up(work, s);
  if (!launches_are_asynchronous()) return runs(work, s);
  barrier gate(cudaStreamLegacy);
  enqueue_all(work, s);
  s.wait();
  const bool held = gate.holds();
  gate.release();
  require(cudaDeviceSynchronize());
  return held;
}

/// What `enqueue()` puts on a stream, to be replayed.
class captured {
 public:
  template <class Enqueue>
  captured(const stream& s, const Enqueue& enqueue) : stream_(s) {
    cudaGraph_t graph = nullptr;
    require(cudaStreamBeginCapture(s.get(), cudaStreamCaptureModeGlobal));
    enqueue();
    require(cudaStreamEndCapture(s.get(), &graph));
    const cudaError_t status = cudaGraphInstantiate(&graph_, graph, 0);
    require(cudaGraphDestroy(graph));
    require(status);
  }
  ~captured() { static_cast<void>(cudaGraphExecDestroy(graph_)); }
  captured(const captured&) = delete;
  captured& operator=(const captured&) = delete;
  void replay() const {
    require(cudaGraphLaunch(graph_, stream_.get()));
    stream_.wait();
  }

 private:
  const stream& stream_;
  cudaGraphExec_t graph_ = nullptr;
};

inline std::size_t free_bytes() {
  std::size_t free = 0, total = 0;
  require(cudaMemGetInfo(&free, &total));
  return free;
}

/// Whether a hundred more calls leave as much memory free as the hundred before.
template <class Enqueue>
bool allocates_nothing(const stream& s, const Enqueue& enqueue) {
  const auto free_after_calls = [&] {
    for (int i = 0; i < 100; ++i) enqueue();
    s.wait();
    return free_bytes();
  };
  const std::size_t before = free_after_calls();
  return free_after_calls() == before;
}

/// Whether a test of so many bytes can run; says so where it cannot.
inline bool affordable(std::int64_t bytes) {
  const auto free = static_cast<std::int64_t>(free_bytes());
  if (scale() >= 1.0 && free > bytes + (std::int64_t{1} << 30)) return true;
  WARN("skipped: " << bytes << " bytes are needed, " << free << " are free, the scale is "
                   << scale());
  return false;
}

/// More elements than 32 bits count with a sign.
constexpr std::int64_t large = std::int64_t{1} << 31;

/// Rows of a large array that are worth a look: its ends, and where element `large` lies.
inline std::vector<std::int64_t> telling_rows(std::int64_t rows, std::int64_t channels) {
  const std::int64_t middle = large / channels;
  return {0, middle - 1, middle, middle + 1, rows / 3, rows - 2, rows - 1};
}

}  // namespace test
