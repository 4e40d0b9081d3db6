// Values of a field at points: plain values that are copied into kernels.
#pragma once

#include <robocache/detail/tsdf/field/dense_field.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

struct query_rule {
  dense_field field;
  float origin[3] = {};  // the first centre
  float voxel = 1.0F;
  const float* points = nullptr;
  std::int64_t points_row = 3;
  float* values = nullptr;
  float* gradients = nullptr;
  std::int64_t gradients_row = 3;

  ROBOCACHE_HD void operator()(std::int64_t n) const {
    const float* const p = points + n * points_row;
    const float at[3] = {(p[0] - origin[0]) / voxel, (p[1] - origin[1]) / voxel,
                         (p[2] - origin[2]) / voxel};
    float value = 0.0F, gradient[3];
    const bool known = sample_gradient(field, at, value, gradient);
    values[n] = known ? value : canonical_nan<float>();
    if (gradients == nullptr) return;
    for (int a = 0; a < 3; ++a) {
      gradients[n * gradients_row + a] = known ? gradient[a] / voxel : canonical_nan<float>();
    }
  }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
