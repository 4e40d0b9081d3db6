/// \file
/// The CUDA path of `voxelize_sparse` and `voxelize_first`. Needs nvcc; the compiled library has it
/// for points of float, double, bf16 and f16.
#pragma once

#include <robocache/detail/pointcloud/sparse/sparse_launch.cuh>
#include <robocache/pointcloud/voxelize_sparse.hpp>
