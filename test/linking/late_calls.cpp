// Operations called by destructors that run when the thread's own memory is gone.
#include <cstdio>
#include <cstdlib>
#include <robocache/pointcloud/voxelize.hpp>
#include <vector>

namespace {

void call() {
  const std::vector<float> points(3000, 0.5F);
  std::vector<float> output(8 * 3);
  robocache::voxel_grid grid;
  for (std::int64_t& extent : grid.extents) extent = 2;
  const robocache::view<const float, 3> rows(points.data(), {1, 1000, 3});
  robocache::voxelize_mean(robocache::cpu{}, grid, rows, rows,
                           robocache::view<float, 5>(output.data(), {1, 2, 2, 2, 3}));
  if (output[0] == 0.5F) return;
  std::puts("a late call is wrong");
  std::abort();
}

struct late {
  ~late() {
    call();
    std::puts("a late call is right");
  }
};

const late of_the_process;
thread_local const late of_the_thread;

}  // namespace

int main() {
  static_cast<void>(&of_the_thread);  // made before the library's
  call();
}
