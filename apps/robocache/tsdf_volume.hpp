/// \file
/// The volume that `tsdf` fills.
#pragma once

#include <robocache/tsdf/sparse.hpp>
#include <utility>

#include "files/memory.hpp"
#include "tsdf_recording.hpp"

namespace robocache::cli {

/// A volume that grows before a frame needs more blocks than there is room for.
class growing_volume {
 public:
  growing_volume(const tsdf_grid& grid, bool has_colors)
      : has_colors_(has_colors), volume_(make(grid, 1 << 12)) {}

  void add(const recording& frames, view<const std::uint16_t, 3> images, view<const float, 3> poses,
           const integrate_depth_options& options) {
    std::int64_t blocks[2] = {};
    const blocks_report report{view<std::int64_t, 1>(blocks, {2})};
    const arrays alone = make(volume_.volume.grid, 1);  // tells what the frame needs
    add_blocks(frames.executor(), images, frames.camera(), poses, alone.volume, options, report);
    const std::int64_t most = blocks_ + blocks[1];
    if (most > volume_.volume.keys.extent(0)) {
      arrays larger = make(volume_.volume.grid, 2 * most);
      merge(frames.executor(), volume_.volume, larger.volume);
      volume_ = std::move(larger);
    }
    integrate_depth(frames.executor(), images, frames.camera(), poses, volume_.volume, options,
                    report);
    blocks_ = blocks[0];
  }
  [[nodiscard]] const sparse_tsdf_volume& volume() const { return volume_.volume; }
  [[nodiscard]] std::int64_t blocks() const { return blocks_; }

 private:
  struct arrays {
    std::vector<std::int64_t> keys, sums, colors;
    std::vector<std::int32_t> slots;
    std::vector<std::uint32_t> weights, votes;
    sparse_tsdf_volume volume;
  };

  [[nodiscard]] arrays make(const tsdf_grid& grid, std::int64_t capacity) const {
    const auto n = static_cast<std::size_t>(capacity);
    check_memory(static_cast<double>(capacity) * 512 * (has_colors_ ? 40 : 16), "the volume");
    arrays a;
    a.keys.resize(n);
    a.slots.resize(n);
    a.sums.resize(n * 512);
    a.weights.resize(n * 512);
    a.votes.resize(n * 512);
    a.volume = {grid,
                {a.keys.data(), {capacity}},
                {a.slots.data(), {capacity}},
                {a.sums.data(), {capacity, 8, 8, 8}},
                {a.weights.data(), {capacity, 8, 8, 8}},
                {a.votes.data(), {capacity, 8, 8, 8}},
                {}};
    if (has_colors_) {
      a.colors.resize(n * 512 * 3);
      a.volume.channels = {a.colors.data(), {capacity, 8, 8, 8, 3}};
    }
    reset(cpu{}, a.volume);
    return a;
  }

  bool has_colors_;
  arrays volume_;
  std::int64_t blocks_ = 0;
};

}  // namespace robocache::cli
