// Arguments of accumulators that cannot be right are named, and nothing is written.
#include "support/accumulate_problem.hpp"
#include "support/catch.hpp"
#include "support/mistakes.hpp"

namespace {

using namespace robocache;

/// A grid of 4 x 3 x 2 voxels with 5 channels, and 2 clouds of 6 points, to be spoilt.
struct call {
  std::vector<std::int64_t> counts = std::vector<std::int64_t>(24, -7), sums{more()}, nans{more()};
  std::vector<std::uint32_t> maxima = std::vector<std::uint32_t>(200, 7), flags{maxima};
  std::vector<std::int64_t> other_counts{counts}, other_sums{more()}, other_nans{more()};
  std::vector<std::uint32_t> other_maxima{maxima}, other_flags{maxima};
  std::vector<float> coordinates = std::vector<float>(64, 0.5F);
  std::vector<float> out = std::vector<float>(200, -3.0F);
  std::vector<std::int64_t> lengths = {6, 7};

  voxel_grid grid{{0, 0, 0}, {1, 1, 1}, {4, 3, 2}, index_rule::floor};
  voxel_accumulator acc, other;
  view<const float, 3> points{coordinates.data(), {2, 6, 3}};
  view<const float, 3> features{coordinates.data(), {2, 6, 5}};
  cloud_options clouds;
  view<float, 4> output{out.data(), {2, 3, 4, 5}};
  view<float, 3> density{out.data(), {2, 3, 4}};
  nan_policy nan_rule = nan_policy::skip;
  density_options options;

  call() {
    acc.counts = {counts.data(), {2, 3, 4}};
    acc.sums = {sums.data(), {2, 3, 4, 5}};
    acc.maxima = {maxima.data(), {2, 3, 4, 5}};
    acc.flags = {flags.data(), {2, 3, 4, 5}};
    acc.nans = {nans.data(), {2, 3, 4, 5}};
    other = acc;
    other.counts = {other_counts.data(), {2, 3, 4}};
    other.sums = {other_sums.data(), {2, 3, 4, 5}};
    other.maxima = {other_maxima.data(), {2, 3, 4, 5}};
    other.flags = {other_flags.data(), {2, 3, 4, 5}};
    other.nans = {other_nans.data(), {2, 3, 4, 5}};
  }
  static std::vector<std::int64_t> more() { return std::vector<std::int64_t>(200, -7); }

  void clear() const { reset(any_executor(cpu{2}), acc); }
  void take() const { accumulate(any_executor(cpu{2}), grid, points, features, acc, clouds); }
  void join() const { merge(any_executor(cpu{2}), other, acc); }
  void mean() const { finalise_mean(any_executor(cpu{2}), acc, output, {0.0F, nan_rule}); }
  void max() const { finalise_max(any_executor(cpu{2}), acc, output, {0.0F, nan_rule}); }
  void count() const { finalise_density(any_executor(cpu{2}), acc, density, options, grid); }

  [[nodiscard]] bool untouched() const {
    const auto all = [](const auto& list, auto value) {
      return std::all_of(list.begin(), list.end(), [&](auto v) { return v == value; });
    };
    return all(counts, -7) && all(sums, -7) && all(nans, -7) && all(maxima, 7U) && all(flags, 7U) &&
           all(out, -3.0F);
  }
};

using mistake = test::mistake<call>;

}  // namespace

TEST_CASE("every call checks its accumulator") {
  const std::vector<mistake> mistakes = {
      {"acc.counts must not be null",
       [](call& c) {
         c.acc.counts = {nullptr, {2, 3, 4}};
       }},
      {"acc.counts must have voxels", [](call& c) { c.acc = {}; }},
      {"acc.counts.stride(1) must be 4, since accumulators are dense (got 5)",
       [](call& c) {
         c.acc.counts = {c.counts.data(), {2, 3, 4}, {12, 5, 1}};
       }},
      {"acc.sums.extent(0) must equal acc.counts.extent(0) (got 3 and 2)",
       [](call& c) {
         c.acc.sums = {c.sums.data(), {3, 3, 4, 5}};
       }},
      {"acc.sums.stride(3) must be 1 (got 2)",
       [](call& c) {
         c.acc.sums = {c.sums.data(), {2, 3, 4, 5}, {120, 40, 10, 2}};
       }},
      {"acc.maxima.extent(3) must equal the channels of the others (got 4 and 5)",
       [](call& c) {
         c.acc.maxima = {c.maxima.data(), {2, 3, 4, 4}};
       }},
      {"acc.flags must be given with acc.sums and acc.maxima", [](call& c) { c.acc.flags = {}; }},
      {"acc.flags and acc.nans need acc.sums or acc.maxima",
       [](call& c) { c.acc.sums = {}, c.acc.maxima = {}; }},
      {"acc.sums must not be null",
       [](call& c) {
         c.acc.sums = {nullptr, {2, 3, 4, 5}};
       }},
      {"acc.nans must not be null",
       [](call& c) {
         c.acc.nans = {nullptr, {2, 3, 4, 5}};
       }},
      {"acc.flags.extent(2) must equal acc.counts.extent(2) (got 3 and 4)",
       [](call& c) {
         c.acc.flags = {nullptr, {2, 3, 3, 5}};
       }},
      {"acc.scale must be -200 to 250 (got 251)", [](call& c) { c.acc.scale = 251; }},
      {"acc.most_points must be at least 1 (got 0)", [](call& c) { c.acc.most_points = 0; }},
  };
  test::check_mistakes("reset", &call::clear, mistakes);
  test::check_mistakes("accumulate", &call::take, mistakes);
  test::check_mistakes("merge", &call::join, mistakes);
  test::check_mistakes("finalise_mean", &call::mean, mistakes);
  test::check_mistakes("finalise_max", &call::max, mistakes);
  test::check_mistakes("finalise_density", &call::count, mistakes);
}

TEST_CASE("accumulate names what is wrong") {
  test::check_mistakes("accumulate", &call::take,
                       {{"acc.counts.extent(2) must equal grid.extents[0] (got 4 and 5)",
                         [](call& c) { c.grid.extents[0] = 5; }},
                        {"grid.size must be positive and finite along y (got 0.000000)",
                         [](call& c) { c.grid.size[1] = 0; }},
                        {"points.extent(2) must equal 3 coordinates (got 4 and 3)",
                         [](call& c) {
                           c.points = {c.coordinates.data(), {2, 6, 4}};
                         }},
                        {"features.extent(1) must equal points.extent(1) (got 5 and 6)",
                         [](call& c) {
                           c.features = {c.coordinates.data(), {2, 5, 5}};
                         }},
                        {"features.extent(2) must equal the channels of acc (got 4 and 5)",
                         [](call& c) {
                           c.features = {c.coordinates.data(), {2, 6, 4}};
                         }},
                        {"features.extent(0) must equal points.extent(0) (got 0 and 2)",
                         [](call& c) { c.features = {}; }},
                        {"features must not be null",
                         [](call& c) {
                           c.features = {nullptr, {2, 6, 5}};
                         }},
                        {"options.clouds.offsets must not be null",
                         [](call& c) {
                           c.clouds.clouds.offsets = {nullptr, {3}};
                         }},
                        {"features need acc.sums or acc.maxima",
                         [](call& c) {
                           c.acc.sums = c.acc.nans = {};
                           c.acc.maxima = c.acc.flags = {};
                         }},
                        {"options.clouds.lengths[1] must be 0 to 6 (got 7)", [](call& c) {
                           c.clouds.clouds.lengths = {c.lengths.data(), {2}};
                         }}});
}

TEST_CASE("merge names what is wrong") {
  test::check_mistakes(
      "merge", &call::join,
      {{"from.counts and into.counts must have the same shape",
        [](call& c) {
          c.other = {};
          c.other.counts = {c.other_counts.data(), {2, 2, 4}};
        }},
       {"from.nans and into.nans must have the same shape", [](call& c) { c.other.nans = {}; }},
       {"from.maxima and into.maxima must have the same shape", [](call& c) { c.acc.maxima = {}; }},
       {"from.scale must equal into.scale (got 1 and 0)", [](call& c) { c.other.scale = 1; }},
       {"from.most_points must equal into.most_points (got 2 and 1)",
        [](call& c) { c.other.most_points = 2; }},
       {"from.counts and into.counts must not overlap",
        [](call& c) { c.other.counts = c.acc.counts; }},
       {"from.sums and into.sums must not overlap", [](call& c) { c.other.sums = c.acc.sums; }},
       {"from.sums and into.sums must not overlap",
        [](call& c) {
          c.other.sums = {c.sums.data() + 80, {2, 3, 4, 5}};
        }},
       {"from.maxima and into.maxima must not overlap",
        [](call& c) { c.other.maxima = c.acc.maxima; }},
       {"from.flags and into.flags must not overlap", [](call& c) { c.other.flags = c.acc.flags; }},
       {"from.nans and into.nans must not overlap", [](call& c) { c.other.nans = c.acc.nans; }}});
}

TEST_CASE("reading names what is wrong") {
  const std::vector<mistake> mistakes = {
      {"output.extent(0) must equal acc.counts.extent(0) (got 1 and 2)",
       [](call& c) {
         c.output = {c.out.data(), {1, 3, 4, 5}};
       }},
      {"output.extent(3) must equal the channels of acc (got 6 and 5)",
       [](call& c) {
         c.output = {c.out.data(), {2, 3, 4, 6}};
       }},
      {"output.stride(2) must be 5", [](call& c) {
         c.output = {c.out.data(), {2, 3, 4, 5}, {96, 32, 8, 1}};
       }}};
  test::check_mistakes("finalise_mean", &call::mean, mistakes);
  test::check_mistakes("finalise_max", &call::max, mistakes);
  test::check_mistakes(
      "finalise_mean", &call::mean,
      {{"acc.sums must be given", [](call& c) { c.acc.sums = {}; }},
       {"acc.nans must be given, since NaN are to be skipped", [](call& c) { c.acc.nans = {}; }}});
  test::check_mistakes("finalise_max", &call::max,
                       {{"acc.maxima must be given", [](call& c) { c.acc.maxima = {}; }}});
  test::check_mistakes("finalise_density", &call::count,
                       {{"output.extent(2) must equal acc.counts.extent(2) (got 3 and 4)",
                         [](call& c) {
                           c.density = {c.out.data(), {2, 3, 3}};
                         }},
                        {"options.clouds must be null: an accumulator has no clouds any more",
                         [](call& c) {
                           c.options.clouds.lengths = {nullptr, {2}};
                         }},
                        {"options.clouds must be null: an accumulator has no clouds any more",
                         [](call& c) {
                           c.options.clouds.offsets = {c.lengths.data(), {2}};
                         }},
                        {"grid.size must be positive and finite along x", [](call& c) {
                           c.options.per_volume = true;
                           c.grid.size[0] = -1;
                         }}});
  call c;
  c.options.per_volume = true;
  std::vector<std::int32_t> whole(24, -7);
  CHECK_THROWS_AS(finalise_density(cpu{}, c.acc, view<std::int32_t, 3>(whole.data(), {2, 3, 4}),
                                   c.options, c.grid),
                  invalid_argument);
}
