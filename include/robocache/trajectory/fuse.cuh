/// \file
/// The CUDA path of `fuse`. Needs nvcc; include it for an output type outside the compiled library
/// (float, bf16, f16, double).
#pragma once

#include <robocache/detail/trajectory/fuse_launch.cuh>
#include <robocache/trajectory/fuse.hpp>
