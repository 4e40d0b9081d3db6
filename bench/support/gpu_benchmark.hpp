// What the benchmarks of every operation on the GPU share: how a case is timed and reported.
#pragma once

#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "support/benchmark.hpp"
#include "support/same_bytes.hpp"
#include "support/statistics.hpp"
#include "support/traffic.hpp"

namespace robocache::bench {

constexpr int replays = 60;

/// Device memory that holds `values`, the first of them `offset` elements in.
template <class T>
device_array<T> on_device(const std::vector<T>& values, std::int64_t offset = 0) {
  device_array<T> copy(static_cast<std::int64_t>(values.size()) + offset);
  check(cudaMemcpy(copy.data() + offset, values.data(), values.size() * sizeof(T),
                   cudaMemcpyHostToDevice));
  return copy;
}

/// Device memory that an operation is to write, poisoned.
template <class T>
device_array<T> poisoned(std::int64_t size) {
  device_array<T> memory(size);
  check(cudaMemset(memory.data(), 0xcb, memory.bytes()));
  return memory;
}

/// Whether `got` on the device holds the bits of `expected`.
template <class T>
bool holds_bits(const std::vector<T>& expected, const T* got) {
  std::vector<T> copy(expected.size());
  check(cudaMemcpy(copy.data(), got, copy.size() * sizeof(T), cudaMemcpyDeviceToHost));
  return std::memcmp(copy.data(), expected.data(), copy.size() * sizeof(T)) == 0;
}

/// Times `enqueue(call)` next to the kernels that stream its bytes, and reports both.
template <class Enqueue>
void time_beside_floor(benchmark::State& state, const stream& on, const traffic& moved,
                       rotation turns, const Enqueue& enqueue) {
  // Ours before and after the floor, so that a drifting clock shows in the spread.
  std::vector<double> ours = time_calls(on, turns.calls, replays / 2, enqueue);
  const floor_result plain = time_same_bytes(on, moved.in, moved.out, turns, replays, false);
  const floor_result overlapped = time_same_bytes(on, moved.in, moved.out, turns, replays, true);
  const floor_result& floor = overlapped.us < plain.us ? overlapped : plain;
  const std::vector<double> again = time_calls(on, turns.calls, replays / 2, enqueue);
  ours.insert(ours.end(), again.begin(), again.end());

  for (auto _ : state) state.SetIterationTime(median(ours) * 1e-6);
  state.counters["us"] = median(ours);
  state.counters["us_p95"] = quantile(ours, 0.95);
  state.counters["bytes"] = static_cast<double>(moved.total());
  state.counters["same_bytes_us"] = floor.us;
  state.counters["share"] = floor.us / median(ours);
  state.counters["plain_same_bytes_us"] = plain.us;
  state.counters["plain_share"] = plain.us / median(ours);
  state.counters["GB_per_s"] = static_cast<double>(moved.total()) / median(ours) * 1e-3;
  state.SetLabel(floor.description);
}

/// Names the device in the output; false when there is none.
inline bool describe_device() {
  cudaDeviceProp properties{};
  if (cudaGetDeviceProperties(&properties, 0) != cudaSuccess) return false;
  benchmark::AddCustomContext("gpu", properties.name);
  benchmark::AddCustomContext("gpu_l2_bytes", std::to_string(properties.l2CacheSize));
  return true;
}

/// The `main` of a benchmark of the GPU.
template <class AddCases>
int run_gpu_benchmarks(int argc, char** argv, const AddCases& add_cases) {
  if (!describe_device()) {
    std::fprintf(stderr, "%s: no CUDA device\n", argv[0]);
    return 77;
  }
  return run_benchmarks(argc, argv, add_cases);
}

}  // namespace robocache::bench
