#include <algorithm>
#include <robocache/detail/cuda/launch.cuh>

#include "support/same_bytes.hpp"
#include "support/statistics.hpp"

namespace robocache::bench {
namespace {

using index = std::int64_t;

template <bool Streaming>
__device__ uint4 load(const uint4* at) {
  return Streaming ? __ldcs(at) : __ldg(at);
}

template <bool Streaming>
__device__ void store(uint4* at, uint4 value) {
  if (Streaming) {
    __stcs(at, value);
  } else {
    *at = value;
  }
}

/// Loads in[begin_in + k * step] and stores to out[begin_out + k * step] for k < Unroll, as far as
/// they lie before the ends. Loads come first; the stores depend on them.
template <int Unroll, bool Streaming>
__device__ void stream_tile(const uint4* in, index begin_in, index end_in, uint4* out,
                            index begin_out, index end_out, index step, std::uint32_t& seen) {
  uint4 values[Unroll];
#pragma unroll
  for (int k = 0; k < Unroll; ++k) {
    values[k] = make_uint4(threadIdx.x, 1, 2, 3);
    if (begin_in + k * step < end_in) values[k] = load<Streaming>(in + begin_in + k * step);
  }
#pragma unroll
  for (int k = 0; k < Unroll; ++k) {
    if (begin_out + k * step < end_out) {
      store<Streaming>(out + begin_out + k * step, values[k]);
    } else {
      seen ^= values[k].x ^ values[k].y ^ values[k].z ^ values[k].w;
    }
  }
}

/// Keeps the compiler from dropping loads that no store depends on.
__device__ void use(std::uint32_t seen, uint4* out) {
  if (seen == 0x9e3779b9U) out[0] = make_uint4(seen, 0, 0, 0);
}

/// Blocks stride through both arrays from their starts; where one is shorter, the rest of the
/// other is streamed alone.
template <int Unroll, bool Streaming>
__global__ void stream_strided(const uint4* in, index count_in, uint4* out, index count_out) {
  detail::wait_for_stream();
  std::uint32_t seen = 0;
  const index count = count_in > count_out ? count_in : count_out;
  const index tile = static_cast<index>(blockDim.x) * Unroll;
  for (index first = blockIdx.x * tile; first < count; first += gridDim.x * tile) {
    const index begin = first + threadIdx.x;
    stream_tile<Unroll, Streaming>(in, begin, count_in, out, begin, count_out, blockDim.x, seen);
  }
  use(seen, out);
}

/// Every block streams an equal share of both arrays.
template <int Unroll, bool Streaming>
__global__ void stream_shares(const uint4* in, index share_in, index count_in, uint4* out,
                              index share_out, index count_out) {
  detail::wait_for_stream();
  std::uint32_t seen = 0;
  const index begin_in = blockIdx.x * share_in;
  const index begin_out = blockIdx.x * share_out;
  const index end_in = min(begin_in + share_in, count_in);
  const index end_out = min(begin_out + share_out, count_out);
  stream_tile<Unroll, Streaming>(in, begin_in + threadIdx.x, end_in, out, begin_out + threadIdx.x,
                                 end_out, blockDim.x, seen);
  use(seen, out);
}

enum class schedule { one_shot, persistent, shares };

struct launch_shape {
  schedule order;
  int threads, unroll;
  bool streaming;   ///< evict-first loads and stores
  bool overlapped;  ///< set up while the kernel before still runs, as the library's kernels are

  [[nodiscard]] std::string name() const {
    const char* orders[] = {"one-shot", "persistent", "shares"};
    return std::string(orders[static_cast<int>(order)]) + " threads=" + std::to_string(threads) +
           " unroll=" + std::to_string(unroll) + (streaming ? " streaming" : "") +
           (overlapped ? " overlapped" : "");
  }
};

std::vector<launch_shape> all_launch_shapes(bool overlapped) {
  std::vector<launch_shape> shapes;
  for (const schedule order : {schedule::one_shot, schedule::persistent, schedule::shares}) {
    for (const int threads : {256, 512, 1024}) {
      for (const int unroll : {1, 2, 4, 8}) {
        for (const bool streaming : {false, true}) {
          shapes.push_back({order, threads, unroll, streaming, overlapped});
        }
      }
    }
  }
  return shapes;
}

index divide_up(index a, index b) { return (a + b - 1) / b; }

/// The blocks that the device holds at once.
template <class Kernel>
index resident_blocks(Kernel kernel, int threads) {
  int device = 0, multiprocessors = 0, blocks = 0;
  check(cudaGetDevice(&device));
  check(cudaDeviceGetAttribute(&multiprocessors, cudaDevAttrMultiProcessorCount, device));
  check(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, kernel, threads, 0));
  return index{multiprocessors} * blocks;
}

template <class... Params, class... Args>
void start(const launch_shape& shape, void (*kernel)(Params...), index blocks, cudaStream_t on,
           Args... args) {
  if (shape.overlapped) {
    detail::launch_kernel("same_bytes", gpu(on), kernel, blocks, shape.threads, 0, args...);
  } else {
    kernel<<<static_cast<unsigned>(blocks), static_cast<unsigned>(shape.threads), 0, on>>>(args...);
    check(cudaPeekAtLastError());
  }
}

template <int Unroll, bool Streaming>
void launch(const launch_shape& shape, const uint4* in, index count_in, uint4* out, index count_out,
            cudaStream_t on) {
  const index tiles = divide_up(std::max(count_in, count_out), index{shape.threads} * Unroll);
  if (shape.order == schedule::shares) {
    start(shape, stream_shares<Unroll, Streaming>, tiles, on, in, divide_up(count_in, tiles),
          count_in, out, divide_up(count_out, tiles), count_out);
  } else {
    const auto kernel = stream_strided<Unroll, Streaming>;
    const index blocks = shape.order == schedule::one_shot
                             ? tiles
                             : std::min(tiles, resident_blocks(kernel, shape.threads));
    start(shape, kernel, blocks, on, in, count_in, out, count_out);
  }
}

template <bool Streaming>
void launch(const launch_shape& shape, const uint4* in, index count_in, uint4* out, index count_out,
            cudaStream_t on) {
  switch (shape.unroll) {
    case 1:
      return launch<1, Streaming>(shape, in, count_in, out, count_out, on);
    case 2:
      return launch<2, Streaming>(shape, in, count_in, out, count_out, on);
    case 4:
      return launch<4, Streaming>(shape, in, count_in, out, count_out, on);
    default:
      return launch<8, Streaming>(shape, in, count_in, out, count_out, on);
  }
}

}  // namespace

floor_result time_same_bytes(const stream& on, std::int64_t bytes_in, std::int64_t bytes_out,
                             rotation turns, int replays, bool overlapped) {
  const index count_in = divide_up(bytes_in, sizeof(uint4));
  const index count_out = divide_up(bytes_out, sizeof(uint4));
  const device_array<uint4> in(turns.sets * count_in);
  const device_array<uint4> out(turns.sets * count_out);
  check(cudaMemset(in.data(), 0x5a, in.bytes()));
  check(cudaDeviceSynchronize());

  const auto time = [&](const launch_shape& shape, int times) {
    return median(time_calls(on, turns.calls, times, [&](int call) {
      const int set = call % turns.sets;
      const auto run = shape.streaming ? launch<true> : launch<false>;
      run(shape, in.data() + set * count_in, count_in, out.data() + set * count_out, count_out,
          on.handle());
    }));
  };

  struct candidate {
    double us;
    launch_shape shape;
  };
  std::vector<candidate> candidates;
  for (const launch_shape& shape : all_launch_shapes(overlapped)) {
    candidates.push_back({time(shape, 3), shape});
  }
  const auto faster = [](const candidate& a, const candidate& b) { return a.us < b.us; };
  std::sort(candidates.begin(), candidates.end(), faster);
  candidates.erase(candidates.begin() + 3, candidates.end());
  for (candidate& finalist : candidates) finalist.us = time(finalist.shape, replays);
  const auto best = std::min_element(candidates.begin(), candidates.end(), faster);
  return {best->us, best->shape.name()};
}

}  // namespace robocache::bench
