/// \file
/// Grids of voxels as files.
#pragma once

#include <string>
#include <vector>

#include "voxelizing.hpp"

namespace robocache::cli {

/// `voxelize --help` says what is in it.
void write_grid(const std::string& path, const cloud_grid& grid, const voxelized& result,
                voxel_mode mode, bool dense);

/// The centres of the occupied cells as a PLY file, with their features of these names.
void write_points(const std::string& path, const voxel_cells& cells,
                  const std::vector<std::string>& names, voxel_mode mode);

/// Fails unless a PLY file can hold features of these names beside its own.
void check_point_names(const std::vector<std::string>& names);

/// Whether three features are a colour.
bool is_color(const std::vector<std::string>& names);

}  // namespace robocache::cli
