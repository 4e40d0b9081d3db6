// The GPU gives the CPU's bits: at least 10^7 values of every kind and element type, and every
// layout.
#include "support/arranged.hpp"
#include "support/catch.hpp"
#include "support/device.hpp"

namespace {

using namespace test;
using robocache::bf16;
using robocache::f16;

template <class T, class Time>
outcome<T, Time> on_device(const problem<T, Time>& p, const stream& s) {
  mirror device;
  outcome<T, Time> out(p);
  resample(s.executor(), p, out, [&](auto& v) { return device.place(v); });
  s.wait();
  out.for_each_array([&](auto& array) { device.fetch(array); });
  return out;
}

template <class T, class Time>
void compare(const problem<T, Time>& p, const stream& s) {
  INFO(p.story);
  CHECK(on_device(p, s).difference_from(resample(robocache::cpu{}, p)) == "");
}

template <class T, class Time>
void compare_arranged(const problem<T, Time>& p, const arrangement& how, const stream& s) {
  mirror device;
  arranged_problem arranged(p, how);
  arranged.run(s.executor(), [&](auto& memory) { return device.place(memory); });
  s.wait();
  arranged.for_each_output([&](auto& memory) { device.fetch(memory); });
  INFO(p.story);
  CAPTURE(how.padding, how.misaligned, how.reversed_rows, how.reversed_batch, how.row_major);
  CHECK(arranged.difference_from(resample(robocache::cpu{}, p)) == "");
}

}  // namespace

#define ROBOCACHE_PAIRS(T) \
  (std::pair<T, std::int64_t>), (std::pair<T, double>), (std::pair<T, float>)

TEMPLATE_TEST_CASE("the GPU gives the CPU's bits", "[gpu]", ROBOCACHE_PAIRS(float),
                   ROBOCACHE_PAIRS(double), ROBOCACHE_PAIRS(bf16), ROBOCACHE_PAIRS(f16)) {
  using T = typename TestType::first_type;
  using Time = typename TestType::second_type;
  const stream s;
  for (const auto kind : all_kinds) {
    for_each_problem<T, Time>(kind, [&](const auto& p) { compare(p, s); });
  }
  for_each_mixed_problem<T, Time>([&](const auto& p) { compare(p, s); });
}

TEMPLATE_TEST_CASE("the GPU gives the CPU's bits in every layout", "[gpu]", float, double, bf16,
                   f16) {
  const stream s;
  for_each_arrangement<TestType>(
      [&](const auto& p, const arrangement& how) { compare_arranged(p, how, s); });
}

TEST_CASE("rows too long for shared memory in every layout on the GPU", "[gpu]") {
  const stream s;
  random_source random(97);
  for (const auto kind : {robocache::interpolation::cubic, robocache::interpolation::slerp_xyzw}) {
    for (const arrangement& how : all_arrangements) {
      const wildness tame = {0.05, false, false, false};
      compare_arranged(make_problem<float, std::int64_t>(random, 2, 6, 5, 20'000, kind, tame), how,
                       s);
      compare_arranged(make_problem<bf16, std::int64_t>(random, 2, 6, 5, 40'004, kind, tame), how,
                       s);
    }
  }
}

TEST_CASE("wide rows, many rows, long recordings and few rows on the GPU", "[gpu]") {
  const stream s;
  struct shape {
    std::int64_t batch, samples, queries, channels;
  };
  const shape shapes[] = {{1, 5, 3, 20'000},   {1, 5, 3, 20'001},    {1, 300'000, 5000, 4},
                          {3000, 4, 7, 5},     {1, 1, 1, 1},         {2, 100, 70'000, 1},
                          {70'000, 3, 1, 2},   {16, 4096, 1024, 32}, {32, 500, 256, 256},
                          {1, 2, 100'000, 16}, {128, 500, 250, 14},  {5, 70'000, 333, 8}};
  random_source random(99);
  for (const auto& shape : shapes) {
    for (const auto kind : {robocache::interpolation::linear, robocache::interpolation::pchip}) {
      const wildness how = {0.05, false, random.chance(0.5), true};
      compare(make_problem<float, std::int64_t>(random, shape.batch, shape.samples, shape.queries,
                                                shape.channels, kind, how),
              s);
      compare(make_problem<bf16, double>(random, shape.batch, shape.samples, shape.queries,
                                         shape.channels, kind, how),
              s);
    }
  }
}

TEST_CASE("empty extents on the GPU", "[gpu]") {
  const stream s;
  random_source random(98);
  for (const std::int64_t batch : {0, 2}) {
    for (const std::int64_t samples : {0, 1, 3}) {
      for (const std::int64_t queries : {0, 4}) {
        for (const std::int64_t channels : {0, 3}) {
          for (const auto kind :
               {robocache::interpolation::linear, robocache::interpolation::cubic}) {
            compare(make_problem<float, std::int64_t>(random, batch, samples, queries, channels,
                                                      kind, {0, true, false, true}),
                    s);
          }
        }
      }
    }
  }
}
