// The smallest program: one trajectory to new times, on the CPU.
#include <cstdio>
#include <robocache/robocache.hpp>
#include <vector>

int main() {
  using namespace robocache;
  const std::int64_t B = 1, S = 4, D = 2, U = 3;
  const std::vector<float> samples = {0, 0, 1, 10, 2, 20, 3, 30};
  const std::vector<std::int64_t> stamps = {0, 1000, 2000, 3000}, targets = {500, 1250, 2900};
  std::vector<float> output(U * D);

  // [B, S, D] samples at [B, S] stamps, answered at [B, U] targets.
  resample(cpu{}, view(samples.data(), {B, S, D}), view(stamps.data(), {B, S}),
           view(targets.data(), {B, U}), view(output.data(), {B, U, D}));

  for (std::int64_t u = 0; u < U; ++u) {
    std::printf("at %4lld: %.2f %.2f\n", static_cast<long long>(targets[u]),
                static_cast<double>(output[u * D]), static_cast<double>(output[u * D + 1]));
  }
}
