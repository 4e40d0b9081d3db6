// The CPU driver of normals of depth images.
#pragma once

#include <robocache/detail/cpu/parallel.hpp>
#include <robocache/detail/tsdf/normals/depth_normals_check.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

template <class D>
void compute(const cpu& executor, const depth_normals_op<D>& op) {
  for (std::int64_t f = 0; f < op.frames; ++f) check_rigid(op.name, op.poses, f, 0);
  for (std::int64_t f = 0; op.valid != nullptr && f < op.frames; ++f) op.valid[f] = 0;
  const auto body = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t line = begin; line < end; ++line) {
      const std::int64_t f = line / op.height;
      const auto v = static_cast<std::int32_t>(line % op.height);
      std::int64_t valid = 0;
      for (std::int32_t u = 0; u < op.width; ++u) valid += op(f, u, v) ? 1 : 0;
      if (op.valid != nullptr) __atomic_fetch_add(op.valid + f, valid, __ATOMIC_RELAXED);
    }
  };
  parallel_for(op.frames * op.height, 4, executor.threads(), body);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
