// Meshes: closed, oriented, where the surface is, and the same on any number of threads.
#include "support/catch.hpp"
#include "support/mistakes.hpp"
#include "support/random.hpp"
#include "support/tsdf_mesh.hpp"

namespace {

using namespace test;
using robocache::cpu;
using robocache::mesh_arrays;
using robocache::view;

void check_closed(const owned_mesh& mesh, std::int64_t characteristic) {
  const topology t = topology_of(mesh);
  CHECK(mesh.counts[1] > 0);
  CHECK(t.oriented);
  CHECK(t.boundary == 0);
  CHECK(t.all_used);
  CHECK(t.characteristic == characteristic);
}

double worst_distance(const owned_mesh& mesh, const scene& s) {
  double worst = 0.0;
  for (std::size_t n = 0; n < mesh.size(); ++n) {
    worst = std::fmax(worst, std::fabs(s(mesh.vertex(n))));
  }
  return worst;
}

double rms_distance(const owned_mesh& mesh, const scene& s) {
  double sum = 0.0;
  for (std::size_t n = 0; n < mesh.size(); ++n) {
    const double distance = s(mesh.vertex(n));
    sum += distance * distance;
  }
  return std::sqrt(sum / static_cast<double>(mesh.size()));
}

/// What frames from all around see of a scene in a hall, where most of them saw no free space.
owned_field seen(const scene& s, bool drop_off) {
  const auto grid = cube_grid(48, 0.02, 0.08);
  robocache::integrate_depth_options how;
  how.drop_off = drop_off;
  const scene hall = [](const point3& p) { return 2.0 - norm(p); };
  const auto frames = look_around(either(s, hall), 1.2, 160, 180.0);
  const owned_volume volume(grid);
  robocache::integrate_depth(cpu{2}, frames.images(), frames.camera, frames.cameras(),
                             volume.volume, how);
  robocache::read_distance_options options;
  options.trust.carve = 1.0;
  return {grid, volume.distances(options)};
}

}  // namespace

TEST_CASE("the cube table uses the edges that cross, each corner on its own") {
  using namespace robocache::detail;
  for (int signs = 0; signs < 256; ++signs) {
    const std::uint64_t cell = cube_triangles(signs);
    std::set<int> used, crossing;
    for (int n = 0; n < 3 * count_of(cell); ++n) used.insert(edge_of(cell, n));
    for (int edge = 0; edge < 12; ++edge) {
      const int start = edge_start(edge), end = start | 1 << (edge / 4);
      CHECK(start != end);
      if ((signs >> start & 1) != (signs >> end & 1)) crossing.insert(edge);
    }
    CHECK(used == crossing);
  }
  CHECK(count_of(cube_triangles(1)) == 1);
  CHECK(count_of(cube_triangles(0x69)) == 4);  // four negative corners, no two on one edge
}

TEST_CASE("extract_mesh: any field that is positive at its border gives a closed surface") {
  random_source random(61'000);
  for (int round = 0; round < 200; ++round) {
    INFO("seed " << random.seed() << ", round " << round);
    auto grid = cube_grid(1, 0.1, 0.1);
    for (auto& extent : grid.extents) extent = random.between(3, 9);
    const double negative = random.uniform(0.1, 0.9);
    owned_field field(grid, [&](const point3&) {
      return random.chance(negative) ? random.uniform(-1.0, -0.01) : random.uniform(0.0, 1.0);
    });
    for (std::int64_t n = 0; n < grid.cells(); ++n) {
      const std::int64_t at[] = {n % grid.extents[0], n / grid.extents[0] % grid.extents[1],
                                 n / grid.extents[0] / grid.extents[1]};
      for (int a = 0; a < 3; ++a) {
        if (at[a] == 0 || at[a] == grid.extents[a] - 1) {
          field.distances[static_cast<std::size_t>(n)] = 0.5F;
        }
      }
    }
    const owned_mesh mesh(field.field());
    const topology t = topology_of(mesh);
    CHECK(t.oriented);
    CHECK(t.boundary == 0);
    CHECK(t.all_used);
    CHECK(t.characteristic % 2 == 0);
    CHECK(mesh.volume() >= 0.0);
    for (const int threads : {2, 5}) CHECK(owned_mesh(field.field(), threads).equals(mesh));
  }
}

TEST_CASE("extract_mesh: sphere, box, and two spheres that touch") {
  const auto grid = cube_grid(40, 0.05, 0.2);
  const scene ball = sphere({0.013, -0.021, 0.007}, 0.7);
  const owned_field round(grid, ball);
  const owned_mesh mesh(round.field());
  check_closed(mesh, 2);
  CHECK(worst_distance(mesh, ball) < 0.001);
  CHECK(std::fabs(mesh.volume() - 4.0 / 3.0 * M_PI * 0.343) < 0.01);
  for (std::size_t n = 0; n < mesh.size(); ++n) {
    CHECK(inner(mesh.normal(n), normal_of(ball, mesh.vertex(n))) > 0.999);
    CHECK(std::fabs(norm(mesh.normal(n)) - 1.0) < 1e-6);
  }
  const scene crate = box({0, 0, 0}, {0.5, 0.4, 0.625});  // one face of which goes through centres
  const owned_mesh crate_mesh(owned_field(grid, crate).field());
  check_closed(crate_mesh, 2);
  CHECK(worst_distance(crate_mesh, crate) < 0.025);
  CHECK(std::fabs(crate_mesh.volume() - 1.0) < 0.02);

  const scene pair = either(sphere({-0.4, 0, 0}, 0.4), sphere({0.4, 0, 0}, 0.4));
  const owned_mesh pair_mesh(owned_field(grid, pair).field());
  const topology t = topology_of(pair_mesh);
  CHECK(t.oriented);
  CHECK(t.boundary == 0);
  CHECK((t.characteristic == 2 || t.characteristic == 4));
  CHECK(worst_distance(pair_mesh, pair) < 0.025);
}

TEST_CASE("extract_mesh: what frames from all around see") {
  const scene ball = sphere({0.003, -0.007, 0.005}, 0.3);
  const owned_mesh mesh(seen(ball, false).field());
  check_closed(mesh, 2);
  CHECK(rms_distance(mesh, ball) < 0.25 * 0.02);
  // What is seen through an edge counts less with `drop_off`, or edges would be worn by a third of
  // a voxel.
  const scene crate = box({0, 0, 0}, {0.25, 0.2, 0.3});
  const owned_mesh crate_mesh(seen(crate, true).field());
  check_closed(crate_mesh, 2);
  CHECK(rms_distance(crate_mesh, crate) < 0.25 * 0.02);
  const scene pair = either(sphere({-0.2, 0, 0}, 0.2), sphere({0.2, 0, 0}, 0.2));
  const owned_mesh pair_mesh(seen(pair, false).field());
  CHECK(topology_of(pair_mesh).oriented);
  CHECK(topology_of(pair_mesh).boundary == 0);
  CHECK(rms_distance(pair_mesh, pair) < 0.25 * 0.02);
}

TEST_CASE("extract_mesh: a corner by hand, and what is unknown") {
  auto grid = cube_grid(2, 1.0, 1.0);
  owned_field field(grid, std::vector<float>{-1, 1, 3, 1, 1, 1, 1, 1});
  const owned_mesh mesh(field.field());
  CHECK(mesh.vertices ==
        std::vector<float>{0, -0.5F, -0.5F, -0.5F, -0.25F, -0.5F, -0.5F, -0.5F, 0});
  CHECK(mesh.triangles == std::vector<std::int32_t>{0, 1, 2});
  field.distances[7] = NAN;
  CHECK(owned_mesh(field.field()).counts[0] == 0);
  grid.extents[2] = 1;  // no cell at all
  CHECK(owned_mesh(owned_field(grid, {-1, 1, 1, 1}).field()).counts[1] == 0);
}

TEST_CASE("extract_mesh: capacities") {
  const owned_field field(cube_grid(12, 0.1, 0.1), sphere({0, 0, 0}, 0.4));
  const owned_mesh whole(field.field());
  std::vector<float> vertices(whole.vertices.size(), -7.0F), normals = vertices;
  std::vector<std::int32_t> triangles(whole.triangles.size(), -7);
  std::int64_t counts[2] = {};
  const std::int64_t fit = 50, rows = 20;
  mesh_arrays arrays;
  arrays.vertices = {vertices.data(), {fit, 3}};
  arrays.triangles = {triangles.data(), {rows, 3}};
  arrays.counts = {counts, {2}};
  robocache::extract_mesh(cpu{2}, field.field(), arrays);
  CHECK(counts[0] == whole.counts[0]);
  CHECK(counts[1] == whole.counts[1]);
  for (std::size_t n = 0; n < vertices.size(); ++n) {
    CHECK(vertices[n] == (n < 3 * fit ? whole.vertices[n] : -7.0F));
  }
  for (std::size_t n = 0; n < triangles.size(); ++n) {
    const auto vertex = whole.triangles[n];
    CHECK(triangles[n] == (n >= 3 * rows ? -7 : vertex < fit ? vertex : -1));
  }
}

namespace {

struct call {
  owned_field ball{cube_grid(4, 0.1, 0.1), sphere({0, 0, 0}, 0.1)};
  robocache::distance_field field = ball.field();
  std::vector<float> vertices = std::vector<float>(300, -7.0F), normals = vertices;
  std::vector<std::int32_t> triangles = std::vector<std::int32_t>(600, -7);
  std::vector<std::int64_t> counts = {-7, -7, -7};
  mesh_arrays mesh{{vertices.data(), {100, 3}},
                   {normals.data(), {100, 3}},
                   {triangles.data(), {200, 3}},
                   {counts.data(), {2}}};
  [[nodiscard]] bool untouched() const {
    return vertices == std::vector<float>(300, -7.0F) && normals == vertices &&
           triangles == std::vector<std::int32_t>(600, -7) &&
           counts == std::vector<std::int64_t>{-7, -7, -7};
  }
  void run() const { robocache::extract_mesh(cpu{}, field, mesh); }
};

}  // namespace

TEST_CASE("extract_mesh names what is wrong") {
  const std::vector<mistake<call>> all = {
      {"field.grid.voxel must be 2^-30 to 2^30 metres", [](call& c) { c.field.grid.voxel = -1; }},
      {"field.distances.extent(1) must equal the grid's extents[2] (got 4 and 3)",
       [](call& c) { c.field.grid.extents[2] = 3; }},
      {"mesh.counts.extent(0) must equal 2: vertices and triangles (got 3 and 2)",
       [](call& c) {
         c.mesh.counts = {c.counts.data(), {3}};
       }},
      {"mesh.counts.extent(0) must equal 2", [](call& c) { c.mesh.counts = {}; }},
      {"mesh.vertices.extent(1) must equal 3 (got 4 and 3)",
       [](call& c) {
         c.mesh.vertices = {c.vertices.data(), {50, 4}};
       }},
      {"mesh.vertices.extent(0) must be 1 to 2^31 - 1: the capacity (got 0)",
       [](call& c) {
         c.mesh.vertices = {c.vertices.data(), {0, 3}};
       }},
      {"mesh.triangles.extent(0) must be 1 to 2^31 - 1: the capacity (got 0)",
       [](call& c) {
         c.mesh.triangles = {c.triangles.data(), {0, 3}};
       }},
      {"mesh.normals.extent(0) must equal mesh.vertices.extent(0) (got 99 and 100)",
       [](call& c) {
         c.mesh.normals = {c.normals.data(), {99, 3}};
       }},
      {"mesh.normals and mesh.triangles need mesh.vertices",
       [](call& c) { c.mesh.vertices = {}, c.mesh.normals = {}; }},
      {"mesh.normals and mesh.vertices must not overlap",
       [](call& c) { c.mesh.normals = c.mesh.vertices; }},
  };
  check_mistakes("extract_mesh", &call::run, all);
}
