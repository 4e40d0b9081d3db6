/// \file
/// A consumer's main that takes the GPU where there is one.
#pragma once

#include <cuda_runtime.h>

#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>

#include "ramp.hpp"

/// Resamples where `select_executor` says. With the argument --require-gpu a machine without a GPU
/// is skipped (77), or fails under ROBOCACHE_REQUIRE_GPU=1; without it the CPU must step in and be
/// announced.
template <class T>
int run_consumer(int argc, char** argv) {
  std::string said;
  robocache::set_log_hook(
      [](const char* message, void* context) { *static_cast<std::string*>(context) = message; },
      &said);
  const robocache::any_executor executor = robocache::select_executor();

  if (executor.kind() == robocache::backend::cuda) {
    void* memory = nullptr;  // that both sides reach
    if (cudaMallocManaged(&memory, sizeof(ramp<T>)) != cudaSuccess) return EXIT_FAILURE;
    auto* values = new (memory) ramp<T>;
    values->resample(executor);
    const bool right = values->is_right();
    cudaFree(memory);
    std::puts(right ? "resampled on the GPU" : "wrong values from the GPU");
    return right ? EXIT_SUCCESS : EXIT_FAILURE;
  }

  if (argc > 1 && std::string(argv[1]) == "--require-gpu") {
    const char* required = std::getenv("ROBOCACHE_REQUIRE_GPU");
    std::printf("no GPU: %s\n", said.c_str());
    return required != nullptr && std::string(required) == "1" ? EXIT_FAILURE : 77;
  }
  ramp<T> values;
  values.resample(executor);
  const bool right = values.is_right() && !said.empty();
  std::printf("%s: %s\n", right ? "resampled on the CPU" : "wrong or silent fallback",
              said.c_str());
  return right ? EXIT_SUCCESS : EXIT_FAILURE;
}
