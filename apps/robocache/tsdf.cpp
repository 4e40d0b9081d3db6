#include "tsdf.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <robocache/pointcloud/points.hpp>
#include <robocache/tsdf/look.hpp>
#include <robocache/tsdf/mesh.hpp>
#include <robocache/tsdf/sparse.hpp>

#include "drawing/canvas.hpp"
#include "files/depth_frames.hpp"
#include "files/failure.hpp"
#include "files/memory.hpp"
#include "files/npz.hpp"
#include "files/output.hpp"
#include "files/text.hpp"
#include "named_files.hpp"
#include "terminal.hpp"

namespace robocache::cli {
namespace {

/// A recording, read frame by frame.
class recording {
 public:
  recording(const tsdf_command& command, const cpu& executor) : executor_(executor) {
    for (const depth_frame_files& files :
         find_frames(command.depth, command.poses.empty() ? command.depth : command.poses)) {
      const std::vector<float> pose = read_pose(files.pose);
      const bool known = std::all_of(pose.begin(), pose.end(), [](float x) { return x - x == 0; });
      if (known) frames_.push_back({files.depth, pose});
      skipped_ += known ? 0 : 1;
    }
    if (frames_.empty()) bad_input(command.depth + ": no frame has a finite pose");
    const std::vector<double> k = read_intrinsics(command.intrinsics);
    camera_ = {k[0], k[1], k[2], k[3]};
    const depth_image first = read_depth_image(frames_.front().path);
    camera_.width = first.width;
    camera_.height = first.height;
  }

  [[nodiscard]] const pinhole_camera& camera() const { return camera_; }
  [[nodiscard]] std::size_t size() const { return frames_.size(); }
  [[nodiscard]] std::int64_t skipped() const { return skipped_; }
  [[nodiscard]] const cpu& executor() const { return executor_; }
  [[nodiscard]] view<const float, 3> first_pose() const { return pose_of(frames_.front()); }

  /// Calls `f(images, poses)` with one frame after the other.
  template <class F>
  void for_each(const std::string& what, const F& f) const {
    progress_bar bar(what);
    for (std::size_t n = 0; n < frames_.size(); ++n) {
      const depth_image image = read_depth_image(frames_[n].path);
      f(view<const std::uint16_t, 3>(image.depths.data(), {1, image.height, image.width}),
        pose_of(frames_[n]));
      bar.update(static_cast<double>(n + 1) / static_cast<double>(frames_.size()));
    }
  }

 private:
  struct frame {
    std::string path;
    std::vector<float> pose;
  };
  static view<const float, 3> pose_of(const frame& f) { return {f.pose.data(), {1, 3, 4}}; }

  cpu executor_;
  pinhole_camera camera_;
  std::vector<frame> frames_;
  std::int64_t skipped_ = 0;
};

depth_options limits_of(const tsdf_command& command) {
  return {command.scale, command.min_depth, command.max_depth};
}

/// The grid that all points of a recording lie in, with their bands.
tsdf_grid find_grid(const tsdf_command& command, const recording& frames) {
  float low[3] = {HUGE_VALF, HUGE_VALF, HUGE_VALF}, high[3] = {-HUGE_VALF, -HUGE_VALF, -HUGE_VALF};
  frames.for_each("looking for the room", [&](const auto& images, const auto& poses) {
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

/// A volume that grows before a frame needs more blocks than there is room for.
class growing_volume {
 public:
  explicit growing_volume(const tsdf_grid& grid) : volume_(make(grid, 1 << 12)) {}

  void add(const recording& frames, view<const std::uint16_t, 3> images, view<const float, 3> poses,
           const integrate_depth_options& options) {
    std::int64_t blocks[2] = {};
    const blocks_report report{view<std::int64_t, 1>(blocks, {2})};
    const arrays alone = make(volume_.volume.grid, 1);  // tells what the frame needs
    add_blocks(frames.executor(), images, frames.camera(), poses, alone.volume, options, report);
    const std::int64_t most = blocks_ + blocks[1];
    if (most > volume_.volume.keys.extent(0)) {
      arrays larger = make(volume_.volume.grid, 2 * most);
      merge(frames.executor(), volume_.volume, larger.volume);
      volume_ = std::move(larger);
    }
    integrate_depth(frames.executor(), images, frames.camera(), poses, volume_.volume, options,
                    report);
    blocks_ = blocks[0];
  }
  [[nodiscard]] const sparse_tsdf_volume& volume() const { return volume_.volume; }
  [[nodiscard]] std::int64_t blocks() const { return blocks_; }

 private:
  struct arrays {
    std::vector<std::int64_t> keys, sums;
    std::vector<std::int32_t> slots;
    std::vector<std::uint32_t> weights, votes;
    sparse_tsdf_volume volume;
  };

  static arrays make(const tsdf_grid& grid, std::int64_t capacity) {
    const auto n = static_cast<std::size_t>(capacity);
    check_memory(static_cast<double>(capacity) * 512 * 16, "the volume");
    arrays a;
    a.keys.resize(n);
    a.slots.resize(n);
    a.sums.resize(n * 512);
    a.weights.resize(n * 512);
    a.votes.resize(n * 512);
    a.volume = {grid,
                {a.keys.data(), {capacity}},
                {a.slots.data(), {capacity}},
                {a.sums.data(), {capacity, 8, 8, 8}},
                {a.weights.data(), {capacity, 8, 8, 8}},
                {a.votes.data(), {capacity, 8, 8, 8}}};
    reset(cpu{}, a.volume);
    return a;
  }

  arrays volume_;
  std::int64_t blocks_ = 0;
};

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

/// What the first camera sees, lit from where it is.
canvas draw(const recording& frames, const surface_field& field) {
  const pinhole_camera& camera = frames.camera();
  const auto pixels = static_cast<std::size_t>(camera.width * camera.height);
  std::vector<float> depth(pixels), normals(3 * pixels);
  const ray_cast_report report{view<float, 4>(normals.data(), {1, camera.height, camera.width, 3})};
  ray_cast(frames.executor(), field.field(), camera, frames.first_pose(),
           view<float, 3>(depth.data(), {1, camera.height, camera.width}), {}, report);
  canvas picture(static_cast<int>(camera.width), static_cast<int>(camera.height), rgb(0x1b1e26));
  const auto pose = frames.first_pose();
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
    picture.blend(u, v, mixed(rgb(0x101418), rgb(0xf2ead8), light), 1.0F);
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
  const std::string extension = extension_of(command.output);
  if (!command.output.empty() && extension != ".ply" && extension != ".npz") {
    bad_usage("--output: expected a name that ends with .ply or .npz, got '" + command.output +
              "'");
  }
  if (!command.view.empty() && extension_of(command.view) != ".png") {
    bad_usage("--view: expected a name that ends with .png, got '" + command.view + "'");
  }
  check_files({{"--intrinsics", command.intrinsics}},
              {{"--output", command.output}, {"--view", command.view}});
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
  growing_volume volume(grid);
  const stopwatch watch;
  frames.for_each("integrating frames", [&](const auto& images, const auto& poses) {
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
    const surface_mesh mesh = mesh_of(executor, field);
    write_file(command.output, ply_text(mesh));
    print(format("mesh: %zu vertices, %zu triangles\n", mesh.vertices.size() / 3,
                 mesh.triangles.size() / 3));
  }
  if (extension_of(command.output) == ".npz") write_volume(command.output, field);
  if (!command.view.empty()) write_file(command.view, draw(frames, field).png());
  print_written({command.output, command.view});
}

}  // namespace robocache::cli
