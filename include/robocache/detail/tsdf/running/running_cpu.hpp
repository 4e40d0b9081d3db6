// The CPU driver of volumes that forget: a thread owns rows of voxels and takes frames in order.
#pragma once

#include <robocache/detail/tsdf/integrate/depth_cpu.hpp>
#include <robocache/detail/tsdf/running/running_check.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

template <class D>
void compute(const cpu& executor, const running_depth_op<D>& op) {
  for_each_row(
      executor, op.frames,
      [&](const frame_projection& frame, const frame_images<D>& images, std::int64_t j,
          std::int64_t k, std::int64_t first_cell) {
        const auto line = static_cast<float>(j), slice = static_cast<float>(k);
        const row_range seen =
            visible_row(op.frames.rule, frame, {0, op.frames.into.extents[0]}, line, slice);
        for (std::int64_t i = seen.begin; i < seen.end; ++i) {
          op.rule(op.into, first_cell + i,
                  op.frames.rule.observe(frame, images.depth, static_cast<float>(i), line, slice));
        }
      });
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
