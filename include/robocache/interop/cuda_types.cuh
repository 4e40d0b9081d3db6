/// \file
/// CUDA's 16-bit types as RoboCache's, without a copy. Needs the CUDA headers.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <robocache/core/float16.hpp>
#include <robocache/core/view.hpp>

ROBOCACHE_BEGIN_NAMESPACE

static_assert(sizeof(bf16) == sizeof(__nv_bfloat16) && alignof(bf16) == alignof(__nv_bfloat16));
static_assert(sizeof(f16) == sizeof(__half) && alignof(f16) == alignof(__half));

namespace detail {

template <class To, class From, int Rank>
view<To, Rank> reinterpret(const view<From, Rank>& v) {
  std::int64_t extents[Rank];
  std::int64_t strides[Rank];
  for (int r = 0; r < Rank; ++r) {
    extents[r] = v.extent(r);
    strides[r] = v.stride(r);
  }
  return {reinterpret_cast<To*>(v.data_handle()), extents, strides};
}

}  // namespace detail

/// The same array as RoboCache's element type.
template <int Rank>
view<bf16, Rank> from_cuda(const view<__nv_bfloat16, Rank>& v) {
  return detail::reinterpret<bf16>(v);
}
template <int Rank>
view<const bf16, Rank> from_cuda(const view<const __nv_bfloat16, Rank>& v) {
  return detail::reinterpret<const bf16>(v);
}
template <int Rank>
view<f16, Rank> from_cuda(const view<__half, Rank>& v) {
  return detail::reinterpret<f16>(v);
}
template <int Rank>
view<const f16, Rank> from_cuda(const view<const __half, Rank>& v) {
  return detail::reinterpret<const f16>(v);
}

ROBOCACHE_END_NAMESPACE
