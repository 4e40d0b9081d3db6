/// \file
/// Curves through samples: straight, around a circle, cubic, PCHIP, and the shortest rotation.
///
/// All are templates over `float` and `double` and work in their argument's precision.
#pragma once

#include <robocache/core/geometry.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// `lerp` where neither sample is infinite; else it may give NaN.
template <class Real>
ROBOCACHE_HD Real lerp_finite(Real v0, Real v1, Real w) {
  const Real between = robocache::fma(w, v1, robocache::fma(-w, v0, v0));
  return w == Real(0) || v0 == v1 ? v0 : between;
}

}  // namespace detail

/// The point at weight w between v0 (w = 0) and v1 (w = 1).
///
/// Never leaves [min(v0, v1), max(v0, v1)] for 0 <= w <= 1; exact at both ends and where v0 = v1.
/// An infinite sample draws all that lies between to it; of two opposite ones comes NaN.
/// Source: the two-fma form; v0 = v1 needs its own case below 2^-125 and for infinities.
template <class Real>
ROBOCACHE_HD Real lerp(Real v0, Real v1, Real w) {
  const Real value = detail::lerp_finite(v0, v1, w);
  if (value == value || w == Real(0)) return value;
  return w == Real(1) && v0 == v0 ? v1 : robocache::fma(w, v1, (Real(1) - w) * v0);
}

/// The point at weight w on the shorter way from v0 to v1 around a circle of so long a `period`: a
/// step of exactly half a period goes down from an odd multiple and up from an even one. Where the
/// way passes the seam the result is brought back into [0, period), or [-period / 2, period / 2)
/// where a sample is negative; else it lies between its samples.
template <class Real>
ROBOCACHE_HD Real lerp_angle(Real v0, Real v1, Real w, Real period) {
  constexpr Real to_integer = sizeof(Real) == 8 ? Real(0x1.8p52) : Real(0x1.8p23);
  const Real turns = (v1 - v0) / period + to_integer - to_integer;
  if (turns == Real(0) || !is_finite(turns)) return lerp(v0, v1, w);
  if (w == Real(0)) return v0;
  const Real value = robocache::fma(w, robocache::fma(-turns, period, v1 - v0), v0);
  const Real low = v0 < 0 || v1 < 0 ? -period / 2 : Real(0);
  return value < low ? value + period : value >= low + period ? value - period : value;
}

/// An interval beside another one, that of the samples to be blended.
template <class Real>
struct side_interval {
  Real ratio = 0;  ///< the blended interval's length over this one's
  Real share =
      0;  ///< the blended interval's length over that of both; 0: there is no such interval
};

/// How much steeper than straight the Catmull-Rom curve is at a sample between an interval that
/// rises by `rise` and one beside it that rises by `step`: the slope of the parabola through the
/// three samples less the straight one, as a rise over the first interval.
template <class Real>
ROBOCACHE_HD Real catmull_rom_bend(Real rise, Real step, const side_interval<Real>& side) {
  return side.share * robocache::fma(side.ratio, step, -rise);
}

/// The same of PCHIP: its tangent is the weighted harmonic mean of the slopes, 0 at a local
/// extremum. Source: Fritsch and Butland 1984, as in SciPy.
template <class Real>
ROBOCACHE_HD Real pchip_bend(Real rise, Real step, const side_interval<Real>& side) {
  constexpr Real third = Real(1) / Real(3);
  const Real beside = side.ratio * step;
  if (!(rise > 0 && beside > 0) && !(rise < 0 && beside < 0)) {
    return beside == beside ? -rise : canonical_nan<Real>();
  }
  const Real of_beside = robocache::fma(-side.share, third, 2 * third);
  const Real mean =
      robocache::fma(robocache::fma(side.share, third, third), rise, of_beside * beside);
  return robocache::fma(beside, rise / mean, -rise);
}

/// The same of PCHIP at an end sample; `side` is beyond the interval's other end.
/// Source: the shape-preserving three-point rule of SciPy and of Moler's pchiptx.
template <class Real>
ROBOCACHE_HD Real pchip_end_bend(Real rise, Real step, const side_interval<Real>& side) {
  const Real bend = -side.share * robocache::fma(side.ratio, step, -rise);
  if (bend != bend) return canonical_nan<Real>();
  const bool rises = rise > 0, falls = rise < 0;
  if (!(rises && bend > -rise) && !(falls && bend < -rise)) return -rise;
  const bool same_way = (rises && step > 0) || (falls && step < 0);
  const bool beyond = rises ? bend > 2 * rise : bend < 2 * rise;
  return !same_way && beyond ? 2 * rise : bend;
}

/// The cubic through v0 and v1 at weight w of the way; `bend` says how much steeper than straight
/// it is at both, as rises over the whole of it.
template <class Real>
ROBOCACHE_HD Real hermite(Real v0, Real v1, Real bend0, Real bend1, Real w) {
  const Real bend = robocache::fma(-w, bend1, robocache::fma(-w, bend0, bend0));
  return robocache::fma(w * (Real(1) - w), bend, robocache::fma(w, v1, robocache::fma(-w, v0, v0)));
}

namespace detail {

/// `curve_through` where all samples, or their differences, are not infinite, and both sides are
/// there if it is PCHIP; else it may give an infinity or NaN.
template <bool Pchip, class Real>
ROBOCACHE_HD Real curve_through_finite(Real before, Real v0, Real v1, Real after, Real w,
                                       const side_interval<Real>& left,
                                       const side_interval<Real>& right) {
  const Real rise = v1 - v0;
  if constexpr (Pchip) {
    return hermite(v0, v1, pchip_bend(rise, v0 - before, left), pchip_bend(rise, after - v1, right),
                   w);
  } else {
    return hermite(v0, v1, catmull_rom_bend(rise, v0 - before, left),
                   catmull_rom_bend(rise, after - v1, right), w);
  }
}

}  // namespace detail

/// The PCHIP or else the Catmull-Rom curve through four samples at weight w between v0 and v1. A
/// side whose share is 0, or whose sample is infinite, ends the curve there. Next to an infinity,
/// and where a difference overflows, it is `lerp`.
template <bool Pchip, class Real>
ROBOCACHE_HD Real curve_through(Real before, Real v0, Real v1, Real after, Real w,
                                const side_interval<Real>& left, const side_interval<Real>& right) {
  const Real rise = v1 - v0;
  if (w == Real(0)) return v0;
  if (!is_finite(rise)) return lerp(v0, v1, w);
  const Real step_before = v0 - before;
  const Real step_after = after - v1;
  const auto counts = [](const side_interval<Real>& side, Real step) {
    return side.share != 0 && (step != step || is_finite(side.ratio * step));
  };
  const bool has_before = counts(left, step_before);
  const bool has_after = counts(right, step_after);
  Real bend0 = 0, bend1 = 0;
  if constexpr (Pchip) {
    if (has_before) {
      bend0 = pchip_bend(rise, step_before, left);
    } else if (has_after) {
      bend0 = pchip_end_bend(rise, step_after, right);
    }
    if (has_after) {
      bend1 = pchip_bend(rise, step_after, right);
    } else if (has_before) {
      bend1 = pchip_end_bend(rise, step_before, left);
    }
  } else {  // where there is no side as by the short way, down to the sign of zero
    if (has_before || left.share == 0) {
      bend0 = catmull_rom_bend(rise, has_before ? step_before : Real(0), left);
    }
    if (has_after || right.share == 0) {
      bend1 = catmull_rom_bend(rise, has_after ? step_after : Real(0), right);
    }
  }
  return hermite(v0, v1, bend0, bend1, w);
}

/// The rotation at weight w between two along the shorter arc, of unit length; the sign is that of
/// `from`. Neither needs to be normalised. Error below 1e-15 rad for 0 <= w <= 1.
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
  return normalized(
      quaternion{robocache::fma(of_a, a.x, of_b * b.x), robocache::fma(of_a, a.y, of_b * b.y),
                 robocache::fma(of_a, a.z, of_b * b.z), robocache::fma(of_a, a.w, of_b * b.w)});
}

namespace detail {

/// `slerp` by double.
inline ROBOCACHE_HD_RARELY basic_quaternion<float> slerp_beyond(const basic_quaternion<float>& from,
                                                                const basic_quaternion<float>& to,
                                                                float w) {
  const quaternion q = robocache::slerp(quaternion{from.x, from.y, from.z, from.w},
                                        quaternion{to.x, to.y, to.z, to.w}, static_cast<double>(w));
  return {static_cast<float>(q.x), static_cast<float>(q.y), static_cast<float>(q.z),
          static_cast<float>(q.w)};
}

}  // namespace detail

/// The same in single precision; error below 4e-7 for 0 <= w <= 1. Beyond, it goes by double.
///
/// No angle is taken: its square is a polynomial of the chord's, and a sine over its angle one of
/// the angle's square. What they would both be divided by goes with the last normalisation.
ROBOCACHE_HD basic_quaternion<float> slerp(const basic_quaternion<float>& from,
                                           const basic_quaternion<float>& to, float w) {
  using rotation = basic_quaternion<float>;
  if (!(w >= 0.0F && w <= 1.0F)) return detail::slerp_beyond(from, to, w);
  if (w == 0.0F) return normalized(from);
  rotation a = from, b = to;
  const float scale_a = 1.0F / detail::well_scaled_length(a);
  float scale_b = 1.0F / detail::well_scaled_length(b);
  if (dot(a, b) < 0.0F) scale_b = -scale_b;
  const rotation apart = {robocache::fma(scale_b, b.x, -(scale_a * a.x)),
                          robocache::fma(scale_b, b.y, -(scale_a * a.y)),
                          robocache::fma(scale_b, b.z, -(scale_a * a.z)),
                          robocache::fma(scale_b, b.w, -(scale_a * a.w))};
  // (2 asin(s) / s)^2 for s^2 in [0, 1/2], and sin(x) / x for x^2 in [0, (pi / 2)^2]: interpolated
  // at Chebyshev nodes, relative errors below 2^-27 and 2^-35.
  constexpr float angle_over_half_chord[] = {0x1p+2F,        0x1.5554eep+0F,  0x1.6c4182p-1F,
                                             0x1.cd7028p-2F, 0x1.8ea8c2p-2F,  -0x1.9e74d2p-4F,
                                             0x1.424192p+0F, -0x1.9c4352p+0F, 0x1.75212ap+0F};
  constexpr float sine_over_angle[] = {0x1p+0F,         -0x1.555556p-3F, 0x1.11110cp-7F,
                                       -0x1.a017dp-13F, 0x1.71701cp-19F, -0x1.9a69e4p-26F};
  const float half_chord_2 = 0.25F * dot(apart, apart);
  const float angle_2 = half_chord_2 * detail::polynomial(half_chord_2, angle_over_half_chord);
  const float u = 1.0F - w;
  const float of_a = u * detail::polynomial(u * u * angle_2, sine_over_angle) * scale_a;
  const float of_b = w * detail::polynomial(w * w * angle_2, sine_over_angle) * scale_b;
  const auto blend = [&](float by) {
    const float of_b_by = of_b * by;
    return rotation{robocache::fma(of_a * by, a.x, of_b_by * b.x),
                    robocache::fma(of_a * by, a.y, of_b_by * b.y),
                    robocache::fma(of_a * by, a.z, of_b_by * b.z),
                    robocache::fma(of_a * by, a.w, of_b_by * b.w)};
  };
  const rotation chordal = blend(1.0F);
  return blend(1.0F / square_root(dot(chordal, chordal)));
}

ROBOCACHE_END_NAMESPACE
