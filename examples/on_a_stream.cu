// The same call on a CUDA stream, beside Thrust: asynchronous, no allocation, may be captured in a
// graph.
#include <thrust/device_vector.h>

#include <cstdio>
#include <robocache/robocache.hpp>
#include <vector>

int main() {
  using namespace robocache;
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
    std::puts("there is no CUDA device");
    return 0;
  }
  const std::int64_t B = 1, S = 4, D = 2, U = 3;
  const thrust::device_vector<float> samples(std::vector<float>{0, 0, 1, 10, 2, 20, 3, 30});
  const thrust::device_vector<std::int64_t> stamps(std::vector<std::int64_t>{0, 1000, 2000, 3000});
  const thrust::device_vector<std::int64_t> targets(std::vector<std::int64_t>{500, 1250, 2900});
  thrust::device_vector<float> output(U * D);
  const auto at = [](const auto& array) { return thrust::raw_pointer_cast(array.data()); };

  cudaStream_t stream;
  cudaStreamCreate(&stream);
  const view device_samples(at(samples), {B, S, D});
  const view device_stamps(at(stamps), {B, S}), device_targets(at(targets), {B, U});
  const view device_output(thrust::raw_pointer_cast(output.data()), {B, U, D});
  resample(gpu{stream}, device_samples, device_stamps, device_targets, device_output);
  cudaStreamSynchronize(stream);

  for (std::int64_t u = 0; u < U; ++u) {
    std::printf("at %4lld: %.2f %.2f\n", static_cast<long long>(targets[u]),
                static_cast<double>(output[u * D]), static_cast<double>(output[u * D + 1]));
  }
  cudaStreamDestroy(stream);
}
