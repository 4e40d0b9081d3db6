// The CPU driver of depth images into volumes: a thread owns rows of voxels.
#pragma once

#include <algorithm>
#include <robocache/detail/cpu/parallel.hpp>
#include <robocache/detail/cpu/scratch.hpp>
#include <robocache/detail/tsdf/integrate/depth_check.hpp>
#include <robocache/detail/tsdf/integrate/visible_row.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

template <class D>
void check_all_rigid(const integrate_depth_op<D>& op) {
  for (std::int64_t b = 0; b < op.frames.items; ++b) {
    const item_range range = op.frames.rows_of(b);
    for (std::int64_t f = 0; f < range.count; ++f) {
      check_rigid(op.name, op.poses, op.frames.entry_of(b), range.first + f);
    }
  }
}

template <class D>
void count_pixels(const cpu& executor, const integrate_depth_op<D>& op) {
  if (op.valid == nullptr && op.invalid == nullptr) return;
  const std::int64_t entries = op.frames.packed() ? 1 : op.frames.items, each = op.frames.rows;
  const auto count = [&](std::int64_t entry, std::int64_t f) {
    const D* const image = op.depth + entry * op.depth_batch + f * op.depth_frame;
    std::int64_t valid = 0;
    for (std::int64_t v = 0; v < op.rule.height; ++v) {
      for (std::int64_t u = 0; u < op.rule.width; ++u) {
        valid += op.rule.range.allow(static_cast<float>(image[v * op.rule.row_stride + u])) ? 1 : 0;
      }
    }
    return valid;
  };
  parallel_for(entries * each, 1, executor.threads(), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t n = begin; n < end; ++n) {
      const std::int64_t entry = n / each, f = n % each;
      const bool padding = op.frames.lengths != nullptr && f >= op.frames.lengths[entry];
      const std::int64_t valid = padding ? 0 : count(entry, f);
      const std::int64_t all = padding ? 0 : std::int64_t{op.rule.height} * op.rule.width;
      if (op.valid != nullptr) op.valid[entry * op.valid_batch + f] = valid;
      if (op.invalid != nullptr) op.invalid[entry * op.invalid_batch + f] = all - valid;
    }
  });
}

/// Adds what a frame says of the voxels [begin, end) of row (j, k); voxel i is `first_cell` + i.
template <class D>
void integrate_row(const integrate_depth_op<D>& op, const frame_projection& frame,
                   const frame_images<D>& images, const tsdf_cells& into, row_range row,
                   std::int64_t j, std::int64_t k, std::int64_t first_cell) {
  const auto line = static_cast<float>(j), slice = static_cast<float>(k);
  const row_range seen = visible_row(op.rule, frame, row, line, slice);
  for (std::int64_t i = seen.begin; i < seen.end; ++i) {
    op.add(into, first_cell + i, frame, images, static_cast<float>(i), line, slice);
  }
}

template <class D>
void project_frames(const integrate_depth_op<D>& op, frame_projection* projections) {
  for (std::int64_t b = 0; b < op.frames.items; ++b) {
    const item_range range = op.frames.rows_of(b);
    for (std::int64_t f = 0; f < range.count; ++f) {
      projections[op.frames.first_slot(b, range) + f] = op.projection(b, range, f);
    }
  }
}

/// What only the CPU can check: ranges of frames, and poses.
template <class D>
void check_frames(const integrate_depth_op<D>& op) {
  check_items(op.name, frame_names, op.frames);
  check_all_rigid(op);
}

/// Checks frames, then calls `f(projection, images, j, k, first_cell)` for every row of voxels and
/// frame, frames in their order; a row belongs to one thread.
template <class D, class F>
void for_each_row(const cpu& executor, const integrate_depth_op<D>& op, const F& f) {
  check_frames(op);
  frame_projection* projections = nullptr;
  const cpu_scratch memory(executor, [&](scratch_layout& scratch) {
    projections = scratch.take<frame_projection>(op.frames.slots());
  });
  project_frames(op, projections);
  const std::int64_t *const extents = op.into.extents, rows = extents[1] * extents[2];
  const auto body = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      const std::int64_t b = row / rows, j = row % extents[1], k = row % rows / extents[1];
      const item_range range = op.frames.rows_of(b);
      const frame_projection* const frames = projections + op.frames.first_slot(b, range);
      for (std::int64_t n = 0; n < range.count; ++n) {
        f(frames[n], op.images(b, range, n), j, k, row * extents[0]);
      }
    }
  };
  parallel_for(op.into.items * rows, 32, executor.threads(), body);
}

template <class D>
void compute(const cpu& executor, const integrate_depth_op<D>& op) {
  for_each_row(
      executor, op,
      [&](const frame_projection& frame, const frame_images<D>& images, std::int64_t j,
          std::int64_t k, std::int64_t first_cell) {
        integrate_row(op, frame, images, op.into, {0, op.into.extents[0]}, j, k, first_cell);
      });
  count_pixels(executor, op);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
