// Where memory runs out in an operation on volumes and fields, a bad_alloc comes out and nothing is
// written; the steady state allocates nothing.
#include "support/allocation.hpp"

#include <robocache/tsdf/integrate_points.hpp>
#include <robocache/tsdf/look.hpp>
#include <robocache/tsdf/mesh.hpp>
#include <robocache/tsdf/normals.hpp>
#include <robocache/tsdf/sparse.hpp>

#include "support/tsdf_scene.hpp"

namespace {

using namespace robocache;
using test::check_allocations;
using test::cube_grid;
using test::trial;

/// Frames of a ball, volumes of either kind, and memory for all outputs.
struct arrays {
  test::depth_frames frames = test::make_camera(48, 40, 50.0);
  test::owned_volume dense{cube_grid(40, 0.04, 0.12)}, other{dense.volume.grid};
  std::vector<std::int64_t> keys = std::vector<std::int64_t>(60), sums = keys;
  std::vector<std::int32_t> slots = std::vector<std::int32_t>(60);
  std::vector<std::uint32_t> weights = std::vector<std::uint32_t>(60 * 512), votes = weights;
  sparse_tsdf_volume sparse;
  std::vector<float> out = std::vector<float>(200'000, -7.0F), more = out, distances;
  std::vector<std::int64_t> counts = {-7, -7};
  std::vector<std::int32_t> triangles = std::vector<std::int32_t>(30'000, -7);

  arrays() {
    const auto ball = test::sphere({0, 0, 0}, 0.4);
    test::add_frame(frames, ball, {1.2, 0, 0}, {0, 0, 0});
    test::add_frame(frames, ball, {0.9, 0.8, 0}, {0, 0, 0});
    sums.resize(60 * 512);
    sparse = {dense.volume.grid,
              {keys.data(), {60}},
              {slots.data(), {60}},
              {sums.data(), {60, 8, 8, 8}},
              {weights.data(), {60, 8, 8, 8}},
              {votes.data(), {60, 8, 8, 8}}};
    reset(cpu{1}, sparse);
    for (std::int64_t i = 0; i < dense.volume.grid.cells(); ++i) {
      distances.push_back(static_cast<float>(ball(test::centre_of(dense.volume.grid, i))));
    }
  }
  arrays(const arrays&) = delete;
  arrays& operator=(const arrays&) = delete;

  [[nodiscard]] distance_field field() const {
    return {dense.volume.grid, {distances.data(), {40, 40, 40}}};
  }
  [[nodiscard]] trial of(const char* name, std::function<void(const cpu&)> call) {
    return trial(name, std::move(call))
        .writes(dense.sums)
        .writes(dense.weights)
        .writes(keys)
        .writes(slots)
        .writes(sums)
        .writes(weights)
        .writes(out)
        .writes(more)
        .writes(counts)
        .writes(triangles);
  }
};

}  // namespace

TEST_CASE("volumes: memory that runs out", "[allocation]") {
  arrays a;
  const integrate_depth_report report{{a.counts.data(), {1, 2}}, {}};
  check_allocations(a.of("integrate_depth", [&](const cpu& e) {
    integrate_depth(e, a.frames.images(), a.frames.camera, a.frames.cameras(), a.dense.volume, {},
                    report);
  }));
  check_allocations(a.of("merge", [&](const cpu& e) { merge(e, a.other.volume, a.dense.volume); }));
  check_allocations(a.of("read_distance", [&](const cpu& e) {
    read_distance(e, a.dense.volume, view<float, 4>(a.out.data(), {1, 40, 40, 40}));
  }));
  check_allocations(a.of("sparse integrate_depth", [&](const cpu& e) {
    integrate_depth(e, a.frames.images(), a.frames.camera, a.frames.cameras(), a.sparse, {},
                    {{a.counts.data(), {2}}});
  }));
  check_allocations(a.of("read_box", [&](const cpu& e) {
    read_box(e, a.sparse, {0, 0, 0}, view<float, 3>(a.out.data(), {40, 40, 40}));
  }));
  const std::int64_t pixels = 48 * 40;
  const view<float, 3> points(a.out.data(), {2, pixels, 3}), normals(a.more.data(), {2, pixels, 3});
  check_allocations(a.of("estimate_normals", [&](const cpu& e) {
    estimate_normals(e, a.frames.images(), a.frames.camera, a.frames.cameras(), points, normals);
  }));
  estimate_normals(cpu{1}, a.frames.images(), a.frames.camera, a.frames.cameras(), points, normals);
  const auto first = [&](std::vector<float>& rows) {
    return view<const float, 3>(rows.data(), {1, pixels, 3});
  };
  check_allocations(a.of("integrate_points", [&](const cpu& e) {
    integrate_points(e, first(a.out), first(a.more), a.dense.volume);
  }));
}

TEST_CASE("fields: memory that runs out", "[allocation]") {
  arrays a;
  check_allocations(a.of("extract_mesh", [&](const cpu& e) {
    extract_mesh(e, a.field(),
                 {{a.out.data(), {9000, 3}},
                  {a.more.data(), {9000, 3}},
                  {a.triangles.data(), {10'000, 3}},
                  {a.counts.data(), {2}}});
  }));
  check_allocations(a.of("ray_cast", [&](const cpu& e) {
    ray_cast(e, a.field(), a.frames.camera, a.frames.cameras(),
             view<float, 3>(a.out.data(), {2, 40, 48}), {},
             {view<float, 4>(a.more.data(), {2, 40, 48, 3})});
  }));
  check_allocations(a.of("query_field", [&](const cpu& e) {
    query_field(e, a.field(), view<const float, 2>(a.distances.data(), {1000, 3}),
                view<float, 1>(a.out.data(), {1000}));
  }));
}
