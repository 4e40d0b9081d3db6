// The CUDA driver: checked launches and checked pointers.
#pragma once

#include <cuda_runtime.h>

#include <robocache/core/executor.hpp>
#include <type_traits>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Throws `cuda_error` unless `status` is success; clears the runtime's own record of it.
inline void check_cuda(cudaError_t status, const label& op, const label& what) {
  if (status == cudaSuccess) return;
  static_cast<void>(cudaGetLastError());
  std::string hint;
  if (status == cudaErrorNoKernelImageForDevice) {
    hint = "; this device is not supported: RoboCache was built for other architectures";
  }
  throw cuda_error(static_cast<int>(status), "robocache::" + op.text() + ": " + what.text() + ": " +
                                                 cudaGetErrorString(status) + hint);
}

/// Requires memory that the current device can reach: device, managed or pinned.
inline void check_device_pointer(const label& op, const label& name, const void* pointer) {
  if (pointer == nullptr) return;
  cudaPointerAttributes at{};
  check_cuda(cudaPointerGetAttributes(&at, pointer), op, name);
  int device = 0;
  check_cuda(cudaGetDevice(&device), op, name);
  if (at.type == cudaMemoryTypeUnregistered || at.devicePointer == nullptr) {
    fail(op, name.text() + " must be in device memory for the CUDA executor (got a host pointer)");
  }
  if (at.type == cudaMemoryTypeDevice && at.device != device) {
    fail(op, name.text() + " must be on the current device (got devices " +
                 std::to_string(at.device) + " and " + std::to_string(device) + ")");
  }
}

/// Comes before any access to memory in every kernel: lets the next kernel of the stream
/// be set up while this one runs, and waits for the one before.
__device__ __forceinline__ void wait_for_stream() {
#if __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.launch_dependents;");
  asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}

/// The shared memory of a block that its launch asked for.
__device__ __forceinline__ unsigned char* launched_memory() {
#if defined(ROBOCACHE_EMULATED_MEMORY)  // by tests that run kernels on the CPU
  return ROBOCACHE_EMULATED_MEMORY;
#else
  extern __shared__ __align__(16) unsigned char memory[];
  return memory;
#endif
}

/// Launches `kernel`, which starts with `wait_for_stream()`, and checks that it started. Where the
/// kernel was compiled for Hopper or newer its set-up overlaps the end of the kernel before.
template <class... Params, class... Args>
void launch_kernel(const label& op, const gpu& executor, void (*kernel)(Params...),
                   std::int64_t blocks, int threads, std::size_t shared_bytes,
                   const Args&... args) {
  cudaFuncAttributes compiled{};
  check_cuda(cudaFuncGetAttributes(&compiled, kernel), op, "kernel");
  cudaLaunchAttribute overlap{};
  overlap.id = cudaLaunchAttributeProgrammaticStreamSerialization;
  overlap.val.programmaticStreamSerializationAllowed = 1;
  cudaLaunchConfig_t config{};
  config.gridDim = dim3(static_cast<unsigned>(blocks));
  config.blockDim = dim3(static_cast<unsigned>(threads));
  config.dynamicSmemBytes = shared_bytes;
  config.stream = executor.stream();
  config.attrs = &overlap;
  config.numAttrs = compiled.ptxVersion >= 90 ? 1 : 0;
  check_cuda(cudaLaunchKernelEx(&config, kernel, args...), op, "launch");
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
