// Votes on labels: the most frequent one of each voxel, against counts in a map.
#include <robocache/detail/pointcloud/features/vote_op.hpp>
#include <robocache/pointcloud/voxelize_sparse.hpp>

#include "support/catch.hpp"
#include "support/voxel_reference.hpp"

namespace {

using namespace test;
using robocache::cpu;
using robocache::element;
using robocache::view;
using robocache::voxel_feature;
using robocache::voxel_grid;
using robocache::voxel_reduction;

/// Points in a row of `voxels` voxels of size 1 along x; point i lies in voxel `cells[i]`.
struct row_of_voxels {
  voxel_grid grid;
  std::vector<float> points;

  row_of_voxels(std::int64_t voxels, const std::vector<int>& cells)
      : grid{{0, 0, 0}, {1, 1, 1}, {voxels, 1, 1}, robocache::index_rule::floor} {
    for (const int cell : cells) {
      points.insert(points.end(), {static_cast<float>(cell) + 0.5F, 0.5F, 0.5F});
    }
  }
  [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(points.size() / 3); }

  /// One label to a voxel and channel; `labels` holds `channels` to a point.
  template <class T>
  std::vector<T> vote(const std::vector<T>& labels, const voxel_feature& settings = {},
                      std::int64_t channels = 1) const {
    const std::int64_t voxels = grid.extents[0];
    std::vector<T> out(static_cast<std::size_t>(voxels * channels), T(77));
    voxel_feature f(voxel_reduction::vote, view<const T, 3>(labels.data(), {1, count(), channels}),
                    view<T, 5>(out.data(), {1, 1, 1, voxels, channels}));
    f.empty_label = settings.empty_label;
    f.has_ignored_label = settings.has_ignored_label;
    f.ignored_label = settings.ignored_label;
    robocache::voxelize_features(cpu{}, grid, view<const float, 3>(points.data(), {1, count(), 3}),
                                 std::vector<voxel_feature>{f});
    return out;
  }
};

voxel_feature without(std::int32_t ignored, std::int32_t empty = 0) {
  voxel_feature f;
  f.has_ignored_label = true;
  f.ignored_label = ignored;
  f.empty_label = empty;
  return f;
}

template <class P>
void check_dense(random_source& random, const cloud_problem<P>& p) {
  INFO(p.story);
  auto one = run(cpu{1}, p, features_outcome(p));
  CHECK(difference_from_expected(p, one, expected_features(p)) == "");
  auto many = run(cpu{5}, p, features_outcome(p));
  CHECK(difference(many, one) == "");
  const auto other = shuffled(random, p);
  auto again = run(cpu{3}, other, features_outcome(other));
  CHECK(difference(again, one) == "");
}

template <class P>
void check_sparse(random_source& random, const cloud_problem<P>& p, std::int64_t capacity) {
  INFO(p.story << "\n  capacity " << capacity);
  auto one = run(cpu{1}, p, sparse_outcome(p, capacity));
  CHECK(difference_from_expected(p, one, expected_sparse(p, capacity)) == "");
  auto many = run(cpu{5}, p, sparse_outcome(p, capacity));
  CHECK(difference(many, one) == "");
  const auto other = shuffled(random, p);
  auto again = run(cpu{3}, other, sparse_outcome(other, capacity));
  CHECK(difference(again, one) == "");
}

/// Random clouds with `numbers` other features and one to three votes among them.
template <class P>
cloud_problem<P> voting_clouds(random_source& random, std::int64_t batch, std::int64_t numbers,
                               const cloud_wildness& wild = {}) {
  auto p = make_clouds<P>(random, batch, numbers, wild);
  for (auto& f : p.features) f.wants_argmax = false;  // it tells the order of points
  for (std::int64_t n = random.between(1, 3); n > 0; --n) add_labels(random, p);
  std::swap(p.features.front(), p.features.back());
  return p;
}

/// Of an array [entries, rows, elements].
std::int64_t label_at(const feature_result& result, std::int64_t entry, std::int64_t row,
                      std::int64_t element) {
  return std::visit(
      [&](const auto& array) -> std::int64_t {
        const auto value = array.cube(array.memory.data())(entry, row, element);
        if constexpr (std::is_integral_v<std::decay_t<decltype(value)>>) return value;
        throw std::logic_error("not a label");
      },
      result.values);
}

template <class T>
using ends = std::numeric_limits<T>;

/// What the passes of one voxel find, taken apart as threads of a GPU do.
template <class T>
T vote_in_parts(random_source& random, const robocache::detail::feature_op& f,
                const std::vector<T>& labels, std::int64_t parts) {
  using namespace robocache::detail;
  const auto count = static_cast<std::int64_t>(labels.size());
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < labels.size(); ++i) order.push_back(i);
  const feature_reader<T> reader{labels.data(), 1, 0};
  election<T> votes(f, count);
  while (votes.is_open()) {
    std::vector<vote_state> passes;
    for (std::int64_t k = 0; k < parts; ++k) {
      passes.push_back(count_votes(reader, order.data(), k, count, parts, 0, votes.floor));
    }
    while (passes.size() > 1) {  // in any order
      const auto at = random.between(0, static_cast<std::int64_t>(passes.size()) - 2);
      const vote_state last = passes.back();
      passes.pop_back();
      passes[static_cast<std::size_t>(at)].merge(last);
    }
    votes.take(passes[0]);
  }
  return votes.winner();
}

/// The text of the error, or "no error".
template <class F>
std::string error_of(const F& f) {
  try {
    f();
  } catch (const robocache::invalid_argument& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("vote: the most frequent label wins, the smallest on ties", "[voxelize]") {
  const row_of_voxels row(5, {0, 0, 0, 1, 1, 1, 1, 2, 4, 4, 4});
  CHECK(row.vote<std::uint8_t>({7, 3, 7, 9, 2, 9, 2, 255, 3, 2, 1}) ==
        std::vector<std::uint8_t>{7, 2, 255, 0, 1});
  CHECK(row.vote<std::int32_t>({-1, 3, 3, -5, 5, 5, -5, INT32_MIN, 0, -1, 1}) ==
        std::vector<std::int32_t>{3, -5, INT32_MIN, 0, -1});
}

TEST_CASE("vote: labels at the ends of their types", "[voxelize]") {
  const row_of_voxels row(3, {0, 0, 0, 1, 1});
  const auto check = [&](auto zero) {
    using T = decltype(zero);
    constexpr T low = ends<T>::min(), high = ends<T>::max();
    CHECK(row.vote<T>({high, low, high, low, high}) == std::vector<T>{high, low, 0});
    CHECK(row.vote<T>({low, high, low, high, high}) == std::vector<T>{low, high, 0});
    voxel_feature f = without(high, low);
    CHECK(row.vote<T>({high, low, high, high, high}, f) == std::vector<T>{low, low, low});
    f = without(low, high);
    CHECK(row.vote<T>({low, high, low, low, low}, f) == std::vector<T>{high, high, high});
  };
  check(std::uint8_t{});
  check(std::uint16_t{});
  check(std::int32_t{});
}

TEST_CASE("vote: labels that floats could not tell apart", "[voxelize]") {
  const row_of_voxels row(2, {0, 0, 0});
  constexpr std::int32_t large = (1 << 24) + 1;
  voxel_feature f;
  f.empty_label = INT32_MAX - 1;
  CHECK(row.vote<std::int32_t>({large - 1, large, large}, f) ==
        std::vector<std::int32_t>{large, INT32_MAX - 1});
  CHECK(row.vote<std::int32_t>({large + 1, large, large - 1}, f)[0] == large - 1);
}

TEST_CASE("vote: an ignored label does not count", "[voxelize]") {
  const row_of_voxels row(4, {0, 0, 0, 0, 1, 1, 2, 2, 2});
  const std::vector<std::uint8_t> labels = {0, 0, 0, 5, 0, 0, 9, 9, 4};
  CHECK(row.vote(labels) == std::vector<std::uint8_t>{0, 0, 9, 0});
  CHECK(row.vote(labels, without(0, 255)) == std::vector<std::uint8_t>{5, 255, 9, 255});
  CHECK(row.vote(labels, without(9, 7)) == std::vector<std::uint8_t>{0, 0, 4, 7});
  CHECK(row.vote(labels, without(200, 7)) == std::vector<std::uint8_t>{0, 0, 9, 7});
  // The label of empty voxels may be that of points too.
  CHECK(row.vote(labels, without(0, 5)) == std::vector<std::uint8_t>{5, 5, 9, 5});
}

TEST_CASE("vote: each channel by itself", "[voxelize]") {
  const row_of_voxels row(2, {0, 0, 0});
  CHECK(row.vote<std::uint16_t>({1, 9, 65535, 1, 9, 65535, 2, 8, 0}, without(9, 6), 3) ==
        std::vector<std::uint16_t>{1, 8, 65535, 6, 6, 6});
}

TEST_CASE("vote: many points and many labels to a voxel", "[voxelize]") {
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 3000; ++i) labels.push_back(i * 7919 % 3000 - 1500);
  labels.push_back(1499);
  const row_of_voxels row(1, std::vector<int>(labels.size(), 0));
  CHECK(row.vote(labels)[0] == 1499);
  CHECK(row.vote(labels, without(1499))[0] == -1500);
  const std::vector<std::uint8_t> alike(1 << 18, 3);
  CHECK(row_of_voxels(1, std::vector<int>(alike.size(), 0)).vote(alike)[0] == 3);
}

TEST_CASE("vote: random clouds, dense", "[voxelize]") {
  random_source random(700);
  for (int round = 0; round < 100; ++round) {
    check_dense(random, voting_clouds<float>(random, random.between(0, 4), 0));
    check_dense(random, voting_clouds<float>(random, random.between(0, 3), 2));
  }
}

TEST_CASE("vote: random clouds, sparse", "[voxelize]") {
  random_source random(701);
  for (int round = 0; round < 60; ++round) {
    const auto p = voting_clouds<float>(random, random.between(0, 4), random.between(0, 2));
    const auto number = static_cast<std::int64_t>(map_of(p).voxels.size());
    check_sparse(random, p, number);
    check_sparse(random, p, random.between(0, number));
    check_sparse(random, p, number + random.between(0, 100));
  }
}

TEST_CASE("vote: points of other types, crowded voxels", "[voxelize]") {
  random_source random(702);
  cloud_wildness crowded;
  crowded.extent = 2;
  crowded.points = 5000;
  for (int round = 0; round < 10; ++round) {
    check_dense(random, voting_clouds<double>(random, 2, 1));
    check_dense(random, voting_clouds<robocache::bf16>(random, 2, 0));
    check_dense(random, voting_clouds<robocache::f16>(random, 2, 0, crowded));
    check_sparse(random, voting_clouds<double>(random, 2, 1, crowded), 100);
  }
}

TEST_CASE("vote: the sparse list holds what the dense grid does", "[voxelize]") {
  random_source random(703);
  for (int round = 0; round < 20; ++round) {
    auto p = make_clouds<float>(random, 3, 0);
    add_labels(random, p);
    const auto& f = p.features[0];
    const auto dense = run(cpu{}, p, features_outcome(p));
    const auto sparse = run(cpu{}, p, sparse_outcome(p, p.batch * p.grid.cells()));
    INFO(p.story);
    const auto counts = dense.counts.cube(dense.counts.memory.data());
    std::int64_t differ = 0, not_empty = 0, row = 0;
    for (std::int64_t b = 0; b < p.batch; ++b) {
      for (std::int64_t voxel = 0; voxel < p.grid.cells(); ++voxel) {
        const bool occupied = counts(b, 0, voxel) > 0;
        for (std::int64_t c = 0; c < f.channels; ++c) {
          const std::int64_t label = label_at(dense.results[0], b, 0, voxel * f.channels + c);
          if (!occupied) {
            not_empty += label != f.settings.empty_label ? 1 : 0;
          } else {
            differ += label != label_at(sparse.results[0], 0, row, c) ? 1 : 0;
          }
        }
        row += occupied ? 1 : 0;
      }
    }
    CHECK(differ == 0);
    CHECK(not_empty == 0);
    CHECK(row == sparse.number[0]);
  }
}

TEST_CASE("vote: passes in parts, merged in any order", "[voxelize]") {
  random_source random(704);
  for (int round = 0; round < 300; ++round) {
    auto given = random_labels(random, random.between(0, 400));
    given.channels = 1;
    robocache::detail::feature_op f;
    f.reduce = voxel_reduction::vote;
    f.empty_label = given.settings.empty_label;
    f.has_ignored_label = given.settings.has_ignored_label;
    f.ignored_label = given.settings.ignored_label;
    const auto expected = static_cast<std::int64_t>(naive_vote(given.labels, given.settings).value);
    const auto got = [&](auto zero) {
      using T = decltype(zero);
      std::vector<T> labels;
      for (const std::int32_t label : given.labels) labels.push_back(static_cast<T>(label));
      return static_cast<std::int64_t>(vote_in_parts(random, f, labels, random.between(1, 64)));
    };
    const auto type = given.settings.type;
    CAPTURE(random.seed(), round, static_cast<int>(type), given.labels.size());
    CHECK((type == element::u8    ? got(std::uint8_t{})
           : type == element::u16 ? got(std::uint16_t{})
                                  : got(std::int32_t{})) == expected);
  }
}

TEST_CASE("vote: settings that cannot be are named, and nothing is written", "[voxelize]") {
  const row_of_voxels row(2, {0, 0, 1});
  const auto points = view<const float, 3>(row.points.data(), {1, 3, 3});
  const std::vector<float> numbers = {1, 2, 3};
  const std::vector<std::uint8_t> bytes = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  const std::vector<std::uint16_t> words = {1, 2, 3};
  std::vector<float> of_numbers(6, -7);
  std::vector<std::uint8_t> of_bytes(6, 77);
  std::vector<std::uint16_t> of_words(2, 77);
  std::vector<std::int32_t> argmax(6, -7);
  const auto refuse = [&](const char* what, voxel_feature f) {
    const std::string text = error_of([&] {
      robocache::voxelize_features(cpu{}, row.grid, points, std::vector<voxel_feature>{f});
    });
    CAPTURE(what, text);
    CHECK(text.rfind("robocache::voxelize_features: features[0].", 0) == 0);
    CHECK(text.find(what) != std::string::npos);
    CHECK(of_numbers == std::vector<float>(6, -7));
    CHECK(of_bytes == std::vector<std::uint8_t>(6, 77));
    CHECK(of_words == std::vector<std::uint16_t>(2, 77));
    CHECK(argmax == std::vector<std::int32_t>(6, -7));
  };
  const auto on_bytes = [&](voxel_reduction reduce, std::int64_t channels = 1) {
    return voxel_feature(reduce, view<const std::uint8_t, 3>(bytes.data(), {1, 3, channels}),
                         view<std::uint8_t, 5>(of_bytes.data(), {1, 1, 1, 2, channels}));
  };
  const auto on_numbers = [&](voxel_reduction reduce) {
    return voxel_feature(reduce, view<const float, 3>(numbers.data(), {1, 3, 1}),
                         view<float, 5>(of_numbers.data(), {1, 1, 1, 2, 1}));
  };
  const auto spoilt = [](voxel_feature f, const auto& spoil) {
    spoil(f);
    return f;
  };

  refuse(".reduce", on_numbers(voxel_reduction::vote));
  refuse(".reduce", on_bytes(voxel_reduction::mean));
  refuse(".reduce", on_bytes(voxel_reduction::maximum));
  refuse(".reduce", on_bytes(voxel_reduction::normal, 3));
  refuse(".reduce", on_bytes(static_cast<voxel_reduction>(4)));
  const voxel_feature good = on_bytes(voxel_reduction::vote);
  refuse(".argmax needs voxel_reduction::maximum", spoilt(good, [&](auto& f) {
           f.argmax = view<std::int32_t, 5>(argmax.data(), {1, 1, 1, 2, 1});
         }));
  refuse(".empty ", spoilt(good, [](auto& f) { f.empty = 1; }));
  refuse(".empty_label must be 0 to 255", spoilt(good, [](auto& f) { f.empty_label = 256; }));
  refuse(".empty_label must be 0 to 255", spoilt(good, [](auto& f) { f.empty_label = -1; }));
  for (const std::int32_t label : {-1, 256, INT32_MIN, INT32_MAX}) {
    refuse(".ignored_label must be 0 to 255", spoilt(good, [&](auto& f) {
             f.has_ignored_label = true;
             f.ignored_label = label;
           }));
  }
  voxel_feature wide(voxel_reduction::vote, view<const std::uint16_t, 3>(words.data(), {1, 3, 1}),
                     view<std::uint16_t, 5>(of_words.data(), {1, 1, 1, 2, 1}));
  refuse(".empty_label must be 0 to 65535", spoilt(wide, [](auto& f) { f.empty_label = 65536; }));
  refuse(".output must be aligned", spoilt(wide, [](auto& f) {
           f.result.data = static_cast<std::uint8_t*>(f.result.data) + 1;
         }));
  for (const element other : {element::boolean, element::i8, element::i16, element::i64,
                              element::u32, element::u64, element::f64, static_cast<element>(13)}) {
    refuse(".type must be one that features have", spoilt(good, [&](auto& f) { f.type = other; }));
  }
  refuse(".output must have the type", spoilt(good, [](auto& f) { f.output_type = element::f32; }));
  refuse(".output must have the type",
         spoilt(on_numbers(voxel_reduction::mean), [](auto& f) { f.output_type = element::u8; }));
  const voxel_feature mean = on_numbers(voxel_reduction::mean);
  refuse(".empty_label", spoilt(mean, [](auto& f) { f.empty_label = 1; }));
  refuse(".has_ignored_label", spoilt(mean, [](auto& f) { f.has_ignored_label = true; }));
}
