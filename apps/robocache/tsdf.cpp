#include "tsdf.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <robocache/pointcloud/points.hpp>
#include <robocache/tsdf/channels.hpp>
#include <robocache/tsdf/look.hpp>
#include <robocache/tsdf/mesh.hpp>
#include <robocache/tsdf/sparse.hpp>

#include "drawing/canvas.hpp"
#include "files/failure.hpp"
#include "files/memory.hpp"
#include "files/npz.hpp"
#include "files/output.hpp"
#include "files/text.hpp"
#include "named_files.hpp"
#include "terminal.hpp"
#include "tsdf_recording.hpp"
#include "tsdf_volume.hpp"

namespace robocache::cli {
namespace {

depth_options limits_of(const tsdf_command& command) {
  return {command.scale, command.min_depth, command.max_depth};
}

/// The grid that all points of a recording lie in, with their bands.
tsdf_grid find_grid(const tsdf_command& command, const recording& frames) {
  float low[3] = {HUGE_VALF, HUGE_VALF, HUGE_VALF}, high[3] = {-HUGE_VALF, -HUGE_VALF, -HUGE_VALF};
  frames.for_each("looking for the room", [&](const auto& images, const auto& poses, std::size_t) {
    const std::int64_t pixels = images.extent(1) * images.extent(2);
    std::vector<float> points(static_cast<std::size_t>(3 * pixels));
    const view<float, 3> at(points.data(), {1, pixels, 3});
    depth_to_points(frames.executor(), images, frames.camera(), poses, at, limits_of(command));
    float least[3], most[3];
    cloud_bounds(frames.executor(), view<const float, 3>(at), view<float, 2>(least, {1, 3}),
                 view<float, 2>(most, {1, 3}));
    for (int a = 0; a < 3; ++a) {
      low[a] = std::min(low[a], least[a]);
      high[a] = std::max(high[a], most[a]);
    }
  });
  if (!(low[0] <= high[0])) bad_input(command.depth + ": no pixel has a depth within the limits");
  tsdf_grid grid;
  grid.voxel = command.voxel;
  grid.truncation = command.truncation > 0.0 ? command.truncation : 4.0 * command.voxel;
  const double margin = 1.5 * grid.truncation + grid.voxel;
  for (int a = 0; a < 3; ++a) {
    const double cells = (static_cast<double>(high[a]) - low[a] + 2.0 * margin) / grid.voxel;
    grid.origin[a] = std::floor((low[a] - margin) / grid.voxel) * grid.voxel;
    if (cells > 0x1p23) bad_usage("--voxel: the room has more than 2^23 of them along an axis");
    grid.extents[a] = static_cast<std::int64_t>(std::ceil(cells)) + 1;
  }
  return grid;
}

surface_field read_field(const cpu& executor, const sparse_tsdf_volume& volume) {
  surface_field field{volume.grid, {}};
  const std::int64_t* const e = field.grid.extents;
  check_memory(
      static_cast<double>(e[0]) * static_cast<double>(e[1]) * static_cast<double>(e[2]) * 4,
      "the distances");
  field.distances.resize(static_cast<std::size_t>(field.grid.cells()));
  read_distance_options options;
  options.trust.carve = 1.0;  // what most frames saw through is free
  read_box(executor, volume, {0, 0, 0}, view<float, 3>(field.distances.data(), {e[2], e[1], e[0]}),
           options);
  return field;
}

/// The colours of a volume at points [N, 3]; grey where there are none.
std::vector<std::uint8_t> colors_at(const cpu& executor, const sparse_tsdf_volume& volume,
                                    const std::vector<float>& points) {
  const auto count = static_cast<std::int64_t>(points.size()) / 3;
  std::vector<float> values(points.size());
  sample_channels(executor, volume, view<const float, 2>(points.data(), {count, 3}),
                  view<float, 2>(values.data(), {count, 3}));
  std::vector<std::uint8_t> colors;
  colors.reserve(values.size());
  for (const float value : values) {
    colors.push_back(value >= 0.0F ? static_cast<std::uint8_t>(std::lround(value)) : 128);
  }
  return colors;
}

surface_mesh mesh_of(const cpu& executor, const surface_field& field) {
  std::int64_t counts[2] = {};
  mesh_arrays arrays;
  arrays.counts = {counts, {2}};
  extract_mesh(executor, field.field(), arrays);
  surface_mesh mesh;
  if (counts[1] == 0) return mesh;
  mesh.vertices.resize(static_cast<std::size_t>(3 * counts[0]));
  mesh.normals.resize(mesh.vertices.size());
  mesh.triangles.resize(static_cast<std::size_t>(3 * counts[1]));
  arrays.vertices = {mesh.vertices.data(), {counts[0], 3}};
  arrays.normals = {mesh.normals.data(), {counts[0], 3}};
  arrays.triangles = {mesh.triangles.data(), {counts[1], 3}};
  extract_mesh(executor, field.field(), arrays);
  return mesh;
}

/// The points [H * W, 3] that the first camera sees at these depths.
std::vector<float> points_of(const recording& frames, const std::vector<float>& depth) {
  const pinhole_camera& camera = frames.camera();
  const pose world = pose::read(frames.first_pose().data_handle(), 4);
  std::vector<float> points;
  points.reserve(3 * depth.size());
  for (std::size_t n = 0; n < depth.size(); ++n) {
    const auto u = static_cast<double>(n % static_cast<std::size_t>(camera.width));
    const auto v = static_cast<double>(n / static_cast<std::size_t>(camera.width));
    const vec3 at = world(camera.point_at(u, v, static_cast<double>(depth[n])));
    for (const double x : {at.x, at.y, at.z}) points.push_back(static_cast<float>(x));
  }
  return points;
}

/// What the first camera sees, lit from where it is.
canvas draw(const recording& frames, const surface_field& field, const sparse_tsdf_volume* colors) {
  const pinhole_camera& camera = frames.camera();
  const auto pixels = static_cast<std::size_t>(camera.width * camera.height);
  std::vector<float> depth(pixels), normals(3 * pixels);
  const ray_cast_report report{view<float, 4>(normals.data(), {1, camera.height, camera.width, 3})};
  ray_cast(frames.executor(), field.field(), camera, frames.first_pose(),
           view<float, 3>(depth.data(), {1, camera.height, camera.width}), {}, report);
  canvas picture(static_cast<int>(camera.width), static_cast<int>(camera.height), rgb(0x1b1e26));
  const auto pose = frames.first_pose();
  std::vector<std::uint8_t> paints;
  if (colors != nullptr) paints = colors_at(frames.executor(), *colors, points_of(frames, depth));
  for (std::size_t n = 0; n < pixels; ++n) {
    if (depth[n] == 0.0F) continue;
    const auto u = static_cast<int>(n % static_cast<std::size_t>(camera.width));
    const auto v = static_cast<int>(n / static_cast<std::size_t>(camera.width));
    const double x = (u - camera.cx) / camera.fx, y = (v - camera.cy) / camera.fy;
    const double length = std::sqrt(x * x + y * y + 1.0);
    double facing = 0.0;
    for (std::int64_t a = 0; a < 3; ++a) {
      const double way = pose(0, a, 0) * x + pose(0, a, 1) * y + pose(0, a, 2);
      facing -= way / length * static_cast<double>(normals[3 * n + static_cast<std::size_t>(a)]);
    }
    const auto light = static_cast<float>(0.2 + 0.8 * std::max(0.0, facing));
    color paint = rgb(0xf2ead8);
    if (colors != nullptr) {
      paint = {static_cast<float>(paints[3 * n]) / 255, static_cast<float>(paints[3 * n + 1]) / 255,
               static_cast<float>(paints[3 * n + 2]) / 255};
    }
    picture.blend(u, v, mixed(rgb(0x101418), paint, light), 1.0F);
  }
  return picture;
}

void write_volume(const std::string& path, const surface_field& field) {
  const std::int64_t* const e = field.grid.extents;
  array distance = make_array(element::f32, {e[2], e[1], e[0]});
  std::copy(field.distances.begin(), field.distances.end(), distance.as<float>());
  array origin = make_array(element::f64, {3});
  array voxel = make_array(element::f64, {}), truncation = make_array(element::f64, {});
  std::copy_n(field.grid.origin, 3, origin.as<double>());
  *voxel.as<double>() = field.grid.voxel;
  *truncation.as<double>() = field.grid.truncation;
  write_npz(path, {{"distance", &distance},
                   {"origin", &origin},
                   {"voxel", &voxel},
                   {"truncation", &truncation}});
}

std::string extension_of(const std::string& path) {
  return std::filesystem::path(path).extension();
}

void check(const tsdf_command& command) {
  if (command.output.empty() && command.view.empty()) {
    bad_usage("tsdf: expected --output, --view or both, got neither");
  }
  check_files({{"--intrinsics", command.intrinsics}},
              {{"--output", command.output, {".ply", ".npz"}}, {"--view", command.view, {".png"}}});
}

}  // namespace

void run(const tsdf_command& command) {
  check(command);
  const cpu executor(command.threads);
  const recording frames(command, executor);
  const tsdf_grid grid = find_grid(command, frames);
  integrate_depth_options options;
  options.depth = limits_of(command);
  options.drop_off = command.drop_off;
  const bool has_colors = !command.color.empty();
  growing_volume volume(grid, has_colors);
  const stopwatch watch;
  frames.for_each("integrating frames", [&](const auto& images, const auto& poses, std::size_t n) {
    color_image colors;
    if (has_colors) {
      colors = frames.read_color(n);
      options.channels = {colors.colors.data(), {1, 1, colors.height, colors.width, 3}};
    }
    volume.add(frames, images, poses, options);
  });
  const double seconds = watch.seconds();
  const surface_field field = read_field(executor, volume.volume());
  print(format("%zu frames, %lld without a pose; %s a frame, read and integrated\n", frames.size(),
               static_cast<long long>(frames.skipped()),
               duration_text(seconds / static_cast<double>(frames.size())).c_str()));
  print(format("grid: %lld x %lld x %lld voxels of %g m from (%g, %g, %g), %lld blocks of 8^3\n",
               static_cast<long long>(grid.extents[0]), static_cast<long long>(grid.extents[1]),
               static_cast<long long>(grid.extents[2]), grid.voxel, grid.origin[0], grid.origin[1],
               grid.origin[2], static_cast<long long>(volume.blocks())));
  if (extension_of(command.output) == ".ply") {
    surface_mesh mesh = mesh_of(executor, field);
    if (has_colors) mesh.colors = colors_at(executor, volume.volume(), mesh.vertices);
    write_file(command.output, ply_text(mesh));
    print(format("mesh: %zu vertices, %zu triangles\n", mesh.vertices.size() / 3,
                 mesh.triangles.size() / 3));
  }
  if (extension_of(command.output) == ".npz") write_volume(command.output, field);
  if (!command.view.empty())
    write_file(command.view, draw(frames, field, has_colors ? &volume.volume() : nullptr).png());
  print_written({command.output, command.view});
}

}  // namespace robocache::cli
