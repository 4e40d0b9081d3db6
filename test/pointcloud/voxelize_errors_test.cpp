// Every argument that cannot be right is named in the error, and nothing is written.
#include <functional>
#include <robocache/pointcloud/voxelize_sparse.hpp>

#include "support/catch.hpp"
#include "support/cloud_problem.hpp"

namespace {

using namespace robocache;

/// Arguments of good calls, to be spoilt one at a time: 2 clouds of 4 points, 3 x 5 x 2 voxels.
struct call {
  std::vector<float> numbers = std::vector<float>(64, 0.5F);
  std::vector<float> out = std::vector<float>(512, -7.0F);
  std::vector<std::int32_t> words = std::vector<std::int32_t>(512, -7);
  std::vector<std::uint32_t> masks = std::vector<std::uint32_t>(8, 0xA5A5A5A5U);
  std::vector<std::int64_t> totals = std::vector<std::int64_t>(8, -7);
  std::vector<std::int64_t> list_memory;

  voxel_grid grid{{0, 0, 0}, {1, 1, 1}, {3, 5, 2}, index_rule::floor};
  view<const float, 3> points{numbers.data(), {2, 4, 3}};
  view<float, 4> occupancy{out.data(), {2, 2, 5, 3}};
  view<std::int32_t, 4> density{words.data(), {2, 2, 5, 3}};
  view<std::uint32_t, 2> bits{masks.data(), {2, 1}};
  density_options options;
  view<const float, 3> values{numbers.data(), {2, 4, 3}};
  view<float, 5> dense{out.data(), {2, 2, 5, 3, 3}};
  view<float, 2> rows{out.data(), {6, 3}};
  std::function<void(voxel_feature&)> spoil_feature = [](voxel_feature&) {};
  sparse_voxels voxels;
  first_points kept;
  view<float, 3> output{out.data(), {6, 2, 3}};
  ragged clouds;
  features_report report;

  call() {
    voxels.coordinates = {words.data(), {6, 4}};
    voxels.counts = {words.data() + 100, {6}};
    voxels.number = {totals.data(), {1}};
    kept.indices = {words.data() + 200, {6, 2}};
    kept.coordinates = voxels.coordinates;
    kept.counts = voxels.counts;
    kept.number = voxels.number;
    kept.dropped = {totals.data() + 1, {1}};
    kept.voxel_of = {words.data() + 300, {2, 4}};
    report.inside = {totals.data() + 2, {2}};
    report.outside = {totals.data() + 4, {2}};
    report.invalid = {totals.data() + 6, {2}};
    report.counts = {words.data(), {2, 2, 5, 3}};
  }

  view<const std::int64_t, 1> list(std::vector<std::int64_t> entries) {
    list_memory = std::move(entries);
    return {list_memory.data(), {static_cast<std::int64_t>(list_memory.size())}};
  }
  void pack(std::vector<std::int64_t> offsets) {
    points = values = {numbers.data(), {1, 8, 3}};
    kept.voxel_of = {words.data() + 300, {1, 8}};
    clouds.offsets = list(std::move(offsets));
  }
  [[nodiscard]] bool untouched() const {
    const auto all = [](const auto& v, auto value) {
      return std::all_of(v.begin(), v.end(), [&](auto x) { return x == value; });
    };
    return all(out, -7.0F) && all(words, -7) && all(masks, 0xA5A5A5A5U) && all(totals, -7);
  }
};

struct operation {
  const char* name;
  void (*run)(const call&, const any_executor&);
};

template <class Output>
std::vector<voxel_feature> one_feature(const call& c, const Output& output) {
  std::vector<voxel_feature> one = {{voxel_reduction::mean, c.values, output}};
  c.spoil_feature(one[0]);
  return one;
}

const operation occupancy = {"voxelize_occupancy", [](const call& c, const any_executor& e) {
                               voxelize_occupancy(e, c.grid, c.points, c.occupancy, {c.clouds},
                                                  c.report);
                             }};
const operation bits = {"voxelize_occupancy", [](const call& c, const any_executor& e) {
                          voxelize_occupancy(e, c.grid, c.points, c.bits, {c.clouds}, c.report);
                        }};
const operation density = {"voxelize_density", [](const call& c, const any_executor& e) {
                             auto options = c.options;
                             options.clouds = c.clouds;
                             voxelize_density(e, c.grid, c.points, c.density, options, c.report);
                           }};
const operation features = {"voxelize_features", [](const call& c, const any_executor& e) {
                              voxelize_features(e, c.grid, c.points, one_feature(c, c.dense),
                                                {c.clouds}, c.report);
                            }};
const operation sparse = {"voxelize_sparse", [](const call& c, const any_executor& e) {
                            voxelize_sparse(e, c.grid, c.points, one_feature(c, c.rows), c.voxels,
                                            {c.clouds}, c.report);
                          }};
const operation first = {"voxelize_first", [](const call& c, const any_executor& e) {
                           voxelize_first(e, c.grid, c.points, c.values, c.kept, c.output,
                                          {c.clouds}, c.report);
                         }};
const operation all_operations[] = {occupancy, bits, density, features, sparse, first};

std::string error_of(const operation& op, const call& c, const any_executor& executor = cpu{2}) {
  try {
    op.run(c, executor);
  } catch (const invalid_argument& error) {
    return error.what();
  }
  return "no error";
}

struct mistake {
  const char* name;  // the argument, as the text must say it
  std::function<void(call&)> make;
};

void refuse(const operation& op, const mistake& mistake, std::size_t number) {
  call c;
  mistake.make(c);
  const std::string text = error_of(op, c);
  CAPTURE(op.name, number, mistake.name, text);
  CHECK(text.rfind("robocache::" + std::string(op.name) + ": ", 0) == 0);
  CHECK(text.find(mistake.name) != std::string::npos);
  CHECK(c.untouched());
}

template <std::size_t N>
void refuse(const operation& op, const mistake (&mistakes)[N]) {
  for (std::size_t n = 0; n < N; ++n) refuse(op, mistakes[n], n);
}

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();

/// What every operation must refuse.
const mistake common[] = {
    {"grid.size", [](call& c) { c.grid.size[0] = 0; }},
    {"grid.size", [](call& c) { c.grid.size[1] = -1; }},
    {"grid.size", [](call& c) { c.grid.size[2] = nan; }},
    {"grid.size", [](call& c) { c.grid.size[0] = infinite; }},
    {"grid.size", [](call& c) { c.grid.size[0] = 1e-60; }},  // 0 in float
    {"grid.size", [](call& c) { c.grid.size[0] = 1e60; }},   // infinite in float
    {"along z", [](call& c) { c.grid.size[2] = 0; }},
    {"grid.origin", [](call& c) { c.grid.origin[0] = nan; }},
    {"grid.origin", [](call& c) { c.grid.origin[1] = -infinite; }},
    {"grid.origin", [](call& c) { c.grid.origin[2] = 1e60; }},
    {"grid.extents", [](call& c) { c.grid.extents[0] = 0; }},
    {"grid.extents", [](call& c) { c.grid.extents[1] = -5; }},
    {"grid.extents", [](call& c) { c.grid.extents[2] = std::int64_t{1} << 31; }},
    {"grid.extents", [](call& c) { c.grid.extents[2] = INT64_MIN; }},
    {"2^62", [](call& c) { std::fill_n(c.grid.extents, 3, (1 << 21) + 1); }},
    {"2^62", [](call& c) { std::fill_n(c.grid.extents, 2, INT32_MAX); }},  // for two clouds
    {"grid.rule", [](call& c) { c.grid.rule = static_cast<index_rule>(2); }},
    {"points must not be null",
     [](call& c) {
       c.points = {nullptr, {2, 4, 3}};
     }},
    {"points.extent(2)",
     [](call& c) {
       c.points = {c.numbers.data(), {2, 4, 4}};
     }},
    {"points.extent(2)",
     [](call& c) {
       c.points = {c.numbers.data(), {2, 4, 2}};
     }},
    {"points.extent(1)",
     [](call& c) {
       c.points = {c.numbers.data(), {2, -4, 3}};
     }},
    {"points.stride(2)",
     [](call& c) {
       c.points = {c.numbers.data(), {2, 4, 3}, {24, 6, 2}};
     }},
    {"points must be aligned",
     [](call& c) {
       const auto address = reinterpret_cast<std::uintptr_t>(c.numbers.data()) + 2;
       c.points = {reinterpret_cast<const float*>(address), {2, 4, 3}};
     }},
    {"2^31 - 1 points",
     [](call& c) {
       c.points = c.values = {c.numbers.data(), {2, std::int64_t{1} << 30, 3}, {0, 0, 1}};
       c.kept.voxel_of = {};
     }},
    {"points must have less than 2^63 bytes in all",
     [](call& c) {
       c.points = c.values = {c.numbers.data(), {2, std::int64_t{1} << 62, 3}, {0, 0, 1}};
       c.kept.voxel_of = {};
     }},
    {"points must have less than 2^63 bytes in all",
     [](call& c) {
       c.pack({0, 5, 8});
       c.points = c.values = {c.numbers.data(), {1, INT64_MAX, 3}, {0, 0, 1}};
       c.kept.voxel_of = {};
     }},
    {"one call takes at most 2^31 - 1 points (got 1 x 2147483648)",
     [](call& c) {
       c.pack({0, 5, 8});
       c.points = c.values = {c.numbers.data(), {1, std::int64_t{1} << 31, 3}, {0, 0, 1}};
       c.kept.voxel_of = {};
     }},
    {"options.clouds.lengths.extent(0)", [](call& c) { c.clouds.lengths = c.list({4}); }},
    {"options.clouds.lengths",
     [](call& c) {
       c.clouds.lengths = {nullptr, {2}};
     }},
    {"options.clouds.lengths[1]",
     [](call& c) {
       c.clouds.lengths = c.list({4, 5});
     }},
    {"options.clouds.lengths[0]",
     [](call& c) {
       c.clouds.lengths = c.list({-1, 4});
     }},
    {"options.clouds.lengths[1]",
     [](call& c) {
       c.clouds.lengths = c.list({0, INT64_MIN});
     }},
    {"options.clouds.lengths[0]",
     [](call& c) {
       c.clouds.lengths = c.list({INT64_MAX, 0});
     }},
    {"points.extent(0)",
     [](call& c) {
       c.clouds.offsets = c.list({0, 2, 4});
     }},
    {"options.clouds.lengths and options.clouds.offsets",
     [](call& c) {
       c.pack({0, 5, 8});
       c.clouds.lengths = view<const std::int64_t, 1>(c.list_memory.data(), {2});
     }},
    {"options.clouds.offsets[1] and the next one must ascend within 0 to 8",
     [](call& c) {
       c.pack({0, 5, 3});
     }},
    {"options.clouds.offsets[0] and the next one must ascend within 0 to 8",
     [](call& c) {
       c.pack({-1, 5, 8});
     }},
    {"options.clouds.offsets[1] and the next one must ascend within 0 to 8",
     [](call& c) {
       c.pack({0, 5, 9});
     }},
    {"options.clouds.offsets[0] and the next one must ascend within 0 to 8",
     [](call& c) {
       c.pack({0, 9, 8});
     }},
    {"options.clouds.offsets[0] and the next one must ascend within 0 to 8",
     [](call& c) {
       c.pack({5, INT64_MIN, 8});
     }},
    {"options.clouds.offsets[0] and the next one must ascend within 0 to 8",
     [](call& c) {
       c.pack({INT64_MIN, INT64_MAX, 8});
     }},
    {"options.clouds.offsets[0] and the next one must ascend within 0 to 8",
     [](call& c) {
       c.pack({-3, -2, 8});
     }},
    {"options.clouds.offsets must not be null",
     [](call& c) {
       c.clouds.offsets = {nullptr, {3}};
     }},
    {"report.outside must not be null",
     [](call& c) {
       c.report.outside = {nullptr, {2}};
     }},
    {"report.inside.extent(0)",
     [](call& c) {
       c.report.inside = {c.totals.data(), {3}};
     }},
    {"report.outside.extent(0)",
     [](call& c) {
       c.report.outside = {c.totals.data(), {1}};
     }},
    {"report.invalid",
     [](call& c) {
       c.report.invalid = {nullptr, {2}};
     }},
    {"report.inside.stride(0)",
     [](call& c) {
       c.report.inside = {c.totals.data(), {2}, {2}};
     }},
};

const mistake of_occupancy[] = {
    {"output must not be null",
     [](call& c) {
       c.occupancy = {nullptr, {2, 2, 5, 3}};
     }},
    {"output.extent(0) must equal the number of clouds (got 3 and 2)",
     [](call& c) {
       c.occupancy = {c.out.data(), {3, 2, 5, 3}};
     }},
    {"output.extent(1) must equal grid.extents[2]",
     [](call& c) {
       c.occupancy = {c.out.data(), {2, 3, 5, 2}};
     }},
    {"output.extent(2)",
     [](call& c) {
       c.occupancy = {c.out.data(), {2, 2, 4, 3}};
     }},
    {"output.extent(3)",
     [](call& c) {
       c.occupancy = {c.out.data(), {2, 2, 5, 2}};
     }},
    {"output.stride(0)",
     [](call& c) {
       c.occupancy = {c.out.data(), {2, 2, 5, 3}, {0, 15, 3, 1}};
     }},
    {"output.stride(1)",
     [](call& c) {
       c.occupancy = {c.out.data(), {2, 2, 5, 3}, {32, 16, 3, 1}};
     }},
    {"output.stride(2) must be 3, since the voxels of a cloud are contiguous (got 4)",
     [](call& c) {
       c.occupancy = {c.out.data(), {2, 2, 5, 3}, {60, 15, 4, 1}};
     }},
    {"output.stride(3)",
     [](call& c) {
       c.occupancy = {c.out.data(), {2, 2, 5, 3}, {60, 30, 6, 2}};
     }},
    {"output must be aligned",
     [](call& c) {
       const auto address = reinterpret_cast<std::uintptr_t>(c.out.data()) + 1;
       c.occupancy = {reinterpret_cast<float*>(address), {2, 2, 5, 3}};
     }},
    {"report.inside.extent(0) must equal the number of clouds (got 2 and 1)",
     [](call& c) {
       c.pack({0, 8});
     }},
};

const mistake of_bits[] = {
    {"output.extent(1)",
     [](call& c) {
       c.bits = {c.masks.data(), {2, 2}};
     }},
    {"output.extent(1)",
     [](call& c) {
       c.bits = {c.masks.data(), {2, 0}};
     }},
    {"output must not be null",
     [](call& c) {
       c.bits = {nullptr, {2, 1}};
     }},
    {"output.stride(0)",
     [](call& c) {
       c.bits = {c.masks.data(), {2, 1}, {0, 1}};
     }},
};

const mistake of_density[] = {
    {"output.extent(2)",
     [](call& c) {
       c.density = {c.words.data(), {2, 2, 6, 3}};
     }},
    {"options.per_volume", [](call& c) { c.options.per_volume = true; }},
};

/// Of a feature, for dense and sparse results.
const mistake of_feature[] = {
    {"features[0].reduce",
     [](call& c) {
       c.spoil_feature = [](voxel_feature& f) { f.reduce = static_cast<voxel_reduction>(4); };
     }},
    {"features[0].nans",
     [](call& c) {
       c.spoil_feature = [](voxel_feature& f) { f.nans = static_cast<nan_policy>(2); };
     }},
    {"features[0].values.extent(0)",
     [](call& c) {
       c.values = {c.numbers.data(), {3, 4, 3}};
     }},
    {"features[0].values.extent(1)",
     [](call& c) {
       c.values = {c.numbers.data(), {2, 3, 3}};
     }},
    {"features[0].values.extent(2)",
     [](call& c) { c.spoil_feature = [](voxel_feature& f) { f.values.extents[2] = 0; }; }},
    {"features[0].values.extent(2)",
     [](call& c) {
       c.spoil_feature = [](voxel_feature& f) { f.values.extents[2] = (1 << 20) + 1; };
     }},
    {"multiple of 3",
     [](call& c) {
       c.spoil_feature = [](voxel_feature& f) {
         f.reduce = voxel_reduction::normal;
         f.values.extents[2] = 4;
       };
     }},
    {"features[0].values must not be null",
     [](call& c) {
       c.values = {nullptr, {2, 4, 3}};
     }},
    {"features[0].values.stride(2)",
     [](call& c) {
       c.values = {c.numbers.data(), {2, 4, 3}, {24, 6, 2}};
     }},
    {"features[0].values must be aligned",
     [](call& c) {
       const auto address = reinterpret_cast<std::uintptr_t>(c.numbers.data()) + 2;
       c.values = {reinterpret_cast<const float*>(address), {2, 4, 3}};
     }},
    {"features[0].scale",
     [](call& c) {
       c.spoil_feature = [](voxel_feature& f) {
         f.has_scale = true;
         f.scale = 251;
       };
     }},
    {"features[0].scale",
     [](call& c) {
       c.spoil_feature = [](voxel_feature& f) {
         f.has_scale = true;
         f.scale = -201;
       };
     }},
    {"features[0].argmax needs voxel_reduction::maximum",
     [](call& c) {
       const view<std::int32_t, 5> argmax(c.words.data(), {2, 2, 5, 3, 3});
       c.spoil_feature = [argmax](voxel_feature& f) { f.argmax = argmax; };
     }},
    {"features[0].output must not be null",
     [](call& c) { c.spoil_feature = [](voxel_feature& f) { f.result.data = nullptr; }; }},
};

const mistake of_dense_features[] = {
    {"features[0].argmax must have rank 5 (got 2)",
     [](call& c) {
       [[maybe_unused]] std::int32_t* const words = c.words.data() + 160;
       c.spoil_feature = [=](voxel_feature& f) {
         f.reduce = voxel_reduction::maximum;
         f.argmax = view<std::int32_t, 2>(words, {60, 3});
       };
     }},
    {"features[0].argmax must have rank 5 (got 4)",
     [](call& c) {
       [[maybe_unused]] std::int32_t* const words = c.words.data() + 160;
       c.spoil_feature = [=](voxel_feature& f) {
         f.reduce = voxel_reduction::maximum;
         f.argmax = view<std::int32_t, 4>(words, {2, 2, 5, 9});
       };
     }},
    {"features[0].argmax must not be null",
     [](call& c) {
       [[maybe_unused]] std::int32_t* const words = c.words.data() + 160;
       c.spoil_feature = [=](voxel_feature& f) {
         f.reduce = voxel_reduction::maximum;
         f.argmax = view<std::int32_t, 5>(nullptr, {2, 2, 5, 3, 3});
       };
     }},
    {"features[0].argmax must be aligned to its elements of 4 bytes (got an address that is 2 "
     "past)",
     [](call& c) {
       [[maybe_unused]] std::int32_t* const words = c.words.data() + 160;
       c.spoil_feature = [=](voxel_feature& f) {
         f.reduce = voxel_reduction::maximum;
         f.argmax = view<std::int32_t, 5>(
             reinterpret_cast<std::int32_t*>(reinterpret_cast<char*>(words) + 2), {2, 2, 5, 3, 3});
       };
     }},
    {"features[0].argmax.extent(4) must equal features[0].values.extent(2) (got 2 and 3)",
     [](call& c) {
       [[maybe_unused]] std::int32_t* const words = c.words.data() + 160;
       c.spoil_feature = [=](voxel_feature& f) {
         f.reduce = voxel_reduction::maximum;
         f.argmax = view<std::int32_t, 5>(words, {2, 2, 5, 3, 2});
       };
     }},
    {"features[0].argmax.extent(0) must equal the number of clouds (got 1 and 2)",
     [](call& c) {
       [[maybe_unused]] std::int32_t* const words = c.words.data() + 160;
       c.spoil_feature = [=](voxel_feature& f) {
         f.reduce = voxel_reduction::maximum;
         f.argmax = view<std::int32_t, 5>(words, {1, 2, 5, 3, 3});
       };
     }},
    {"features[0].argmax.extent(1) must equal grid.extents[2] (got 1 and 2)",
     [](call& c) {
       [[maybe_unused]] std::int32_t* const words = c.words.data() + 160;
       c.spoil_feature = [=](voxel_feature& f) {
         f.reduce = voxel_reduction::maximum;
         f.argmax = view<std::int32_t, 5>(words, {2, 1, 5, 3, 3});
       };
     }},
    {"features[0].argmax.stride(0) must be 90, since it is contiguous (got 91)",
     [](call& c) {
       [[maybe_unused]] std::int32_t* const words = c.words.data() + 160;
       c.spoil_feature = [=](voxel_feature& f) {
         f.reduce = voxel_reduction::maximum;
         f.argmax = view<std::int32_t, 5>(words, {2, 2, 5, 3, 3}, {91, 45, 9, 3, 1});
       };
     }},
    {"features[0].argmax.stride(0) must be at least 90: rows of an output must be distinct (got 0)",
     [](call& c) {
       [[maybe_unused]] std::int32_t* const words = c.words.data() + 160;
       c.spoil_feature = [=](voxel_feature& f) {
         f.reduce = voxel_reduction::maximum;
         f.argmax = view<std::int32_t, 5>(words, {2, 2, 5, 3, 3}, {0, 45, 9, 3, 1});
       };
     }},
    {"features[0].argmax.stride(3) must be 3",
     [](call& c) {
       [[maybe_unused]] std::int32_t* const words = c.words.data() + 160;
       c.spoil_feature = [=](voxel_feature& f) {
         f.reduce = voxel_reduction::maximum;
         f.argmax = view<std::int32_t, 5>(words, {2, 2, 5, 3, 3}, {120, 60, 12, 4, 1});
       };
     }},
    {"features[0].output must have rank 5",
     [](call& c) { c.spoil_feature = [](voxel_feature& f) { f.result.rank = 2; }; }},
    {"features[0].output.extent(0)",
     [](call& c) {
       c.dense = {c.out.data(), {1, 2, 5, 3, 3}};
     }},
    {"features[0].output.extent(1)",
     [](call& c) {
       c.dense = {c.out.data(), {2, 3, 5, 2, 3}};
     }},
    {"features[0].output.extent(4)",
     [](call& c) {
       c.dense = {c.out.data(), {2, 2, 5, 3, 2}};
     }},
    {"features[0].output.stride(4)",
     [](call& c) {
       c.dense = {c.out.data(), {2, 2, 5, 3, 3}, {180, 90, 18, 6, 2}};
     }},
    {"features[0].output.stride(3)",
     [](call& c) {
       c.dense = {c.out.data(), {2, 2, 5, 3, 3}, {120, 60, 12, 4, 1}};
     }},
    {"features[0].output.stride(0)",
     [](call& c) {
       c.dense = {c.out.data(), {2, 2, 5, 3, 3}, {0, 45, 9, 3, 1}};
     }},
    {"report.counts.extent(3)",
     [](call& c) {
       c.report.counts = {c.words.data(), {2, 2, 5, 4}};
     }},
    {"report.counts.stride(1)",
     [](call& c) {
       c.report.counts = {c.words.data(), {2, 2, 5, 3}, {60, 30, 3, 1}};
     }},
    {"report.counts",
     [](call& c) {
       c.report.counts = {nullptr, {2, 2, 5, 3}};
     }},
    {"offsets",
     [](call& c) {
       c.pack({});
       c.clouds.offsets = {c.totals.data(), {0}};
     }},
};

const mistake of_sparse[] = {
    {"features[0].argmax must have rank 2 (got 5)",
     [](call& c) {
       [[maybe_unused]] std::int32_t* const words = c.words.data() + 160;
       c.spoil_feature = [=](voxel_feature& f) {
         f.reduce = voxel_reduction::maximum;
         f.argmax = view<std::int32_t, 5>(words, {2, 2, 5, 3, 3});
       };
     }},
    {"features[0].argmax must not be null",
     [](call& c) {
       [[maybe_unused]] std::int32_t* const words = c.words.data() + 160;
       c.spoil_feature = [=](voxel_feature& f) {
         f.reduce = voxel_reduction::maximum;
         f.argmax = view<std::int32_t, 2>(nullptr, {6, 3});
       };
     }},
    {"features[0].argmax must be aligned to its elements of 4 bytes (got an address that is 2 "
     "past)",
     [](call& c) {
       [[maybe_unused]] std::int32_t* const words = c.words.data() + 160;
       c.spoil_feature = [=](voxel_feature& f) {
         f.reduce = voxel_reduction::maximum;
         f.argmax = view<std::int32_t, 2>(
             reinterpret_cast<std::int32_t*>(reinterpret_cast<char*>(words) + 2), {6, 3});
       };
     }},
    {"features[0].argmax.extent(0) must equal voxels.coordinates.extent(0) (got 5 and 6)",
     [](call& c) {
       [[maybe_unused]] std::int32_t* const words = c.words.data() + 160;
       c.spoil_feature = [=](voxel_feature& f) {
         f.reduce = voxel_reduction::maximum;
         f.argmax = view<std::int32_t, 2>(words, {5, 3});
       };
     }},
    {"features[0].argmax.extent(1) must equal features[0].values.extent(2) (got 2 and 3)",
     [](call& c) {
       [[maybe_unused]] std::int32_t* const words = c.words.data() + 160;
       c.spoil_feature = [=](voxel_feature& f) {
         f.reduce = voxel_reduction::maximum;
         f.argmax = view<std::int32_t, 2>(words, {6, 2});
       };
     }},
    {"features[0].argmax.stride(0) must be 3, since it is contiguous (got 4)",
     [](call& c) {
       [[maybe_unused]] std::int32_t* const words = c.words.data() + 160;
       c.spoil_feature = [=](voxel_feature& f) {
         f.reduce = voxel_reduction::maximum;
         f.argmax = view<std::int32_t, 2>(words, {6, 3}, {4, 1});
       };
     }},
    {"features[0].output must have rank 2",
     [](call& c) { c.spoil_feature = [](voxel_feature& f) { f.result.rank = 5; }; }},
    {"features[0].output.extent(0)",
     [](call& c) {
       c.rows = {c.out.data(), {5, 3}};
     }},
    {"features[0].output.extent(1)",
     [](call& c) {
       c.rows = {c.out.data(), {6, 4}};
     }},
    {"features[0].output.stride(1)",
     [](call& c) {
       c.rows = {c.out.data(), {6, 3}, {6, 2}};
     }},
    {"features[0].output.stride(0)",
     [](call& c) {
       c.rows = {c.out.data(), {6, 3}, {0, 1}};
     }},
    {"voxels.coordinates.extent(1)",
     [](call& c) {
       c.voxels.coordinates = {c.words.data(), {6, 3}};
     }},
    {"voxels.coordinates must not be null",
     [](call& c) {
       c.voxels.coordinates = {nullptr, {6, 4}};
     }},
    {"voxels.coordinates.stride(0)",
     [](call& c) {
       c.voxels.coordinates = {c.words.data(), {6, 4}, {0, 1}};
     }},
    {"voxels.coordinates.stride(1)",
     [](call& c) {
       c.voxels.coordinates = {c.words.data(), {6, 4}, {8, 2}};
     }},
    {"voxels.counts.extent(0)",
     [](call& c) {
       c.voxels.counts = {c.words.data(), {7}};
     }},
    {"voxels.counts",
     [](call& c) {
       c.voxels.counts = {nullptr, {6}};
     }},
    {"voxels.number", [](call& c) { c.voxels.number = {}; }},
    {"voxels.number",
     [](call& c) {
       c.voxels.number = {nullptr, {1}};
     }},
    {"voxels.number.extent(0)",
     [](call& c) {
       c.voxels.number = {c.totals.data(), {2}};
     }},
    {"offsets",
     [](call& c) {
       c.pack({});
       c.clouds.offsets = {c.totals.data(), {0}};
     }},
};

const mistake of_first[] = {
    {"kept.indices.extent(0)",
     [](call& c) {
       c.kept.indices = {c.words.data(), {5, 2}};
     }},
    {"kept.indices.extent(1)",
     [](call& c) {
       c.kept.indices = {c.words.data(), {6, 0}};
     }},
    {"kept.indices must not be null",
     [](call& c) {
       c.kept.indices = {nullptr, {6, 2}};
     }},
    {"kept.indices.stride(1)",
     [](call& c) {
       c.kept.indices = {c.words.data(), {6, 2}, {4, 2}};
     }},
    {"kept.coordinates.extent(1)",
     [](call& c) {
       c.kept.coordinates = {c.words.data(), {6, 3}};
     }},
    {"kept.counts.extent(0)",
     [](call& c) {
       c.kept.counts = {c.words.data(), {5}};
     }},
    {"kept.number", [](call& c) { c.kept.number = {}; }},
    {"kept.dropped.extent(0)",
     [](call& c) {
       c.kept.dropped = {c.totals.data(), {2}};
     }},
    {"kept.counts must not be null",
     [](call& c) {
       c.kept.counts = {nullptr, {6}};
     }},
    {"kept.dropped must not be null",
     [](call& c) {
       c.kept.dropped = {nullptr, {1}};
     }},
    {"kept.voxel_of must not be null",
     [](call& c) {
       c.kept.voxel_of = {nullptr, {2, 4}};
     }},
    {"output must not be null",
     [](call& c) {
       c.output = {nullptr, {6, 2, 3}};
     }},
    {"kept.voxel_of.extent(1)",
     [](call& c) {
       c.kept.voxel_of = {c.words.data(), {2, 5}};
     }},
    {"kept.voxel_of.extent(0)",
     [](call& c) {
       c.kept.voxel_of = {c.words.data(), {1, 4}};
     }},
    {"kept.voxel_of.stride(0)",
     [](call& c) {
       c.kept.voxel_of = {c.words.data(), {2, 4}, {0, 1}};
     }},
    {"values.extent(0) must equal points.extent(0) (got 0 and 2)", [](call& c) { c.values = {}; }},
    {"output.extent(0) must equal kept.coordinates.extent(0) (got 0 and 6)",
     [](call& c) { c.output = {}; }},
    {"values.extent(1)",
     [](call& c) {
       c.values = {c.numbers.data(), {2, 5, 3}};
     }},
    {"values.stride(2)",
     [](call& c) {
       c.values = {c.numbers.data(), {2, 4, 3}, {24, 6, 2}};
     }},
    {"output.extent(0)",
     [](call& c) {
       c.output = {c.out.data(), {5, 2, 3}};
     }},
    {"output.extent(1)",
     [](call& c) {
       c.output = {c.out.data(), {6, 3, 3}};
     }},
    {"output.extent(2)",
     [](call& c) {
       c.output = {c.out.data(), {6, 2, 4}};
     }},
    {"output.stride(1)",
     [](call& c) {
       c.output = {c.out.data(), {6, 2, 3}, {6, 0, 1}};
     }},
};

}  // namespace

TEST_CASE("voxelize: good calls pass", "[errors]") {
  for (const auto& op : all_operations) {
    call padded, packed, bounded;
    packed.pack({0, 5, 8});
    bounded.clouds.lengths = bounded.list({0, 4});
    for (const call* c : {&padded, &packed, &bounded}) {
      CHECK(error_of(op, *c) == "no error");
      CHECK_FALSE(c->untouched());
    }
  }
}

TEST_CASE("voxelize: bad grids, points, ranges and reports are named", "[errors]") {
  for (const auto& op : all_operations) refuse(op, common);
}

TEST_CASE("voxelize: bad outputs and features are named", "[errors]") {
  refuse(occupancy, of_occupancy);
  refuse(bits, of_bits);
  refuse(density, of_density);
  refuse(features, of_feature);
  refuse(features, of_dense_features);
  refuse(sparse, of_feature);
  refuse(sparse, of_sparse);
  refuse(first, of_first);
}

TEST_CASE("voxelize: outputs that share memory with another array are refused", "[errors]") {
  for (const auto& op : all_operations) {
    refuse(op,
           {"report.outside and report.inside must not overlap",
            [](call& c) {
              c.report.outside = {c.totals.data() + 3, {2}};
            }},
           0);
    refuse(op,
           {"options.clouds.lengths and report.invalid must not overlap",
            [](call& c) {
              c.clouds.lengths = {c.totals.data() + 6, {2}};
              c.totals[6] = c.totals[7] = -7;
            }},
           1);
  }
  const mistake of_dense[] = {
      {"points and output must not overlap",
       [](call& c) {
         c.occupancy = {c.numbers.data() + 23, {2, 2, 5, 3}};
       }},
  };
  refuse(occupancy, of_dense);
  const mistake of_features[] = {
      {"features[0].output and report.counts must not overlap",
       [](call& c) {
         c.report.counts = {reinterpret_cast<std::int32_t*>(c.out.data()) + 179, {2, 2, 5, 3}};
       }},
      {"features[0].values and features[0].output must not overlap",
       [](call& c) {
         c.dense = {c.numbers.data() + 23, {2, 2, 5, 3, 3}};
       }},
  };
  refuse(features, of_features);
  const mistake of_lists[] = {
      {".counts and ",
       [](call& c) {
         c.voxels.counts = c.kept.counts = {c.words.data() + 23, {6}};
       }},
      {"report.inside and ",
       [](call& c) {
         c.report.inside = {c.totals.data(), {2}};
       }},
  };
  refuse(sparse, of_lists);
  refuse(first, of_lists);
  refuse(first,
         {"values and output must not overlap",
          [](call& c) {
            c.output = {c.numbers.data() + 23, {6, 2, 3}};
          }},
         0);
}

TEST_CASE("voxelize: the text says what was expected and what came", "[errors]") {
  call c;
  c.occupancy = {c.out.data(), {2, 2, 4, 3}};
  CHECK(error_of(occupancy, c) ==
        "robocache::voxelize_occupancy: output.extent(2) must equal grid.extents[1] (got 4 and 5)");
  call n;
  n.spoil_feature = [](voxel_feature& f) { f.values.extents[1] = 7; };
  CHECK(error_of(features, n) ==
        "robocache::voxelize_features: features[0].values.extent(1) must equal points.extent(1) "
        "(got 7 and 4)");
}

TEST_CASE("voxelize: double grids are checked in double", "[errors]") {
  const double point[3] = {0.5e-60, 0, 0};
  std::uint8_t seen = 7;
  const voxel_grid grid = {{0, 0, 0}, {1e-60, 1, 1}, {1, 1, 1}, index_rule::floor};
  voxelize_occupancy(cpu{}, grid, view<const double, 3>(point, {1, 1, 3}),
                     view<std::uint8_t, 4>(&seen, {1, 1, 1, 1}));
  CHECK(seen == 1);
}

#if !defined(ROBOCACHE_CUDA)
TEST_CASE("voxelize: a build without CUDA refuses its executor", "[errors]") {
  for (const auto& op : all_operations) {
    const call c;
    const std::string text = error_of(op, c, gpu::default_stream());
    CHECK(text.find("no CUDA") != std::string::npos);
    CHECK(c.untouched());
  }
}
#endif
