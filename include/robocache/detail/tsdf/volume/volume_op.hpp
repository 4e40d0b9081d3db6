// Volumes in progress: how samples enter, and how two become one. Everything is a sum of integers,
// so that no order matters.
#pragma once

#include <robocache/detail/numeric/integers.hpp>
#include <robocache/tsdf/volume.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

inline constexpr float distance_one = 0x1p20F;  // of the truncation, as an integer
inline constexpr float weight_one = 0x1p12F;
/// A weight that has reached this says no more than that: its sum may have wrapped.
inline constexpr std::uint32_t weight_full = UINT32_MAX;

/// What one observation, or several, say of one voxel.
struct tsdf_sample {
  std::int64_t sum = 0;
  std::uint32_t weight = 0, free = 0;

  ROBOCACHE_HD void add(const tsdf_sample& other) {
    sum = wrapping_sum(sum, other.sum);
    weight = saturating_sum(weight, other.weight);
    free = saturating_sum(free, other.free);
  }
};

/// A `tsdf_volume`, checked.
struct tsdf_cells {
  std::int64_t items = 0, cells = 0;  // volumes, and voxels of each
  std::int64_t extents[3] = {1, 1, 1};
  std::int64_t* sums = nullptr;
  std::uint32_t* weights = nullptr;
  std::uint32_t* free = nullptr;
  std::int64_t* channels = nullptr;
  std::int64_t channel_count = 0;  // 0: none are kept

  [[nodiscard]] std::int64_t entries() const { return items * cells; }

  ROBOCACHE_HD tsdf_sample read(std::int64_t i) const {
    return {sums[i], weights[i], free != nullptr ? free[i] : 0};
  }
  ROBOCACHE_HD void write(std::int64_t i, const tsdf_sample& sample) const {
    sums[i] = sample.sum;
    weights[i] = sample.weight;
    if (free != nullptr) free[i] = sample.free;
  }
  /// Takes in the channels of a pixel where nobody else does.
  ROBOCACHE_HD void add_channels(std::int64_t i, std::uint32_t weight,
                                 const std::uint8_t* values) const {
    for (std::int64_t c = 0; c < channel_count; ++c) {
      std::int64_t& sum = channels[i * channel_count + c];
      sum = wrapping_sum(sum, static_cast<std::int64_t>(weight) * values[c]);
    }
  }
  ROBOCACHE_HD void clear(std::int64_t i) const {
    write(i, {});
    for (std::int64_t c = 0; c < channel_count; ++c) channels[i * channel_count + c] = 0;
  }
  /// Takes in what cell j of another volume knows.
  ROBOCACHE_HD void merge(std::int64_t i, const tsdf_cells& from, std::int64_t j) const {
    add(i, from.read(j));
    for (std::int64_t c = 0; c < channel_count; ++c) {
      std::int64_t& sum = channels[i * channel_count + c];
      sum = wrapping_sum(sum, from.channels[j * channel_count + c]);
    }
  }
  /// Takes in a sample where others may do so, too; `memory` says how.
  template <class Memory>
  ROBOCACHE_HD void add(const Memory& memory, std::int64_t i, const tsdf_sample& sample) const {
    memory.add(sums + i, sample.sum);
    memory.add_saturating(weights + i, sample.weight);
  }
  /// Takes in a sample where nobody else does.
  ROBOCACHE_HD void add(std::int64_t i, const tsdf_sample& sample) const {
    tsdf_sample all = read(i);
    all.add(sample);
    write(i, all);
  }
};

struct reset_tsdf_rule {
  tsdf_cells into;
  ROBOCACHE_HD void operator()(std::int64_t i) const { into.clear(i); }
};

struct merge_tsdf_rule {
  tsdf_cells from, into;
  ROBOCACHE_HD void operator()(std::int64_t i) const { into.merge(i, from, i); }
};

/// A `nearest_volume`, checked.
struct nearest_cells {
  std::int64_t items = 0, cells = 0;
  std::int64_t extents[3] = {1, 1, 1};
  std::uint32_t* keys = nullptr;

  [[nodiscard]] std::int64_t entries() const { return items * cells; }
};

inline constexpr std::uint32_t nearest_none = UINT32_MAX;

struct reset_nearest_rule {
  nearest_cells into;
  ROBOCACHE_HD void operator()(std::int64_t i) const { into.keys[i] = nearest_none; }
};

struct merge_nearest_rule {
  nearest_cells from, into;
  ROBOCACHE_HD void operator()(std::int64_t i) const {
    if (from.keys[i] < into.keys[i]) into.keys[i] = from.keys[i];
  }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
