/// \file
/// Enough of CUDA to run kernels on the CPU, one block after another and each of its threads as a
/// fiber: to test what they compute where there is no GPU. Nothing is asynchronous, arithmetic is
/// the CPU's, and all memory is the device's.
///
/// Put this folder first among the include directories and define __CUDACC__.
#pragma once

#include <ucontext.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <vector>

#define __host__
#define __device__
#define __global__
#define __grid_constant__
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
#define __align__(bytes) __attribute__((aligned(bytes)))
#define __shared__ static  // blocks run one after another
#define ROBOCACHE_EMULATED_MEMORY emulated::shared_memory()

struct uint2 {
  unsigned x, y;
};
struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
struct dim3 {
  unsigned x = 1, y = 1, z = 1;
  dim3() = default;
  explicit dim3(unsigned of_x) : x(of_x) {}
};

inline dim3 threadIdx, blockIdx, blockDim, gridDim;

namespace emulated {

constexpr std::size_t most_shared_bytes = 227 * 1024;
/// What a launch asks for, poisoned for each block.
inline unsigned char* shared_memory() {
  alignas(16) static unsigned char memory[most_shared_bytes];
  return memory;
}

/// Threads that wait for one another.
struct meeting {
  int members = 0, arrived = 0;
  unsigned generation = 0;

  void release() {
    arrived = 0;
    ++generation;
  }
  /// One of the members has ended, and is waited for no more.
  void leave() {
    if (--members > 0 && arrived == members) release();
  }
};

/// A warp: who is there still, and the groups of lanes that have waited for one another.
struct warp {
  unsigned lanes = 0;
  std::vector<std::pair<unsigned, meeting>> groups;  // by their masks

  meeting& group(unsigned mask) {
    for (auto& [of, found] : groups) {
      if (of == mask) return found;
    }
    groups.push_back({mask, {}});
    groups.back().second.members = __builtin_popcount(mask & lanes);
    return groups.back().second;
  }
  void leave(unsigned lane) {
    lanes &= ~(1U << lane);
    for (auto& [mask, found] : groups) {
      if ((mask >> lane & 1U) != 0) found.leave();
    }
  }
};

/// The threads of the block that runs.
class block {
 public:
  static block& running() {
    static block one;
    return one;
  }

  void run(unsigned threads, const std::function<void()>& kernel) {
    kernel_ = &kernel;
    fibers_.resize(std::max<std::size_t>(fibers_.size(), threads));
    warps_.assign((threads + 31) / 32, {});
    all_ = {};
    all_.members = static_cast<int>(threads);
    for (unsigned t = 0; t < threads; ++t) {
      warps_[t / 32].lanes |= 1U << t % 32;
      start(fibers_[t]);
    }
    values_.assign(threads, 0);
    for (unsigned left = threads; left > 0;) {
      moved_ = false;
      for (unsigned t = 0; t < threads; ++t) left -= resume(t) ? 1 : 0;
      if (left > 0 && !moved_) stop("threads wait for others that have ended or wait elsewhere");
    }
  }

  void sync() {
    meet([this]() -> meeting& { return all_; });
  }
  void sync_warp(unsigned mask) {
    // By index: other groups may be added while this one waits.
    auto& groups = warps_[threadIdx.x / 32].groups;
    meeting* found = &warps_[threadIdx.x / 32].group(mask);
    const auto at = static_cast<std::size_t>(
        std::find_if(groups.begin(), groups.end(), [&](auto& g) { return &g.second == found; }) -
        groups.begin());
    meet([&groups, at]() -> meeting& { return groups[at].second; });
  }

  /// Each of the lanes in `mask` gives a value and reads those of all.
  template <class F>
  std::uint64_t exchange(unsigned mask, std::uint64_t own, const F& read) {
    values_[threadIdx.x] = own;
    sync_warp(mask);
    const std::uint64_t result = read(values_.data() + threadIdx.x / 32 * 32);
    sync_warp(mask);
    return result;
  }
  /// The sum over the block of what threads say.
  int count(bool own) {
    values_[threadIdx.x] = own ? 1 : 0;
    sync();
    const auto sum = static_cast<int>(std::count(values_.begin(), values_.end(), 1));
    sync();
    return sum;
  }
  [[nodiscard]] unsigned lanes() const { return warps_[threadIdx.x / 32].lanes; }

 private:
  static constexpr std::size_t stack_bytes = 256 * 1024;

  struct fiber {
    ucontext_t context{};
    std::unique_ptr<char[]> stack;
    bool done = false;
  };

  [[noreturn]] static void stop(const char* why) {
    std::fprintf(stderr, "emulated kernel: %s\n", why);
    std::abort();
  }

  static void enter() {
    block& self = running();
    (*self.kernel_)();
    self.leave();
  }
  void start(fiber& f) {
    if (f.stack == nullptr) f.stack.reset(new char[stack_bytes]);
    f.done = false;
    getcontext(&f.context);
    f.context.uc_stack.ss_sp = f.stack.get();
    f.context.uc_stack.ss_size = stack_bytes;
    f.context.uc_link = &scheduler_;
    makecontext(&f.context, &block::enter, 0);
  }
  /// Runs a thread up to its next wait; returns whether it has ended now.
  bool resume(unsigned t) {
    fiber& f = fibers_[t];
    if (f.done) return false;
    threadIdx = dim3(t);
    swapcontext(&scheduler_, &f.context);
    return f.done;
  }
  void leave() {
    moved_ = true;
    fibers_[threadIdx.x].done = true;
    all_.leave();
    warps_[threadIdx.x / 32].leave(threadIdx.x % 32);
  }
  template <class Find>
  void meet(const Find& find) {
    const unsigned generation = find().generation;
    const unsigned thread = threadIdx.x;
    moved_ = true;
    if (++find().arrived == find().members) return find().release();
    while (find().generation == generation) swapcontext(&fibers_[thread].context, &scheduler_);
  }

  const std::function<void()>* kernel_ = nullptr;
  std::vector<fiber> fibers_;
  std::vector<warp> warps_;
  meeting all_;
  std::vector<std::uint64_t> values_;
  ucontext_t scheduler_{};
  bool moved_ = false;
};

template <class T>
std::uint64_t to_word(T value) {
  std::uint64_t word = 0;
  std::memcpy(&word, &value, sizeof(value));
  return word;
}
template <class T>
T from_word(std::uint64_t word) {
  T value;
  std::memcpy(&value, &word, sizeof(value));
  return value;
}

/// What lane `source` holds; where there is none, one's own.
template <class T>
T shuffle(unsigned mask, T own, unsigned source) {
  const bool is_there = (block::running().lanes() & mask) >> source & 1U;
  return from_word<T>(block::running().exchange(mask, to_word(own), [&](const std::uint64_t* all) {
    return is_there ? all[source] : to_word(own);
  }));
}

/// What `f` makes of the values of all lanes in `mask`.
template <class T, class F>
T reduce(unsigned mask, T own, const F& f) {
  const unsigned lanes = block::running().lanes() & mask;
  return from_word<T>(block::running().exchange(mask, to_word(own), [&](const std::uint64_t* all) {
    T sum = own;
    bool any = false;
    for (unsigned k = 0; k < 32; ++k) {
      if ((lanes >> k & 1U) == 0) continue;
      sum = any ? f(sum, from_word<T>(all[k])) : from_word<T>(all[k]);
      any = true;
    }
    return to_word(sum);
  }));
}

}  // namespace emulated

inline void __syncthreads() { emulated::block::running().sync(); }
inline void __syncwarp(unsigned mask = ~0U) { emulated::block::running().sync_warp(mask); }
inline int __syncthreads_count(int own) { return emulated::block::running().count(own != 0); }
inline int __syncthreads_or(int own) { return __syncthreads_count(own) > 0 ? 1 : 0; }

template <class T>
T __shfl_sync(unsigned mask, T own, int source, unsigned width = 32) {
  const unsigned first = threadIdx.x % 32 / width * width;
  return emulated::shuffle(mask, own, first + static_cast<unsigned>(source) % width);
}
template <class T>
T __shfl_up_sync(unsigned mask, T own, unsigned by) {
  const unsigned lane = threadIdx.x % 32;
  return emulated::shuffle(mask, own, lane >= by ? lane - by : lane);
}
template <class T>
T __shfl_xor_sync(unsigned mask, T own, int by) {
  return emulated::shuffle(mask, own, (threadIdx.x % 32) ^ static_cast<unsigned>(by));
}
inline unsigned __ballot_sync(unsigned mask, int own) {
  const unsigned bit = own != 0 ? 1U << threadIdx.x % 32 : 0U;
  return emulated::reduce(mask, bit, [](unsigned a, unsigned b) { return a | b; });
}
template <class T>
T __reduce_add_sync(unsigned mask, T own) {
  return emulated::reduce(mask, own, [](T a, T b) { return static_cast<T>(a + b); });
}
template <class T>
T __reduce_min_sync(unsigned mask, T own) {
  return emulated::reduce(mask, own, [](T a, T b) { return std::min(a, b); });
}

template <class T, class F>
T emulated_atomic(T* at, const F& f) {
  const T old = *at;
  *at = f(old);
  return old;
}
template <class T>
T atomicAdd(T* at, T value) {
  return emulated_atomic(at, [&](T old) { return static_cast<T>(old + value); });
}
template <class T>
T atomicOr(T* at, T value) {
  return emulated_atomic(at, [&](T old) { return static_cast<T>(old | value); });
}
template <class T>
T atomicMax(T* at, T value) {
  return emulated_atomic(at, [&](T old) { return std::max(old, value); });
}
template <class T>
T atomicMin(T* at, T value) {
  return emulated_atomic(at, [&](T old) { return std::min(old, value); });
}

template <class T>
T __ldg(const T* at) {
  return *at;
}
template <class T>
void __stcs(T* at, const T& value) {
  *at = value;
}
inline float __uint_as_float(unsigned bits) { return emulated::from_word<float>(bits); }
inline unsigned __float_as_uint(float value) {
  return static_cast<unsigned>(emulated::to_word(value));
}
inline float __int_as_float(int bits) {
  return emulated::from_word<float>(emulated::to_word(bits));
}
inline int __popc(unsigned bits) { return __builtin_popcount(bits); }
inline unsigned __funnelshift_r(unsigned low, unsigned high, unsigned by) {
  const std::uint64_t both = std::uint64_t{high} << 32 | low;
  return static_cast<unsigned>(both >> by % 32);
}
inline double __drcp_rn(double x) { return 1.0 / x; }
using std::fabs;
inline float fabsf(float x) { return __builtin_fabsf(x); }
template <class T>
T min(T a, T b) {
  return b < a ? b : a;
}
template <class T>
T max(T a, T b) {
  return a < b ? b : a;
}

// The runtime: what launches ask of it.
struct CUstream_st;
using cudaStream_t = CUstream_st*;
enum cudaError_t { cudaSuccess, cudaErrorNoKernelImageForDevice };
inline cudaError_t cudaGetLastError() { return cudaSuccess; }
inline const char* cudaGetErrorString(cudaError_t) { return "emulated"; }

enum cudaMemoryType { cudaMemoryTypeUnregistered, cudaMemoryTypeHost, cudaMemoryTypeDevice };
struct cudaPointerAttributes {
  cudaMemoryType type;
  int device;
  const void* devicePointer;
};
inline cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* at, const void* pointer) {
  *at = {cudaMemoryTypeDevice, 0, pointer};
  return cudaSuccess;
}
inline cudaError_t cudaGetDevice(int* device) {
  *device = 0;
  return cudaSuccess;
}

struct cudaFuncAttributes {
  int ptxVersion;
};
template <class F>
cudaError_t cudaFuncGetAttributes(cudaFuncAttributes*, F) {
  return cudaSuccess;
}
enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize };
template <class F>
cudaError_t cudaFuncSetAttribute(F, cudaFuncAttribute, int) {
  return cudaSuccess;
}

enum cudaLaunchAttributeID { cudaLaunchAttributeProgrammaticStreamSerialization };
struct cudaLaunchAttribute {
  cudaLaunchAttributeID id;
  struct {
    int programmaticStreamSerializationAllowed;
  } val;
};
struct cudaLaunchConfig_t {
  dim3 gridDim, blockDim;
  std::size_t dynamicSmemBytes;
  cudaStream_t stream;
  cudaLaunchAttribute* attrs;
  unsigned numAttrs;
};

/// The blocks run from the last to the first: none may lean on an earlier one.
template <class... Params, class... Args>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* config, void (*kernel)(Params...),
                               const Args&... args) {
  gridDim = config->gridDim;
  blockDim = config->blockDim;
  if (config->dynamicSmemBytes > emulated::most_shared_bytes) std::abort();
  for (unsigned b = config->gridDim.x; b > 0; --b) {
    blockIdx = dim3(b - 1);
    std::memset(emulated::shared_memory(), 0xA5, config->dynamicSmemBytes);
    emulated::block::running().run(config->blockDim.x, [&] { kernel(args...); });
  }
  return cudaSuccess;
}
