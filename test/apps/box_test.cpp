// Boxes of `robocache voxelize`, and grids that reproduce themselves from what is saved of them.
#include <array>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <map>

#include "files/npz.hpp"
#include "tool.hpp"

namespace {

using namespace robocache::cli;
using robocache::element;
using test::check_success;
using test::contains;
using test::run_tool;
using test::temporary_directory;
using test::write_bytes;

/// What `robocache voxelize` counts along x, for points at (x, 0, 0).
std::vector<std::int32_t> counts_along_x(const std::vector<float>& x, const std::string& options,
                                         std::string& out) {
  const temporary_directory here;
  std::vector<float> rows;
  for (const float v : x) rows.insert(rows.end(), {v, 0, 0});
  write_bytes(here / "c.bin", test::bytes_of(rows));
  const auto result = run_tool(here, "voxelize c.bin --columns 3 -o out.npz " + options);
  check_success(result);
  out = result.out;
  const array grid = array_file(here / "out.npz").read("grid");
  REQUIRE(grid.shape[0] * grid.shape[1] == 1);
  return {grid.as<std::int32_t>(), grid.as<std::int32_t>() + grid.size()};
}

using counts = std::vector<std::int32_t>;

/// Counts by the formula of the help, in T as NumPy computes it from arrays of T.
template <class T>
std::map<std::array<std::int64_t, 3>, std::int32_t> by_formula(const std::vector<T>& xyz,
                                                               const array_file& saved) {
  const array origin = saved.read("origin"), voxel = saved.read("voxel");
  std::map<std::array<std::int64_t, 3>, std::int32_t> result;
  for (std::size_t i = 0; i < xyz.size(); i += 3) {
    std::array<std::int64_t, 3> zyx{};
    for (std::size_t a = 0; a < 3; ++a) {
      const T distance = xyz[i + a] - origin.as<T>()[a];
      zyx[2 - a] = static_cast<std::int64_t>(std::floor(distance / voxel.as<T>()[a]));
    }
    ++result[zyx];
  }
  return result;
}

/// Whether the sparse grid at `path` is that of the formula.
template <class T>
void check_reproduced(const std::vector<T>& xyz, const std::string& path) {
  const array_file saved(path);
  for (const char* name : {"origin", "voxel"}) {
    REQUIRE(saved.read(name).type == (sizeof(T) == 4 ? element::f32 : element::f64));
  }
  const auto expected = by_formula(xyz, saved);
  const array coordinates = saved.read("coordinates"), found = saved.read("counts");
  REQUIRE(found.size() == static_cast<std::int64_t>(expected.size()));
  std::int64_t i = 0, wrong = 0;
  for (const auto& [zyx, count] : expected) {
    for (std::size_t a = 0; a < 3; ++a) {
      const std::int32_t got = coordinates.as<std::int32_t>()[3 * i + static_cast<std::int64_t>(a)];
      wrong += got == zyx[a] ? 0 : 1;
    }
    wrong += found.as<std::int32_t>()[i] == count ? 0 : 1;
    ++i;
  }
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("box: points beyond it are outside, wherever the last voxel ends") {
  const std::vector<float> x{0, 0.95F, 1, 1.1F, 1.19F, -0.01F, NAN, INFINITY};
  std::string out;
  CHECK(counts_along_x(x, "--voxel 0.3 --box 0 0 0 1 0.3 0.3", out) == counts{1, 0, 0, 1});
  CHECK(contains(out, "2 points inside, 5 outside, 1 NaN"));
  // Whole voxels for those who want them.
  CHECK(counts_along_x(x, "--voxel 0.3 --origin 0 0 0 --cells 4 1 1", out) == counts{1, 0, 0, 4});
  CHECK(contains(out, "5 points inside, 2 outside, 1 NaN"));
}

TEST_CASE("box: decimals mean the float that points have") {
  const float low = -51.2F, high = 51.2F;
  std::string out;
  const counts found =
      counts_along_x({low, std::nextafter(low, -100.0F), high, std::nextafter(high, 0.0F), 0},
                     "--voxel 12.8 --box -51.2 0 0 51.2 1 1", out);
  CHECK(found == counts{1, 0, 0, 0, 1, 0, 0, 1});
  CHECK(contains(out, "3 points inside, 2 outside, 0 NaN"));
}

TEST_CASE("box: float64 positions are cut in float64") {
  const temporary_directory here;
  write_bytes(here / "c.npy",
              test::npy_of({0.1, 0, 0, 0.3, 0, 0, 0.29999999999999993, 0, 0}, "(3, 3)"));
  const auto result = run_tool(here, "voxelize c.npy --voxel 1 --box 0.1 0 0 0.3 1 1 -o out.npz");
  check_success(result);
  CHECK(contains(result.out, "2 points inside, 1 outside, 0 NaN"));
  CHECK(contains(result.out, "from (0.1, 0, 0), in float64\n"));
}

TEST_CASE("box: a grid is reproduced by its saved origin and voxel") {
  const temporary_directory here;
  std::vector<float> single;
  std::vector<double> both;
  for (int i = 0; i < 3000; ++i) {  // a lattice, where every rounding shows
    for (const int step : {i % 131 - 60, i % 57 - 20, i % 23}) {
      single.push_back(static_cast<float>(step * 0.1));
      both.push_back(step * 0.1);
    }
  }
  write_bytes(here / "f.npy", test::npy(test::header("<f4", "(3000, 3)"), test::bytes_of(single)));
  write_bytes(here / "d.npy", test::npy(test::header("<f8", "(3000, 3)"), test::bytes_of(both)));
  check_success(run_tool(here, "voxelize f.npy --voxel 0.1 --sparse -o f.npz"));
  check_success(run_tool(here, "voxelize d.npy --voxel 0.1 --sparse -o d.npz"));
  check_reproduced(single, here / "f.npz");
  check_reproduced(both, here / "d.npz");
}

TEST_CASE("box: the grid of a LiDAR scan is reproduced, too") {
  const char* set = std::getenv("ROBOCACHE_TEST_DATA");
  const std::string data = set != nullptr ? set : ROBOCACHE_SOURCE_DIR "/../shared/data";
  if (!std::filesystem::exists(data + "/kitti_scan.ply")) {
    WARN("skipped: no " << data << "/kitti_scan.ply");
    return;
  }
  const std::string file = test::read_bytes(data + "/kitti_scan.ply");
  const std::size_t body = file.find("end_header\n") + 11;
  std::vector<float> xyz;
  for (std::size_t at = body; at < file.size(); at += 16) {
    float row[3];
    std::memcpy(row, file.data() + at, sizeof(row));
    xyz.insert(xyz.end(), row, row + 3);
  }
  REQUIRE(xyz.size() == 3 * 69792);
  const temporary_directory here;
  for (const char* voxel : {"0.1", "0.2", "0.5"}) {
    INFO(voxel);
    check_success(run_tool(here, "voxelize '" + data +
                                     "/kitti_scan.ply' --sparse -o out.npz --voxel " +
                                     std::string(voxel)));
    check_reproduced(xyz, here / "out.npz");
  }
}
