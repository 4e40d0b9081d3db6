// Puts three sensors of a robot on one clock: camera features in bfloat16 at 30 Hz, an arm's
// joints, tool rotation and gripper at 100 Hz, and a wrench at 1 kHz, averaged over each period.
// The camera drops out for a while, and its clock is 12 ms ahead. On the GPU where there is one and
// else on the CPU, with the same bits.
#include <cmath>
#include <cstdio>
#include <robocache/trajectory/fuse.hpp>
#include <vector>

#if defined(ROBOCACHE_CUDA)
#include <cuda_runtime_api.h>
#endif

namespace {

using robocache::bf16;
using robocache::interpolation;
using robocache::view;

constexpr std::int64_t millisecond = 1000000;  // all times are nanoseconds
constexpr std::int64_t second = 1000 * millisecond;
constexpr std::int64_t begin = 1700000000 * second;  // the robot's clock counts from 1970
constexpr std::int64_t camera_ahead = 12 * millisecond;

/// An array in memory that the executor reaches, filled from the host.
template <class T>
class device_array {
 public:
  explicit device_array(const std::vector<T>& values) : host_(values), data_(host_.data()) {
#if defined(ROBOCACHE_CUDA)
    if (cudaMallocManaged(&managed_, values.size() * sizeof(T)) != cudaSuccess) return;
    data_ = static_cast<T*>(managed_);
    for (std::size_t i = 0; i < values.size(); ++i) data_[i] = values[i];
#endif
  }
#if defined(ROBOCACHE_CUDA)
  ~device_array() { cudaFree(managed_); }
#endif
  device_array(const device_array&) = delete;
  device_array& operator=(const device_array&) = delete;

  T* data() { return data_; }

 private:
  std::vector<T> host_;
  void* managed_ = nullptr;
  T* data_;
};

/// What one sensor logged.
template <class T>
struct recording {
  std::vector<std::int64_t> stamps;
  std::vector<T> rows;
};

/// Two seconds at `rate`, stamped by a clock that is `ahead`, with nothing between the two times of
/// the drop-out. `row_at(t, rows)` appends what the sensor sees at t seconds.
template <class T, class Row>
recording<T> record(std::int64_t rate, std::int64_t ahead, std::int64_t drop_from,
                    std::int64_t drop_to, const Row& row_at) {
  recording<T> log;
  for (std::int64_t i = 0; i <= 2 * rate; ++i) {
    const std::int64_t since = i * second / rate;
    if (since > drop_from && since < drop_to) continue;
    log.stamps.push_back(begin + since + ahead);
    row_at(static_cast<double>(since) * 1e-9, log.rows);
  }
  return log;
}

constexpr std::int64_t features = 16;
void camera_at(double t, std::vector<bf16>& rows) {
  for (int c = 0; c < features; ++c) {
    rows.emplace_back(static_cast<float>(std::tanh(std::sin(t + c))));
  }
}

constexpr std::int64_t arm_channels = 12;  // 7 joints, a quaternion x y z w, a gripper
void arm_at(double t, std::vector<float>& rows) {
  for (int joint = 0; joint < 7; ++joint) {
    rows.push_back(static_cast<float>(std::sin(t * (1.0 + 0.2 * joint))));
  }
  const double half_angle = 0.785398163397448 * t;
  rows.insert(rows.end(), {0.0F, 0.0F, static_cast<float>(std::sin(half_angle)),
                           static_cast<float>(std::cos(half_angle))});
  rows.push_back(t < 1.0 ? 0.0F : 1.0F);
}

constexpr std::int64_t wrench_channels = 6;
void wrench_at(double t, std::vector<float>& rows) {
  const double ringing = std::sin(600.0 * t);
  for (int c = 0; c < wrench_channels; ++c) {
    rows.push_back(static_cast<float>((c == 2 && t > 1.0 ? 9.81 : 0.0) + ringing));
  }
}

}  // namespace

int main() {
  using namespace robocache;

  const auto camera =
      record<bf16>(30, camera_ahead, 1200 * millisecond, 1500 * millisecond, camera_at);
  const auto arm = record<float>(100, 0, 0, 0, arm_at);
  const auto wrench = record<float>(1000, 0, 0, 0, wrench_at);

  device_array<bf16> camera_rows(camera.rows);
  device_array<float> arm_rows(arm.rows), wrench_rows(wrench.rows);
  device_array<std::int64_t> camera_stamps(camera.stamps), arm_stamps(arm.stamps),
      wrench_stamps(wrench.stamps);

  // One log is a batch of one.
  const auto stream_of = [](auto& rows, auto& stamps, std::size_t count, std::int64_t channels,
                            const channel_groups& kinds) {
    const auto samples = static_cast<std::int64_t>(count);
    return fuse_stream<std::int64_t>(view(rows.data(), {1, samples, channels}),
                                     view(stamps.data(), {1, samples}), kinds);
  };
  std::vector<fuse_stream<std::int64_t>> streams = {
      stream_of(camera_rows, camera_stamps, camera.stamps.size(), features,
                interpolation::previous),
      stream_of(arm_rows, arm_stamps, arm.stamps.size(), arm_channels,
                {{7, interpolation::linear},
                 {4, interpolation::slerp_xyzw},
                 {1, interpolation::previous}}),
      stream_of(wrench_rows, wrench_stamps, wrench.stamps.size(), wrench_channels, {})};
  streams[0].clock_offset = camera_ahead;
  streams[0].options.tolerance = 50 * millisecond;  // an older image is no answer
  streams[1].options.max_gap = 30 * millisecond;
  streams[2].reduce = reduction::mean;
  streams[2].window = 20 * millisecond;

  constexpr std::int64_t rate = 50, targets = 2 * rate + 1;
  constexpr std::int64_t width = features + arm_channels + wrench_channels;
  const fuse_clock<std::int64_t> clock(begin, second, 1, targets, rate);

  device_array<float> fused(std::vector<float>(targets * width));
  device_array<std::uint8_t> valid(std::vector<std::uint8_t>(targets * 3));
  device_array<std::int64_t> age(std::vector<std::int64_t>(targets * 3));
  fuse_report<std::int64_t> report;
  report.valid = {valid.data(), {1, targets, 3}};
  report.age = {age.data(), {1, targets, 3}};

  const any_executor executor = select_executor();
  fuse(executor, streams, clock, view<float, 3>(fused.data(), {1, targets, width}), report);
  synchronize(executor);

  std::printf(
      "camera, arm and wrench at 30, 100 and 1000 Hz to %lld targets at %lld Hz on the %s\n",
      static_cast<long long>(targets), static_cast<long long>(rate),
      executor.kind() == backend::cuda ? "GPU" : "CPU");
  std::printf("    time   feature 0   its age   joint 0   gripper   force z   valid\n");
  for (std::int64_t k = 0; k < targets; k += 4) {
    const float* row = fused.data() + k * width;
    const std::uint8_t* is = valid.data() + k * 3;
    std::printf("%6.2f s   %9.4f   %4.0f ms   %7.4f   %7.0f   %7.3f   %d %d %d\n",
                static_cast<double>(k) / static_cast<double>(rate), static_cast<double>(row[0]),
                static_cast<double>(age.data()[k * 3]) / millisecond,
                static_cast<double>(row[features]),
                static_cast<double>(row[features + arm_channels - 1]),
                static_cast<double>(row[features + arm_channels + 2]), is[0], is[1], is[2]);
  }
  return 0;
}
