/// \file
/// Curves through samples: straight, cubic, PCHIP, and the shortest rotation.
#pragma once

#include <robocache/core/geometry.hpp>

ROBOCACHE_BEGIN_NAMESPACE

/// The point at weight w between v0 (w = 0) and v1 (w = 1).
///
/// Never leaves [min(v0, v1), max(v0, v1)] for 0 <= w <= 1; exact at both ends and where v0 = v1.
/// Source: the two-fma form; v0 = v1 needs its own case below 2^-125 and for infinities.
template <class Real>
ROBOCACHE_HD Real lerp(Real v0, Real v1, Real w) {
  const Real between = robocache::fma(w, v1, robocache::fma(-w, v0, v0));
  return w == Real(0) || v0 == v1 ? v0 : between;
}

/// The tangent of the Catmull-Rom curve at a sample between two intervals of lengths h0, h1 and
/// slopes d0, d1: the slope of the parabola through the three samples.
ROBOCACHE_HD double catmull_rom_tangent(double h0, double d0, double h1, double d1) {
  return robocache::fma(h1, d0, h0 * d1) / (h0 + h1);
}

/// The PCHIP tangent at a sample between two intervals: their weighted harmonic mean slope, 0 at a
/// local extremum. Source: Fritsch and Butland 1984, as in SciPy.
ROBOCACHE_HD double pchip_tangent(double h0, double d0, double h1, double d1) {
  if (!(d0 > 0.0 && d1 > 0.0) && !(d0 < 0.0 && d1 < 0.0)) {
    return d0 == d0 && d1 == d1 ? 0.0 : canonical_nan<double>();
  }
  // Divided by the steeper slope, so that the ratio cannot overflow.
  const bool first_is_flat = (d0 < 0.0 ? -d0 : d0) <= (d1 < 0.0 ? -d1 : d1);
  const double of_flat = first_is_flat ? robocache::fma(2.0, h1, h0) : robocache::fma(2.0, h0, h1);
  const double of_steep = first_is_flat ? robocache::fma(2.0, h0, h1) : robocache::fma(2.0, h1, h0);
  const double flat = first_is_flat ? d0 : d1;
  const double steep = first_is_flat ? d1 : d0;
  return flat * ((of_flat + of_steep) / robocache::fma(of_steep, flat / steep, of_flat));
}

/// -1, 0 or 1.
ROBOCACHE_HD int sign_of(double x) { return static_cast<int>(x > 0.0) - static_cast<int>(x < 0.0); }

/// The PCHIP tangent at an end sample; interval 0 touches it, interval 1 is the next one.
/// Source: the shape-preserving three-point rule of SciPy and of Moler's pchiptx.
ROBOCACHE_HD double pchip_end_tangent(double h0, double d0, double h1, double d1) {
  const double tangent = robocache::fma(robocache::fma(2.0, h0, h1), d0, -(h0 * d1)) / (h0 + h1);
  if (tangent != tangent) return canonical_nan<double>();
  if (sign_of(tangent) != sign_of(d0)) return 0.0;
  const double most = 3.0 * d0;
  const bool beyond = most > 0.0 ? tangent > most : tangent < most;
  return sign_of(d0) != sign_of(d1) && beyond ? most : tangent;
}

/// The cubic through v0 and v1, h apart, with tangents m0 and m1, at weight w of the way.
ROBOCACHE_HD double hermite(double v0, double v1, double m0, double m1, double h, double w) {
  const double rise = v1 - v0;
  const double a = robocache::fma(h, m0, -rise);
  const double b = robocache::fma(-h, m1, rise);
  const double line = robocache::fma(w, v1, robocache::fma(-w, v0, v0));
  const double bend = robocache::fma(w, b, robocache::fma(-w, a, a));
  return robocache::fma(w * (1.0 - w), bend, line);
}

/// The rotation at weight w between q0 and q1 along the shorter arc, of unit length; the sign is
/// that of q0. Neither input needs to be normalised. Error below 1e-15 rad for 0 <= w <= 1.
/// Source: Shoemake 1985, the angle by Kahan's arc of difference and sum.
ROBOCACHE_HD quaternion slerp(const quaternion& from, const quaternion& to, double w) {
  const quaternion a = normalized(from);
  if (w == 0.0) return a;
  quaternion b = normalized(to);
  if (dot(a, b) < 0.0) b = {-b.x, -b.y, -b.z, -b.w};
  const quaternion apart = {b.x - a.x, b.y - a.y, b.z - a.z, b.w - a.w};
  const quaternion along = {b.x + a.x, b.y + a.y, b.z + a.z, b.w + a.w};
  const double angle = 2.0 * arc(square_root(dot(apart, apart)), square_root(dot(along, along)));
  double of_a = 1.0 - w;
  double of_b = w;
  const double reach = angle * (w < 0.0 ? 1.0 - w : w);
  if (!(angle < 0x1p-20 && reach < 0x1p-20)) {  // below, the chord is the arc to 2^-60
    const double scale = sine(angle);
    of_a = sine(of_a * angle) / scale;
    of_b = sine(of_b * angle) / scale;
  }
  return normalized({robocache::fma(of_a, a.x, of_b * b.x), robocache::fma(of_a, a.y, of_b * b.y),
                     robocache::fma(of_a, a.z, of_b * b.z), robocache::fma(of_a, a.w, of_b * b.w)});
}

ROBOCACHE_END_NAMESPACE
