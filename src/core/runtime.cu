// What the executors need of the CUDA runtime.
#include <list>
#include <robocache/detail/cuda/launch.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

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

/// A thread's stream on one device, with scratch.
class thread_stream {
 public:
  explicit thread_stream(int device) : device_(device), stream_(make()) {}
  ~thread_stream() {
    scratch_.release();
    static_cast<void>(cudaStreamDestroy(stream_));
  }
  thread_stream(const thread_stream&) = delete;
  thread_stream& operator=(const thread_stream&) = delete;

  [[nodiscard]] int device() const { return device_; }
  gpu executor() { return gpu(stream_, &scratch_); }

 private:
  static cudaStream_t make() {
    cudaStream_t stream = nullptr;
    check_cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "select_executor",
               "stream");
    return stream;
  }

  int device_;
  cudaStream_t stream_;
  workspace scratch_{stream_memory(stream_)};
};

}  // namespace

gpu executor_of_thread() {
  thread_local std::list<thread_stream> streams;
  int device = 0;
  check_cuda(cudaGetDevice(&device), "select_executor", "current device");
  for (thread_stream& stream : streams) {
    if (stream.device() == device) return stream.executor();
  }
  return streams.emplace_back(device).executor();
}

void wait(const gpu& executor) {
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

}  // namespace detail
ROBOCACHE_END_NAMESPACE
