// One recording in vectors: brought to a uniform rate, and two sensors fused onto one clock, with
// results that own their arrays.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <robocache/robocache.hpp>
#include <utility>
#include <vector>

namespace {

constexpr std::int64_t second = 1000000000;  // all times are nanoseconds

/// Ten seconds at `rate` of `channels` slow waves.
void record(std::int64_t rate, std::int64_t channels, std::vector<std::int64_t>& times,
            std::vector<float>& values) {
  for (std::int64_t i = 0; i <= 10 * rate; ++i) {
    times.push_back(i * second / rate);
    const double t = static_cast<double>(times.back()) * 1e-9;
    for (std::int64_t c = 0; c < channels; ++c) {
      values.push_back(static_cast<float>(std::sin(t + static_cast<double>(c))));
    }
  }
}

}  // namespace

int main() {
  using namespace robocache;
  std::vector<std::int64_t> times, force_times, targets;
  std::vector<float> joints, forces;
  record(100, 7, times, joints);
  record(1000, 3, force_times, forces);
  for (std::int64_t k = 0; k <= 500; ++k) targets.push_back(k * second / 50);

  // Two packets came in the wrong order: stamps that step back are sorted, the rows along with
  // them.
  std::swap(times[20], times[21]);
  std::swap_ranges(joints.begin() + 20 * 7, joints.begin() + 21 * 7, joints.begin() + 21 * 7);
  const auto order = ascending_rows(times, unsorted_policy::sort);
  times = take_rows(times, 1, order);
  joints = take_rows(joints, 7, order);

  // Seven joints to 50 Hz.
  const auto resampled = resample_log(cpu{}, times, joints, 7, targets);
  std::printf("%lld rows of %lld joints\n", static_cast<long long>(resampled.rows),
              static_cast<long long>(resampled.channels));

  // The same joints beside the mean force of each period.
  std::vector streams = {log_stream(times, joints, 7), log_stream(force_times, forces, 3)};
  streams[1].reduce = reduction::mean;
  streams[1].window = second / 50;
  const auto fused = fuse_log(cpu{}, streams, targets);
  for (std::int64_t k = 0; k < fused.rows; k += 100) {
    std::printf("at %4.1f s: joint 0 %7.4f, force z %7.4f, valid %d %d\n",
                static_cast<double>(targets[static_cast<std::size_t>(k)]) * 1e-9,
                static_cast<double>(fused[k][0]), static_cast<double>(fused[k][9]),
                fused.valid[static_cast<std::size_t>(2 * k)],
                fused.valid[static_cast<std::size_t>(2 * k + 1)]);
  }
}
