// The scans that voxelization is timed on, on the CPU.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace robocache::bench {

/// Rows of x, y, z in metres and intensity.
struct scan {
  std::string name;
  std::vector<float> rows;

  [[nodiscard]] std::int64_t points() const { return static_cast<std::int64_t>(rows.size() / 4); }
};

constexpr double voxel_sizes[] = {0.1, 0.2};

/// "cpu/WHAT/f32/SCAN/SIZEm".
inline std::string case_name(const std::string& what, const scan& s, double size) {
  return "cpu/" + what + "/f32/" + s.name + "/" + std::to_string(size).substr(0, 3) + "m";
}

/// One turn of 64 beams 1.73 m above the ground, inside a wavy wall 8 to 48 m away.
inline scan make_scan() {
  constexpr int beams = 64, turns = 1090;
  constexpr double degree = 0.017453292519943295;
  scan s{"made_scan", {}};
  for (int i = 0; i < turns; ++i) {
    const double azimuth = 360.0 * degree * i / turns;
    const double wall = 8.0 + 40.0 * std::abs(std::sin(3.0 * azimuth));
    for (int beam = 0; beam < beams; ++beam) {
      const double elevation = (-24.8 + 26.8 * beam / (beams - 1)) * degree;
      const double ground = elevation < 0.0 ? -1.73 / std::tan(elevation) : wall;
      const double range = std::min(wall, ground);
      for (const double value : {range * std::cos(azimuth), range * std::sin(azimuth),
                                 range * std::tan(elevation), beam / 64.0}) {
        s.rows.push_back(static_cast<float>(value));
      }
    }
  }
  return s;
}

/// kitti_scan.ply: after its header rows of four little-endian floats. Empty where it is absent.
inline scan read_kitti_scan() {
  const char* folder = std::getenv("ROBOCACHE_TEST_DATA");
  std::ifstream file(std::string(folder != nullptr ? folder : "../shared/data") + "/kitti_scan.ply",
                     std::ios::binary);
  scan s{"kitti_scan", {}};
  const std::string count = "element vertex ";
  for (std::string line; std::getline(file, line) && line != "end_header";) {
    if (line.rfind(count, 0) == 0) s.rows.resize(std::stoul(line.substr(count.size())) * 4);
  }
  file.read(reinterpret_cast<char*>(s.rows.data()),
            static_cast<std::streamsize>(s.rows.size() * sizeof(float)));
  return s;
}

/// The made-up scan, and the real one where it is there.
inline std::vector<scan> all_scans() {
  std::vector<scan> scans{make_scan(), read_kitti_scan()};
  if (scans.back().rows.empty()) scans.pop_back();
  return scans;
}

}  // namespace robocache::bench
