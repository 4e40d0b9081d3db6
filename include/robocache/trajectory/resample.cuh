/// \file
/// The CUDA path of `resample`. Needs nvcc; include it where a type outside the compiled library
/// (float, bf16, f16, double) is resampled on the GPU.
///
/// Such a type is trivially copyable and default-constructible, of 2, 4 or 8 bytes, and converts
/// explicitly to and from `float`, alike on both sides.
#pragma once

#include <robocache/detail/trajectory/resample_launch.cuh>
#include <robocache/trajectory/resample.hpp>
