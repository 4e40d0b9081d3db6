// The channels that volumes keep: plain values that are copied into kernels.
#pragma once

#include <robocache/detail/tsdf/sparse/sparse_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Where the voxels of a dense volume lie; -1 outside.
struct dense_places {
  tsdf_cells voxels;

  [[nodiscard]] ROBOCACHE_HD std::int64_t cell(std::int64_t i, std::int64_t j,
                                               std::int64_t k) const {
    const std::int64_t* const e = voxels.extents;
    const bool inside = i >= 0 && j >= 0 && k >= 0 && i < e[0] && j < e[1] && k < e[2];
    return inside ? (k * e[1] + j) * e[0] + i : -1;
  }
};

/// Where those of a block-sparse volume lie; -1 where no block holds them.
struct sparse_places {
  sparse_cells cells;
  tsdf_cells voxels;

  [[nodiscard]] ROBOCACHE_HD std::int64_t cell(std::int64_t i, std::int64_t j,
                                               std::int64_t k) const {
    const std::int64_t* const e = cells.grid.voxels;
    if (!(i >= 0 && j >= 0 && k >= 0 && i < e[0] && j < e[1] && k < e[2])) return -1;
    const std::int64_t key = cells.grid.key(i / block_edge, j / block_edge, k / block_edge);
    std::int64_t low = 0, high = cells.capacity;
    while (low < high) {
      const std::int64_t middle = low + (high - low) / 2;
      if (cells.keys[middle] < key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low == cells.capacity || cells.keys[low] != key) return -1;
    const std::int64_t row = k % block_edge * block_edge + j % block_edge;
    return cells.first_cell(low) + row * block_edge + i % block_edge;
  }
};

/// The mean of a channel of a voxel that has a weight.
ROBOCACHE_HD float channel_mean(const tsdf_cells& voxels, std::int64_t cell, std::int64_t channel) {
  return static_cast<float>(voxels.channels[cell * voxels.channel_count + channel]) /
         static_cast<float>(voxels.weights[cell]);
}

ROBOCACHE_HD bool has_channels(const tsdf_cells& voxels, std::int64_t cell) {
  return cell >= 0 && voxels.weights[cell] != 0 && voxels.weights[cell] != weight_full;
}

template <class Out>
struct read_channels_rule {
  tsdf_cells from;
  Out* output = nullptr;
  float unknown = 0.0F;

  ROBOCACHE_HD void operator()(std::int64_t i) const {
    const std::int64_t cell = i / from.channel_count;
    const bool known = has_channels(from, cell);
    const float value = known ? channel_mean(from, cell, i % from.channel_count) : unknown;
    if constexpr (std::is_integral_v<Out>) {
      output[i] = static_cast<Out>(value + 0.5F);
    } else {
      output[i] = narrow<Out>(value);
    }
  }
};

/// The channels at points: trilinear between the voxels around that have some.
template <class Places>
struct sample_channels_rule {
  Places places;
  float first[3] = {};  // the first centre
  float voxel = 1.0F;
  const float* points = nullptr;
  std::int64_t points_row = 3;
  float* output = nullptr;
  std::int64_t output_row = 0;

  ROBOCACHE_HD void operator()(std::int64_t n) const {
    std::int64_t cells[8];
    float parts[8];
    const float whole = find(points + n * points_row, cells, parts);
    for (std::int64_t c = 0; c < places.voxels.channel_count; ++c) {
      float sum = 0.0F;
      for (int corner = 0; corner < 8; ++corner) {
        if (cells[corner] < 0) continue;
        sum = robocache::fma(parts[corner], channel_mean(places.voxels, cells[corner], c), sum);
      }
      output[n * output_row + c] = whole > 0.0F ? sum / whole : canonical_nan<float>();
    }
  }

 private:
  /// The voxels around a point that have channels, -1 for others, and their parts; tells the sum.
  ROBOCACHE_HD float find(const float* point, std::int64_t (&cells)[8], float (&parts)[8]) const {
    std::int64_t low[3];
    float right[3], whole = 0.0F;
    bool usable = true;
    for (int a = 0; a < 3; ++a) {
      const float at = (point[a] - first[a]) / voxel;
      const bool near = at >= -1.0F && at <= 0x1p24F;
      usable = usable && near;
      low[a] = static_cast<std::int64_t>(near ? at + 1.0F : 0.0F) - 1;  // rounded down from -1 on
      right[a] = at - static_cast<float>(low[a]);
    }
    for (int c = 0; c < 8; ++c) {
      const int x = c & 1, y = c >> 1 & 1, z = c >> 2;
      const std::int64_t cell = usable ? places.cell(low[0] + x, low[1] + y, low[2] + z) : -1;
      cells[c] = has_channels(places.voxels, cell) ? cell : -1;
      const float of_plane =
          (x != 0 ? right[0] : 1.0F - right[0]) * (y != 0 ? right[1] : 1.0F - right[1]);
      const float of_axis = z != 0 ? right[2] : 1.0F - right[2];
      parts[c] = of_plane * of_axis;
      if (cells[c] >= 0) whole = robocache::fma(of_plane, of_axis, whole);
    }
    return whole;
  }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
