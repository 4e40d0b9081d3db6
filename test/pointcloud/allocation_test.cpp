// Where memory runs out in an operation on points, a bad_alloc comes out and nothing is written;
// the steady state allocates nothing.
#include "support/allocation.hpp"

#include <robocache/pointcloud/accumulate.hpp>
#include <robocache/pointcloud/points.hpp>
#include <robocache/pointcloud/voxelize.hpp>
#include <robocache/pointcloud/voxelize_sparse.hpp>

namespace {

using namespace robocache;
using test::check_allocations;
using test::trial;

constexpr std::int64_t rows = 40'000;                              // of all clouds
constexpr std::int64_t x = 40, y = 40, z = 11, cells = x * y * z;  // more than a slab
constexpr std::int64_t most_clouds = 3, most_voxels = 1500;

template <class T>
std::vector<T> filled(std::int64_t count, T value) {
  return std::vector<T>(static_cast<std::size_t>(count), value);
}

/// Points of one cloud, or of three that are packed.
struct clouds {
  std::int64_t number;
  cloud_options options;
  std::vector<std::int64_t> offsets = {0, 17'000, 17'000, rows};
  std::vector<float> coordinates, numbers;
  std::vector<std::uint8_t> labels;
  voxel_grid grid{{0, 0, 0}, {1, 1, 1}, {x, y, z}, index_rule::floor};

  std::vector<std::int64_t> totals = filled<std::int64_t>(3 * most_clouds, -7);
  std::vector<float> out = filled(most_clouds * cells * 3, -7.0F);
  std::vector<std::int32_t> words = filled<std::int32_t>(most_clouds * cells * 3, -7);

  explicit clouds(bool packed) : number(packed ? most_clouds : 1) {
    if (packed) options.clouds.offsets = {offsets.data(), {number + 1}};
    for (std::int64_t i = 0; i < rows; ++i) {
      const auto at = [i](std::int64_t factor, std::int64_t extent) {
        return static_cast<float>(i * factor % (extent * 16)) / 16 - 0.25F;
      };
      coordinates.insert(coordinates.end(), {at(7919, x), at(104'729, y), at(31, z)});
      numbers.insert(numbers.end(), {at(13, 100), at(17, 100), at(19, 100)});
      labels.push_back(static_cast<std::uint8_t>(i * 31 % 7));
    }
  }
  [[nodiscard]] view<const float, 3> points() const { return {coordinates.data(), {1, rows, 3}}; }
  [[nodiscard]] view<const float, 3> values() const { return {numbers.data(), {1, rows, 3}}; }

  voxelize_report report() {
    const auto of = [&](int n) {
      return view<std::int64_t, 1>(totals.data() + n * most_clouds, {number});
    };
    return {of(0), of(1), of(2)};
  }
  template <class T>
  [[nodiscard]] view<T, 4> dense(std::vector<T>& memory) const {
    return {memory.data(), {number, z, y, x}};
  }
  template <class T>
  [[nodiscard]] view<T, 5> dense(std::vector<T>& memory, std::int64_t channels) const {
    return {memory.data(), {number, z, y, x, channels}};
  }
  trial of(const char* name, std::function<void(const cpu&)> call) {
    trial t(name, std::move(call));
    t.writes(totals).writes(out).writes(words);
    return t;
  }
};

}  // namespace

TEST_CASE("occupancy and density: memory that runs out", "[allocation]") {
  for (const bool packed : {false, true}) {
    CAPTURE(packed);
    clouds c(packed);
    auto bytes = filled<std::uint8_t>(most_clouds * cells, 7);
    auto halves = filled(most_clouds * cells, bf16(-7.0F));
    auto bits = filled(most_clouds * (cells + 31) / 32, 7U);
    check_allocations(c.of("occupancy in bytes", [&](const cpu& e) {
                         voxelize_occupancy(e, c.grid, c.points(), c.dense(bytes), c.options,
                                            c.report());
                       }).writes(bytes));
    check_allocations(c.of("occupancy in bf16", [&](const cpu& e) {
                         voxelize_occupancy(e, c.grid, c.points(), c.dense(halves), c.options,
                                            c.report());
                       }).writes(halves));
    check_allocations(c.of("occupancy in float", [&](const cpu& e) {
      voxelize_occupancy(e, c.grid, c.points(), c.dense(c.out), c.options, c.report());
    }));
    check_allocations(
        c.of("occupancy in bits", [&](const cpu& e) {
           const view<std::uint32_t, 2> output(bits.data(), {c.number, (cells + 31) / 32});
           voxelize_occupancy(e, c.grid, c.points(), output, c.options, c.report());
         }).writes(bits));
    density_options density;
    density.clouds = c.options.clouds;
    check_allocations(c.of("density in int32", [&](const cpu& e) {
      voxelize_density(e, c.grid, c.points(), c.dense(c.words), density, c.report());
    }));
    density.per_volume = true;
    check_allocations(c.of("density by volume", [&](const cpu& e) {
      voxelize_density(e, c.grid, c.points(), c.dense(c.out), density, c.report());
    }));
  }
}

TEST_CASE("features: memory that runs out", "[allocation]") {
  for (const bool packed : {false, true}) {
    CAPTURE(packed);
    clouds c(packed);
    auto votes = filled<std::uint8_t>(most_clouds * cells, 7);
    auto counts = filled<std::int32_t>(most_clouds * cells, -7);
    auto means = c.out, maxima = c.out;
    std::vector<voxel_feature> features = {
        {voxel_reduction::mean, c.values(), c.dense(means, 3)},
        {voxel_reduction::maximum, c.values(), c.dense(maxima, 3)},
        {voxel_reduction::normal, c.values(), c.dense(c.out, 3)},
        {voxel_reduction::vote, view<const std::uint8_t, 3>(c.labels.data(), {1, rows, 1}),
         c.dense(votes, 1)}};
    features[1].argmax = c.dense(c.words, 3);
    features_report report{c.report(), c.dense(counts)};
    check_allocations(c.of("features",
                           [&](const cpu& e) {
                             voxelize_features(e, c.grid, c.points(), features, c.options, report);
                           })
                          .writes(means)
                          .writes(maxima)
                          .writes(votes)
                          .writes(counts));
    feature_options options;
    options.clouds = c.options.clouds;
    check_allocations(c.of("mean", [&](const cpu& e) {
                         voxelize_mean(e, c.grid, c.points(), c.values(), c.dense(c.out, 3),
                                       options, report);
                       }).writes(counts));
    check_allocations(c.of("max", [&](const cpu& e) {
                         voxelize_max(e, c.grid, c.points(), c.values(), c.dense(c.out, 3), options,
                                      report);
                       }).writes(counts));
  }
}

TEST_CASE("lists of voxels: memory that runs out", "[allocation]") {
  for (const bool packed : {false, true}) {
    CAPTURE(packed);
    clouds c(packed);
    auto coordinates = filled<std::int32_t>(most_voxels * 4, -7);
    auto counts = filled<std::int32_t>(most_voxels, -7);
    auto number = filled<std::int64_t>(2, -7);
    sparse_voxels voxels;
    voxels.coordinates = {coordinates.data(), {most_voxels, 4}};
    voxels.counts = {counts.data(), {most_voxels}};
    voxels.number = {number.data(), {1}};
    std::vector<voxel_feature> features = {
        {voxel_reduction::mean, c.values(), view<float, 2>(c.out.data(), {most_voxels, 3})}};
    check_allocations(c.of("sparse",
                           [&](const cpu& e) {
                             voxelize_sparse(e, c.grid, c.points(), features, voxels, c.options,
                                             c.report());
                           })
                          .writes(coordinates)
                          .writes(counts)
                          .writes(number));
    auto indices = filled<std::int32_t>(most_voxels * 4, -7);
    first_points kept;
    kept.indices = {indices.data(), {most_voxels, 4}};
    kept.coordinates = voxels.coordinates;
    kept.counts = voxels.counts;
    kept.number = voxels.number;
    kept.dropped = {number.data() + 1, {1}};
    kept.voxel_of = {c.words.data(), {1, rows}};
    check_allocations(c.of("first",
                           [&](const cpu& e) {
                             voxelize_first(e, c.grid, c.points(), c.values(), kept,
                                            view<float, 3>(c.out.data(), {most_voxels, 4, 3}),
                                            c.options, c.report());
                           })
                          .writes(coordinates)
                          .writes(counts)
                          .writes(number)
                          .writes(indices));
  }
}

TEST_CASE("bounds, crops and depth images: memory that runs out", "[allocation]") {
  for (const bool packed : {false, true}) {
    CAPTURE(packed);
    clouds c(packed);
    float* const out = c.out.data();
    check_allocations(c.of("bounds", [&](const cpu& e) {
      cloud_bounds(e, c.points(), view<float, 2>(out, {c.number, 3}),
                   view<float, 2>(out + 9, {c.number, 3}), c.options, {c.report().inside});
    }));
    const point_box box{{1, 2, 3}, {30, 30, 8}, false};
    check_allocations(c.of("crop", [&](const cpu& e) {
      crop_points(e, c.points(), box, c.values(), view<std::int32_t, 2>(c.words.data(), {1, rows}),
                  c.report().inside, view<float, 3>(out, {1, rows, 3}), c.options);
    }));
  }
  clouds c(false);
  std::vector<std::uint16_t> depth;
  for (std::int64_t i = 0; i < 2 * 90 * 100; ++i) {
    depth.push_back(static_cast<std::uint16_t>(i % 3 == 0 ? 0 : i));
  }
  check_allocations(c.of("depth", [&](const cpu& e) {
    depth_to_points(e, view<const std::uint16_t, 3>(depth.data(), {2, 90, 100}), {}, {},
                    view<float, 3>(c.out.data(), {2, 9000, 3}), {},
                    {view<std::int64_t, 1>(c.totals.data(), {2}),
                     view<std::int32_t, 2>(c.words.data(), {2, 9000})});
  }));
}

TEST_CASE("accumulators: memory that runs out", "[allocation]") {
  for (const bool packed : {false, true}) {
    CAPTURE(packed);
    clouds c(packed);
    struct arrays {
      std::vector<std::int64_t> counts = filled<std::int64_t>(cells, 5);
      std::vector<std::int64_t> sums = filled<std::int64_t>(cells * 3, 6), nans = sums;
      std::vector<std::uint32_t> maxima = filled(cells * 3, 7U), flags = filled(cells * 3, 0U);
      voxel_accumulator acc;
      arrays() {
        acc.counts = {counts.data(), {z, y, x}};
        acc.sums = {sums.data(), {z, y, x, 3}};
        acc.maxima = {maxima.data(), {z, y, x, 3}};
        acc.flags = {flags.data(), {z, y, x, 3}};
        acc.nans = {nans.data(), {z, y, x, 3}};
        acc.scale = 20;
        acc.most_points = 100'000;
      }
    } into, from;
    const auto check = [&](const char* name, std::function<void(const cpu&)> call) {
      check_allocations(c.of(name, std::move(call))
                            .writes(into.counts)
                            .writes(into.sums)
                            .writes(into.nans)
                            .writes(into.maxima)
                            .writes(into.flags));
    };
    check("reset", [&](const cpu& e) { reset(e, into.acc); });
    check("accumulate", [&](const cpu& e) {
      accumulate(e, c.grid, c.points(), c.values(), into.acc, c.options);
    });
    check("merge", [&](const cpu& e) { merge(e, from.acc, into.acc); });
    check("finalise_mean", [&](const cpu& e) {
      finalise_mean(e, into.acc, view<float, 4>(c.out.data(), {z, y, x, 3}));
    });
    check("finalise_max", [&](const cpu& e) {
      finalise_max(e, into.acc, view<float, 4>(c.out.data(), {z, y, x, 3}));
    });
    check("finalise_density", [&](const cpu& e) {
      finalise_density(e, into.acc, view<std::int32_t, 3>(c.words.data(), {z, y, x}));
    });
  }
}
