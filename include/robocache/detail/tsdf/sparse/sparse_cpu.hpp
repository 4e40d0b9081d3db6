// The CPU driver of block-sparse volumes.
#pragma once

#include <robocache/detail/tsdf/integrate/depth_cpu.hpp>
#include <robocache/detail/tsdf/sparse/add_blocks_cpu.hpp>
#include <robocache/detail/tsdf/sparse/sparse_check.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Passes on keys that it has not passed on of late.
class recent_keys {
 public:
  recent_keys() { std::fill(std::begin(keys_), std::end(keys_), no_block); }

  bool is_new(std::int64_t key) {
    std::int64_t& seen = keys_[static_cast<std::uint64_t>(key) % number];
    if (seen == key) return false;
    seen = key;
    return true;
  }

 private:
  static constexpr std::uint64_t number = 1021;
  std::int64_t keys_[number];
};

/// Calls `f(key)` for the blocks of the bands of all frames, for many of them more than once; the
/// same calls for any number of threads.
template <class D, class F>
void for_each_wanted(const cpu& executor, const sparse_depth_op<D>& op, const F& f) {
  constexpr std::int64_t lines = 16;
  const integrate_depth_op<D>& frames = op.frames;
  const item_range range = frames.frames.rows_of(0);
  const std::int64_t parts = (frames.rule.height + lines - 1) / lines;
  parallel_for(
      range.count * parts, 1, executor.threads(), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t n = begin; n < end; ++n) {
          const std::int64_t frame = n / parts;
          const D* const image = frames.images(0, range, frame).depth;
          const camera_rays rays =
              make_rays(frames.grid, frames.camera,
                        frames.poses.at(frames.frames.entry_of(0), range.first + frame));
          recent_keys recent;
          const auto last = std::min<std::int64_t>(frames.rule.height, (n % parts + 1) * lines);
          for (std::int64_t v = n % parts * lines; v < last; ++v) {
            for (std::int32_t u = 0; u < frames.rule.width; ++u) {
              const auto raw = static_cast<float>(image[v * frames.rule.row_stride + u]);
              if (!frames.rule.range.allow(raw)) continue;
              const float near = robocache::fma(raw, frames.rule.metre, -op.band.truncation);
              op.band.for_each(rays, u, static_cast<std::int32_t>(v), near, [&](std::int64_t key) {
                if (recent.is_new(key)) f(key);
              });
            }
          }
        }
      });
}

/// Adds what all frames say of a block.
template <class D>
void integrate_block(const sparse_depth_op<D>& op, const frame_projection* projections,
                     std::int64_t n) {
  const item_range range = op.frames.frames.rows_of(0);
  const block_grid& grid = op.into.grid;
  std::int64_t first[3], end[3];
  for (int a = 0; a < 3; ++a) {
    first[a] = grid.first_voxel(op.into.keys[n], a);
    end[a] = std::min(first[a] + block_edge, grid.voxels[a]);
  }
  for (std::int64_t f = 0; f < range.count; ++f) {
    const frame_images<D> images = op.frames.images(0, range, f);
    for (std::int64_t k = first[2]; k < end[2]; ++k) {
      for (std::int64_t j = first[1]; j < end[1]; ++j) {
        const std::int64_t row = (k - first[2]) * block_edge + j - first[1];
        integrate_row(op.frames, projections[f], images, op.into.voxels, {first[0], end[0]}, j, k,
                      op.into.first_cell(n) + row * block_edge - first[0]);
      }
    }
  }
}

template <class D>
void compute(const cpu& executor, const sparse_depth_op<D>& op) {
  check_frames(op.frames);
  check_blocks(op.frames.name, "volume", op.into);
  std::int64_t most = 0;
  for_each_wanted(executor, op,
                  [&](std::int64_t) { __atomic_fetch_add(&most, 1, __ATOMIC_RELAXED); });
  std::int64_t* wanted = nullptr;
  block_lists lists;
  frame_projection* projections = nullptr;
  const cpu_scratch memory(executor, [&](scratch_layout& scratch) {
    wanted = scratch.take<std::int64_t>(most);
    lists.take(scratch, op.into.capacity);
    projections = scratch.take<frame_projection>(op.frames.frames.slots());
  });
  std::int64_t count = 0;
  for_each_wanted(executor, op, [&](std::int64_t key) {
    wanted[__atomic_fetch_add(&count, 1, __ATOMIC_RELAXED)] = key;
  });
  std::sort(wanted, wanted + count);
  count = std::unique(wanted, wanted + count) - wanted;
  const std::int64_t needed = add_blocks(op.into, wanted, count, lists);
  const std::int64_t blocks = count_blocks(op.into);
  if (op.blocks != nullptr) {
    op.blocks[0] = blocks;
    op.blocks[op.blocks_stride] = needed;
  }
  if (!op.integrates) return;
  project_frames(op.frames, projections);
  const frame_projection* const frames =
      projections + op.frames.frames.first_slot(0, op.frames.frames.rows_of(0));
  parallel_for(blocks, 8, executor.threads(), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t n = begin; n < end; ++n) integrate_block(op, frames, n);
  });
  count_pixels(executor, op.frames);
}

inline void compute(const cpu& executor, const merge_sparse_op& op) {
  check_blocks(op.name, "from", op.from);
  check_blocks(op.name, "into", op.into);
  block_lists lists;
  const cpu_scratch memory(executor,
                           [&](scratch_layout& scratch) { lists.take(scratch, op.into.capacity); });
  const std::int64_t count = count_blocks(op.from);
  const std::int64_t needed = add_blocks(op.into, op.from.keys, count, lists);
  const std::int64_t blocks = count_blocks(op.into);
  if (op.blocks != nullptr) {
    op.blocks[0] = blocks;
    op.blocks[op.blocks_stride] = needed;
  }
  parallel_for(count, 8, executor.threads(), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t n = begin; n < end; ++n) {
      const std::int64_t* const at =
          std::lower_bound(op.into.keys, op.into.keys + blocks, op.from.keys[n]);
      if (at == op.into.keys + blocks || *at != op.from.keys[n]) continue;  // did not fit
      const std::int64_t to = op.into.first_cell(at - op.into.keys), from = op.from.first_cell(n);
      for (std::int64_t c = 0; c < block_cells; ++c) {
        op.into.voxels.merge(to + c, op.from.voxels, from + c);
      }
    }
  });
}

inline void compute(const cpu& executor, const read_box_op& op) {
  check_blocks(op.name, "volume", op.from);
  const std::int64_t slice = op.extents[0] * op.extents[1];
  parallel_for(op.extents[2], 1, executor.threads(), [&](std::int64_t begin, std::int64_t end) {
    std::fill(op.output + begin * slice, op.output + end * slice, narrow<float>(op.unknown));
  });
  parallel_for(count_blocks(op.from), 64, executor.threads(),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t n = begin; n < end; ++n) {
                   for (std::int64_t row = 0; row < block_edge * block_edge; ++row) {
                     op.write_row(n, row % block_edge, row / block_edge);
                   }
                 }
               });
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
