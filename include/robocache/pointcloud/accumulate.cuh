/// \file
/// The CUDA path of accumulators. Needs nvcc; the types that they take are in the compiled library.
#pragma once

#include <robocache/detail/pointcloud/accumulate/accumulate_launch.cuh>
#include <robocache/pointcloud/accumulate.hpp>
