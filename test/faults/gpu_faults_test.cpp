// The n-th launch or allocation of a call fails: the error says so, what was promised to stay
// untouched is, and the next call gives the CPU's bits.
#include <functional>

#include "support/accumulate_problem.hpp"
#include "support/device.hpp"
#include "support/fuse_problem.hpp"
#include "support/points_problem.hpp"

namespace {

/// The call of the runtime that fails next; negative: none does.
int launches_left = -1, allocations_left = -1;

bool fails(int& left) { return left >= 0 && left-- == 0; }

}  // namespace

extern "C" {
cudaError_t __real_cudaLaunchKernelExC(const cudaLaunchConfig_t*, const void*, void**);
cudaError_t __wrap_cudaLaunchKernelExC(const cudaLaunchConfig_t* config, const void* kernel,
                                       void** arguments) {
  if (fails(launches_left)) return cudaErrorLaunchOutOfResources;
  return __real_cudaLaunchKernelExC(config, kernel, arguments);
}
cudaError_t __real_cudaMallocAsync(void**, std::size_t, cudaStream_t);
cudaError_t __wrap_cudaMallocAsync(void** memory, std::size_t bytes, cudaStream_t stream) {
  if (fails(allocations_left)) return cudaErrorMemoryAllocation;
  return __real_cudaMallocAsync(memory, bytes, stream);
}
}

namespace {

using namespace test;

/// Lets every launch of `call(executor)` fail in turn, and its allocation. `untouched()` tells
/// whether outputs are as they were, `is_right()` whether they hold what they should.
template <class Call, class Check>
void fail_in_turn(const Call& call, const Check& untouched, const Check& is_right) {
  const stream on;
  int launches = 0;
  for (;; ++launches) {
    robocache::workspace scratch(robocache::device_memory(on.get()));
    launches_left = launches;
    bool failed = false;
    try {
      call(robocache::gpu(on.get(), &scratch));
    } catch (const robocache::cuda_error& error) {
      failed = true;
      CHECK(error.code() == cudaErrorLaunchOutOfResources);
      CHECK(std::string(error.what()).find("robocache::") == 0);
    }
    launches_left = -1;
    on.wait();
    CHECK(cudaGetLastError() == cudaSuccess);
    if (!failed) break;
    if (launches == 0) CHECK(untouched());
    REQUIRE(launches < 100);
  }
  CHECK(launches > 0);
  CHECK(is_right());

  robocache::workspace scratch(robocache::device_memory(on.get()));
  allocations_left = 0;
  try {
    call(robocache::gpu(on.get(), &scratch));
  } catch (const robocache::cuda_error& error) {
    CHECK(std::string(error.what()).find("out of device memory (asked for ") != std::string::npos);
  }
  allocations_left = -1;
  call(robocache::gpu(on.get(), &scratch));
  on.wait();
  CHECK(is_right());
}

/// The same for an outcome of test/support: `run(executor, outcome, place)` is the call.
template <class Outcome, class Run>
void fail_in_turn(const Outcome& fresh, const Run& run) {
  Outcome expected = fresh, got = fresh, poisoned_once = fresh;
  run(robocache::cpu{1}, expected, [](auto& v) { return v.data(); });
  mirror device;
  const auto place = [&](auto& v) { return device.place(v); };
  const auto fetch = [&] { got.each([&](const char*, auto& array) { device.fetch(array); }); };
  const std::function<bool()> untouched = [&] {
    fetch();
    return difference(poisoned_once, got).empty();
  };
  const std::function<bool()> is_right = [&] {
    fetch();
    const std::string different = difference(expected, got);
    INFO(different);
    return different.empty();
  };
  fail_in_turn([&](const robocache::gpu& executor) { run(executor, got, place); }, untouched,
               is_right);
}

cloud_problem<float> make_problem_of(std::int64_t extent, std::int64_t features) {
  random_source random(static_cast<std::uint64_t>(71 + extent));
  cloud_wildness wild;
  wild.points = 3000;
  wild.extent = extent;
  wild.arranged = false;
  auto p = make_clouds<float>(random, 2, features, wild);
  if (features > 0) add_labels(random, p);
  return p;
}

}  // namespace

TEST_CASE("faults: voxelization", "[gpu]") {
  for (const std::int64_t extent : {7, 60}) {
    const auto p = make_problem_of(extent, 2);
    INFO(p.story);
    const auto run = [&](const auto& executor, auto& outcome, const auto& place) {
      outcome.run(executor, p, place);
    };
    fail_in_turn(features_outcome(p), run);
    fail_in_turn(sparse_outcome(p, 300), run);
    const auto bare = make_problem_of(extent, 0);
    fail_in_turn(first_outcome(bare, 300, 5),
                 [&](const auto& executor, auto& outcome, const auto& place) {
                   outcome.run(executor, bare, place);
                 });
  }
}

TEST_CASE("faults: points", "[gpu]") {
  random_source random(72);
  const auto p = make_problem_of(7, 0);
  const auto run = [&](const auto& executor, auto& outcome, const auto& place) {
    outcome.run(executor, p, place);
  };
  fail_in_turn(bounds_outcome<float>(p), run);
  fail_in_turn(random_crop(random, p), run);
  const auto images = make_depth<float>(random, 2, 40);
  fail_in_turn(depth_outcome(images), [&](const auto& executor, auto& outcome, const auto& place) {
    outcome.run(executor, images, place);
  });
}

TEST_CASE("faults: trajectories", "[gpu]") {
  random_source random(73);
  const auto p =
      make_problem<float, std::int64_t>(random, 3, 50, 40, 6, robocache::interpolation::linear);
  auto expected = resample(robocache::cpu{1}, p);
  outcome<float, std::int64_t> got(p);
  const auto poisoned_once = got;
  mirror device;
  const auto fetch = [&] { got.for_each_array([&](auto& array) { device.fetch(array); }); };
  const std::function<bool()> untouched = [&] {
    fetch();
    return got.difference_from(poisoned_once).empty();
  };
  const std::function<bool()> is_right = [&] {
    fetch();
    return got.difference_from(expected).empty();
  };
  fail_in_turn(
      [&](const robocache::gpu& executor) {
        resample(executor, p, got, [&](auto& v) { return device.place(v); });
      },
      untouched, is_right);
}
