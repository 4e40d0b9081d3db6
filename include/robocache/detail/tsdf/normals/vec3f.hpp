// Vectors in single precision.
#pragma once

#include <robocache/core/math.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

struct vec3f {
  float x, y, z;
};

ROBOCACHE_HD float dot(const vec3f& a, const vec3f& b) {
  return robocache::fma(a.x, b.x, robocache::fma(a.y, b.y, a.z * b.z));
}
ROBOCACHE_HD vec3f cross(const vec3f& a, const vec3f& b) {
  return {robocache::fma(a.y, b.z, -(a.z * b.y)), robocache::fma(a.z, b.x, -(a.x * b.z)),
          robocache::fma(a.x, b.y, -(a.y * b.x))};
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
