// One of each call on volumes and fields, for the recording of bits.
#pragma once

#include <robocache/tsdf/channels.hpp>
#include <robocache/tsdf/integrate_points.hpp>
#include <robocache/tsdf/look.hpp>
#include <robocache/tsdf/normals.hpp>
#include <robocache/tsdf/running.hpp>
#include <robocache/tsdf/sparse.hpp>

#include "random.hpp"
#include "tsdf_mesh.hpp"

namespace test {

struct tsdf_recording {
  robocache::cpu executor;
  depth_frames frames = make_camera(60, 50, 55.0);
  std::vector<std::uint8_t> colors;
  robocache::tsdf_grid grid = cube_grid(32, 0.04, 0.13);
  std::vector<float> points, normals;

  explicit tsdf_recording(const robocache::cpu& e) : executor(e) {
    random_source random(15);
    const scene s = either(sphere({0.1, 0, 0}, 0.4), box({-0.3, 0.1, 0}, {0.2, 0.3, 0.25}));
    for (int f = 0; f < 4; ++f) {
      const point3 eye = {random.uniform(-1.5, 1.5), random.uniform(-1.5, 1.5),
                          random.uniform(0.5, 1.5)};
      add_frame(frames, s, eye, {random.uniform(-0.2, 0.2), 0, 0});
    }
    for (float& depth : frames.metres) {  // to what any compiler makes of the scene
      depth = std::nearbyint(depth * 0x1p14F) * 0x1p-14F;
    }
    for (float& depth : frames.metres) {
      if (random.chance(0.03)) depth = adversarial<float>(random);
    }
    for (std::size_t n = 0; n < 3 * frames.metres.size(); ++n) {
      colors.push_back(static_cast<std::uint8_t>(random.bits()));
    }
    points.resize(3 * frames.metres.size());
    normals.resize(points.size());
    const std::int64_t pixels = frames.width * frames.height;
    robocache::estimate_normals(executor, frames.images(), frames.camera, frames.cameras(),
                                {points.data(), {4, pixels, 3}}, {normals.data(), {4, pixels, 3}});
  }

  /// Calls `f(name, arrays)` for every kind of call; `arrays(g)` calls g with all that it wrote.
  template <class F>
  void each(const F& f) const {
    f("normals", [&](auto& g) { g(points), g(normals); });
    for (const bool plain : {true, false}) depth(plain, f);
    point_clouds(f);
    running(f);
    sparse(f);
  }

 private:
  template <class F>
  void depth(bool plain, const F& f) const {
    owned_volume volume(grid);
    std::vector<std::int64_t> kept(volume.sums.size() * 3);
    volume.volume.channels = {kept.data(), {1, 32, 32, 32, 3}};
    robocache::integrate_depth_options options;
    options.channels = {colors.data(), {1, 4, frames.height, frames.width, 3}};
    if (!plain) {
      options.weighting = robocache::tsdf_weighting::inverse_square;
      options.lookup = robocache::depth_lookup::bilinear;
      options.drop_off = true;
    }
    robocache::integrate_depth(executor, frames.images(), frames.camera, frames.cameras(),
                               volume.volume, options);
    f(plain ? "depth" : "depth bilinear",
      [&](auto& g) { g(volume.sums), g(volume.weights), g(volume.free_votes), g(kept); });
    if (plain) looks(volume, f);
  }

  template <class F>
  void looks(const owned_volume& volume, const F& f) const {
    const owned_field field(grid, volume.distances());
    const owned_mesh mesh(field.field(), 3);
    f("mesh",
      [&](auto& g) { g(field.distances), g(mesh.vertices), g(mesh.normals), g(mesh.triangles); });
    const auto count = static_cast<std::int64_t>(mesh.size());
    std::vector<float> values(mesh.size()), slopes(mesh.vertices.size()), paints(slopes);
    robocache::query_field(executor, field.field(), {mesh.vertices.data(), {count, 3}},
                           {values.data(), {count}}, {slopes.data(), {count, 3}});
    robocache::sample_channels(executor, volume.volume, {mesh.vertices.data(), {count, 3}},
                               {paints.data(), {count, 3}});
    f("query", [&](auto& g) { g(values), g(slopes), g(paints); });
    std::vector<float> depths(frames.metres.size()), facing(3 * depths.size());
    robocache::ray_cast(executor, field.field(), frames.camera, frames.cameras(),
                        {depths.data(), {4, frames.height, frames.width}}, {},
                        {{facing.data(), {4, frames.height, frames.width, 3}}});
    f("ray_cast", [&](auto& g) { g(depths), g(facing); });
  }

  template <class F>
  void point_clouds(const F& f) const {
    const auto count = static_cast<std::int64_t>(points.size()) / 3;
    const robocache::view<const float, 3> at(points.data(), {1, count, 3}),
        facing(normals.data(), {1, count, 3});
    const owned_volume planes(grid);
    robocache::integrate_points(executor, at, facing, planes.volume);
    std::vector<std::uint32_t> keys(planes.sums.size());
    const robocache::nearest_volume nearest{grid, {keys.data(), {1, 32, 32, 32}}};
    robocache::reset(executor, nearest);
    robocache::integrate_points(executor, at, facing, nearest);
    std::vector<float> estimated(points.size());
    robocache::cloud_normals_options options;
    options.viewpoint[2] = 3.0;
    robocache::estimate_normals(executor, at, {estimated.data(), {1, count, 3}}, options);
    f("points", [&](auto& g) { g(planes.sums), g(planes.weights), g(keys), g(estimated); });
  }

  template <class F>
  void running(const F& f) const {
    std::vector<float> distances(static_cast<std::size_t>(grid.cells())), weights(distances);
    const robocache::running_volume volume{
        grid, {distances.data(), {1, 32, 32, 32}}, {weights.data(), {1, 32, 32, 32}}};
    robocache::reset(executor, volume);
    robocache::integrate_depth_in_order(executor, frames.images(), frames.camera, frames.cameras(),
                                        volume, 2.0);
    f("running", [&](auto& g) { g(distances), g(weights); });
  }

  template <class F>
  void sparse(const F& f) const {
    constexpr std::int64_t room = 40;  // fewer than are needed
    std::vector<std::int64_t> keys(room), sums(room * 512);
    std::vector<std::int32_t> slots(room);
    std::vector<std::uint32_t> weights(room * 512), votes(room * 512);
    robocache::sparse_tsdf_volume volume;
    volume.grid = grid;
    volume.keys = {keys.data(), {room}};
    volume.slots = {slots.data(), {room}};
    volume.sums = {sums.data(), {room, 8, 8, 8}};
    volume.weights = {weights.data(), {room, 8, 8, 8}};
    volume.free_votes = {votes.data(), {room, 8, 8, 8}};
    robocache::reset(executor, volume);
    robocache::integrate_depth(executor, frames.images(), frames.camera, frames.cameras(), volume);
    f("sparse", [&](auto& g) { g(keys), g(slots), g(sums), g(weights), g(votes); });
  }
};

}  // namespace test
