#include <png.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>

#include "files/npz.hpp"
#include "files/ply.hpp"
#include "support/catch.hpp"
#include "support/random.hpp"
#include "tool.hpp"

namespace {

using namespace robocache::cli;
using robocache::element;
using test::check_failure;
using test::check_success;
using test::contains;
using test::run_tool;
using test::temporary_directory;
using shape_type = std::vector<std::int64_t>;

/// Rows of x y z and features.
struct table {
  std::vector<float> values;
  int columns = 3;

  [[nodiscard]] std::size_t size() const {
    return values.size() / static_cast<std::size_t>(columns);
  }
  [[nodiscard]] const float* row(std::size_t i) const {
    return values.data() + i * static_cast<std::size_t>(columns);
  }
};

struct reference_cell {
  std::int32_t count = 0;
  std::vector<double> sums;
  std::vector<float> highest;
};

struct reference {
  std::map<std::array<std::int32_t, 3>, reference_cell> cells;  // by z, y, x
  std::int64_t inside = 0, outside = 0, nan = 0;
};

/// By the definition, point after point.
reference voxelized(const table& points, const float (&origin)[3], const float (&voxel)[3],
                    const std::int64_t (&extents)[3]) {
  reference result;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const float* row = points.row(i);
    if (std::isnan(row[0]) || std::isnan(row[1]) || std::isnan(row[2])) {
      ++result.nan;
      continue;
    }
    std::array<std::int32_t, 3> place{};
    bool is_inside = true;
    for (int axis = 0; axis < 3; ++axis) {
      const float distance = row[axis] - origin[axis];
      const float k = std::floor(distance / voxel[axis]);
      is_inside = is_inside && k >= 0 && k < static_cast<float>(extents[axis]);
      if (is_inside) place[static_cast<std::size_t>(2 - axis)] = static_cast<std::int32_t>(k);
    }
    if (!is_inside) {
      ++result.outside;
      continue;
    }
    ++result.inside;
    reference_cell& cell = result.cells[place];
    const auto features = static_cast<std::size_t>(points.columns - 3);
    cell.sums.resize(features);
    cell.highest.resize(features, -INFINITY);
    for (std::size_t c = 0; c < features; ++c) {
      cell.sums[c] += static_cast<double>(row[3 + c]);
      cell.highest[c] = std::max(cell.highest[c], row[3 + c]);
    }
    ++cell.count;
  }
  return result;
}

table random_points(test::random_source& random, int count) {
  table points;
  points.columns = 5;
  for (int i = 0; i < count; ++i) {
    for (int axis = 0; axis < 3; ++axis) {
      points.values.push_back(static_cast<float>(random.uniform(-2.2, 2.2)));
    }
    points.values.push_back(static_cast<float>(random.uniform(-5, -1)));
    points.values.push_back(static_cast<float>(i));
  }
  return points;
}

void write_bin(const std::string& path, const table& points) {
  test::write_bytes(path, test::bytes_of(points.values));
}

/// The number before `word` in what was printed.
std::int64_t number_before(const std::string& text, const std::string& word) {
  const std::size_t end = text.find(word);
  REQUIRE(end != std::string::npos);
  std::size_t begin = end;
  while (begin > 0 && std::isdigit(static_cast<unsigned char>(text[begin - 1])) != 0) --begin;
  return std::strtoll(text.c_str() + begin, nullptr, 10);
}

void check_counts(const std::string& out, const reference& expected) {
  CHECK(number_before(out, " points inside") == expected.inside);
  CHECK(number_before(out, " outside") == expected.outside);
  CHECK(number_before(out, " NaN") == expected.nan);
  CHECK(number_before(out, " voxels occupied") == static_cast<std::int64_t>(expected.cells.size()));
}

constexpr const char* grid_options =
    "points.bin --columns 5 --voxel 0.25 0.5 0.75 --origin -2 -1.5 -1 --cells 16 6 3 ";
constexpr float origin[3] = {-2, -1.5F, -1}, voxel[3] = {0.25F, 0.5F, 0.75F};
constexpr std::int64_t extents[3] = {16, 6, 3};

std::int64_t place_of(const std::array<std::int32_t, 3>& zyx) {
  return (zyx[0] * extents[1] + zyx[1]) * extents[0] + zyx[2];
}

std::string data_directory() {
  const char* named = std::getenv("ROBOCACHE_TEST_DATA");
  return named != nullptr ? named : ROBOCACHE_SOURCE_DIR "/../shared/data";
}

}  // namespace

TEST_CASE("voxelize: dense grids of every mode against the definition") {
  const temporary_directory here;
  test::random_source random(41);
  INFO("seed " << random.seed());
  table points = random_points(random, 5000);
  points.values[5 * 17] = NAN;
  points.values[5 * 18 + 2] = NAN;
  points.values[5 * 19 + 1] = INFINITY;
  write_bin(here / "points.bin", points);
  const reference expected = voxelized(points, origin, voxel, extents);
  CHECK(expected.outside > 500);
  CHECK(expected.nan == 2);

  for (const std::string mode : {"occupancy", "density", "mean", "max"}) {
    INFO(mode);
    const bool has_features = mode == "mean" || mode == "max";
    const auto result =
        run_tool(here, "voxelize " + std::string(grid_options) + "--mode " + mode +
                           (has_features ? " --features ring,3" : "") + " -o out.npz");
    check_success(result);
    check_counts(result.out, expected);
    CHECK(contains(result.out, "wrote out.npz\n"));
    const array_file file(here / "out.npz");
    const array grid = file.read("grid");
    CHECK(grid.shape == (has_features ? shape_type{3, 6, 16, 2} : shape_type{3, 6, 16}));
    CHECK(grid.type == (mode == "occupancy" ? element::u8
                        : mode == "density" ? element::i32
                                            : element::f32));
    const array counts = has_features ? file.read("counts") : grid;
    CHECK(counts.shape == shape_type{3, 6, 16});
    double total = 0;
    for (std::int64_t i = 0; i < counts.size(); ++i) total += number_at(counts, i);
    CHECK(total == static_cast<double>(mode == "occupancy"
                                           ? static_cast<std::int64_t>(expected.cells.size())
                                           : expected.inside));
    for (const auto& [place, cell] : expected.cells) {
      const std::int64_t at = place_of(place);
      CHECK(number_at(counts, at) == (mode == "occupancy" ? 1 : cell.count));
      if (mode == "max") {
        CHECK(grid.as<float>()[2 * at] == cell.highest[1]);
        CHECK(grid.as<float>()[2 * at + 1] == cell.highest[0]);
      }
      if (mode == "mean") {
        const double ring = cell.sums[1] / cell.count, intensity = cell.sums[0] / cell.count;
        CHECK(std::fabs(static_cast<double>(grid.as<float>()[2 * at]) - ring) <= 1e-6 * ring);
        CHECK(std::fabs(static_cast<double>(grid.as<float>()[2 * at + 1]) - intensity) <= 1e-6);
      }
    }
    const array from = file.read("origin"), edge = file.read("voxel");
    for (int axis = 0; axis < 3; ++axis) {
      CHECK(number_at(from, axis) == static_cast<double>(origin[axis]));
      CHECK(number_at(edge, axis) == static_cast<double>(voxel[axis]));
    }
  }
}

TEST_CASE("voxelize: the occupied voxels alone, in order") {
  const temporary_directory here;
  test::random_source random(42);
  INFO("seed " << random.seed());
  const table points = random_points(random, 60);
  write_bin(here / "points.bin", points);
  const reference expected = voxelized(points, origin, voxel, extents);
  check_success(run_tool(here, "voxelize " + std::string(grid_options) +
                                   "--mode max --features 3 --sparse -o out.npz"));
  const array_file file(here / "out.npz");
  const array coordinates = file.read("coordinates"), counts = file.read("counts"),
              values = file.read("values");
  const auto cells = static_cast<std::int64_t>(expected.cells.size());
  CHECK(coordinates.shape == shape_type{cells, 3});
  CHECK(coordinates.type == element::i32);
  CHECK(counts.shape == shape_type{cells});
  CHECK(values.shape == shape_type{cells, 1});
  std::int64_t i = 0;
  for (const auto& [place, cell] : expected.cells) {  // a map is sorted by z, y, x
    for (std::int64_t k = 0; k < 3; ++k) {
      CHECK(number_at(coordinates, 3 * i + k) == place[static_cast<std::size_t>(k)]);
    }
    CHECK(number_at(counts, i) == cell.count);
    CHECK(values.as<float>()[i] == cell.highest[0]);
    ++i;
  }
  const array shape = file.read("shape");
  for (int k = 0; k < 3; ++k) CHECK(number_at(shape, k) == static_cast<double>(extents[2 - k]));
}

TEST_CASE("voxelize: votes on labels, dense, sparse and as points") {
  const temporary_directory here;
  test::random_source random(46);
  INFO("seed " << random.seed());
  table points = random_points(random, 4000);
  for (std::size_t i = 0; i < points.size(); ++i) {
    points.values[5 * i + 3] = static_cast<float>(random.between(0, 4));
    points.values[5 * i + 4] = static_cast<float>(random.between(-2, 2) * 8'000'000);
  }
  write_bin(here / "points.bin", points);
  const reference cells = voxelized(points, origin, voxel, extents);
  std::map<std::array<std::int32_t, 3>, std::array<std::map<std::int32_t, int>, 2>> counts;
  for (std::size_t i = 0; i < points.size(); ++i) {
    table one;
    one.columns = 5;
    one.values.assign(points.row(i), points.row(i) + 5);
    for (const auto& [place, cell] : voxelized(one, origin, voxel, extents).cells) {
      for (std::size_t c = 0; c < 2; ++c) {
        ++counts[place][c][static_cast<std::int32_t>(cell.highest[c])];
      }
    }
  }
  const auto winner = [](std::map<std::int32_t, int> votes, bool ignores) {
    if (ignores) votes.erase(0);
    std::pair<std::int32_t, int> best;  // label, votes
    for (const auto& vote : votes) {
      if (vote.second > best.second) best = vote;
    }
    return best.first;
  };
  const auto count = static_cast<std::int64_t>(cells.cells.size());
  REQUIRE(counts.size() == cells.cells.size());
  for (const bool ignores : {false, true}) {
    const std::string command = "voxelize " + std::string(grid_options) +
                                "--mode vote --features 3,ring" +
                                (ignores ? " --ignore-label 0 -o " : " -o ");
    check_success(run_tool(here, command + "dense.npz"));
    check_success(run_tool(here, command + "sparse.npz --sparse --view v.png"));
    check_success(run_tool(here, command + "points.ply"));
    const array grid = array_file(here / "dense.npz").read("grid");
    const array values = array_file(here / "sparse.npz").read("values");
    const std::string text = test::read_bytes(here / "points.ply");
    const auto columns =
        parse_ply(reinterpret_cast<const std::byte*>(text.data()), text.size(), "points.ply");
    REQUIRE(grid.type == element::i32);
    CHECK(grid.shape == shape_type{3, 6, 16, 2});
    REQUIRE(values.type == element::i32);
    REQUIRE(values.shape == shape_type{count, 2});
    REQUIRE(columns.size() == 6);
    std::int64_t row = 0;
    for (const auto& [place, votes] : counts) {
      for (std::int64_t c = 0; c < 2; ++c) {
        const auto channel = static_cast<std::size_t>(c);
        const std::int32_t expected = winner(votes[channel], ignores);
        CHECK(grid.as<std::int32_t>()[2 * place_of(place) + c] == expected);
        CHECK(values.as<std::int32_t>()[2 * row + c] == expected);
        CHECK(columns[4 + channel].values.type == element::i32);
        CHECK(columns[4 + channel].values.as<std::int32_t>()[row] == expected);
      }
      ++row;
    }
    for (std::int64_t i = 0, all = grid.size() / 2; i < all; ++i) {
      const auto x = static_cast<std::int32_t>(i % 16), y = static_cast<std::int32_t>(i / 16 % 6);
      const std::array<std::int32_t, 3> place = {static_cast<std::int32_t>(i / 96), y, x};
      if (counts.count(place) == 0) CHECK(grid.as<std::int32_t>()[2 * i] == 0);
    }
  }
}

TEST_CASE("voxelize: the grid follows from the cloud, and holds all of it") {
  const temporary_directory here;
  test::random_source random(43);
  INFO("seed " << random.seed());
  for (const char* size : {"0.1", "0.3", "0.7", "0.01 5 0.2"}) {
    INFO(size);
    table points = random_points(random, 200);
    for (std::size_t i = 0; i < points.values.size(); ++i) {
      // Much of it lies on the lattice.
      if (i % 5 < 3 && i % 2 == 0) points.values[i] = std::round(points.values[i] * 10) / 10;
    }
    points.values[0] = INFINITY;
    points.values[6] = NAN;
    write_bin(here / "points.bin", points);
    const auto result = run_tool(
        here, "voxelize points.bin --columns 5 --voxel " + std::string(size) + " -o out.npz");
    check_success(result);
    CHECK(number_before(result.out, " points inside") == 198);
    CHECK(number_before(result.out, " outside") == 1);
    CHECK(number_before(result.out, " NaN") == 1);
    const array_file file(here / "out.npz");
    const array grid = file.read("grid"), from = file.read("origin"), edge = file.read("voxel");
    // The grid is as small as it can be.
    for (int axis = 0; axis < 3; ++axis) {
      const std::int64_t n = grid.shape[static_cast<std::size_t>(2 - axis)];
      bool has_first = false, has_last = false;
      for (std::int64_t i = 0; i < grid.size(); ++i) {
        if (number_at(grid, i) == 0) continue;
        const std::int64_t at = axis == 0   ? i % grid.shape[2]
                                : axis == 1 ? i / grid.shape[2] % grid.shape[1]
                                            : i / grid.shape[2] / grid.shape[1];
        has_first = has_first || at <= 1;  // the lattice is rounded to float32
        has_last = has_last || at == n - 1;
      }
      CHECK(has_first);
      CHECK(has_last);
      const double multiple = number_at(from, axis) / number_at(edge, axis);
      CHECK(std::fabs(multiple - std::round(multiple)) < 1e-5);
    }
  }
}

TEST_CASE("voxelize: a box in place of origin and cells") {
  const temporary_directory here;
  write_bin(here / "c.bin", {{0, 0, 0, 0.69F, 0.1F, 0.2F, 0.7F, 0, 0, -0.001F, 0, 0}, 3});
  const auto result =
      run_tool(here, "voxelize c.bin --columns 3 --voxel 0.1 --box 0 0 0 0.7 1.1 0.25 -o out.npz");
  check_success(result);
  CHECK(array_file(here / "out.npz").read("grid").shape == shape_type{3, 11, 7});
  CHECK(number_before(result.out, " points inside") == 2);
  CHECK(number_before(result.out, " outside") == 2);
}

TEST_CASE("voxelize: float64 positions are not rounded to float32") {
  const temporary_directory here;
  // At 4.5e5 m a float32 is 0.03 m coarse.
  test::write_bytes(here / "c.npy",
                    test::npy_of({450000.001, 0, 0, 450000.012, 0, 0, 450000.019, 0, 0}, "(3, 3)"));
  check_success(run_tool(here, "voxelize c.npy --voxel 0.01 -o out.npz --origin 450000 0 0"));
  const array grid = array_file(here / "out.npz").read("grid");
  CHECK(grid.shape == shape_type{1, 1, 2});
  CHECK(number_at(grid, 0) == 1);
  CHECK(number_at(grid, 1) == 2);
}

TEST_CASE("voxelize: the occupied cells as a PLY file") {
  const temporary_directory here;
  // Two points share a voxel.
  write_bin(here / "c.bin", {{0.5F, 0.5F, 0.5F, 10, 20, 30,   //
                              1.5F, 0.5F, 0.5F, 255, 0, 1,    //
                              0.2F, 0.2F, 0.2F, 21, 20, 31},  //
                             6});
  check_success(run_tool(
      here, "voxelize c.bin --columns 6 --voxel 1 --mode mean --features color -o out.ply"));
  const std::string text = test::read_bytes(here / "out.ply");
  const auto columns =
      parse_ply(reinterpret_cast<const std::byte*>(text.data()), text.size(), "out.ply");
  const std::vector<std::pair<const char*, std::vector<double>>> expected = {
      {"x", {0.5, 1.5}},  {"y", {0.5, 0.5}},  {"z", {0.5, 0.5}}, {"count", {2, 1}},
      {"red", {16, 255}}, {"green", {20, 0}}, {"blue", {31, 1}}};
  REQUIRE(columns.size() == expected.size());
  for (std::size_t c = 0; c < columns.size(); ++c) {
    INFO(expected[c].first);
    CHECK(columns[c].name == expected[c].first);
    CHECK(columns[c].values.type == (c < 3 ? element::f32 : c == 3 ? element::i32 : element::u8));
    for (int i = 0; i < 2; ++i) {
      CHECK(number_at(columns[c].values, i) == expected[c].second[static_cast<std::size_t>(i)]);
    }
  }
  // Which is a cloud again, with the colours of its cells.
  check_success(run_tool(here, "voxelize out.ply --voxel 1 --mode max --features blue -o b.npz"));
  CHECK(number_at(array_file(here / "b.npz").read("grid"), 1) == 1);
}

TEST_CASE("voxelize: pictures") {
  const temporary_directory here;
  test::random_source random(44);
  INFO("seed " << random.seed());
  write_bin(here / "points.bin", random_points(random, 500));
  const auto size_of_png = [&](const std::string& name) {
    const std::string file = test::read_bytes(here / name);
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    REQUIRE(png_image_begin_read_from_memory(&image, file.data(), file.size()) != 0);
    const auto size = std::pair{image.width, image.height};
    png_image_free(&image);
    return size;
  };
  for (const std::string mode : {"occupancy", "density", "mean --features ring"}) {
    for (const std::string from : {"isometric", "top"}) {
      const auto result = run_tool(here, "voxelize points.bin --columns 5 --voxel 0.2 --mode " +
                                             mode + " --view v.png --view-from " + from);
      check_success(result);
      CHECK(contains(result.out, "wrote v.png\n"));
      CHECK(size_of_png("v.png") == std::pair{1400U, 1000U});
    }
  }
  check_success(
      run_tool(here, "voxelize points.bin --columns 5 --voxel 0.2 --view a.png -o a.ply"));
  check_success(run_tool(here,
                         "voxelize points.bin --columns 5 --voxel 0.2 --view b.png "
                         "--threads 1 -o b.npz"));
  CHECK(test::read_bytes(here / "a.png") == test::read_bytes(here / "b.png"));
}

TEST_CASE("voxelize: any number of threads and any order give the same files") {
  const temporary_directory here;
  test::random_source random(45);
  INFO("seed " << random.seed());
  const table points = random_points(random, 20000);
  write_bin(here / "points.bin", points);
  std::vector<std::size_t> order(points.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  for (std::size_t i = order.size() - 1; i > 0; --i) {
    std::swap(order[i],
              order[static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(i)))]);
  }
  table shuffled;
  shuffled.columns = 5;
  for (const std::size_t i : order) {
    shuffled.values.insert(shuffled.values.end(), points.row(i), points.row(i) + 5);
  }
  write_bin(here / "shuffled.bin", shuffled);
  for (const std::string options :
       {"--mode mean --features 3,4", "--mode max --features 3 --sparse", "--mode density",
        "--mode vote --features 4"}) {
    INFO(options);
    std::string first;
    for (const std::string file : {"points.bin", "shuffled.bin"}) {
      for (const char* threads : {"1", "2", "5"}) {
        check_success(run_tool(here, "voxelize " + file + " --columns 5 --voxel 0.3 " + options +
                                         " --threads " + threads + " --backend cpu -o out.npz"));
        const std::string bytes = test::read_bytes(here / "out.npz");
        if (first.empty()) first = bytes;
        CHECK(bytes == first);
      }
    }
  }
}

TEST_CASE("voxelize: a grid too large to be dense is written sparse, and says so") {
  const temporary_directory here;
  write_bin(here / "c.bin", {{0, 0, 0, 1000, 1000, 1000}, 3});
  const auto result = run_tool(here, "voxelize c.bin --columns 3 --voxel 0.01 -o out.npz");
  check_success(result);
  CHECK(contains(result.err, "robocache: note: a dense grid of 100001 x 100001 x 100001 voxels"));
  const array coordinates = array_file(here / "out.npz").read("coordinates");
  CHECK(coordinates.shape == shape_type{2, 3});
  CHECK(number_at(coordinates, 3) == 100000);
  CHECK(contains(result.out, "grid: 100001 x 100001 x 100001 voxels of 0.01 m"));
}

TEST_CASE("voxelize: nothing inside is no mistake") {
  const temporary_directory here;
  write_bin(here / "c.bin", {{0, 0, 0, NAN, 1, 1}, 3});
  const auto result = run_tool(here,
                               "voxelize c.bin --columns 3 --voxel 1 --box 5 5 5 7 7 7 "
                               "-o out.npz --view v.png");
  check_success(result);
  CHECK(number_before(result.out, " points inside") == 0);
  CHECK(number_before(result.out, " voxels occupied") == 0);
  CHECK(array_file(here / "out.npz").read("grid").shape == shape_type{2, 2, 2});
  test::write_bytes(here / "e.bin", "");
  const auto empty =
      run_tool(here, "voxelize e.bin --voxel 1 --box 0 0 0 1 1 1 --sparse -o out.npz");
  check_success(empty);
  CHECK(contains(empty.out, "e.bin: 0 points as rows of 4 float32 (x, y, z, intensity)\n"));
  CHECK_FALSE(contains(empty.out, "inf"));
  write_bin(here / "nan.bin", {{0, 1, NAN, 2, 3, NAN}, 3});
  const auto flat =
      run_tool(here, "voxelize nan.bin --columns 3 --voxel 1 --box 0 0 0 1 1 1 -o n.npz");
  check_success(flat);
  CHECK(contains(
      flat.out,
      "nan.bin: 2 points as rows of 3 float32 (x, y, z), x 0 to 2, y 1 to 3, z nowhere finite\n"));
  check_success(run_tool(here, "voxelize e.bin --voxel 1 --box 0 0 0 1 1 1 -o out.ply"));
}

TEST_CASE("voxelize: the command line is checked (exit code 1)") {
  const temporary_directory here;
  write_bin(here / "c.bin", {{0, 0, 0, 1, 1, 1, 1, 1}, 4});
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"c.bin -o out.npz", "--voxel is required"},
      {"c.bin --voxel 1", "expected --output, --view or both"},
      {"--voxel 1 -o out.npz", "expected a point cloud, got none"},
      {"c.bin --voxel 1 2 -o out.npz", "--voxel: expected one size or three"},
      {"c.bin --voxel 0 -o out.npz", "--voxel: expected sizes above 0, got 0"},
      {"c.bin --voxel nan -o out.npz", "--voxel: expected sizes above 0, got nan"},
      {"c.bin --voxel inf -o out.npz", "--voxel: expected sizes above 0, got inf"},
      {"c.bin --voxel 1e308 -o out.npz",
       "--voxel: expected what float32, the type of the positions, can hold, got 1e+308\n"},
      {"c.bin --voxel 1e-50 -o out.npz", "--voxel: expected what float32"},
      {"c.bin --voxel 1 --origin 0 0 -1e39 --cells 1 1 1 -o out.npz",
       "--origin: expected what float32, the type of the positions, can hold, got -1e+39\n"},
      {"c.bin --voxel 1 --box -1e39 0 0 1 1 1 -o out.npz", "--box: expected what float32"},
      {"c.bin --voxel 1 --columns 'x,y,z,a b' --mode max --features 'a b' -o out.ply",
       "--features: expected names for a PLY file"},
      {"c.bin --voxel 1 --columns x,y,z,count --mode max --features count -o out.ply",
       "--features: expected names for a PLY file"},
      {"c.bin --voxel big -o out.npz", "--voxel: expected a size or three, got 'big'"},
      {"c.bin --voxel 1e-12 -o out.npz", "voxels along x, got 1e+12"},
      {"c.bin --voxel 1 -o out.txt", "ends with .npz or .ply"},
      {"c.bin --voxel 1 --view out.jpg", "ends with .png"},
      {"c.bin --voxel 1 -o out.npz --mode mean", "--mode mean: expected --features"},
      {"c.bin --voxel 1 -o out.npz --features 3", "--features have no meaning"},
      {"c.bin --voxel 1 -o out.npz --mode max --features ring", "expected one of intensity"},
      {"c.bin --voxel 1 -o out.npz --mode count", "--mode"},
      {"c.bin --voxel 1 -o out.npz --mode vote", "--mode vote: expected --features"},
      {"c.bin --voxel 1 -o out.npz --ignore-label 0", "--ignore-label: expected --mode vote"},
      {"c.bin --voxel 1 -o out.npz --mode vote --features 3 --ignore-label 0.5", "--ignore-label"},
      {"c.bin --voxel 1 -o out.npz --origin 1 2", "--origin"},
      {"c.bin --voxel 1 -o out.npz --origin 1 2 inf", "--origin: expected finite numbers"},
      {"c.bin --voxel 1 -o out.npz --cells 1 2 0", "--cells: expected numbers above 0"},
      {"c.bin --voxel 1 -o out.npz --cells 1 2 3000000000", "voxels along z, got 3e+09"},
      {"c.bin --voxel 1 -o out.npz --box 0 0 0 1 0 1", "--box: expected y0 below y1"},
      {"c.bin --voxel 1 -o out.npz --box 0 0 0 1 1 1 --cells 1 1 1", "excludes"},
      {"c.bin --voxel 1 -o out.npz --columns x,y", "--columns: expected"},
      {"c.bin --voxel 1 -o out.npz --threads -1", "--threads"},
      {"c.las --voxel 1 -o out.npz", "expected a point cloud (.ply, .bin, .npy or .npz)"}};
  for (const auto& [arguments, part] : cases) {
    INFO(arguments);
    check_failure(run_tool(here, "voxelize " + arguments), 1, {part});
  }
  CHECK(here.files().size() == 1);
  // The cloud may follow the sizes.
  check_success(run_tool(here, "voxelize --voxel 1 c.bin -o out.npz"));
  check_success(run_tool(here, "voxelize -o out.npz --voxel 1 1 2 c.bin"));
}

TEST_CASE("voxelize: bad input and outputs (exit codes 2 and 4)") {
  const temporary_directory here;
  test::write_bytes(here / "short.bin", "abc");
  test::write_bytes(here / "text.ply", "not a cloud");
  write_bin(here / "nan.bin", {{NAN, 0, 0, 1}, 4});
  write_bin(here / "c.bin", {{0, 0, 0, 1}, 4});
  check_failure(run_tool(here, "voxelize short.bin --voxel 1 -o out.npz"), 2,
                {"short.bin: expected rows of 4 float32"});
  check_failure(run_tool(here, "voxelize text.ply --voxel 1 -o out.npz"), 2,
                {"text.ply: expected a PLY file"});
  check_failure(run_tool(here, "voxelize none.ply --voxel 1 -o out.npz"), 2,
                {"none.ply: cannot open"});
  check_failure(run_tool(here, "voxelize nan.bin --voxel 1 -o out.npz"), 2,
                {"nan.bin: expected finite points to lay a grid around"});
  for (const float label : {0.5F, -1e8F, 16777216.0F, INFINITY, NAN}) {
    write_bin(here / "label.bin", {{0, 0, 0, 1, 0, 0, 0, label}, 4});
    check_failure(
        run_tool(here, "voxelize label.bin --voxel 1 --mode vote --features 3 -o out.npz"), 2,
        {"label.bin: expected whole numbers below 2^24 to vote on"});
  }
  check_failure(run_tool(here, "voxelize c.bin --voxel 1 -o none/out.npz"), 4, {"none/out.npz"});
  check_failure(run_tool(here, "voxelize c.bin --voxel 1 -o none/out.ply"), 4, {"none/out.ply"});
  check_failure(run_tool(here, "voxelize c.bin --voxel 1 --view none/v.png"), 4, {"none/v.png"});
}

TEST_CASE("voxelize: real clouds against the definition") {
  const std::string data = data_directory();
  if (!std::filesystem::exists(data + "/kitti_scan.ply")) {
    WARN("skipped: no " << data << "/kitti_scan.ply");
    return;
  }
  const temporary_directory here;
  // The file by hand: its header ends once, and four floats a point follow.
  const std::string file = test::read_bytes(data + "/kitti_scan.ply");
  const std::size_t body = file.find("end_header\n") + 11;
  table points;
  points.columns = 4;
  points.values.resize((file.size() - body) / sizeof(float));
  std::memcpy(points.values.data(), file.data() + body, points.values.size() * sizeof(float));
  REQUIRE(points.size() == 69792);
  for (const float size : {0.1F, 0.2F}) {
    const std::string text = size > 0.15F ? "0.2" : "0.1";
    const auto result =
        run_tool(here, "voxelize '" + data + "/kitti_scan.ply' --voxel " + text +
                           " --mode density --box -24 -53 -4 19 7 10 -o out.npz --view view.png");
    check_success(result);
    const array grid = array_file(here / "out.npz").read("grid");
    const std::int64_t cells[3] = {grid.shape[2], grid.shape[1], grid.shape[0]};
    const reference expected = voxelized(points, {-24, -53, -4}, {size, size, size}, cells);
    CHECK(cells[0] == (size > 0.15F ? 215 : 430));
    check_counts(result.out, expected);
    std::int64_t total = 0;
    for (std::int64_t i = 0; i < grid.size(); ++i) total += grid.as<std::int32_t>()[i];
    CHECK(total == 69792);
    int wrong = 0;
    for (const auto& [place, cell] : expected.cells) {
      const std::int64_t at = (place[0] * cells[1] + place[1]) * cells[0] + place[2];
      wrong += grid.as<std::int32_t>()[at] == cell.count ? 0 : 1;
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("voxelize: colours of a real room, sparse and dense alike") {
  const std::string path = data_directory() + "/scannet_scene0000_00.bin";
  if (!std::filesystem::exists(path)) {
    WARN("skipped: no " << path);
    return;
  }
  const temporary_directory here;
  const std::string file = test::read_bytes(path);
  table points;
  points.columns = 6;
  points.values.resize(file.size() / sizeof(float));
  std::memcpy(points.values.data(), file.data(), file.size());
  REQUIRE(points.size() == 40684);
  const std::string command = "voxelize '" + path +
                              "' --columns 6 --voxel 0.05 --mode mean --features color "
                              "--box -0.5 -0.5 -0.5 9 9 3.5 ";
  check_success(run_tool(here, command + "-o dense.npz"));
  check_success(run_tool(here, command + "--sparse -o sparse.npz"));
  const array grid = array_file(here / "dense.npz").read("grid");
  const array counts = array_file(here / "dense.npz").read("counts");
  const array_file sparse(here / "sparse.npz");
  const array coordinates = sparse.read("coordinates"), values = sparse.read("values");
  const std::int64_t cells[3] = {190, 190, 80};
  CHECK(grid.shape == shape_type{80, 190, 190, 3});
  const reference expected = voxelized(points, {-0.5F, -0.5F, -0.5F}, {0.05F, 0.05F, 0.05F}, cells);
  REQUIRE(coordinates.shape[0] == static_cast<std::int64_t>(expected.cells.size()));
  CHECK(expected.cells.size() > 30000);
  std::int64_t i = 0, wrong = 0;
  for (const auto& [place, cell] : expected.cells) {
    const std::int64_t at = (place[0] * cells[1] + place[1]) * cells[0] + place[2];
    for (std::int64_t k = 0; k < 3; ++k) {
      wrong += number_at(coordinates, 3 * i + k) == place[static_cast<std::size_t>(k)] ? 0 : 1;
    }
    wrong += number_at(counts, at) == cell.count ? 0 : 1;
    for (std::int64_t c = 0; c < 3; ++c) {
      // Colours are whole numbers, so that their sums are exact in double.
      const auto mean = static_cast<float>(cell.sums[static_cast<std::size_t>(c)] / cell.count);
      wrong += grid.as<float>()[3 * at + c] == mean ? 0 : 1;
      wrong += values.as<float>()[3 * i + c] == mean ? 0 : 1;
    }
    ++i;
  }
  CHECK(wrong == 0);
}
