// Volumes and fields on the CPU next to `memcpy` of the same bytes with as many threads.
#include <robocache/tsdf/integrate.hpp>
#include <robocache/tsdf/look.hpp>
#include <robocache/tsdf/mesh.hpp>
#include <robocache/tsdf/read.hpp>
#include <robocache/tsdf/sparse.hpp>

#include "support/cpu_benchmark.hpp"
#include "tsdf/rooms.hpp"

namespace robocache::bench {
namespace {

constexpr std::int64_t voxel_bytes = 16, frame_bytes = frame_pixels * 2;

view<const std::uint16_t, 3> image_of(const std::vector<std::uint16_t>& frame) {
  return {frame.data(), {1, frame_height, frame_width}};
}

/// Voxels that a frame changes are read and written.
template <class Numbers>
traffic count_changed(const Numbers& weights, const Numbers& votes) {
  std::int64_t changed = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) changed += (weights[i] | votes[i]) != 0 ? 1 : 0;
  return {frame_bytes + changed * voxel_bytes, changed * voxel_bytes};
}

void time_dense(benchmark::State& state, int threads) {
  const auto frame = room_frame();
  const dense_room room;
  const auto call = [&] {
    integrate_depth(cpu(threads), image_of(frame), room_camera(), {}, room.volume);
  };
  reset(cpu(threads), room.volume);
  call();
  time_beside_copy(state, count_changed(room.weights, room.votes), threads, call);
}

void time_sparse(benchmark::State& state, int threads) {
  const auto frame = room_frame();
  const sparse_room room;
  const auto call = [&] {
    integrate_depth(cpu(threads), image_of(frame), room_camera(), {}, room.volume);
  };
  reset(cpu(threads), room.volume);
  call();
  time_beside_copy(state, count_changed(room.weights, room.votes), threads, call);
}

/// The field of a room that one frame has seen.
struct seen_room {
  std::vector<float> distances = std::vector<float>(256 * 256 * 256);

  explicit seen_room(int threads) {
    const auto frame = room_frame();
    const dense_room room;
    reset(cpu(threads), room.volume);
    integrate_depth(cpu(threads), image_of(frame), room_camera(), {}, room.volume);
    read_distance(cpu(threads), room.volume, view<float, 4>(distances.data(), {1, 256, 256, 256}));
  }
  [[nodiscard]] distance_field field() const {
    return {room_grid(), {distances.data(), {256, 256, 256}}};
  }
};

void time_mesh(benchmark::State& state, int threads) {
  const seen_room room(threads);
  std::vector<float> vertices(3 << 19), normals(vertices);
  std::vector<std::int32_t> triangles(3 << 20);
  std::vector<std::int64_t> counts(2);
  const mesh_arrays mesh{{vertices.data(), {1 << 19, 3}},
                         {normals.data(), {1 << 19, 3}},
                         {triangles.data(), {1 << 20, 3}},
                         {counts.data(), {2}}};
  const auto call = [&] { extract_mesh(cpu(threads), room.field(), mesh); };
  call();
  const auto voxels = static_cast<std::int64_t>(room.distances.size());
  time_beside_copy(state, {voxels * 4, counts[0] * 24 + counts[1] * 12}, threads, call);
}

void time_ray_cast(benchmark::State& state, int threads) {
  const seen_room room(threads);
  std::vector<float> depth(frame_pixels);
  time_beside_copy(state, {frame_pixels * 32, frame_pixels * 4}, threads, [&] {
    ray_cast(cpu(threads), room.field(), room_camera(), {},
             view<float, 3>(depth.data(), {1, frame_height, frame_width}));
  });
}

void add_all() {
  add_threaded_case("integrate_depth/640x480->256^3", time_dense);
  add_threaded_case("integrate_depth/640x480->sparse_1cm", time_sparse);
  add_threaded_case("extract_mesh/256^3", time_mesh);
  add_threaded_case("ray_cast/256^3->640x480", time_ray_cast);
}

}  // namespace
}  // namespace robocache::bench

int main(int argc, char** argv) {
  return robocache::bench::run_benchmarks(argc, argv, robocache::bench::add_all);
}
