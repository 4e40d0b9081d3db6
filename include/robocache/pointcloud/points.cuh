/// \file
/// The CUDA path of `cloud_bounds`, `depth_to_points` and `crop_points`. Needs nvcc; the types that
/// they take are in the compiled library.
#pragma once

#include <robocache/detail/pointcloud/points/points_launch.cuh>
#include <robocache/pointcloud/points.hpp>
