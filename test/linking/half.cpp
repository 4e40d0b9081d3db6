// Half of a program: compiled once for the headers alone and once for the library.
#include <cstdlib>
#include <robocache/trajectory/resample.hpp>

/// Resamples a ramp on the executor that is chosen; 0 when all is as it should be.
int HALF(const float* source, float* output) {
  const std::int64_t times[] = {0, 1000, 2000, 3000}, targets[] = {500, 1500, 2500, 3500};
  const robocache::any_executor executor = robocache::select_executor(robocache::backend::cpu);
  robocache::resample(executor, robocache::view<const float, 3>(source, {1, 4, 1}),
                      robocache::view<const std::int64_t, 2>(times, {1, 4}),
                      robocache::view<const std::int64_t, 2>(targets, {1, 4}),
                      robocache::view<float, 3>(output, {1, 4, 1}));
  // Each half answers for itself whether it has CUDA: none throws where it has.
  try {
    static_cast<void>(robocache::select_executor(robocache::backend::cuda));
  } catch (const robocache::invalid_argument&) {
    return EXIT_SUCCESS;
  }
#if defined(ROBOCACHE_CUDA)
  return EXIT_SUCCESS;
#else
  return EXIT_FAILURE;
#endif
}
