// `robocache tsdf`: depth images in a folder to a mesh, distances and a view.
#include <png.h>

#include <cmath>
#include <cstdio>
#include <filesystem>

#include "files/npz.hpp"
#include "support/catch.hpp"
#include "tool.hpp"

namespace {

using robocache::cli::array_file;
using test::check_failure;
using test::check_success;
using test::contains;
using test::read_bytes;
using test::run_tool;
using test::temporary_directory;
using test::write_bytes;

constexpr int width = 64, height = 48;

/// A picture of so many bits, row by row: grey, or with three values a pixel colours.
void write_png(const std::string& path, const std::vector<std::uint16_t>& values, int bits) {
  const std::size_t each = values.size() / (width * height);
  std::FILE* const file = std::fopen(path.c_str(), "wb");
  REQUIRE(file != nullptr);
  png_struct* png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_info* info = png_create_info_struct(png);
  png_init_io(png, file);
  png_set_IHDR(png, info, width, height, bits, each == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  for (std::size_t v = 0; v < height; ++v) {
    std::vector<unsigned char> row;
    for (std::size_t n = v * width * each; n < (v + 1) * width * each; ++n) {
      if (bits == 16) row.push_back(static_cast<unsigned char>(values[n] >> 8));
      row.push_back(static_cast<unsigned char>(values[n] & 255));
    }
    png_write_row(png, row.data());
  }
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  std::fclose(file);
}

/// A wall at z = 1, seen from z = 0 and from z = 0.1; and a frame whose pose was lost.
struct recording {
  temporary_directory directory;

  explicit recording(bool swapped = false) {
    std::filesystem::create_directory(directory / "frames");
    write_bytes(directory / "K.txt", "60 0 31.5\n0 60 23.5\n0 0 1\n");
    add(swapped ? "b" : "a", 1000, "1 0 0 0  0 1 0 0  0 0 1 0  0 0 0 1");
    add(swapped ? "a" : "b", 900, "1 0 0 0  0 1 0 0  0 0 1 0.1");
    add("c", 500, "-inf -inf -inf -inf -inf -inf -inf -inf -inf -inf -inf -inf");
  }
  void add(const std::string& name, std::uint16_t depth, const std::string& pose) const {
    std::vector<std::uint16_t> pixels(width * height, depth);
    for (std::size_t i = 0; i < pixels.size(); i += 7) pixels[i] = 0;
    write_png(directory / ("frames/" + name + ".depth.png"), pixels, 16);
    write_bytes(directory / ("frames/" + name + ".pose.txt"), pose);
  }
  [[nodiscard]] test::outcome run(const std::string& rest) const {
    return run_tool(directory, "tsdf --depth frames --intrinsics K.txt --voxel 0.02 " + rest);
  }
};

}  // namespace

TEST_CASE("tool tsdf: distances, whatever the order of frames and the threads") {
  const recording r, swapped(true);
  const auto result = r.run("-o volume.npz --threads 1");
  check_success(result);
  CHECK(contains(result.out, "2 frames, 1 without a pose"));
  check_success(r.run("-o again.npz --threads 3"));
  check_success(swapped.run("-o volume.npz"));
  CHECK(read_bytes(r.directory / "volume.npz") == read_bytes(r.directory / "again.npz"));
  CHECK(read_bytes(r.directory / "volume.npz") == read_bytes(swapped.directory / "volume.npz"));
  const array_file file(r.directory / "volume.npz");
  const auto distance = file.read("distance"), origin = file.read("origin");
  CHECK(file.read("voxel").as<double>()[0] == 0.02);
  CHECK(file.read("truncation").as<double>()[0] == 0.08);
  REQUIRE(distance.shape.size() == 3);
  std::int64_t known = 0;
  for (std::int64_t i = 0; i < distance.size(); ++i) {
    const float got = distance.as<float>()[i];
    if (std::isnan(got)) continue;
    const std::int64_t slice = i / distance.shape[1] / distance.shape[2];
    const double z = origin.as<double>()[2] + (static_cast<double>(slice) + 0.5) * 0.02;
    known += std::fabs(got) < 0.0799F ? 1 : 0;
    CHECK(std::fabs(got - std::fmin(0.08, 1.0 - z)) < 1e-5);
  }
  CHECK(known > 1000);
}

TEST_CASE("tool tsdf: a mesh and a view") {
  const recording r;
  const auto result = r.run("-o mesh.ply --view view.png");
  check_success(result);
  CHECK(contains(result.out, "wrote mesh.ply and view.png"));
  const std::string ply = read_bytes(r.directory / "mesh.ply");
  std::size_t vertices = 0, faces = 0;
  const std::size_t at = ply.find("element vertex "), faces_at = ply.find("element face ");
  REQUIRE(at != std::string::npos);
  vertices = std::strtoul(ply.c_str() + at + 15, nullptr, 10);
  faces = std::strtoul(ply.c_str() + faces_at + 13, nullptr, 10);
  CHECK(faces > 1000);
  const std::size_t header = ply.find("end_header\n") + 11;
  REQUIRE(ply.size() == header + 24 * vertices + 13 * faces);
  for (std::size_t n = 0; n < vertices; ++n) {
    float vertex[6];
    std::memcpy(vertex, ply.data() + header + 24 * n, 24);
    CHECK(std::fabs(vertex[2] - 1.0F) < 1e-4F);
    CHECK(vertex[5] < -0.99F);  // towards the camera
  }
  CHECK(read_bytes(r.directory / "view.png").substr(1, 3) == "PNG");
}

TEST_CASE("tool tsdf: colours") {
  const recording r;
  std::filesystem::create_directory(r.directory / "rgb");
  std::vector<std::uint16_t> paint;
  for (int n = 0; n < width * height; ++n) paint.insert(paint.end(), {200, 100, 50});
  for (const char* const name : {"a.png", "b.color.png", "c.png"}) {
    write_png(r.directory / (std::string("rgb/") + name), paint, 8);
  }
  check_success(r.run("--color rgb -o mesh.ply --view view.png"));
  const std::string ply = read_bytes(r.directory / "mesh.ply");
  REQUIRE(contains(ply, "property uchar red\n"));
  const std::size_t vertices =
      std::strtoul(ply.c_str() + ply.find("element vertex ") + 15, nullptr, 10);
  const std::size_t header = ply.find("end_header\n") + 11;
  CHECK(vertices > 500);
  for (std::size_t n = 0; n < vertices; ++n) {
    CHECK(ply.substr(header + 27 * n + 24, 3) == "\xC8\x64\x32");
  }
  std::filesystem::remove(r.directory / "rgb/b.color.png");
  check_failure(r.run("--color rgb -o mesh.ply"), 2, {"b.depth.png: expected its colours in"});
  write_bytes(r.directory / "rgb/b.png",
              read_bytes(r.directory / "frames/b.depth.png").substr(0, 40));
  check_failure(r.run("--color rgb -o mesh.ply"), 2, {"b.png: not a whole PNG"});
}

TEST_CASE("tool tsdf: what is wrong is said") {
  const recording r;
  check_failure(r.run(""), 1, {"expected --output, --view or both"});
  check_failure(r.run("-o mesh.obj"), 1, {"--output: expected a name that ends with .ply or .npz"});
  check_failure(r.run("--view view.jpg"), 1, {"--view: expected a name that ends with .png"});
  check_failure(r.run("-o a.ply --truncation 0.001"), 1, {"truncation must be at least a voxel"});
  check_failure(r.run("-o a.ply --voxel -1"), 1, {"--voxel"});
  check_failure(r.run("-o a.ply --max-depth 0.1"), 2, {"no pixel has a depth within the limits"});
  check_failure(run_tool(r.directory, "tsdf --depth nowhere --intrinsics K.txt -o a.ply"), 2,
                {"nowhere: cannot be read as a folder"});
  write_bytes(r.directory / "bad.txt", "1 2 3");
  check_failure(run_tool(r.directory, "tsdf --depth frames --intrinsics bad.txt -o a.ply"), 2,
                {"bad.txt: expected the 9 numbers of a matrix", "got 3"});
  write_bytes(r.directory / "bad.txt", "1 2 three 4");
  check_failure(run_tool(r.directory, "tsdf --depth frames --intrinsics bad.txt -o a.ply"), 2,
                {"bad.txt: expected numbers, got 'three'"});
  const std::string pose = r.directory / "frames/b.pose.txt",
                    depth = r.directory / "frames/b.depth.png";
  write_bytes(pose, "2 0 0 0  0 1 0 0  0 0 1 0");
  check_failure(r.run("-o a.ply"), 1, {"must be rigid to 1e-4"});
  write_bytes(pose, "1 0 0 0");
  check_failure(r.run("-o a.ply"), 2, {"b.pose.txt: expected 12 or 16 numbers, got 4"});
  write_bytes(pose, "1 0 0 0  0 1 0 0  0 0 1 0");
  const std::string whole = read_bytes(depth);
  write_bytes(depth, whole.substr(0, whole.size() / 2));
  check_failure(r.run("-o a.ply"), 2, {"b.depth.png: not a whole PNG"});
  write_png(depth, std::vector<std::uint16_t>(width * height, 100), 8);
  check_failure(r.run("-o a.ply"), 2, {"b.depth.png: expected a picture of 16-bit grey"});
  std::filesystem::remove(pose);
  check_failure(r.run("-o a.ply"), 2, {"b.depth.png: expected its pose in", "b.pose.txt"});
  CHECK_FALSE(std::filesystem::exists(r.directory / "a.ply"));
}
