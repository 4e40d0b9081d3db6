// Depth images into volumes that forget: plain values that are copied into kernels.
#pragma once

#include <robocache/detail/tsdf/integrate/depth_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// A `running_volume`, checked.
struct running_cells {
  float* distances = nullptr;
  float* weights = nullptr;
};

/// The running mean of a voxel.
struct running_rule {
  float truncation = 1.0F;
  float max_weight = 1.0F;

  /// Takes in what the next frame sees. The weight is cut, so that what is old counts less and
  /// less.
  ROBOCACHE_HD void operator()(const running_cells& into, std::int64_t i,
                               const depth_observation& seen) const {
    if (!(seen.weight > 0.0F)) return;
    const float distance = seen.distance < truncation ? seen.distance : truncation;
    const float before = into.weights[i], weight = before + seen.weight;
    if (before > 0.0F) {
      const float mean = into.distances[i];
      into.distances[i] = robocache::fma(seen.weight / weight, distance - mean, mean);
    } else {
      into.distances[i] = distance;
    }
    into.weights[i] = weight < max_weight ? weight : max_weight;
  }
};

template <class D>
struct running_depth_op {
  integrate_depth_op<D> frames;
  running_cells into;
  running_rule rule;
};

struct reset_running_rule {
  running_cells into;
  ROBOCACHE_HD void operator()(std::int64_t i) const {
    into.distances[i] = canonical_nan<float>();
    into.weights[i] = 0.0F;
  }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
