// What is read of each voxel of a volume, in single precision.
#pragma once

#include <robocache/detail/each_entry.hpp>
#include <robocache/detail/tsdf/volume/volume_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The distances of a volume.
struct distance_rule {
  tsdf_cells from;
  float scale = 1.0F;  // what the truncation is read as
  float limit = 1.0F;  // of distances, as a part of the truncation
  std::uint32_t min_weight = 1;
  float carve = 0.0F;

  /// Into `distance` that of voxel i; false where it is unknown.
  ROBOCACHE_HD bool operator()(std::int64_t i, float& distance) const {
    const tsdf_sample all = from.read(i);
    if (all.weight == weight_full || saturating_sum(all.weight, all.free) < min_weight) {
      return false;
    }
    const auto weight = static_cast<float>(all.weight), votes = static_cast<float>(all.free);
    if (all.weight == 0 || (all.free != 0 && votes >= carve * weight)) {
      distance = limit * scale;
      return true;
    }
    float part = static_cast<float>(all.sum) / weight / distance_one;
    part = part > limit ? limit : part < -limit ? -limit : part;
    distance = part * scale;
    return true;
  }
};

template <class Out>
struct read_distance_rule {
  distance_rule distances;
  Out* output = nullptr;
  float unknown = 0.0F;

  ROBOCACHE_HD void operator()(std::int64_t i) const {
    float distance = unknown;
    distances(i, distance);
    output[i] = narrow<Out>(distance);
  }
};

template <class Out>
struct read_weight_rule {
  tsdf_cells from;
  Out* output = nullptr;
  float max_weight = 0.0F;

  ROBOCACHE_HD void operator()(std::int64_t i) const {
    const float weight = static_cast<float>(from.weights[i]) / weight_one;
    output[i] = narrow<Out>(weight < max_weight ? weight : max_weight);
  }
};

template <class Out>
struct read_occupancy_rule {
  distance_rule distances;
  Out* output = nullptr;
  float threshold = 0.0F;
  float unknown = 0.0F;

  ROBOCACHE_HD void operator()(std::int64_t i) const {
    float distance = 0.0F;
    const bool known = distances(i, distance);
    const float value = !known ? unknown : distance <= threshold ? 1.0F : 0.0F;
    if constexpr (std::is_integral_v<Out>) {
      output[i] = static_cast<Out>(value);
    } else {
      output[i] = narrow<Out>(value);
    }
  }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
