// The CPU driver of views of fields.
#pragma once

#include <robocache/detail/cpu/parallel.hpp>
#include <robocache/detail/cpu/scratch.hpp>
#include <robocache/detail/tsdf/field/look_check.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

inline void compute(const cpu& executor, const ray_cast_op& op) {
  for (std::int64_t f = 0; f < op.frames; ++f) check_rigid(op.name, op.poses, f, 0);
  camera_rays* rays = nullptr;
  const cpu_scratch memory(
      executor, [&](scratch_layout& scratch) { rays = scratch.take<camera_rays>(op.frames); });
  for (std::int64_t f = 0; f < op.frames; ++f) {
    rays[f] = make_rays(op.grid, op.camera, op.poses.at(f, 0));
  }
  const auto body = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t line = begin; line < end; ++line) {
      const std::int64_t f = line / op.height;
      const auto v = static_cast<std::int32_t>(line % op.height);
      for (std::int32_t u = 0; u < op.width; ++u) op(rays[f], f, u, v);
    }
  };
  parallel_for(op.frames * op.height, 4, executor.threads(), body);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
