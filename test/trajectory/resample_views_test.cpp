// Strides, odd widths, misaligned bases and empty extents.
#include "support/arranged.hpp"
#include "support/catch.hpp"

namespace {

using namespace test;
using robocache::bf16;
using robocache::interpolation;
using robocache::view;

constexpr wildness plain = {0.1, true, false, true};

}  // namespace

TEMPLATE_TEST_CASE("strides and odd widths change where values stand, not what they are", "[views]",
                   float, double, bf16, robocache::f16) {
  for_each_arrangement<TestType>([](const auto& p, const arrangement& how) {
    arranged_problem arranged(p, how);
    arranged.run(robocache::cpu{2}, [](auto& memory) { return memory.data(); });
    INFO(p.story);
    CAPTURE(how.padding, how.misaligned, how.reversed_rows, how.reversed_batch, how.row_major);
    CHECK(arranged.difference_from(resample(robocache::cpu{1}, p)) == "");
  });
}

TEST_CASE("a stride of zero shares rows", "[views]") {
  random_source random(3);
  constexpr std::int64_t batch = 4, samples = 20, queries = 31, channels = 6;
  auto p = make_problem<float, std::int64_t>(random, 1, samples, queries, channels,
                                             interpolation::pchip, plain);
  const auto one = resample(robocache::cpu{1}, p);
  std::vector<float> output(batch * queries * channels);
  robocache::resample(
      robocache::cpu{2},
      view<const float, 3>(p.source.data(), {batch, samples, channels}, {0, channels, 1}),
      view<const std::int64_t, 2>(p.times.data(), {batch, samples}, {0, 1}),
      view<const std::int64_t, 2>(p.targets.data(), {batch, queries}, {0, 1}),
      view<float, 3>(output.data(), {batch, queries, channels}), p.options);
  for (std::int64_t b = 0; b < batch; ++b) {
    const auto begin = output.begin() + b * queries * channels;
    CHECK(first_difference({begin, begin + queries * channels}, one.output) == -1);
  }

  // Every sample is the same row.
  std::vector<float> row = {1.5F, -2, 3, 0, -0.0F, 1e-42F}, same(queries * channels);
  robocache::resample(robocache::cpu{2},
                      view<const float, 3>(row.data(), {1, samples, channels}, {0, 0, 1}),
                      view<const std::int64_t, 2>(p.times.data(), {1, samples}),
                      view<const std::int64_t, 2>(p.targets.data(), {1, queries}),
                      view<float, 3>(same.data(), {1, queries, channels}));
  for (std::int64_t u = 0; u < queries; ++u) {
    const auto begin = same.begin() + u * channels;
    CHECK(first_difference({begin, begin + channels}, row) == -1);
  }
}

TEST_CASE("empty extents are fine and the rest is still written", "[views]") {
  struct shape {
    std::int64_t batch, samples, queries, channels;
  };
  const shape shapes[] = {{0, 5, 4, 3}, {2, 0, 4, 3}, {2, 5, 0, 3}, {2, 5, 4, 0},
                          {2, 1, 4, 3}, {0, 0, 0, 0}, {1, 0, 1, 0}};
  for (const auto& s : shapes) {
    for (const auto kind : {interpolation::linear, interpolation::cubic, interpolation::nearest}) {
      random_source random(5);
      auto p = make_problem<float, double>(random, s.batch, s.samples, s.queries, s.channels, kind,
                                           {0, false, false, false});
      p.options.fill_value = 8;
      for (auto& target : p.targets) target = 0;
      for (auto& time : p.times) time = 1;
      const auto out = resample(robocache::cpu{2}, p);
      CAPTURE(s.batch, s.samples, s.queries, s.channels, name_of(kind));
      for (std::size_t i = 0; i < p.slots(); ++i) {
        CHECK(out.left[i] == (s.samples > 0 ? 0 : -1));
        CHECK(out.age[i] == (s.samples > 0 ? -1.0 : 0.0));
        CHECK(out.weight[i] == 0.0);
        if (s.channels > 0) CHECK(out.valid[i] == (s.samples > 0 ? 1 : 0));
        if (s.samples == 0 && s.channels > 0) CHECK(out.output[i * 3] == 8.0F);
        if (s.samples == 1) {
          const std::size_t item = i / 4;
          CHECK(out.output[i * 3 + 1] == p.source[item * 3 + 1]);
        }
      }
      for (const auto word : out.status) CHECK(word == robocache::stamps_ok);
    }
  }
}

TEST_CASE("views that are null where nothing is stored are fine", "[views]") {
  const view<const float, 3> source(nullptr, {0, 0, 3});
  const view<const float, 2> times(nullptr, {0, 0}), targets(nullptr, {0, 4});
  CHECK_NOTHROW(robocache::resample(robocache::cpu{}, source, times, targets,
                                    view<float, 3>(nullptr, {0, 4, 3})));
  CHECK_NOTHROW(robocache::resample(robocache::cpu{}, view<const float, 3>{},
                                    view<const float, 2>{}, view<const float, 2>{},
                                    view<float, 3>{}));
}
