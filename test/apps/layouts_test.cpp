// Which rows of bare floats are taken, what is said of them, `info` of clouds, and names of outputs
// that would mislead.
#include <cmath>
#include <limits>

#include "files/raw_points.hpp"
#include "tool.hpp"

namespace {

using namespace robocache::cli;
using test::check_failure;
using test::check_success;
using test::contains;
using test::run_tool;
using test::temporary_directory;
using test::write_bytes;

point_cloud parse(const std::vector<float>& numbers, const std::string& name = "c.bin",
                  const std::string& columns = "") {
  return parse_raw_points(reinterpret_cast<const std::byte*>(numbers.data()),
                          numbers.size() * sizeof(float), name, columns);
}

/// `count` rows of x, y, z and what `rest` makes of a row's number.
template <class Rest>
std::vector<float> rows_of(int count, const Rest& rest) {
  std::vector<float> numbers;
  for (int i = 0; i < count; ++i) {
    const auto at = static_cast<float>(i);
    numbers.insert(numbers.end(), {at * 0.37F - 1.25F, 2.5F - at * 0.61F, at * 0.013F - 1.7F});
    for (const float v : rest(i)) numbers.push_back(v);
  }
  return numbers;
}

using floats = std::vector<float>;

floats kitti_rows(int count) {
  return rows_of(count, [](int i) { return floats{static_cast<float>(i % 100) / 100}; });
}
floats nuscenes_rows(int count) {
  return rows_of(count, [](int i) {
    return floats{static_cast<float>(i * 7 % 256), static_cast<float>(i % 32)};
  });
}
floats colored_rows(int count) {
  return rows_of(count, [](int i) {
    return floats{static_cast<float>(i * 3 % 256), static_cast<float>(i * 5 % 256),
                  static_cast<float>(i * 11 % 256)};
  });
}

void check_doubt(const point_cloud& cloud, const std::vector<std::string>& parts) {
  REQUIRE(cloud.remarks.size() == 1);
  for (const std::string& part : parts) {
    INFO(cloud.remarks[0] << "\nexpected in it: " << part);
    CHECK(contains(cloud.remarks[0], part));
  }
}

}  // namespace

TEST_CASE("layouts: rows of nuScenes that are read as KITTI's are doubted") {
  const point_cloud cloud = parse(nuscenes_rows(8));
  CHECK(cloud.size() == 10);
  CHECK(cloud.layout == "rows of 4 float32 (x, y, z, intensity)");
  check_doubt(cloud, {"c.bin: read as 10 rows of 4 float32 (x, y, z, intensity)",
                      "of which intensity from -1.687 to 28", "makes no sense",
                      "--columns 5 would read rows of 5 float32 (x, y, z, intensity, ring)"});
}

TEST_CASE("layouts: rings and colours are told even where intensities would make sense") {
  const auto positive = [](floats numbers) {
    for (float& v : numbers) v = std::fabs(v);
    return numbers;
  };
  check_doubt(parse(positive(nuscenes_rows(8))),
              {"read as 10 rows of 4", "--columns 5 would read"});
  check_doubt(parse(positive(colored_rows(8))), {"read as 12 rows of 4", "--columns 6 would read"});
}

TEST_CASE("layouts: what is as it should be is not doubted") {
  for (const int count : {1, 5, 20, 300}) {
    INFO(count);
    CHECK(parse(kitti_rows(count)).remarks.empty());
    CHECK(parse(nuscenes_rows(count), "s.pcd.bin").remarks.empty());
  }
  CHECK(parse({}).remarks.empty());
  // A layout that was asked for is its user's business.
  CHECK(parse(nuscenes_rows(8), "c.bin", "4").remarks.empty());
  // Points of no return are NaN, and whole coordinates are no rings.
  floats missing = kitti_rows(20);
  missing[0] = missing[1] = missing[2] = NAN;
  CHECK(parse(missing).remarks.empty());
  CHECK(parse(floats(40, 2.0F)).remarks.empty());
}

TEST_CASE("layouts: .pcd.bin is nuScenes'") {
  const point_cloud cloud = parse(nuscenes_rows(8), "sweep.pcd.bin");
  CHECK(cloud.size() == 8);
  CHECK(cloud.features == std::vector<std::string>{"intensity", "ring"});
  CHECK(parse(kitti_rows(8), "sweep.pcd.bin", "4").size() == 8);
  check_doubt(parse(kitti_rows(10), "sweep.pcd.bin"), {"read as 8 rows of 5", "--columns 4 would"});
}

TEST_CASE("layouts: values that no sensor gives are doubted") {
  floats numbers = kitti_rows(8);
  numbers[4] = 3e38F;
  check_doubt(parse(numbers), {"x from -1.25 to 3e+38 makes no sense"});
  numbers = kitti_rows(8);
  numbers[5] = std::numeric_limits<float>::denorm_min();  // the integer 1
  check_doubt(parse(numbers), {"y from ", "makes no sense (--columns says"});
  numbers = kitti_rows(8);
  numbers[7] = NAN;
  check_doubt(parse(numbers), {"intensity from ", "makes no sense"});
}

TEST_CASE("layouts: the error of rows that are not whole names what would fit") {
  const temporary_directory here;
  write_bytes(here / "c.bin", test::bytes_of(nuscenes_rows(9)));
  check_failure(
      run_tool(here, "info c.bin"), 2,
      {"got 180 bytes", "no whole number of rows (--columns says how many; 3 or 5 would fit)"});
}

TEST_CASE("layouts: voxelize says what it took, and doubts it on stderr") {
  const temporary_directory here;
  write_bytes(here / "c.bin", test::bytes_of(nuscenes_rows(8)));
  const auto doubted = run_tool(here, "voxelize c.bin --voxel 1 -o out.npz");
  check_success(doubted);
  CHECK(contains(doubted.out, "c.bin: 10 points as rows of 4 float32 (x, y, z, intensity), x "));
  CHECK(contains(doubted.err, "robocache: note: c.bin: read as 10 rows of 4"));
  const auto told = run_tool(here, "voxelize c.bin --columns 5 --voxel 1 -o out.npz");
  check_success(told);
  CHECK(contains(told.out, "8 points as rows of 5 float32 (x, y, z, intensity, ring)"));
  CHECK(told.err.empty());
}

TEST_CASE("info: the columns of a .bin file") {
  const temporary_directory here;
  write_bytes(here / "c.bin", test::bytes_of(floats{1, 2, 3, 0.5F, 4, NAN, -6, 0.25F}));
  const auto result = run_tool(here, "info c.bin");
  check_success(result);
  CHECK(contains(result.out, "c.bin: 2 points as rows of 4 float32 (x, y, z, intensity)\n"));
  for (const char* row :
       {"x          float32  (2,)      1    4    0", "y          float32  (2,)      2    2    1",
        "intensity  float32  (2,)   0.25  0.5    0"}) {
    INFO(result.out << row);
    CHECK(contains(result.out, row));
  }
  CHECK(contains(run_tool(here, "info c.bin --columns ring,x,y,z").out, "ring    float32"));
  CHECK(contains(run_tool(here, "info c.bin --columns 8").out, "column7  float32"));
  check_failure(run_tool(here, "info c.bin --columns 2"), 1, {"--columns: expected 3 to 1024"});
}

TEST_CASE("info: the properties of a PLY file in its own types, and what is not read") {
  const temporary_directory here;
  write_bytes(here / "c.ply",
              "ply\nformat ascii 1.0\nelement vertex 2\nproperty double x\nproperty uchar red\n"
              "element face 1\nproperty list uchar int vertex_indices\nend_header\n"
              "1.5 255\nnan 7\n3 0 1 1\n9 9\n");
  const auto result = run_tool(here, "info c.ply");
  check_success(result);
  CHECK(contains(result.out, "c.ply: ascii, 2 vertices; not read: face (1)\n"));
  for (const char* row :
       {"x         float64  (2,)   1.5  1.5    1", "red       uint8    (2,)     7  255    0"}) {
    INFO(result.out << row);
    CHECK(contains(result.out, row));
  }
  CHECK(contains(result.err, "note: c.ply: left unread: 1 lines more than the header says"));
  check_failure(run_tool(here, "info c.ply --columns 3"), 1,
                {"--columns: only rows of .bin files"});
  check_failure(run_tool(here, "info none.ply"), 2, {"none.ply: cannot open"});
  write_bytes(here / "bad.ply", "plx\n");
  check_failure(run_tool(here, "info bad.ply"), 2, {"expected a PLY file"});
}

TEST_CASE("info: the fields of a structured array, and the rate of its stamps") {
  const temporary_directory here;
  std::string rows;
  for (std::uint64_t i = 0; i < 4; ++i) {
    rows += test::little_endian(i * 20'000'000, 8) + test::bytes_of<float>({static_cast<float>(i)});
  }
  write_bytes(
      here / "a.npz",
      test::zip({{"scan.npy", test::npy("{'descr': [('t', '<i8'), ('x', '<f4')], 'fortran_order': "
                                        "False, 'shape': (4,), }",
                                        rows)}}));
  const auto result = run_tool(here, "info a.npz");
  check_success(result);
  CHECK(contains(result.out, "scan.t  int64    (4,)     0  60000000    0"));
  CHECK(contains(result.out, "scan.x  float32  (4,)     0         3    0"));
  CHECK(contains(result.out, "scan.t: 4 stamps over 0.06 s, 50 Hz"));
}

TEST_CASE("outputs: a name that says another format than is written is refused") {
  const temporary_directory here;
  write_bytes(here / "in.npz", test::zip({{"values.npy", test::npy_of({1, 2, 3}, "(3, 1)")},
                                          {"times.npy", test::npy_of({0, 1, 2}, "(3,)")}}));
  const std::string fuse = "fuse --stream in.npz:values@linear --rate 2 ";
  for (const std::string& command : {std::string("resample in.npz --rate 2 "), fuse}) {
    for (const char* name : {"x.csv", "x", "x.npy", "x.npz.gz", ".npz", "x.NPZ"}) {
      INFO(command << name);
      check_failure(run_tool(here, command + "-o " + name), 1,
                    {"--output: expected a name that ends with .npz, got '" + std::string(name)});
    }
    check_failure(run_tool(here, command + "-o x.npz --plot x.png"), 1,
                  {"--plot: expected a name that ends with .svg, got 'x.png'"});
    check_success(run_tool(here, command + "-o x.npz --plot x.svg"));
  }
  check_failure(run_tool(here, "voxelize in.npz:values --voxel 1 -o x.csv"), 1,
                {"--output: expected a name that ends with .npz or .ply, got 'x.csv'"});
  CHECK(here.files().size() == 3);
}
