// Voxelization of scans on the CPU next to `memcpy` of the same bytes with as many threads.
#include "pointcloud/scans.hpp"
#include "pointcloud/voxelize_cases.hpp"
#include "support/cpu_benchmark.hpp"

namespace robocache::bench {
namespace {

/// 44 x 60 x 4.8 m around the road of kitti_scan.
voxel_grid road_grid(double size) {
  const auto voxels = [=](double length) { return std::llround(length / size); };
  return {{-24.0, -52.8, -3.2}, {size, size, size}, {voxels(44.0), voxels(60.0), voxels(4.8)}};
}

/// 240 m around the sensor, of which only occupied voxels are listed.
voxel_grid wide_grid(double size) {
  const std::int64_t voxels = std::llround(240.0 / size);
  return {{-120.0, -120.0, -120.0}, {size, size, size}, {voxels, voxels, voxels}};
}

cloud_shape shape_of(const scan& s, const voxel_grid& grid, std::int64_t channels) {
  return {1, s.points(), grid, channels};
}

void time_density(benchmark::State& state, const scan& s, double size, int threads) {
  const cloud_shape shape = shape_of(s, road_grid(size), 1);
  const std::int64_t(&e)[3] = shape.grid.extents;
  std::vector<float> output(static_cast<std::size_t>(shape.output_size()));
  time_beside_copy(state, count_dense_traffic(shape, 0), threads, [&] {
    voxelize_density(cpu(threads), shape.grid, points_of_rows(s.rows.data(), 1, s.points()),
                     view<float, 4>(output.data(), {1, e[2], e[1], e[0]}));
  });
}

/// The means of x, y, z and intensity.
void time_mean(benchmark::State& state, const scan& s, double size, int threads) {
  const cloud_shape shape = shape_of(s, road_grid(size), row_channels);
  const std::int64_t(&e)[3] = shape.grid.extents;
  std::vector<float> output(static_cast<std::size_t>(shape.output_size()));
  constexpr std::int64_t beyond_xyz = 1;
  time_beside_copy(state, count_dense_traffic(shape, beyond_xyz), threads, [&] {
    voxelize_mean(cpu(threads), shape.grid, points_of_rows(s.rows.data(), 1, s.points()),
                  view<const float, 3>(s.rows.data(), {1, s.points(), row_channels}),
                  view<float, 5>(output.data(), {1, e[2], e[1], e[0], row_channels}));
  });
}

/// The same as a list, by which voxel filters thin out clouds.
void time_sparse(benchmark::State& state, const scan& s, double size, int threads) {
  const cloud_shape shape = shape_of(s, wide_grid(size), row_channels);
  voxel_rows output(s.points(), 0);
  const auto call = [&] { call_sparse(cpu(threads), shape, s.points(), s.rows.data(), output); };
  call();
  const std::int64_t row_bytes = (4 + 1 + row_channels) * 4;
  const traffic moved{s.points() * row_channels * 4, output.number[0] * row_bytes + 8};
  time_beside_copy(state, moved, threads, call);
}

void add_all() {
  struct operation {
    const char* name;
    void (*time)(benchmark::State&, const scan&, double, int);
  };
  for (const scan& s : all_scans()) {
    for (const double size : voxel_sizes) {
      for (const operation& o : {operation{"density", time_density}, operation{"mean", time_mean},
                                 operation{"sparse", time_sparse}}) {
        add_threaded_case(case_name(o.name, s, size),
                          [=, time = o.time](benchmark::State& state, int threads) {
                            time(state, s, size, threads);
                          });
      }
    }
  }
}

}  // namespace
}  // namespace robocache::bench

int main(int argc, char** argv) {
  return robocache::bench::run_benchmarks(argc, argv, robocache::bench::add_all);
}
