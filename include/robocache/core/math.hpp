/// \file
/// Arithmetic that gives the same bits on the CPU and on the GPU.
///
/// Compilers may fuse `a * b + c` or not, so no formula of this library leaves them the choice: a
/// product that meets a sum is written as `fma`. Sine, cosine and arcs are own polynomials, since
/// the libraries of the two sides differ. Do not compile with fast-math.
#pragma once

#include <robocache/core/config.hpp>
#include <robocache/core/float16.hpp>
#include <type_traits>

ROBOCACHE_BEGIN_NAMESPACE

/// `a * b + c` with one rounding.
ROBOCACHE_HD float fma(float a, float b, float c) {
#if defined(__CUDA_ARCH__)
  return __fmaf_rn(a, b, c);
#else
  return __builtin_fmaf(a, b, c);
#endif
}

/// `a * b + c` with one rounding.
ROBOCACHE_HD double fma(double a, double b, double c) {
#if defined(__CUDA_ARCH__)
  return __fma_rn(a, b, c);
#else
  return __builtin_fma(a, b, c);
#endif
}

/// The IEEE square root.
ROBOCACHE_HD float square_root(float x) {
#if defined(__CUDA_ARCH__)
  return __fsqrt_rn(x);
#else
  return __builtin_sqrtf(x);
#endif
}

/// The IEEE square root.
ROBOCACHE_HD double square_root(double x) {
#if defined(__CUDA_ARCH__)
  return __dsqrt_rn(x);
#else
  return __builtin_sqrt(x);
#endif
}

/// |x|.
ROBOCACHE_HD float absolute(float x) {
#if defined(__CUDA_ARCH__)
  return fabsf(x);
#else
  return __builtin_fabsf(x);
#endif
}

/// |x|.
ROBOCACHE_HD double absolute(double x) {
#if defined(__CUDA_ARCH__)
  return fabs(x);
#else
  return __builtin_fabs(x);
#endif
}

/// Neither infinite nor NaN.
template <class Real>
ROBOCACHE_HD bool is_finite(Real x) {
  constexpr Real most = sizeof(Real) == 8 ? Real(0x1.fffffffffffffp1023) : Real(0x1.fffffep127F);
  return absolute(x) <= most;  // not by x - x, into which a product may be fused
}

/// The type that values of type T are computed in: `double` for what has 8 bytes, else `float`.
template <class T>
using compute_type = std::conditional_t<sizeof(T) == 8, double, float>;

/// True for NaN, whatever its payload.
template <class T>
ROBOCACHE_HD bool is_nan(T x) {
  if constexpr (std::is_integral_v<T>) {
    return false;
  } else if constexpr (!std::is_floating_point_v<T>) {
    return is_nan(static_cast<compute_type<T>>(x));
  } else {
    return x != x;
  }
}

/// The one NaN that arithmetic results carry: 0x7fc00000, and its like in double.
template <class T>
ROBOCACHE_HD T canonical_nan() {
  if constexpr (sizeof(T) == 8) {
    return detail::bit_cast<T>(std::uint64_t{0x7ff8000000000000});
  } else {
    return detail::bit_cast<T>(std::uint32_t{0x7fc00000});
  }
}

/// A stored value as its compute type; exact.
template <class T>
ROBOCACHE_HD compute_type<T> widen(T value) {
  return static_cast<compute_type<T>>(value);
}

namespace detail {

/// `value + rest` as a float that is rounded to 16 bits next, `rest` being less than half an ulp:
/// an inexact one ends in 1 ("round to odd"), so that the second rounding sees which side of a tie
/// it lies on.
ROBOCACHE_HD float to_odd(float value, float rest) {
  if (!(rest < 0.0F || rest > 0.0F)) return value;
  auto bits = bit_cast<std::uint32_t>(value);
  if (value != 0.0F && (rest < 0.0F) == (value > 0.0F)) --bits;  // towards zero
  return bit_cast<float>(bits | 1U);
}

/// The same of a double.
ROBOCACHE_HD float on_the_way(double value) {
  const auto nearest = static_cast<float>(value);
  const double back = nearest;
  return to_odd(nearest, back < value ? 1.0F : back > value ? -1.0F : 0.0F);
}
ROBOCACHE_HD float on_the_way(float value) { return value; }

}  // namespace detail

/// A result as stored: one rounding to nearest even, every NaN canonical (0x7fff in 16 bits).
template <class T, class Real>
ROBOCACHE_HD T narrow(Real value) {
  if constexpr (sizeof(T) == 2) {
    return T(detail::on_the_way(value));
  } else {
    if (value != value) return canonical_nan<T>();
    return static_cast<T>(static_cast<compute_type<T>>(value));
  }
}

/// The sine and the cosine of one angle.
template <class Real>
struct circular {
  Real sine, cosine;
};

namespace detail {

template <class Real, int N>
ROBOCACHE_HD Real polynomial(Real x, const Real (&c)[N]) {
  Real sum = c[N - 1];
  for (int i = N - 2; i >= 0; --i) sum = robocache::fma(sum, x, c[i]);
  return sum;
}

/// Sine and cosine of r + quadrant * pi / 2, from those of r.
template <class Real>
ROBOCACHE_HD circular<Real> turned(const circular<Real>& of_r, int quadrant) {
  const bool swap = (quadrant & 1) != 0;
  const Real sine = swap ? of_r.cosine : of_r.sine;
  const Real cosine = swap ? of_r.sine : of_r.cosine;
  return {(quadrant & 2) != 0 ? -sine : sine, ((quadrant + 1) & 2) != 0 ? -cosine : cosine};
}

}  // namespace detail

/// Sine and cosine of x radians. Error of each below 2 ulp for |x| <= 2^30 except next to the
/// zeros, where it is below 2^-53 absolute; NaN beyond.
ROBOCACHE_HD circular<double> sine_cosine(double x) {
  if (!(x >= -0x1p30 && x <= 0x1p30)) return {canonical_nan<double>(), canonical_nan<double>()};
  constexpr double to_integer = 0x1.8p52;  // adding it leaves no fraction bits
  const double turns = robocache::fma(x, 0x1.45f306dc9c883p-1, to_integer) - to_integer;
  // pi / 2 in three parts, so that the remainder keeps all its bits.
  double r = robocache::fma(-turns, 0x1.921fb54442d18p+0, x);
  r = robocache::fma(-turns, 0x1.1a62633145c07p-54, r);
  r = robocache::fma(-turns, -0x1.f1976b7ed8fbcp-110, r);
  // Interpolated at Chebyshev nodes of r^2 in [0, (pi/4)^2]; relative error below 2^-65.
  constexpr double s[] = {-0x1.5555555555555p-3, 0x1.1111111111110p-7,   -0x1.a01a01a0198dep-13,
                          0x1.71de3a5455b9ap-19, -0x1.ae64540000f84p-26, 0x1.6121703ee57b1p-33,
                          -0x1.ab0f25d21fd92p-41};
  constexpr double c[] = {0x1.5555555555555p-5,   -0x1.6c16c16c16c16p-10, 0x1.a01a01a019ce2p-16,
                          -0x1.27e4fb770e01dp-22, 0x1.1eed8de33ebe0p-29,  -0x1.9394ace29bd7bp-37,
                          0x1.ab70a23137bcfp-45};
  const double z = r * r;
  const circular<double> of_r = {
      robocache::fma(r * z, detail::polynomial(z, s), r),
      robocache::fma(z * z, detail::polynomial(z, c), robocache::fma(-0.5, z, 1.0))};
  return detail::turned(of_r, static_cast<int>(static_cast<std::int64_t>(turns)) & 3);
}

/// Sine of x radians; as `sine_cosine`.
ROBOCACHE_HD double sine(double x) { return sine_cosine(x).sine; }

/// Cosine of x radians; as `sine_cosine`.
ROBOCACHE_HD double cosine(double x) { return sine_cosine(x).cosine; }

/// The same in single precision. Error of each below 2 ulp for |x| <= 2^30; NaN beyond.
ROBOCACHE_HD circular<float> sine_cosine(float x) {
  if (!(x >= -0x1p16F && x <= 0x1p16F)) {  // turns would leave the bits that their products have
    const circular<double> exact = sine_cosine(static_cast<double>(x));
    return {narrow<float>(exact.sine), narrow<float>(exact.cosine)};
  }
  constexpr float to_integer = 0x1.8p23F;
  const float turns = robocache::fma(x, 0x1.45f306p-1F, to_integer) - to_integer;
  float r = robocache::fma(-turns, 0x1.921fb6p+0F, x);
  r = robocache::fma(-turns, -0x1.777a5cp-25F, r);
  r = robocache::fma(-turns, -0x1.ee59dap-50F, r);
  // Interpolated likewise; relative error below 2^-26.
  constexpr float s[] = {-0x1.555552p-3F, 0x1.110c28p-7F, -0x1.9ac9b0p-13F};
  constexpr float c[] = {0x1.555554p-5F, -0x1.6c12d2p-10F, 0x1.9bd89cp-16F};
  const float z = r * r;
  const circular<float> of_r = {
      robocache::fma(r * z, detail::polynomial(z, s), r),
      robocache::fma(z * z, detail::polynomial(z, c), robocache::fma(-0.5F, z, 1.0F))};
  return detail::turned(of_r, static_cast<int>(turns) & 3);
}

/// The angle of the point (x, y) in the first quadrant, in [0, pi/2]: atan2 for x, y >= 0 that are
/// not both 0. Error below 3 ulp.
ROBOCACHE_HD double arc(double y, double x) {
  const bool steep = y > x;
  const double ratio = steep ? x / y : y / x;
  // atan(ratio) = pi/4 + atan((ratio - 1) / (ratio + 1)) brings |t| below tan(pi/8).
  const bool shift = ratio > 0x1.a827999fcef32p-2;
  const double t = shift ? (ratio - 1.0) / (ratio + 1.0) : ratio;
  constexpr double c[] = {-0x1.5555555555555p-2, 0x1.9999999999996p-3,  -0x1.2492492492044p-3,
                          0x1.c71c71c6d7d32p-4,  -0x1.745d17340508fp-4, 0x1.3b13ae79dd4b6p-4,
                          -0x1.1110cac366114p-4, 0x1.e1d871aade730p-5,  -0x1.aeb899bbf46b9p-5,
                          0x1.82802568705b8p-5,  -0x1.4fc8b12b0988ap-5, 0x1.f3da80d7128fep-6,
                          -0x1.c3e13a22cdd52p-7};
  const double z = t * t;
  double angle = robocache::fma(t * z, detail::polynomial(z, c), t);
  if (shift) angle += 0x1.921fb54442d18p-1;
  return steep ? 0x1.921fb54442d18p+0 - angle : angle;
}

/// The same in single precision. Error below 3 ulp.
ROBOCACHE_HD float arc(float y, float x) {
  const bool steep = y > x;
  const float ratio = steep ? x / y : y / x;
  const bool shift = ratio > 0x1.a8279ap-2F;
  const float t = shift ? (ratio - 1.0F) / (ratio + 1.0F) : ratio;
  constexpr float c[] = {-0x1.555554p-2F, 0x1.999730p-3F, -0x1.242036p-3F, 0x1.b81030p-4F,
                         -0x1.08455ep-4F};
  const float z = t * t;
  float angle = robocache::fma(t * z, detail::polynomial(z, c), t);
  if (shift) angle += 0x1.921fb6p-1F;
  return steep ? 0x1.921fb6p+0F - angle : angle;
}

/// The angle of the point (x, y) in [-pi, pi], as atan2 has it; 0 for (0, 0) and the sign of y.
/// Error below 3 ulp.
template <class Real>
ROBOCACHE_HD Real arc_tangent(Real y, Real x) {
  const Real height = y < 0 ? -y : y, width = x < 0 ? -x : x;
  Real angle = height == 0 && width == 0 ? Real(0) : arc(height, width);
  if (x < 0) angle = Real(0x1.921fb54442d18p+1) - angle;
  return y < 0 ? -angle : angle;
}

ROBOCACHE_END_NAMESPACE
