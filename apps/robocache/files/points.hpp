/// \file
/// Point clouds from PLY, raw float32 and NumPy files.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "files/array.hpp"
#include "files/progress.hpp"

namespace robocache::cli {

/// Positions and what is measured at them.
struct point_cloud {
  std::string name;                   ///< begins errors
  array positions;                    ///< float32 or float64 [N, 3]
  std::vector<std::string> features;  ///< names
  std::vector<int> columns;           ///< in the file, of each feature
  array values;                       ///< float32 [N, features]
  std::string layout;  ///< what was taken for a row, where no name in the file says it
  std::vector<std::string> remarks;  ///< what of the file is doubtful

  [[nodiscard]] std::int64_t size() const { return positions.shape[0]; }
};

/// Reads FILE.ply, FILE.bin (rows of little-endian float32), FILE.npy or FILE.npz[:ARRAY].
///
/// `columns` says what the rows of .bin, .npy and .npz hold: names such as "x,y,z,intensity", or
/// how many they are: 3 is x y z; 4 adds intensity (KITTI), 5 intensity and ring (nuScenes), 6 red
/// green blue; of any other number the rest are column3 and so on. Empty: 4 of .bin, 5 of .pcd.bin,
/// as many as there are of NumPy's. A PLY file names its own. A row of .bin that nobody named is
/// doubted in `remarks` where its values make no sense. Throws `failure` for what is malformed.
point_cloud read_cloud(const std::string& path, const std::string& columns = "",
                       const progress_hook& progress = {});

/// The file alone of what `read_cloud` reads.
std::string file_of_cloud(const std::string& path);

/// The lowest and highest finite coordinate of points that are finite along `axis`; {inf, -inf}
/// when there are none.
std::pair<double, double> range_of(const point_cloud& cloud, int axis);

/// The features that `text` lists by name or by column ("intensity", "red,green,blue", "3").
/// "intensity" is also scalar_Intensity and the like; "color" and "normal" stand for three features
/// each. Throws `failure`.
std::vector<int> find_features(const point_cloud& cloud, const std::string& text);

/// The chosen features alone, float32 [N, chosen].
array features_of(const point_cloud& cloud, const std::vector<int>& chosen);

}  // namespace robocache::cli
