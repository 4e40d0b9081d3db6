/// \file
/// Where arrays lie while a command works on them, so that commands are written once for both
/// backends.
#pragma once

#include <cstddef>
#include <robocache/core/executor.hpp>
#include <string>
#include <vector>

#if defined(ROBOCACHE_CUDA)
#include <cuda_runtime_api.h>
#endif

namespace robocache::cli {

/// Lends host arrays to an executor: as they are on the CPU, through copies on CUDA.
class staging {
 public:
  explicit staging(const any_executor& executor) : executor_(executor) {}
  staging(const staging&) = delete;
  staging& operator=(const staging&) = delete;
  ~staging() { release(); }

  /// `host` as the executor can read it.
  template <class T>
  const T* input(const T* host, std::int64_t count) {
    return static_cast<const T*>(upload(host, bytes_of<T>(count)));
  }

  /// Where the executor writes what `finish` puts into `host`.
  template <class T>
  T* output(T* host, std::int64_t count) {
    return static_cast<T*>(download(host, bytes_of<T>(count)));
  }

  /// Waits until all inputs have arrived.
  void ready() { synchronize(executor_); }

  /// Waits for the executor and brings the outputs home.
  void finish();

 private:
  struct copy {
    void* host;
    void* device;
    std::size_t bytes;
  };

  template <class T>
  static std::size_t bytes_of(std::int64_t count) {
    return static_cast<std::size_t>(count) * sizeof(T);
  }

  const void* upload(const void* host, std::size_t bytes);
  void* download(void* host, std::size_t bytes);
  void* allocate(std::size_t bytes);
  void release() noexcept;
  [[nodiscard]] CUstream_st* stream() const;

  const any_executor& executor_;
  std::vector<void*> blocks_;
  std::vector<copy> outputs_;
};

/// One line for each CUDA device; empty when there is none.
struct device_line {
  std::string name;
  int major, minor, processors;
  std::size_t memory;
};

#if defined(ROBOCACHE_CUDA)

inline void check_cuda(cudaError_t status, const std::string& what) {
  if (status != cudaSuccess) {
    throw cuda_error(status, what + ": " + cudaGetErrorString(status));
  }
}

// Copies go through the executor's stream: it need not wait for the default one.
inline CUstream_st* staging::stream() const {
  CUstream_st* result = nullptr;
  executor_.visit([&](const auto& chosen) {
    if constexpr (std::is_same_v<std::decay_t<decltype(chosen)>, gpu>) result = chosen.stream();
  });
  return result;
}

inline void* staging::allocate(std::size_t bytes) {
  void* device = nullptr;
  check_cuda(cudaMalloc(&device, bytes > 0 ? bytes : 1),
             "allocating " + std::to_string(bytes) + " bytes on the device");
  blocks_.push_back(device);
  return device;
}

inline const void* staging::upload(const void* host, std::size_t bytes) {
  if (executor_.kind() != backend::cuda) return host;
  void* device = allocate(bytes);
  check_cuda(cudaMemcpyAsync(device, host, bytes, cudaMemcpyHostToDevice, stream()),
             "copying to the device");
  return device;
}

inline void* staging::download(void* host, std::size_t bytes) {
  if (executor_.kind() != backend::cuda) return host;
  void* device = allocate(bytes);
  outputs_.push_back({host, device, bytes});
  return device;
}

inline void staging::finish() {
  for (const copy& c : outputs_) {
    check_cuda(cudaMemcpyAsync(c.host, c.device, c.bytes, cudaMemcpyDeviceToHost, stream()),
               "copying from the device");
  }
  synchronize(executor_);
}

inline void staging::release() noexcept {
  for (void* block : blocks_) cudaFree(block);
}

inline std::vector<device_line> cuda_devices() {
  int count = 0;
  if (cudaGetDeviceCount(&count) != cudaSuccess) count = 0;
  std::vector<device_line> devices;
  for (int i = 0; i < count; ++i) {
    cudaDeviceProp properties{};
    check_cuda(cudaGetDeviceProperties(&properties, i), "reading the properties of a device");
    devices.push_back({properties.name, properties.major, properties.minor,
                       properties.multiProcessorCount, properties.totalGlobalMem});
  }
  return devices;
}

#else

inline const void* staging::upload(const void* host, std::size_t) { return host; }
inline void* staging::download(void* host, std::size_t) { return host; }
inline void staging::finish() {}
inline void staging::release() noexcept {}
inline std::vector<device_line> cuda_devices() { return {}; }

#endif

}  // namespace robocache::cli
