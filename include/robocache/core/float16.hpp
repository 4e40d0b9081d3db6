/// \file
/// 16-bit floating point without CUDA: `bf16` and `f16`, with the layout of CUDA's own types.
///
/// Both are storage: arithmetic happens in `float`, and a result is rounded once, to nearest even.
/// Any NaN rounds to 0x7fff, on the CPU and on the GPU.
#pragma once

#include <cstring>
#include <robocache/core/config.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

template <class To, class From>
ROBOCACHE_HD To bit_cast(const From& from) {
  static_assert(sizeof(To) == sizeof(From), "bit_cast keeps the size");
  To to;
  memcpy(&to, &from, sizeof(To));
  return to;
}

ROBOCACHE_HD std::uint16_t bf16_bits(float value) {
#if defined(__CUDA_ARCH__)
  std::uint16_t bits;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(bits) : "f"(value));
  return bits;
#else
  const auto u = bit_cast<std::uint32_t>(value);
  const std::uint32_t rounded = (u + 0x7fffU + ((u >> 16) & 1U)) >> 16;
  return static_cast<std::uint16_t>((u & 0x7fffffffU) > 0x7f800000U ? 0x7fffU : rounded);
#endif
}

ROBOCACHE_HD std::uint16_t f16_bits(float value) {
#if defined(__CUDA_ARCH__)
  std::uint16_t bits;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(value));
  return bits;
#else
  const auto u = bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (u >> 16) & 0x8000U;
  const std::uint32_t magnitude = u & 0x7fffffffU;
  // Normal results: rebias the exponent, round to even on the 13 bits that go.
  const std::uint32_t normal = (magnitude - (112U << 23) + 0xfffU + ((magnitude >> 13) & 1U)) >> 13;
  // Subnormal results: adding 0.5 lines the last bit of the sum up with 2^-24.
  const std::uint32_t subnormal =
      bit_cast<std::uint32_t>(bit_cast<float>(magnitude) + 0.5F) - bit_cast<std::uint32_t>(0.5F);
  std::uint32_t bits = magnitude < 0x38800000U ? subnormal : normal;
  bits = magnitude >= 0x47800000U ? 0x7c00U : bits;
  return static_cast<std::uint16_t>(magnitude > 0x7f800000U ? 0x7fffU : (bits | sign));
#endif
}

ROBOCACHE_HD float f16_value(std::uint16_t bits) {
#if defined(__CUDA_ARCH__)
  float value;
  asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(bits));
  return value;
#else
  const std::uint32_t sign = (bits & 0x8000U) << 16;
  const std::uint32_t magnitude = bits & 0x7fffU;
  // Subnormals are whole multiples of 2^-24, so the conversion from an integer is exact.
  const auto subnormal =
      bit_cast<std::uint32_t>(static_cast<float>(static_cast<std::int32_t>(magnitude)) * 0x1p-24F);
  const std::uint32_t rebias = magnitude >= 0x7c00U ? (224U << 23) : (112U << 23);
  const std::uint32_t normal = (magnitude << 13) + rebias;
  return bit_cast<float>(sign | (magnitude < 0x400U ? subnormal : normal));
#endif
}

}  // namespace detail

/// bfloat16: 8 exponent bits, 7 mantissa bits. Layout-compatible with `__nv_bfloat16`.
struct bf16 {
  std::uint16_t bits;

  bf16() = default;
  ROBOCACHE_HD explicit bf16(float value) : bits(detail::bf16_bits(value)) {}
  ROBOCACHE_HD explicit operator float() const {
    return detail::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
  }
};

/// IEEE binary16: 5 exponent bits, 10 mantissa bits. Layout-compatible with `__half`.
struct f16 {
  std::uint16_t bits;

  f16() = default;
  ROBOCACHE_HD explicit f16(float value) : bits(detail::f16_bits(value)) {}
  ROBOCACHE_HD explicit operator float() const { return detail::f16_value(bits); }
};

ROBOCACHE_END_NAMESPACE
