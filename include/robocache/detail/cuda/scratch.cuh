// Scratch of the CUDA backend: the executor's workspace.
#pragma once

#include <robocache/core/executor.hpp>
#include <robocache/detail/scratch.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Scratch of the executor's workspace.
inline unsigned char* reserve_scratch(const label& op, const gpu& executor, std::size_t bytes) {
  if (bytes == 0) return nullptr;
  if (executor.scratch() == nullptr) {
    fail(op, "the executor needs a workspace of " + std::to_string(bytes) +
                 " bytes: gpu{stream, &workspace}");
  }
  executor.scratch()->reserve(bytes);
  return static_cast<unsigned char*>(executor.scratch()->data());
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
