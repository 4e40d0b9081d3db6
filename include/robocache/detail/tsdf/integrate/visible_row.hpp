// Which voxels of a row a camera can see at all: drivers pass over the others.
#pragma once

#include <robocache/detail/tsdf/integrate/depth_rule.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Voxels [begin, end) of a row.
struct row_range {
  std::int64_t begin, end;

  /// Keeps those with slope * i + offset > 0 and one more on either side.
  ROBOCACHE_HD void require(double slope, double offset) {
    const double zero = -offset / slope;  // NaN or infinite for a slope of 0
    if (slope > 0.0 && zero - 1.0 > static_cast<double>(begin)) {
      begin = zero - 1.0 < static_cast<double>(end) ? static_cast<std::int64_t>(zero - 1.0) : end;
    } else if (slope < 0.0 && zero + 2.0 < static_cast<double>(end)) {
      end = zero + 2.0 > static_cast<double>(begin) ? static_cast<std::int64_t>(zero + 2.0) : begin;
    } else if (slope == 0.0 && !(offset > 0.0)) {
      end = begin;
    }
  }
};

/// Those of a range of row (j, k) that can have samples. In double, with room for all that single
/// precision of the rule rounds; a frame that says nothing has none.
template <class D>
ROBOCACHE_HD row_range visible_row(const depth_rule<D>& rule, const frame_projection& frame,
                                   row_range range, float j, float k) {
  double slope[3], offset[3], size[3];
  for (int r = 0; r < 3; ++r) {
    const float* const m = frame.rows[r];
    const double a = m[1], b = m[2], y = j, z = k, rest = m[3];
    slope[r] = m[0];
    offset[r] = robocache::fma(a, y, robocache::fma(b, z, rest));
    const auto length = static_cast<double>(range.end);
    const double parts[] = {slope[r] * length, a * y, b * z, rest};
    size[r] = 0.0;
    for (const double part : parts) size[r] += part < 0.0 ? -part : part;
  }
  if (!is_finite(size[0] + size[1] + size[2])) return {0, 0};
  constexpr double roundings = 0x1p-20;  // 16 of them
  range.require(slope[2], robocache::fma(roundings, size[2], offset[2]));
  const double centre[] = {rule.cx, rule.cy};
  const double pixels[] = {static_cast<double>(rule.width), static_cast<double>(rule.height)};
  for (int a = 0; a < 2; ++a) {
    // Column u = x / z + c must lie in [-1/2, pixels - 1/2).
    const double low = centre[a] + 0.5, high = pixels[a] - low;
    const double reach = pixels[a] + (centre[a] < 0.0 ? -centre[a] : centre[a]) + 1.0;
    const double slack = roundings * robocache::fma(reach, size[2], size[a]);
    range.require(robocache::fma(low, slope[2], slope[a]),
                  robocache::fma(low, offset[2], offset[a]) + slack);
    range.require(robocache::fma(high, slope[2], -slope[a]),
                  robocache::fma(high, offset[2], -offset[a]) + slack);
  }
  return range;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
