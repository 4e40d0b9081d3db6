// Brings a robot arm's log to a uniform clock: joints, tool rotation and gripper in one call, on
// the GPU where there is one and else on the CPU, with the same bits.
#include <cmath>
#include <cstdio>
#include <robocache/trajectory/resample.hpp>
#include <vector>

#if defined(ROBOCACHE_CUDA)
#include <cuda_runtime_api.h>
#endif

namespace {

constexpr std::int64_t channels = 12;  // 7 joints, a quaternion x y z w, a gripper

struct recording {
  std::vector<std::int64_t> stamps;  // nanoseconds
  std::vector<float> rows;           // one row of `channels` for each stamp
};

/// Two seconds of an arm that turns its tool a half turn and closes its gripper, logged about
/// every 10 ms.
recording make_recording() {
  recording log;
  for (int i = 0; i <= 200; ++i) {
    const std::int64_t jitter = (i * 7919 % 13 - 6) * 300000;
    log.stamps.push_back(i * std::int64_t{10000000} + (i > 0 ? jitter : 0));
    const double t = static_cast<double>(log.stamps.back()) * 1e-9;
    for (int joint = 0; joint < 7; ++joint) {
      log.rows.push_back(static_cast<float>(std::sin(t * (1.0 + 0.2 * joint))));
    }
    const double half_angle = 0.785398163397448 * t;
    const double quaternion[] = {0.0, 0.0, std::sin(half_angle), std::cos(half_angle)};
    for (const double q : quaternion) log.rows.push_back(static_cast<float>(q));
    log.rows.push_back(t < 1.0 ? 0.0F : 1.0F);
  }
  return log;
}

/// An array of zeros in memory that both the CPU and the GPU reach.
template <class T>
class shared_array {
 public:
  explicit shared_array(std::size_t count) : count_(count) {
#if defined(ROBOCACHE_CUDA)
    if (cudaMallocManaged(&managed_, count * sizeof(T)) == cudaSuccess) {
      data_ = static_cast<T*>(managed_);
      return;
    }
#endif
    host_.resize(count);
    data_ = host_.data();
  }
  explicit shared_array(const std::vector<T>& values) : shared_array(values.size()) {
    for (std::size_t i = 0; i < count_; ++i) data_[i] = values[i];
  }
#if defined(ROBOCACHE_CUDA)
  ~shared_array() { cudaFree(managed_); }
#endif
  shared_array(const shared_array&) = delete;
  shared_array& operator=(const shared_array&) = delete;

  T* data() { return data_; }

 private:
  std::size_t count_;
  void* managed_ = nullptr;
  std::vector<T> host_;
  T* data_ = nullptr;
};

}  // namespace

int main() {
  using namespace robocache;

  const recording log = make_recording();
  const auto samples = static_cast<std::int64_t>(log.stamps.size());
  const std::int64_t rate = 50;
  std::vector<std::int64_t> clock;
  for (std::int64_t k = 0; k * 1000000000 / rate <= log.stamps.back(); ++k) {
    clock.push_back(k * 1000000000 / rate);
  }
  const auto count = static_cast<std::int64_t>(clock.size());

  shared_array<float> rows(log.rows);
  shared_array<std::int64_t> stamps(log.stamps);
  shared_array<std::int64_t> targets(clock);
  shared_array<float> resampled(static_cast<std::size_t>(count * channels));
  shared_array<std::uint8_t> valid(static_cast<std::size_t>(count));

  resample_options<std::int64_t> options;
  options.kinds = {
      {7, interpolation::linear}, {4, interpolation::slerp_xyzw}, {1, interpolation::previous}};
  options.max_gap = 50000000;  // 50 ms: no answer inside longer gaps
  resample_report<std::int64_t> report;
  report.valid = {valid.data(), {1, count}};

  // One trajectory is a batch of one.
  const any_executor executor = select_executor();
  resample(executor, view<const float, 3>(rows.data(), {1, samples, channels}),
           view<const std::int64_t, 2>(stamps.data(), {1, samples}),
           view<const std::int64_t, 2>(targets.data(), {1, count}),
           view<float, 3>(resampled.data(), {1, count, channels}), options, report);
  synchronize(executor);

  std::printf("%lld samples to %lld targets at %lld Hz on the %s\n",
              static_cast<long long>(samples), static_cast<long long>(count),
              static_cast<long long>(rate), executor.kind() == backend::cuda ? "GPU" : "CPU");
  std::printf("    time   joint 0   joint 6      quaternion z, w   gripper   valid\n");
  for (std::int64_t k = 0; k < count; k += 10) {
    const float* row = resampled.data() + k * channels;
    std::printf("%6.2f s   %7.4f   %7.4f   %7.4f, %7.4f   %7.0f   %5d\n",
                static_cast<double>(targets.data()[k]) * 1e-9, static_cast<double>(row[0]),
                static_cast<double>(row[6]), static_cast<double>(row[9]),
                static_cast<double>(row[10]), static_cast<double>(row[11]), valid.data()[k]);
  }
  return 0;
}
