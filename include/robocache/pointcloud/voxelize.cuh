/// \file
/// The CUDA path of `voxelize_occupancy`, `voxelize_density` and `voxelize_features`. Needs nvcc;
/// the compiled library has it for points of float, double, bf16 and f16.
#pragma once

#include <robocache/detail/pointcloud/features/features_launch.cuh>
#include <robocache/detail/pointcloud/fill/fill_launch.cuh>
#include <robocache/pointcloud/voxelize.hpp>
