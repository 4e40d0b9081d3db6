/// \file
/// Files of bare float32 rows, which do not say how long a row is.
#pragma once

#include <cstddef>
#include <string>

#include "files/points.hpp"

namespace robocache::cli {

/// Reads rows of little-endian float32. `columns` as in `read_cloud`; where it is empty, rows are
/// those of nuScenes by the name *.pcd.bin, else of KITTI, and `remarks` tells of values that make
/// no sense as such, and of another layout that would. `path` is not read: it begins every error.
/// Throws `failure` unless the rows are whole.
point_cloud parse_raw_points(const std::byte* bytes, std::size_t size, const std::string& path,
                             const std::string& columns = "");

}  // namespace robocache::cli
