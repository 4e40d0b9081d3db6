// Neighbouring values that one access moves.
#pragma once

#include <robocache/core/math.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The type that one load or store of so many bytes moves.
template <int Bytes>
struct lane;
template <>
struct lane<16> {
  using type = uint4;
};
template <>
struct lane<8> {
  using type = uint2;
};
template <>
struct lane<4> {
  using type = std::uint32_t;
};
template <>
struct lane<2> {
  using type = std::uint16_t;
};
template <>
struct lane<1> {
  using type = std::uint8_t;
};

/// The bytes, up to 16, in which all rows of an array are aligned.
template <class T>
std::int64_t alignment_of_rows(const T* data, std::int64_t row, std::int64_t batch) {
  const auto size = static_cast<std::int64_t>(sizeof(T));
  std::int64_t bytes = 16;
  while (reinterpret_cast<std::uintptr_t>(data) % static_cast<std::uintptr_t>(bytes) != 0 ||
         row * size % bytes != 0 || batch * size % bytes != 0) {
    bytes /= 2;
  }
  return bytes;
}

/// A value of an array, which is not of shared memory.
template <class T>
__device__ __forceinline__ T load_global(const T* at) {
#if defined(__CUDA_ARCH__)
  __builtin_assume(__isGlobal(at));
#endif
  return *at;
}

/// Two floats rounded to 16 bits each by one instruction.
template <class Out>
__device__ __forceinline__ std::uint32_t narrow_both(float first, float second) {
  std::uint32_t both = 0;
#if defined(__CUDA_ARCH__)
  if constexpr (std::is_same_v<Out, bf16>) {
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(second), "f"(first));
  } else {
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(second), "f"(first));
  }
#else
  const Out results[] = {narrow<Out>(first), narrow<Out>(second)};
  memcpy(&both, results, sizeof(both));
#endif
  return both;
}

/// Two results rounded together where the processor can.
template <class Out, class Real>
__device__ __forceinline__ void narrow_pair(Real first, Real second, Out* to) {
  if constexpr (std::is_same_v<Real, float> &&
                (std::is_same_v<Out, bf16> || std::is_same_v<Out, f16>)) {
    const std::uint32_t both = narrow_both<Out>(first, second);
    memcpy(to, &both, sizeof(both));
  } else {
    to[0] = narrow<Out>(first);
    to[1] = narrow<Out>(second);
  }
}

/// Two samples widened together: one instruction each where the format allows.
template <class T>
__device__ __forceinline__ void widen_pair(const T* from, compute_type<T>& first,
                                           compute_type<T>& second) {
  if constexpr (std::is_same_v<T, bf16>) {
    std::uint32_t both;
    memcpy(&both, from, sizeof(both));
    first = __uint_as_float(both << 16);
    second = __uint_as_float(both & 0xffff0000U);
  } else {
    first = widen(from[0]);
    second = widen(from[1]);
  }
}

/// Stores a lane in pieces that the output's alignment allows.
template <int Width, class Out>
__device__ __forceinline__ void store_lane(Out* to, const Out (&results)[Width],
                                           std::uint32_t piece) {
  constexpr int bytes = Width * static_cast<int>(sizeof(Out));
  if (bytes < 16 || piece == 16) {
    typename lane<bytes>::type whole;
    memcpy(&whole, results, bytes);
    __stcs(reinterpret_cast<decltype(whole)*>(to), whole);
  } else if constexpr (bytes == 16) {
    uint2 halves[2];
    memcpy(halves, results, bytes);
    auto* at = reinterpret_cast<uint2*>(to);
    at[0] = halves[0];
    at[1] = halves[1];
  }
}

/// Stores a lane of 16 bytes whose address is aligned to 4: neighbours in the warp pass words on,
/// so that all stores but those at the ends of a row or warp are aligned to 16 bytes. Called by all
/// threads of a warp; whether the thread before or after has the lane before or after of the row.
__device__ __forceinline__ void store_shifted(uint4* to, const uint4& own, bool writes,
                                              bool has_before, bool has_after) {
  constexpr unsigned all = 0xffffffffU;
  const uint4 before = {0, __shfl_up_sync(all, own.y, 1), __shfl_up_sync(all, own.z, 1),
                        __shfl_up_sync(all, own.w, 1)};
  if (!writes) return;
  auto* const words = reinterpret_cast<std::uint32_t*>(to);
  const auto shift = static_cast<int>(reinterpret_cast<std::uintptr_t>(to) / 4 % 4);
  if (shift == 0) return __stcs(to, own);
  if (has_before) {
    const uint4 mixed = shift == 1   ? uint4{before.w, own.x, own.y, own.z}
                        : shift == 2 ? uint4{before.z, before.w, own.x, own.y}
                                     : uint4{before.y, before.z, before.w, own.x};
    __stcs(reinterpret_cast<uint4*>(words - shift), mixed);
  } else {
    words[0] = own.x;
    if (shift < 3) words[1] = own.y;
    if (shift < 2) words[2] = own.z;
  }
  if (!has_after) {
    if (shift > 2) words[1] = own.y;
    if (shift > 1) words[2] = own.z;
    words[3] = own.w;
  }
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
