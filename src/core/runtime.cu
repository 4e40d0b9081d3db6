// What the executors need of the CUDA runtime.
#include <map>
#include <mutex>
#include <robocache/detail/launch.cuh>

namespace robocache::detail {

const char* why_no_cuda() {
  static const char* const reason = []() -> const char* {
    int count = 0;
    const cudaError_t status = cudaGetDeviceCount(&count);
    static_cast<void>(cudaGetLastError());
    if (status == cudaErrorNoDevice || (status == cudaSuccess && count == 0)) {
      return "there is no CUDA device";
    }
    if (status == cudaErrorInsufficientDriver) return "the CUDA driver is missing or too old";
    return status == cudaSuccess ? nullptr : cudaGetErrorString(status);
  }();
  return reason;
}

namespace {

struct device_defaults {
  cudaStream_t stream = nullptr;
  workspace* scratch = nullptr;
};

/// Of the current device; made at the first call and never destroyed.
device_defaults& defaults() {
  static std::mutex guard;
  static std::map<int, device_defaults> devices;
  int device = 0;
  check_cuda(cudaGetDevice(&device), "select_executor", "current device");
  const std::lock_guard<std::mutex> lock(guard);
  device_defaults& mine = devices[device];
  if (mine.stream == nullptr) {
    check_cuda(cudaStreamCreateWithFlags(&mine.stream, cudaStreamNonBlocking), "select_executor",
               "stream");
    mine.scratch = new workspace(stream_memory(mine.stream));
  }
  return mine;
}

}  // namespace

CUstream_st* shared_stream() { return defaults().stream; }

workspace* shared_scratch() { return defaults().scratch; }

void wait(const cuda& executor) {
  check_cuda(cudaStreamSynchronize(executor.stream()), "synchronize", "stream");
}

workspace::memory stream_memory(CUstream_st* stream) {
  const auto allocate = [](std::size_t bytes, void* context) -> void* {
    void* data = nullptr;
    const cudaError_t status = cudaMallocAsync(&data, bytes, static_cast<CUstream_st*>(context));
    if (status == cudaErrorMemoryAllocation) {
      static_cast<void>(cudaGetLastError());
      std::size_t free_bytes = 0;
      std::size_t total_bytes = 0;
      static_cast<void>(cudaMemGetInfo(&free_bytes, &total_bytes));
      throw cuda_error(static_cast<int>(status),
                       "robocache::workspace: out of device memory (asked for " +
                           std::to_string(bytes) + " bytes, " + std::to_string(free_bytes) +
                           " are free)");
    }
    check_cuda(status, "workspace", "cudaMallocAsync");
    return data;
  };
  const auto deallocate = [](void* data, std::size_t, void* context) {
    static_cast<void>(cudaFreeAsync(data, static_cast<CUstream_st*>(context)));
  };
  return {allocate, deallocate, stream};
}

}  // namespace robocache::detail
