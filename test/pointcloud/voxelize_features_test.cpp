// Features by voxel: means against exact arithmetic, maxima to the last bit, normals, policies.
#include <robocache/pointcloud/voxelize.hpp>

#include "support/catch.hpp"
#include "support/voxel_reference.hpp"

namespace {

using namespace test;
using robocache::bf16;
using robocache::cpu;
using robocache::element;
using robocache::f16;
using robocache::nan_policy;
using robocache::view;
using robocache::voxel_feature;
using robocache::voxel_grid;
using robocache::voxel_reduction;

constexpr float infinite = std::numeric_limits<float>::infinity();
constexpr float quiet_nan = std::numeric_limits<float>::quiet_NaN();

template <class P>
void check(random_source& random, cloud_problem<P> p) {
  INFO(p.story);
  auto one = run(cpu{1}, p, features_outcome(p));
  CHECK(difference_from_expected(p, one, expected_features(p)) == "");
  auto many = run(cpu{5}, p, features_outcome(p));
  CHECK(difference(many, one) == "");
  for (auto& f : p.features) f.wants_argmax = false;  // it names other points
  for (auto& result : one.results) result.argmax.clear();
  const auto other = shuffled(random, p);
  auto again = run(cpu{3}, other, features_outcome(other));
  CHECK(difference(again, one) == "");
}

/// A row of voxels of size 1 along x; point i lies in voxel `cells[i]`, in none where that is -1.
struct line {
  voxel_grid grid = {{0, 0, 0}, {1, 1, 1}, {4, 1, 1}, robocache::index_rule::floor};
  std::vector<float> points;

  explicit line(const std::vector<int>& cells) {
    for (const int cell : cells) {
      points.insert(points.end(), {static_cast<float>(cell) + 0.5F, 0.5F, 0.5F});
    }
  }
  [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(points.size() / 3); }

  /// One value to a point; returns one to a voxel.
  std::vector<float> reduce(voxel_feature settings, const std::vector<float>& values,
                            std::vector<std::int32_t>* argmax = nullptr,
                            std::int64_t channels = 1) const {
    std::vector<float> out(static_cast<std::size_t>(4 * channels), -777.0F);
    voxel_feature f(settings.reduce, view<const float, 3>(values.data(), {1, count(), channels}),
                    view<float, 5>(out.data(), {1, 1, 1, 4, channels}));
    f.nans = settings.nans;
    f.empty = settings.empty;
    f.has_scale = settings.has_scale;
    f.scale = settings.scale;
    if (argmax != nullptr) {
      argmax->assign(static_cast<std::size_t>(4 * channels), -777);
      f.argmax = view<std::int32_t, 5>(argmax->data(), {1, 1, 1, 4, channels});
    }
    const std::vector<voxel_feature> one = {f};
    robocache::voxelize_features(cpu{}, grid, view<const float, 3>(points.data(), {1, count(), 3}),
                                 one);
    return out;
  }
};

voxel_feature by(voxel_reduction reduce, nan_policy nans = nan_policy::propagate,
                 float empty = 0.0F) {
  voxel_feature f;
  f.reduce = reduce;
  f.nans = nans;
  f.empty = empty;
  return f;
}

/// Equal bits, NaN canonical.
bool same(const std::vector<float>& got, const std::vector<float>& expected) {
  return first_difference(got, expected) == -1;
}

point_feature feature_of(voxel_reduction reduce, element type, element output,
                         std::int64_t channels) {
  point_feature f;
  f.settings.reduce = reduce;
  f.settings.type = type;
  f.settings.output_type = output;
  f.channels = channels;
  return f;
}

/// The result for one voxel, channel by channel.
std::vector<long double> row_of(const feature_result& result, std::int64_t channels,
                                const std::array<std::int64_t, 2>& key) {
  std::vector<long double> row;
  std::visit(
      [&](const auto& array) {
        using T = typename std::decay_t<decltype(array.memory)>::value_type;
        const auto cube = array.cube(array.memory.data());
        for (std::int64_t c = 0; c < channels; ++c) {
          const T value = cube(key[0], 0, key[1] * channels + c);
          if constexpr (!std::is_integral_v<T>) row.push_back(as_real(value));
        }
      },
      result.values);
  return row;
}

}  // namespace

TEST_CASE("random features of random clouds", "[voxelize]") {
  random_source random(300);
  for (int round = 0; round < 120; ++round) {
    check(random, make_clouds<float>(random, random.between(0, 4), random.between(0, 4)));
  }
}

TEST_CASE("many points to a voxel, many voxels", "[voxelize]") {
  random_source random(301);
  for (const std::int64_t extent : {1, 2, 20}) {
    cloud_wildness wild;
    wild.extent = extent;
    wild.points = 20'000;
    check(random, make_clouds<float>(random, 2, 2, wild));
  }
}

TEST_CASE("points of other types carry features too", "[voxelize]") {
  random_source random(302);
  for (int round = 0; round < 10; ++round) {
    check(random, make_clouds<double>(random, 2, 2));
    check(random, make_clouds<f16>(random, 2, 2));
  }
}

TEST_CASE("means of numbers with few bits are the exact means, rounded once", "[voxelize]") {
  random_source random(303);
  struct types {
    element in, out;
  };
  constexpr types all[] = {{element::f32, element::f32},
                           {element::bf16, element::bf16},
                           {element::bf16, element::f32},
                           {element::f16, element::f16},
                           {element::f16, element::f32}};
  std::int64_t compared = 0;
  for (const auto& [in, out] : all) {
    for (int round = 0; round < 8; ++round) {
      cloud_wildness wild;
      wild.adversarial = 0;
      wild.extent = 3;
      wild.points = 3000;
      auto p = make_clouds<float>(random, 2, 0, wild);
      p.features.push_back(feature_of(voxel_reduction::mean, in, out, 3));
      auto& f = p.features[0];
      const int most = in == element::f32 ? 8'000'000 : in == element::bf16 ? 255 : 2047;
      const int exponent = static_cast<int>(random.between(-6, 4));
      for (std::int64_t i = 0; i < p.entries() * p.rows * 3; ++i) {
        const auto whole = static_cast<float>(random.between(-most, most));
        f.wide.push_back(std::ldexp(whole, exponent - (in == element::f32 ? 12 : 0)));
      }
      p.lay();
      const auto got = run(cpu{}, p, features_outcome(p));
      const auto map = map_of(p);
      for (const auto& [key, points] : map.voxels) {
        const auto row = row_of(got.results[0], 3, key);
        const std::int64_t first = p.range(key[0]).first;
        for (std::int64_t c = 0; c < 3; ++c) {
          wide_integer sum = 0;  // of multiples of 2^-40
          for (const float v : test::detail::gathered(f, first, points, c)) {
            sum += static_cast<wide_integer>(std::ldexp(static_cast<long double>(v), 40));
          }
          // Fits 64 bits, as a multiple of 2^-18: the quotient is rounded once to long double, and
          // no quotient of such numbers lies so near to a tie of a shorter format.
          const long double exact = std::ldexp(
              static_cast<long double>(sum) / static_cast<long double>(points.size()), -40);
          const long double expected = out == element::f32    ? rounded_to<float>(exact)
                                       : out == element::bf16 ? rounded_to<bf16>(exact)
                                                              : rounded_to<f16>(exact);
          CAPTURE(p.story, key[0], key[1], c, points.size());
          if (row[static_cast<std::size_t>(c)] != expected) {
            CHECK(row[static_cast<std::size_t>(c)] == expected);
          }
          ++compared;
        }
      }
    }
  }
  CHECK(compared > 1000);
}

TEST_CASE("means of any numbers are within the stated bound", "[voxelize]") {
  random_source random(304);
  std::int64_t compared = 0;
  for (int round = 0; round < 40; ++round) {
    cloud_wildness wild;
    wild.adversarial = 0;
    wild.extent = 3;
    wild.points = 2000;
    auto p = make_clouds<float>(random, 2, 0, wild);
    p.features.push_back(feature_of(voxel_reduction::mean, element::f32, element::f32, 2));
    auto& f = p.features[0];
    const double spread = random.uniform(0.0, 60.0), middle = random.uniform(-60.0, 60.0);
    for (std::int64_t i = 0; i < p.entries() * p.rows * 2; ++i) {
      const double magnitude = std::exp2(middle + random.uniform(-spread, spread));
      f.wide.push_back(static_cast<float>(random.chance(0.5) ? magnitude : -magnitude));
    }
    p.lay();
    const auto got = run(cpu{}, p, features_outcome(p));
    const auto map = map_of(p);
    for (const auto& [key, points] : map.voxels) {
      const auto row = row_of(got.results[0], 2, key);
      const auto [first, count] = p.range(key[0]);
      for (std::int64_t c = 0; c < 2; ++c) {
        const int k = test::detail::scale_of(f, first, points, c);
        long double sum = 0, magnitudes = 0;
        for (const float v : test::detail::gathered(f, first, points, c)) {
          sum += static_cast<long double>(v);
          magnitudes += std::fabs(static_cast<long double>(v));
        }
        const auto n = static_cast<long double>(points.size());
        const long double error = std::fabs(row[static_cast<std::size_t>(c)] - sum / n);
        const long double bound =
            std::ldexp(1.0L, -(k + 1)) +                                  // of the addends
            ulp_at<float>(row[static_cast<std::size_t>(c)]) * 0.50001L +  // of the result
            magnitudes * std::ldexp(1.0L, -60);                           // of this reference
        CAPTURE(p.story, key[0], key[1], c, k);
        if (error > bound) CHECK(error <= bound);
        ++compared;
      }
    }
  }
  CHECK(compared > 400);
}

TEST_CASE("one large value does no harm to other voxels", "[voxelize]") {
  const line apart({0, 1, 2});
  CHECK(apart.reduce(by(voxel_reduction::mean), {0.3F, 3e38F, 0.25F}) ==
        std::vector<float>{0.3F, 3e38F, 0.25F, 0});
  // 100,000 points, two to a voxel, one of them 10^12 times as large as the others.
  constexpr std::int64_t points = 100'000, voxels = points / 2;
  std::vector<float> places, values, means(voxels);
  for (std::int64_t i = 0; i < points; ++i) {
    places.insert(places.end(), {static_cast<float>(i / 2) + 0.5F, 0.5F, 0.5F});
    values.push_back(i == 777 ? 1e9F : 1e-3F + static_cast<float>(i) * 1e-8F);
  }
  const voxel_grid grid = {{0, 0, 0}, {1, 1, 1}, {voxels, 1, 1}, robocache::index_rule::floor};
  voxelize_mean(cpu{}, grid, view<const float, 3>(places.data(), {1, points, 3}),
                view<const float, 3>(values.data(), {1, points, 1}),
                view<float, 5>(means.data(), {1, 1, 1, voxels, 1}));
  bool right = true;
  for (std::int64_t v = 0; v < voxels; ++v) {
    const double sum = static_cast<double>(values[static_cast<std::size_t>(2 * v)]) +
                       static_cast<double>(values[static_cast<std::size_t>(2 * v + 1)]);
    right = right && means[static_cast<std::size_t>(v)] == static_cast<float>(sum / 2);
  }
  CHECK(right);
}

TEST_CASE("sums do not cancel, overflow or drown", "[voxelize]") {
  constexpr float most = std::numeric_limits<float>::max();
  constexpr float tiny = std::numeric_limits<float>::denorm_min();
  const line one({0, 0, 0, 0});
  const auto mean = [&](const std::vector<float>& values) {
    return one.reduce(by(voxel_reduction::mean), values)[0];
  };
  CHECK(mean({1e8F, 1, -1e8F, 0}) == 0.25F);
  CHECK(mean({most, most, most, most}) == most);
  CHECK(mean({most, -most, most, -most}) == 0);
  CHECK(mean({-most, -most, -most, -most}) == -most);
  CHECK(mean({4 * tiny, 8 * tiny, 0, 0}) == 3 * tiny);
  CHECK(mean({tiny, 0, 0, 0}) == 0);  // a tie between 0 and tiny: to even
  CHECK(mean({tiny, tiny, tiny, 0}) == tiny);
  CHECK(mean({16777216, 1, 1, 0}) == 4194304.5F);
  CHECK(bits_of(mean({-0.0F, -0.0F, -0.0F, -0.0F})) == 0);
}

TEST_CASE("the scale is that of a voxel's points", "[voxelize]") {
  // A large value elsewhere must not cost the small ones their bits.
  const line outside({0, 0, -1});
  const float small = 0x1.000002p-30F;
  CHECK(outside.reduce(by(voxel_reduction::mean), {small, small, 1e38F})[0] == small);
  const line inside({0, 0, 3});
  CHECK(inside.reduce(by(voxel_reduction::mean), {small, small, 1e38F})[0] == small);
  const line same({0, 0, 0});
  CHECK(same.reduce(by(voxel_reduction::mean), {small, small, 1e38F})[0] == 1e38F / 3);

  const line row({0, 0, 0, 0});
  const std::vector<float> values = {1e38F, 1e38F, small, small};
  std::vector<float> out(8, -7);
  robocache::voxelize_mean(cpu{}, row.grid, view<const float, 3>(row.points.data(), {2, 2, 3}),
                           view<const float, 3>(values.data(), {2, 2, 1}),
                           view<float, 5>(out.data(), {2, 1, 1, 4, 1}));
  CHECK(out[0] == 1e38F);
  CHECK(out[4] == small);
}

TEST_CASE("infinities and NaN in means", "[voxelize]") {
  const line three({0, 0, 1, 1, 2, 2});
  const std::vector<float> values = {1, infinite, -infinite, 2, infinite, -infinite};
  for (const auto nans : {nan_policy::skip, nan_policy::propagate}) {
    CHECK(same(three.reduce(by(voxel_reduction::mean, nans), values),
               {infinite, -infinite, quiet_nan, 0}));
  }
  const std::vector<float> holes = {-quiet_nan, 3, from_bits<float>(0xffc12345),
                                    quiet_nan,  5, infinite};
  CHECK(same(three.reduce(by(voxel_reduction::mean, nan_policy::skip, -9), holes),
             {3, -9, infinite, -9}));
  CHECK(same(three.reduce(by(voxel_reduction::mean, nan_policy::propagate, -9), holes),
             {quiet_nan, quiet_nan, infinite, -9}));
}

TEST_CASE("maxima: signs of zero, negatives, infinities, NaN, empty voxels", "[voxelize]") {
  const line row({0, 0, 0, 1, 1, 2, 2});
  std::vector<std::int32_t> argmax;
  CHECK(same(row.reduce(by(voxel_reduction::maximum), {-0.0F, 0.0F, -1, -5, -3, -infinite, -3e38F},
                        &argmax),
             {0.0F, -3, -3e38F, 0}));
  CHECK(argmax == std::vector<std::int32_t>{1, 4, 6, -1});
  CHECK(same(row.reduce(by(voxel_reduction::maximum),
                        {-0.0F, -0.0F, -1e-45F, infinite, 3e38F, -infinite, -infinite}, &argmax),
             {-0.0F, infinite, -infinite, 0}));
  CHECK(argmax == std::vector<std::int32_t>{0, 3, 5, -1});
  const std::vector<float> holes = {1, quiet_nan, infinite, quiet_nan, -quiet_nan, -2, -quiet_nan};
  CHECK(same(row.reduce(by(voxel_reduction::maximum, nan_policy::skip, -8), holes, &argmax),
             {infinite, -8, -2, -8}));
  CHECK(argmax == std::vector<std::int32_t>{2, -1, 5, -1});
  CHECK(same(row.reduce(by(voxel_reduction::maximum, nan_policy::propagate, -8), holes),
             {quiet_nan, quiet_nan, quiet_nan, -8}));
}

TEST_CASE("the first of equal maxima wins", "[voxelize]") {
  std::vector<int> cells;
  std::vector<float> values;
  for (int i = 0; i < 6000; ++i) {
    cells.push_back(i % 3);
    values.push_back(i >= 1500 && i % 7 == 0 ? 4.0F : -1.0F);
  }
  std::vector<std::int32_t> argmax;
  CHECK(same(line(cells).reduce(by(voxel_reduction::maximum), values, &argmax), {4, 4, 4, 0}));
  CHECK(argmax == std::vector<std::int32_t>{1512, 1519, 1505, -1});
}

TEST_CASE("argmax counts within the cloud", "[voxelize]") {
  const line row({0, 0, 0, 1, 0, 1});
  const std::vector<float> values = {1, 5, 2, 3, 4, 9};
  const std::vector<std::int64_t> offsets = {0, 2, 6};
  std::vector<float> out(8);
  std::vector<std::int32_t> argmax(8, -7);
  std::vector<voxel_feature> one = {{voxel_reduction::maximum,
                                     view<const float, 3>(values.data(), {1, 6, 1}),
                                     view<float, 5>(out.data(), {2, 1, 1, 4, 1})}};
  one[0].argmax = view<std::int32_t, 5>(argmax.data(), {2, 1, 1, 4, 1});
  robocache::cloud_options packed;
  packed.clouds.offsets = {offsets.data(), {3}};
  robocache::voxelize_features(cpu{}, row.grid, view<const float, 3>(row.points.data(), {1, 6, 3}),
                               one, packed);
  CHECK(out == std::vector<float>{5, 0, 0, 0, 4, 9, 0, 0});
  CHECK(argmax == std::vector<std::int32_t>{1, -1, -1, -1, 2, 3, -1, -1});
}

TEST_CASE("normals have length 1, or are zero", "[voxelize]") {
  const line row({0, 0, 1, 1, 2});
  const std::vector<float> vectors = {3, 0, 4, 3, 0, 4, 1, 2, 3, -1, -2, -3, 0, -2, 0};
  const auto unit = row.reduce(by(voxel_reduction::normal), vectors, nullptr, 3);
  CHECK(same(unit, {0.6F, 0, 0.8F, 0, 0, 0, 0, -1, 0, 0, 0, 0}));
  CHECK(same(line({2}).reduce(by(voxel_reduction::normal), {0, 1e-44F, 0}, nullptr, 3),
             {0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}));
  random_source random(305);
  std::vector<int> cells;
  std::vector<float> values;
  for (int i = 0; i < 300; ++i) {
    cells.push_back(i % 3);
    const double size = std::exp2(random.uniform(-3.0, 3.0));
    for (int k = 0; k < 3; ++k) values.push_back(static_cast<float>(size * random.uniform(-1, 2)));
  }
  const auto got = line(cells).reduce(by(voxel_reduction::normal), values, nullptr, 3);
  for (std::size_t v = 0; v < 3; ++v) {
    long double square = 0;
    for (std::size_t k = 0; k < 3; ++k) square += as_real(got[v * 3 + k]) * as_real(got[v * 3 + k]);
    CHECK(std::fabs(square - 1) < 4 * 0x1p-24L);
  }
}

TEST_CASE("a normal with NaN is left out as a whole, or spoils its voxel", "[voxelize]") {
  const line row({0, 0, 1});
  const std::vector<float> vectors = {quiet_nan, 5, 5, 0, 0, 2, quiet_nan, 1, 1};
  CHECK(same(row.reduce(by(voxel_reduction::normal, nan_policy::skip, 0.5F), vectors, nullptr, 3),
             {0, 0, 1, 0.5F, 0.5F, 0.5F, 0.5F, 0.5F, 0.5F, 0.5F, 0.5F, 0.5F}));
  const auto spoilt = row.reduce(by(voxel_reduction::normal), vectors, nullptr, 3);
  for (std::size_t i = 0; i < 6; ++i) CHECK(is_canonical_nan(spoilt[i]));
  for (std::size_t i = 6; i < 12; ++i) CHECK(bits_of(spoilt[i]) == 0);
}

TEST_CASE("the caller's scale rounds to multiples, to even", "[voxelize]") {
  auto quarters = by(voxel_reduction::mean);
  quarters.has_scale = true;
  quarters.scale = 2;
  const line apart({0, 1, 2, 3});
  CHECK(same(apart.reduce(quarters, {0.3F, 0.125F, 0.375F, -0.125F}), {0.25F, 0, 0.5F, 0}));
  CHECK(same(apart.reduce(quarters, {-0.375F, 0.126F, 1e6F, 0x1p40F}),
             {-0.5F, 0.25F, 1e6F, 0x1p40F}));
  quarters.scale = -3;
  CHECK(same(apart.reduce(quarters, {4, 12, 13, -3}), {0, 16, 16, 0}));
}

TEST_CASE("what the caller's scale cannot hold makes NaN, in its voxel and channel alone",
          "[voxelize]") {
  auto fine = by(voxel_reduction::mean);
  fine.has_scale = true;
  fine.scale = 58;  // 2^(62 - 58) / 4 points: below 4
  const line row({0, 1, 2, 2});
  const float below = std::nextafter(4.0F, 0.0F);
  CHECK(same(row.reduce(fine, {below, 4, -below, -below}), {below, quiet_nan, -below, 0}));
  CHECK(same(row.reduce(fine, {-4, -below, 1, 1e30F}), {quiet_nan, -below, quiet_nan, 0}));
  CHECK(same(row.reduce(fine, {1, 9, 2, 1, 3, 6, 2, 3}, nullptr, 2),
             {1, quiet_nan, 2, 1, 2.5F, quiet_nan, 0, 0}));
  // Infinities are no matter of the scale, NaN is.
  CHECK(same(row.reduce(fine, {infinite, -infinite, 100, infinite}),
             {infinite, -infinite, quiet_nan, 0}));
}

TEST_CASE("the number of a cloud's points bounds the caller's scale, not the padding",
          "[voxelize]") {
  const line row({0, 0, 0, 0, 0, 0, 0, 0});
  const std::vector<float> values(8, 7.0F);
  const std::vector<std::int64_t> lengths = {2};
  std::vector<float> out(4);
  std::vector<voxel_feature> one = {{voxel_reduction::mean,
                                     view<const float, 3>(values.data(), {1, 8, 1}),
                                     view<float, 5>(out.data(), {1, 1, 1, 4, 1})}};
  one[0].has_scale = true;
  one[0].scale = 58;  // below 8 for 2 points, below 2 for 8
  robocache::cloud_options options;
  const auto points = view<const float, 3>(row.points.data(), {1, 8, 3});
  robocache::voxelize_features(cpu{}, row.grid, points, one, options);
  CHECK(is_canonical_nan(out[0]));
  options.clouds.lengths = {lengths.data(), {1}};
  robocache::voxelize_features(cpu{}, row.grid, points, one, options);
  CHECK(out[0] == 7);
}

TEST_CASE("features of one call do not meet", "[voxelize]") {
  random_source random(306);
  for (int round = 0; round < 15; ++round) {
    const auto p = make_clouds<float>(random, 2, random.between(2, 7));
    INFO(p.story);
    auto all = run(cpu{}, p, features_outcome(p));
    for (std::size_t n = 0; n < p.features.size(); ++n) {
      auto alone = p;
      alone.features = {p.features[n]};
      alone.lay();
      auto one = run(cpu{}, alone, features_outcome(alone));
      features_outcome part = all;
      part.results = {all.results[n]};
      CHECK(difference(part, one) == "");
    }
  }
}

TEST_CASE("voxelize_mean and voxelize_max are features of their own", "[voxelize]") {
  const line row({0, 0, 2, 2, 2});
  std::vector<float> values = {1, 2, 3, 4, 6};
  std::vector<bf16> halves;
  for (const float v : values) halves.push_back(bf16(-v));
  const view<const float, 3> points(row.points.data(), {1, 5, 3});
  std::vector<float> mean(4, -7), most(4, -7);
  std::vector<bf16> rounded(4);
  std::vector<std::int32_t> counts(4, -7);
  robocache::features_report report;
  report.counts = {counts.data(), {1, 1, 1, 4}};
  robocache::voxelize_mean(cpu{}, row.grid, points, view<float, 3>(values.data(), {1, 5, 1}),
                           view<float, 5>(mean.data(), {1, 1, 1, 4, 1}), {}, report);
  CHECK(mean == std::vector<float>{1.5F, 0, 13.0F / 3, 0});
  CHECK(counts == std::vector<std::int32_t>{2, 0, 3, 0});
  robocache::feature_options options;
  options.empty = -100.0F;
  robocache::voxelize_max(cpu{}, row.grid, points, view<const bf16, 3>(halves.data(), {1, 5, 1}),
                          view<float, 5>(most.data(), {1, 1, 1, 4, 1}), options);
  CHECK(most == std::vector<float>{-1, -100, -3, -100});
  robocache::voxelize_mean(cpu{}, row.grid, points, view<const bf16, 3>(halves.data(), {1, 5, 1}),
                           view<bf16, 5>(rounded.data(), {1, 1, 1, 4, 1}));
  CHECK(rounded[2].bits == stored<bf16>(-13.0L / 3).bits);
}

TEST_CASE("millions of points in one voxel", "[voxelize]") {
  constexpr std::int64_t count = (1 << 21) + 1;
  const float point[3] = {1.5F, 0.5F, 0.5F};
  const float value[2] = {0.1F, -3.0F};
  const line row(std::vector<int>{});
  std::vector<float> mean(8, -7);
  robocache::voxelize_mean(cpu{}, row.grid, view<const float, 3>(point, {1, count, 3}, {0, 0, 1}),
                           view<const float, 3>(value, {1, count, 2}, {0, 0, 1}),
                           view<float, 5>(mean.data(), {1, 1, 1, 4, 2}));
  CHECK(mean == std::vector<float>{0, 0, 0.1F, -3, 0, 0, 0, 0});
}
