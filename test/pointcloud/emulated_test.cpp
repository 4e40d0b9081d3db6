// What the kernels of point clouds compute, on an emulated GPU: the CPU's bits.
#include <cuda_runtime.h>

#include <robocache/pointcloud/voxelize.cuh>
#include <robocache/pointcloud/voxelize_sparse.cuh>

#include "support/catch.hpp"
#include "support/voxel_reference.hpp"

namespace {

using namespace test;
using robocache::cpu;
using robocache::gpu;

template <class P, class Outcome>
void compare(const cloud_problem<P>& p, const Outcome& blank) {
  robocache::workspace scratch(robocache::host_memory());
  const gpu executor = gpu::default_stream(&scratch);
  INFO(p.story);
  Outcome expected = run(cpu{1}, p, blank);
  Outcome got = blank;
  got.run(executor, p, [](auto& v) { return v.data(); });
  CHECK(difference(got, expected) == "");
}

}  // namespace

TEST_CASE("emulated kernels of voxelization give the CPU's bits", "[emulated]") {
  random_source random(40);
  for (int i = 0; i < 30; ++i) {
    const auto p = make_clouds<float>(random, random.between(0, 4), random.between(0, 3));
    compare(p, grids_outcome(p));
    compare(p, features_outcome(p));
    compare(p, sparse_outcome(p, random.between(0, 500)));
  }
}
