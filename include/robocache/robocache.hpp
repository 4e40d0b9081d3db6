/// \file
/// Everything that needs no CUDA compiler. A test holds this list complete.
#pragma once

#include <robocache/core/config.hpp>
#include <robocache/core/error.hpp>
#include <robocache/core/executor.hpp>
#include <robocache/core/float16.hpp>
#include <robocache/core/math.hpp>
#include <robocache/core/view.hpp>
#include <robocache/core/workspace.hpp>
#include <robocache/pointcloud/accumulate.hpp>
#include <robocache/pointcloud/points.hpp>
#include <robocache/pointcloud/points_options.hpp>
#include <robocache/pointcloud/voxel_accumulator.hpp>
#include <robocache/pointcloud/voxel_grid.hpp>
#include <robocache/pointcloud/voxelize.hpp>
#include <robocache/pointcloud/voxelize_options.hpp>
#include <robocache/pointcloud/voxelize_sparse.hpp>
#include <robocache/trajectory/fuse.hpp>
#include <robocache/trajectory/fuse_options.hpp>
#include <robocache/trajectory/interpolate.hpp>
#include <robocache/trajectory/resample.hpp>
#include <robocache/trajectory/resample_options.hpp>
#include <robocache/version.hpp>
