// What the kernels of trajectories compute, on an emulated GPU: the CPU's bits.
#include <cuda_runtime.h>

#include <robocache/trajectory/fuse.cuh>
#include <robocache/trajectory/resample.cuh>

#include "support/arranged.hpp"
#include "support/catch.hpp"
#include "support/fuse_problem.hpp"

namespace {

using namespace test;
using robocache::bf16;
using robocache::gpu;

template <class T, class Time>
void compare(const problem<T, Time>& p) {
  outcome<T, Time> out(p);
  resample(gpu::default_stream(), p, out, [](auto& v) { return v.data(); });
  INFO(p.story);
  CHECK(out.difference_from(resample(robocache::cpu{1}, p)) == "");
}

template <class Time, class T>
void compare(const fuse_problem<Time, T>& p, bool separate = false) {
  fuse_outcome<Time, T> out(p, separate);
  fuse(gpu::default_stream(), p, out, [](auto& v) { return v.data(); });
  INFO(p.story);
  CHECK(out.difference_from(fuse(robocache::cpu{1}, p, separate)) == "");
}

template <class T, class Time>
void compare_all_kinds() {
  for (const auto kind : all_kinds) {
    random_source random(10 + static_cast<std::uint64_t>(kind));
    for (int i = 0; i < 40; ++i) {
      const std::int64_t channels =
          robocache::is_slerp(kind) ? 4 * random.between(1, 5) : random.between(1, 20);
      compare(make_problem<T, Time>(random, random.between(1, 3), random.between(0, 30),
                                    random.between(1, 80), channels, kind));
    }
  }
  for_each_mixed_problem<T, Time>([](const auto& p) { compare(p); });
}

}  // namespace

TEST_CASE("emulated kernels of resample give the CPU's bits", "[emulated]") {
  compare_all_kinds<float, std::int64_t>();
  compare_all_kinds<bf16, double>();
}

TEST_CASE("emulated kernels of resample in every layout", "[emulated]") {
  for_each_arrangement<float>([](const auto& p, const arrangement& how) {
    arranged_problem arranged(p, how);
    arranged.run(gpu::default_stream(), [](auto& memory) { return memory.data(); });
    INFO(p.story);
    CAPTURE(how.padding, how.misaligned, how.reversed_rows, how.reversed_batch, how.row_major);
    CHECK(arranged.difference_from(resample(robocache::cpu{1}, p)) == "");
  });
}

TEST_CASE("emulated kernels of fuse give the CPU's bits", "[emulated]") {
  random_source random(20);
  for (int i = 0; i < 60; ++i) {
    fuse_wildness how;
    how.any_types = random.chance(0.5);
    if (random.chance(0.2)) how.width = 70;
    compare(make_fuse_problem<std::int64_t, float>(
                random, random.between(1, 20), random.between(1, 3), random.between(1, 90), how),
            random.chance(0.3));
  }
}

TEST_CASE("emulated kernels of windows that tile a clock give the CPU's bits", "[emulated]") {
  random_source random(30);
  for (const std::int64_t samples : {50, 700, 9000}) {
    for (int round = 0; round < 10; ++round) {
      compare(make_window_problem<std::int64_t, float>(random, 6, 3, 70, samples));
    }
  }
}
