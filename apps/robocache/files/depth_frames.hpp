/// \file
/// Recordings of depth images: a folder of 16-bit pictures, and where each was taken.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace robocache::cli {

/// A frame by its files.
struct depth_frame_files {
  std::string name;   ///< what both files begin with, up to the first dot
  std::string depth;  ///< NAME*.png
  std::string pose;   ///< NAME.pose.txt or NAME.txt
  std::string color;  ///< NAME*.png of the folder of colours; empty where none was asked for
};

/// The frames of folders, by name; `colors` may be empty. Depths without a pose or colours are an
/// error.
std::vector<depth_frame_files> find_frames(const std::string& depths, const std::string& poses,
                                           const std::string& colors);

struct depth_image {
  std::int64_t width = 0, height = 0;
  std::vector<std::uint16_t> depths;
};

/// A 16-bit grey PNG.
depth_image read_depth_image(const std::string& path);

struct color_image {
  std::int64_t width = 0, height = 0;
  std::vector<std::uint8_t> colors;  // red, green, blue
};

/// An 8-bit PNG of colours, or of grey as colours; transparency does not count.
color_image read_color_image(const std::string& path);

/// A camera's pose: 12 or 16 numbers, row by row. Some recordings write infinities where it was
/// lost.
std::vector<float> read_pose(const std::string& path);

/// The matrix of a pinhole camera: 9 numbers, row by row, or fx, fy, cx, cy; as the last four.
std::vector<double> read_intrinsics(const std::string& path);

}  // namespace robocache::cli
