#include "files/points.hpp"

#include <cmath>

#include "files/failure.hpp"
#include "numpy_bytes.hpp"
#include "support/catch.hpp"

namespace {

using namespace robocache::cli;
using robocache::element;
using strings = std::vector<std::string>;
using test::temporary_directory;
using test::write_bytes;

template <class Failure>
void check_error(const std::string& part, const std::string& path,
                 const std::string& columns = "") {
  INFO("expected: " << part);
  try {
    read_cloud(path, columns);
  } catch (const Failure& error) {
    INFO(error.what());
    CHECK(std::string(error.what()).find(part) != std::string::npos);
    return;
  }
  FAIL("no failure");
}

std::vector<double> positions(const point_cloud& cloud) {
  std::vector<double> result;
  for (std::int64_t i = 0; i < cloud.positions.size(); ++i) {
    result.push_back(number_at(cloud.positions, i));
  }
  return result;
}

std::vector<float> values(const array& features) {
  return {features.as<float>(), features.as<float>() + features.size()};
}

std::string ply(const std::string& properties, const std::string& body, int count) {
  return "ply\nformat ascii 1.0\nelement vertex " + std::to_string(count) + "\n" + properties +
         "end_header\n" + body;
}

}  // namespace

TEST_CASE("points: properties of a PLY file in any order") {
  const temporary_directory here;
  write_bytes(here / "c.ply",
              ply("property uchar red\nproperty float z\nproperty short x\nproperty float "
                  "scalar_Intensity\nproperty float y\n",
                  "255 3 1 0.5 2\n0 6 4 0.25 5\n", 2));
  const point_cloud cloud = read_cloud(here / "c.ply");
  CHECK(cloud.size() == 2);
  CHECK(cloud.positions.type == element::f32);
  CHECK(positions(cloud) == std::vector<double>{1, 2, 3, 4, 5, 6});
  CHECK(cloud.features == strings{"red", "scalar_Intensity"});
  CHECK(cloud.columns == std::vector<int>{0, 3});
  CHECK(values(cloud.values) == std::vector<float>{255, 0.5F, 0, 0.25F});
  CHECK(values(features_of(cloud, {1, 0})) == std::vector<float>{0.5F, 255, 0.25F, 0});
}

TEST_CASE("points: positions that float32 cannot hold stay float64") {
  const temporary_directory here;
  for (const char* type : {"double", "int", "uint"}) {
    write_bytes(here / "c.ply",
                ply("property " + std::string(type) + " x\nproperty float y\nproperty float z\n",
                    "450000001 2 3\n", 1));
    const point_cloud cloud = read_cloud(here / "c.ply");
    CHECK(cloud.positions.type == element::f64);
    CHECK(positions(cloud) == std::vector<double>{450000001, 2, 3});
  }
}

TEST_CASE("points: a PLY file without x, y or z") {
  const temporary_directory here;
  write_bytes(here / "c.ply", ply("property float x\nproperty float y\nproperty float h\n", "", 0));
  check_error<input_failure>("c.ply: expected columns x, y and z, got x, y, h", here / "c.ply");
  check_error<usage_failure>("a PLY file names its own columns", here / "c.ply", "3");
  write_bytes(here / "l.ply", ply("property list uchar float x\n", "", 0));
  check_error<input_failure>("got none", here / "l.ply");
}

TEST_CASE("points: raw rows of each width") {
  const temporary_directory here;
  std::vector<float> numbers;
  for (int i = 0; i < 60; ++i) numbers.push_back(static_cast<float>(i) * 0.5F);
  write_bytes(here / "c.bin", test::bytes_of(numbers));
  const std::vector<std::pair<std::string, strings>> widths = {
      {"3", {}},
      {"4", {"intensity"}},
      {"5", {"intensity", "ring"}},
      {"6", {"red", "green", "blue"}},
      {"10", {"column3", "column4", "column5", "column6", "column7", "column8", "column9"}}};
  for (const auto& [width, names] : widths) {
    INFO(width);
    const point_cloud cloud = read_cloud(here / "c.bin", width);
    const auto columns = static_cast<std::size_t>(std::stoi(width));
    CHECK(cloud.features == names);
    REQUIRE(cloud.size() == static_cast<std::int64_t>(60 / columns));
    for (std::size_t row = 0; row < 60 / columns; ++row) {
      for (std::size_t c = 0; c < columns; ++c) {
        const auto at =
            static_cast<std::int64_t>(c < 3 ? row * 3 + c : row * (columns - 3) + c - 3);
        const float found = c < 3 ? cloud.positions.as<float>()[at] : cloud.values.as<float>()[at];
        CHECK(found == numbers[row * columns + c]);
      }
    }
  }
  CHECK(read_cloud(here / "c.bin").features == strings{"intensity"});

  const point_cloud named = read_cloud(here / "c.bin", "time,z,y,x");
  CHECK(named.features == strings{"time"});
  CHECK(named.columns == std::vector<int>{0});
  CHECK(positions(named)[0] == 1.5);
  CHECK(positions(named)[2] == 0.5);
  CHECK(named.values.as<float>()[1] == 2);
}

TEST_CASE("points: raw files that do not fit") {
  const temporary_directory here;
  write_bytes(here / "c.bin", std::string(40, 'a'));
  check_error<input_failure>(
      "c.bin: expected rows of 4 float32 (16 bytes), got 40 bytes, which are no whole "
      "number of rows",
      here / "c.bin");
  check_error<input_failure>("rows of 3 float32 (12 bytes)", here / "c.bin", "3");
  for (const char* columns : {"2", "0", "-4", "1025", "99999999999999999999", "x,y", "x,y,z,x",
                              "x,y,z,", "4.5", "x,y,w"}) {
    check_error<usage_failure>("--columns: expected", here / "c.bin", columns);
  }
  check_error<input_failure>("cannot open", here / "none.bin");
  check_error<input_failure>("cannot open", here / "none.ply");
  check_error<usage_failure>("c.pcd: expected a point cloud (.ply, .bin, .npy or .npz)", "c.pcd");
  check_error<usage_failure>("got the extension ''", here / "c");
  std::filesystem::create_directory(here / "d.ply");
  check_error<input_failure>("d.ply: expected a file, got a directory", here / "d.ply");
  write_bytes(here / "e.bin", "");
  CHECK(read_cloud(here / "e.bin").size() == 0);
}

TEST_CASE("points: NumPy files") {
  const temporary_directory here;
  const std::vector<double> numbers{1, 2, 3, 4, 5, 6, 7, 0.1};
  write_bytes(here / "c.npy", test::npy_of(numbers, "(2, 4)"));
  const point_cloud cloud = read_cloud(here / "c.npy");
  CHECK(cloud.positions.type == element::f64);
  CHECK(positions(cloud) == std::vector<double>{1, 2, 3, 5, 6, 7});
  CHECK(cloud.features == strings{"intensity"});
  CHECK(values(cloud.values) == std::vector<float>{4, 0.1F});

  write_bytes(here / "a.npz", test::zip({{"a.npy", test::npy_of(numbers, "(2, 4)"), true},
                                         {"b.npy", test::npy_of({1, 2, 3}, "(1, 3)")}}));
  CHECK(read_cloud(here / "a.npz:b").size() == 1);
  CHECK(read_cloud(here / "a.npz:a").size() == 2);
  CHECK(read_cloud(here / "a.npz:a", "x,y,z,w").features == strings{"w"});
  check_error<input_failure>("expected one array, or", here / "a.npz");
  check_error<input_failure>("got the arrays a, b", here / "a.npz");
  check_error<input_failure>("expected an array 'c', got only a, b", here / "a.npz:c");
  write_bytes(here / "one.npz", test::zip({{"points.npy", test::npy_of({1, 2, 3}, "(1, 3)")}}));
  CHECK(read_cloud(here / "one.npz").size() == 1);

  for (const char* shape : {"(8,)", "(4, 2)", "(2, 2, 2)", "()"}) {
    const std::size_t count = std::string(shape) == "()" ? 1 : 8;
    write_bytes(here / "s.npy", test::npy_of(std::vector<double>(count), shape));
    check_error<input_failure>("expected shape (N, C) with 3 to 1024 columns, got ",
                               here / "s.npy");
  }
  check_error<input_failure>("expected 5 columns, as --columns says, got shape (2, 4)",
                             here / "c.npy", "5");
  write_bytes(here / "i.npy",
              test::npy(test::header("<i8", "(1, 3)"), test::bytes_of<std::int64_t>({1, 2, 3})));
  check_error<input_failure>("expected float16, float32 or float64, got int64", here / "i.npy");
  write_bytes(here / "t.npy", test::npy_of(numbers, "(2, 4)").substr(0, 100));
  check_error<input_failure>("(truncated)", here / "t.npy");
}

TEST_CASE("points: the fields of a structured array are columns") {
  const temporary_directory here;
  // Two by one points, as drivers give organised clouds.
  const std::string head =
      "{'descr': [('intensity', '<u2'), ('x', '<f4'), ('y', '<f4'), ('z', '<f4'), ('rgb', '|u1', "
      "(2,))], 'fortran_order': False, 'shape': (2, 1), }";
  const std::string rows = test::little_endian(9, 2) + test::bytes_of<float>({1, 2, 3}) + "ab" +
                           test::little_endian(8, 2) + test::bytes_of<float>({4, 5, 6}) + "cd";
  write_bytes(here / "c.npy", test::npy(head, rows));
  const point_cloud cloud = read_cloud(here / "c.npy");
  CHECK(cloud.positions.type == element::f32);
  CHECK(positions(cloud) == std::vector<double>{1, 2, 3, 4, 5, 6});
  CHECK(cloud.features == strings{"intensity", "rgb0", "rgb1"});
  CHECK(values(cloud.values) == std::vector<float>{9, 'a', 'b', 8, 'c', 'd'});
  check_error<usage_failure>("a structured array names its own columns", here / "c.npy", "3");

  const auto npy_of_fields = [](const std::string& fields, const std::string& bytes) {
    return test::npy("{'descr': " + fields + ", 'fortran_order': False, 'shape': (1,), }", bytes);
  };
  write_bytes(here / "d.npz",
              test::zip({{"p.npy", npy_of_fields("[('x', '<f8'), ('y', '<f4'), ('z', '<f4')]",
                                                 std::string(16, '\0'))}}));
  CHECK(read_cloud(here / "d.npz:p").positions.type == element::f64);
  write_bytes(here / "e.npy", npy_of_fields("[('x', '<f4'), ('y', '<f4')]", "abcdefgh"));
  check_error<input_failure>("expected columns x, y and z, got x, y", here / "e.npy");
  write_bytes(here / "f.npy", npy_of_fields("[('x', '<f4', (3,)), ('y', '<f4'), ('z', '<f4')]",
                                            std::string(20, 'a')));
  check_error<input_failure>("got x0, x1, x2, y, z", here / "f.npy");
  write_bytes(here / "g.npy", npy_of_fields("[('x', '|u1', (1025,))]", std::string(1025, 'a')));
  check_error<input_failure>("at most 1024 numbers", here / "g.npy");
}

TEST_CASE("points: float16 positions are exact as float32") {
  const temporary_directory here;
  write_bytes(here / "h.npy",
              test::npy(test::header("<f2", "(1, 3)"), std::string("\x00\x3e\x01\x00\x00\xfc", 6)));
  const point_cloud cloud = read_cloud(here / "h.npy");
  CHECK(cloud.positions.type == element::f32);
  CHECK(cloud.positions.as<float>()[0] == 1.5F);
  CHECK(cloud.positions.as<float>()[1] == 0x1p-24F);
  CHECK(cloud.positions.as<float>()[2] == -INFINITY);
}

TEST_CASE("points: features by name and column") {
  point_cloud cloud;
  cloud.name = "c.ply";
  cloud.features = {"scalar_Intensity", "nx", "ny", "nz", "red", "green", "blue", "ring"};
  cloud.columns = {3, 4, 5, 6, 7, 8, 9, 10};
  CHECK(find_features(cloud, "intensity") == std::vector<int>{0});
  CHECK(find_features(cloud, "3") == std::vector<int>{0});
  CHECK(find_features(cloud, "10,red") == std::vector<int>{7, 4});
  CHECK(find_features(cloud, "color") == std::vector<int>{4, 5, 6});
  CHECK(find_features(cloud, "normal,intensity") == std::vector<int>{1, 2, 3, 0});
  for (const char* wrong : {"", "2", "11", "x", "n", "intensity,", "alpha", "-1"}) {
    INFO(wrong);
    CHECK_THROWS_AS(find_features(cloud, wrong), failure);
  }
  try {
    find_features(cloud, "n");
    FAIL("no failure");
  } catch (const usage_failure& error) {
    CHECK(std::string(error.what()).find("expected one of scalar_Intensity, nx, ny") !=
          std::string::npos);
  }
}

TEST_CASE("points: the range of a coordinate leaves out what is not finite") {
  point_cloud cloud;
  cloud.positions = make_array(element::f32, {4, 3});
  const float rows[] = {1, NAN, 7, -2, NAN, INFINITY, NAN, NAN, 5, -INFINITY, NAN, 6};
  std::copy(std::begin(rows), std::end(rows), cloud.positions.as<float>());
  CHECK(range_of(cloud, 0) == std::pair<double, double>{-2, 1});
  CHECK(range_of(cloud, 1).first > range_of(cloud, 1).second);
  CHECK(range_of(cloud, 2) == std::pair<double, double>{5, 7});
}
