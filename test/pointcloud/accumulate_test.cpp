// Accumulators: shards in any order, merged in any order, give what all points give at once.
#include "support/accumulate_problem.hpp"
#include "support/catch.hpp"

namespace {

using namespace test;
using robocache::bf16;
using robocache::cpu;
using robocache::f16;
using robocache::view;
using robocache::voxel_accumulator;

const auto in_place = [](auto& v) { return v.data(); };

template <class P>
accumulate_outcome outcome_of(const accumulate_problem<P>& p, int threads) {
  accumulate_outcome outcome(p);
  outcome.run(cpu(threads), p, in_place);
  return outcome;
}

/// One voxel of one channel.
struct single {
  std::int64_t count = -7, sum = -7, missing = -7;
  std::uint32_t best = 7, flags = 7;
  voxel_accumulator acc;

  explicit single(std::int32_t scale, std::int64_t most_points) {
    acc.counts = {&count, {1, 1, 1}};
    acc.sums = {&sum, {1, 1, 1, 1}};
    acc.maxima = {&best, {1, 1, 1, 1}};
    acc.flags = {&flags, {1, 1, 1, 1}};
    acc.nans = {&missing, {1, 1, 1, 1}};
    acc.scale = scale;
    acc.most_points = most_points;
    robocache::reset(cpu{}, acc);
  }
  single(const single&) = delete;
  single& operator=(const single&) = delete;

  void add(const std::vector<float>& values) const {
    const auto n = static_cast<std::int64_t>(values.size());
    const std::vector<float> points(values.size() * 3, 0.5F);
    robocache::accumulate(cpu{}, {}, view<const float, 3>(points.data(), {1, n, 3}),
                          view<const float, 3>(values.data(), {1, n, 1}), acc);
  }
  [[nodiscard]] float mean(robocache::nan_policy nans = robocache::nan_policy::propagate) const {
    float result = -7.0F;
    robocache::finalise_mean(cpu{}, acc, view<float, 4>(&result, {1, 1, 1, 1}), {-5.0F, nans});
    return result;
  }
  [[nodiscard]] float max(robocache::nan_policy nans = robocache::nan_policy::propagate) const {
    float result = -7.0F;
    robocache::finalise_max(cpu{}, acc, view<float, 4>(&result, {1, 1, 1, 1}), {-5.0F, nans});
    return result;
  }
};

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float missing = std::numeric_limits<float>::quiet_NaN();

}  // namespace

TEMPLATE_TEST_CASE("accumulate: shards give what all points give", "", float, double, bf16, f16) {
  random_source random(31'000 + sizeof(TestType));
  for (int round = 0; round < 60; ++round) {
    const auto p = make_shards<TestType>(random, round % 10 == 0 ? 20'000 : 300);
    INFO(p.story);
    auto got = outcome_of(p, 1);
    auto features = expected_features(p.whole);
    auto grids = expected_grids(p.whole);
    CHECK(difference_from_whole(p, got, features, grids) == "");
    auto at_once = run(cpu{}, p.whole, features_outcome(p.whole));
    CHECK(difference_from_whole(p, got, at_once, grids) == "");
    for (const int threads : {2, 7}) {
      auto again = outcome_of(p, threads);
      CHECK(difference(got, again) == "");
    }
  }
}

TEST_CASE("accumulate: everything in one voxel, many threads") {
  random_source random(32'000);
  auto p = make_shards<float>(random, 0);
  auto& whole = p.whole;
  whole.rows = 300'000;
  whole.dense.assign(static_cast<std::size_t>(whole.rows * 3), 0.25F);
  whole.grid = {};
  for (auto& f : whole.features) {
    f.channels = 2;
    f.settings.scale = 30;
    f.settings.type = f.settings.output_type = robocache::element::f32;
  }
  for (std::int64_t i = 0; i < whole.rows * 2; ++i) {
    whole.features[0].wide.push_back(static_cast<float>(random.uniform(-100.0, 3.0)));
  }
  whole.features[1].wide = whole.features[0].wide;
  whole.lay();
  p.calls = {whole, whole};
  p.targets = {0, 0};
  p.merges.clear();
  p.accumulators = 1;
  p.has_sums = p.has_maxima = true;
  auto one = outcome_of(p, 1);
  CHECK(one.counts[0] == 600'000);
  CHECK(std::isnan(std::get<laid_out<float>>(one.means).memory[0]));  // twice most_points
  p.calls.pop_back();
  one = outcome_of(p, 1);
  auto features = expected_features(whole);
  auto grids = expected_grids(whole);
  CHECK(difference_from_whole(p, one, features, grids) == "");
  for (int i = 0; i < 10; ++i) {
    auto many = outcome_of(p, 7);
    CHECK(difference(one, many) == "");
  }
}

TEST_CASE("accumulate: 2^25 points in one voxel") {
  const std::vector<float> point = {0.5F, 0.5F, 0.5F, 0.1F};
  constexpr std::int64_t points = 1 << 25;
  const single all(robocache::choose_scale(0.1F, points), points);
  robocache::accumulate(cpu{}, {}, view<const float, 3>(point.data(), {1, points, 3}, {0, 0, 1}),
                        view<const float, 3>(point.data() + 3, {1, points, 1}, {0, 0, 1}), all.acc);
  CHECK(all.count == points);
  CHECK(all.mean() == 0.1F);
  all.add({0.1F});
  CHECK(all.count == points + 1);
  CHECK(std::isnan(all.mean()));
}

TEST_CASE("accumulate: sums at their limits") {
  const float most = 0x1.fffffep127F;
  const auto scale = robocache::choose_scale(most, 4);
  const single four(scale, 4);
  four.add({most, most, most, most});
  CHECK(four.mean() == most);
  CHECK(four.sum > (std::int64_t{1} << 62) - (std::int64_t{1} << 40));
  four.add({-most});  // a fifth point
  CHECK(std::isnan(four.mean()));
  CHECK(four.max() == most);

  // Exactly representable limits: a value at 2^(62 - scale) / most_points is refused, one below
  // fits.
  const single at(10, 4), below(10, 4), negative(10, 4);
  at.add({0x1p50F});
  below.add({0x1.fffffep49F});
  negative.add({-0x1p50F});
  CHECK(std::isnan(at.mean()));
  CHECK(below.mean() == 0x1.fffffep49F);
  CHECK(std::isnan(negative.mean()));
  CHECK(at.max() == 0x1p50F);

  // Merges that bring too many points, in both orders.
  for (const bool first : {false, true}) {
    const single a(0, 4), b(0, 4);
    a.add({1, 2, 3});
    b.add({5, 6});
    robocache::merge(cpu{}, first ? a.acc : b.acc, first ? b.acc : a.acc);
    const single& all = first ? b : a;
    CHECK(all.count == 5);
    CHECK(std::isnan(all.mean()));
    CHECK(all.max() == 6);
  }
}

TEST_CASE("accumulate: NaN, infinities, zeros and nothing") {
  using robocache::nan_policy;
  const single none(0, 9);
  CHECK(none.mean() == -5);
  CHECK(none.max() == -5);
  const single nan_only(0, 9);
  nan_only.add({missing, missing});
  CHECK(std::isnan(nan_only.mean()));
  CHECK(std::isnan(nan_only.max()));
  CHECK(nan_only.mean(nan_policy::skip) == -5);
  CHECK(nan_only.max(nan_policy::skip) == -5);
  CHECK(nan_only.missing == 2);
  const single mixed(4, 9);
  mixed.add({missing, 1, 2});
  CHECK(std::isnan(mixed.mean()));
  CHECK(mixed.mean(nan_policy::skip) == 1.5F);
  CHECK(mixed.max(nan_policy::skip) == 2);
  const single up(0, 9), both(0, 9);
  up.add({inf, 1});
  both.add({inf, -inf});
  CHECK(up.mean() == inf);
  CHECK(std::isnan(both.mean()));
  CHECK(both.max() == inf);
  const single low(0, 9);
  low.add({-inf});
  CHECK(low.mean() == -inf);
  CHECK(low.max() == -inf);
  const single zeros(0, 9), minus(0, 9);
  zeros.add({-0.0F, 0.0F, -0.0F});
  minus.add({-0.0F, -1.0F});
  CHECK(bits_of(zeros.max()) == 0);
  CHECK(bits_of(minus.max()) == 0x80000000);
  CHECK(bits_of(zeros.mean()) == 0);
  const single negatives(0, 9);
  negatives.add({-3, -2, -4});
  CHECK(negatives.max() == -2);
  CHECK(negatives.mean() == -3);
}

TEST_CASE("choose_scale") {
  CHECK(robocache::choose_scale(1.0F, 1) == 61);
  CHECK(robocache::choose_scale(0.99F, 1) == 62);
  CHECK(robocache::choose_scale(255.0F, 1 << 20) == 34);
  CHECK(robocache::choose_scale(256.0F, (1 << 20) + 1) == 32);
  CHECK(robocache::choose_scale(0.0F, 1) == 211);
  CHECK(robocache::choose_scale(0x1.fffffep127F, INT64_MAX) == -129);
  CHECK_THROWS_AS(robocache::choose_scale(-1.0F, 1), robocache::invalid_argument);
  CHECK_THROWS_AS(robocache::choose_scale(missing, 1), robocache::invalid_argument);
  CHECK_THROWS_AS(robocache::choose_scale(inf, 1), robocache::invalid_argument);
  CHECK_THROWS_AS(robocache::choose_scale(1.0F, 0), robocache::invalid_argument);
}

TEST_CASE("finalise_density beyond 32 bits") {
  std::int64_t counts[] = {0, 1, (1LL << 31) - 1, 1LL << 31, (1LL << 24) + 1, (1LL << 40) + 1};
  voxel_accumulator acc;
  acc.counts = {counts, {1, 2, 3}};
  std::int64_t wide[6];
  std::int32_t narrow[6];
  float real[6];
  robocache::finalise_density(cpu{}, acc, view<std::int64_t, 3>(wide, {1, 2, 3}));
  robocache::finalise_density(cpu{}, acc, view<std::int32_t, 3>(narrow, {1, 2, 3}));
  robocache::finalise_density(cpu{}, acc, view<float, 3>(real, {1, 2, 3}));
  CHECK(std::memcmp(wide, counts, sizeof wide) == 0);
  CHECK(std::vector<std::int32_t>(narrow, narrow + 6) ==
        std::vector<std::int32_t>{0, 1, INT32_MAX, INT32_MAX, (1 << 24) + 1, INT32_MAX});
  CHECK(std::vector<float>(real, real + 6) ==
        std::vector<float>{0, 1, 0x1p31F, 0x1p31F, 0x1p24F, 0x1p40F});
}

TEST_CASE("finalise_density by a volume that no float holds gives the one NaN") {
  std::int64_t counts[] = {0, 1};
  voxel_accumulator acc;
  acc.counts = {counts, {1, 1, 2}};
  const robocache::voxel_grid grid = {
      {0, 0, 0}, {1e-20, 1e-20, 1e-20}, {2, 1, 1}, robocache::index_rule::floor};
  robocache::density_options options;
  options.per_volume = true;
  std::uint32_t bits[2] = {};
  float output[2];
  robocache::finalise_density(cpu{}, acc, view<float, 3>(output, {1, 1, 2}), options, grid);
  std::memcpy(bits, output, sizeof bits);
  CHECK(bits[0] == 0x7fc00000);
  CHECK(bits[1] == 0x7f800000);
}
