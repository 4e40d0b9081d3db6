// A whole call of voxelization: clouds and features that own their memory, and what came out.
#pragma once

#include <robocache/pointcloud/voxelize.hpp>
#include <robocache/pointcloud/voxelize_sparse.hpp>
#include <sstream>
#include <utility>
#include <variant>

#include "layout.hpp"
#include "random.hpp"

namespace test {

template <class T>
std::vector<T> poisoned(std::int64_t count) {
  std::vector<T> values(static_cast<std::size_t>(count));
  if (count > 0) std::memset(values.data(), 0xA5, values.size() * sizeof(T));
  return values;
}

/// Any of the types of features.
using any_laid_out =
    std::variant<laid_out<float>, laid_out<robocache::bf16>, laid_out<robocache::f16>,
                 laid_out<std::uint8_t>, laid_out<std::uint16_t>, laid_out<std::int32_t>>;

inline any_laid_out lay_out(robocache::element type, std::int64_t batch, std::int64_t rows,
                            std::int64_t channels, const arrangement& how) {
  using robocache::element;
  switch (type) {
    case element::bf16:
      return laid_out<robocache::bf16>(batch, rows, channels, how);
    case element::f16:
      return laid_out<robocache::f16>(batch, rows, channels, how);
    case element::u8:
      return laid_out<std::uint8_t>(batch, rows, channels, how);
    case element::u16:
      return laid_out<std::uint16_t>(batch, rows, channels, how);
    case element::i32:
      return laid_out<std::int32_t>(batch, rows, channels, how);
    default:
      return laid_out<float>(batch, rows, channels, how);
  }
}

/// Calls `f` with the array, which holds no labels.
template <class F, class Any>
void visit_numbers(const F& f, Any& any) {
  std::visit(
      [&](auto& array) {
        using T = typename std::decay_t<decltype(array.memory)>::value_type;
        if constexpr (std::is_integral_v<T>) {
          throw std::logic_error("labels where numbers are expected");
        } else {
          f(array);
        }
      },
      any);
}

/// A feature of every point.
struct point_feature {
  std::vector<float> wide;           // [entries, rows, channels], exactly what the type holds
  std::vector<std::int32_t> labels;  // the same of a vote; then `wide` is empty
  std::int64_t channels = 1;
  robocache::voxel_feature settings;  // reduction, types and options; no arrays
  bool wants_argmax = false;
  arrangement how;
  any_laid_out values = laid_out<float>(0, 0, 0, {});

  void lay(std::int64_t entries, std::int64_t rows) {
    values = lay_out(settings.type, entries, rows, channels, how);
    std::visit(
        [&](auto& array) {
          using T = typename std::decay_t<decltype(array.memory)>::value_type;
          std::vector<T> narrow;
          if constexpr (std::is_integral_v<T>) {
            for (const std::int32_t label : labels) narrow.push_back(static_cast<T>(label));
          } else {
            for (const float v : wide) narrow.push_back(T(v));
          }
          array = std::decay_t<decltype(array)>(narrow, entries, rows, channels, how);
        },
        values);
  }
};

/// Clouds of a batch, padded or packed, and what is asked of them.
template <class P>
struct cloud_problem {
  using point = P;

  robocache::voxel_grid grid;
  std::int64_t batch = 1;
  std::int64_t rows = 0;  // points of a cloud with its padding, or of all clouds when packed
  std::vector<P> dense;   // [entries, rows, 3]
  arrangement how;        // of the points
  laid_out<P> points = laid_out<P>(0, 0, 0, {});
  std::vector<std::int64_t> lengths, offsets;
  std::vector<point_feature> features;
  arrangement outputs;
  std::string story;

  [[nodiscard]] std::int64_t entries() const { return offsets.empty() ? batch : 1; }

  /// The rows of cloud b in `dense`, as first and count.
  [[nodiscard]] std::pair<std::int64_t, std::int64_t> range(std::int64_t b) const {
    const auto at = static_cast<std::size_t>(b);
    if (!offsets.empty()) return {offsets[at], offsets[at + 1] - offsets[at]};
    return {b * rows, lengths.empty() ? rows : lengths[at]};
  }

  /// After a change of `dense` or `wide`.
  void lay() {
    points = laid_out<P>(dense, entries(), rows, 3, how);
    for (auto& feature : features) feature.lay(entries(), rows);
  }

  template <class Place>
  [[nodiscard]] robocache::view<const P, 3> placed_points(const Place& place) const {
    return points.cube(place(points.memory));
  }
  template <class Place>
  [[nodiscard]] robocache::cloud_options placed_options(const Place& place) const {
    const auto list = [&](const auto& v) {
      using range = robocache::view<const std::int64_t, 1>;
      return v.empty() ? range{} : range(place(v), {static_cast<std::int64_t>(v.size())});
    };
    return {{list(lengths), list(offsets)}};
  }
};

/// `voxelize_report`.
struct counted_points {
  std::vector<std::int64_t> inside, outside, invalid;

  explicit counted_points(std::int64_t batch)
      : inside(poisoned<std::int64_t>(batch)), outside(inside), invalid(inside) {}

  template <class F>
  void each(const F& f) {
    f("inside", inside);
    f("outside", outside);
    f("invalid", invalid);
  }
  template <class Place>
  robocache::voxelize_report placed(const Place& place) {
    const auto list = [&](auto& v) {
      return robocache::view<std::int64_t, 1>(place(v), {static_cast<std::int64_t>(v.size())});
    };
    return {list(inside), list(outside), list(invalid)};
  }
};

/// The result of a feature: dense, or one row to a voxel.
struct feature_result {
  any_laid_out values;
  std::vector<std::int32_t> argmax;

  static feature_result dense(const point_feature& f, std::int64_t batch, std::int64_t cells,
                              const arrangement& how) {
    return {lay_out(f.settings.output_type, batch, 1, cells * f.channels, how),
            poisoned<std::int32_t>(f.wants_argmax ? batch * cells * f.channels : 0)};
  }
  static feature_result sparse(const point_feature& f, std::int64_t capacity,
                               const arrangement& how) {
    return {lay_out(f.settings.output_type, 1, capacity, f.channels, how),
            poisoned<std::int32_t>(f.wants_argmax ? capacity * f.channels : 0)};
  }

  template <class F>
  void each(const F& f) {
    std::visit([&](auto& array) { f("values", array.memory); }, values);
    f("argmax", argmax);
  }
};

/// An output [B, Z, Y, X] that is laid out cloud by cloud.
template <class T>
robocache::view<T, 4> voxels_of(const laid_out<T>& array, T* data,
                                const robocache::voxel_grid& grid) {
  const auto cube = array.cube(data);
  const auto& n = grid.extents;
  return {cube.data_handle(),
          {cube.extent(0), n[2], n[1], n[0]},
          {cube.stride(0), n[1] * n[0], n[0], 1}};
}

/// The feature with its arrays: for dense results where `grid` is given.
template <class Place>
robocache::voxel_feature placed(const point_feature& f, feature_result& result,
                                const robocache::voxel_grid* grid, const Place& place) {
  return std::visit(
      [&](const auto& values, auto& output) -> robocache::voxel_feature {
        using T = typename std::decay_t<decltype(values.memory)>::value_type;
        using Out = typename std::decay_t<decltype(output.memory)>::value_type;
        constexpr bool widens = std::is_same_v<Out, float> && !std::is_integral_v<T>;
        if constexpr (!std::is_same_v<T, Out> && !widens) {
          throw std::logic_error("a feature is reduced to its own type, or from numbers to float");
        } else {
          const auto from = values.cube(place(values.memory));
          const auto to = output.cube(place(output.memory));
          robocache::voxel_feature placed;
          if (grid != nullptr) {
            const auto& n = grid->extents;
            const std::int64_t c = f.channels;
            placed = {f.settings.reduce, from,
                      robocache::view<Out, 5>(to.data_handle(), {to.extent(0), n[2], n[1], n[0], c},
                                              {to.stride(0), n[1] * n[0] * c, n[0] * c, c, 1})};
          } else {
            placed = {f.settings.reduce, from,
                      robocache::view<Out, 2>(to.data_handle(), {to.extent(1), to.extent(2)},
                                              {to.stride(1), 1})};
          }
          placed.nans = f.settings.nans;
          placed.empty = f.settings.empty;
          placed.has_scale = f.settings.has_scale;
          placed.scale = f.settings.scale;
          placed.empty_label = f.settings.empty_label;
          placed.has_ignored_label = f.settings.has_ignored_label;
          placed.ignored_label = f.settings.ignored_label;
          if (f.wants_argmax) {
            std::int32_t* const data = place(result.argmax);
            if (grid != nullptr) {
              const auto& n = grid->extents;
              placed.argmax = robocache::view<std::int32_t, 5>(
                  data, {to.extent(0), n[2], n[1], n[0], f.channels});
            } else {
              placed.argmax = robocache::view<std::int32_t, 2>(data, {to.extent(1), to.extent(2)});
            }
          }
          return placed;
        }
      },
      f.values, result.values);
}

template <class P, class Place>
std::vector<robocache::voxel_feature> placed(const cloud_problem<P>& p,
                                             std::vector<feature_result>& results, bool dense,
                                             const Place& place) {
  std::vector<robocache::voxel_feature> features;
  for (std::size_t n = 0; n < p.features.size(); ++n) {
    features.push_back(placed(p.features[n], results[n], dense ? &p.grid : nullptr, place));
  }
  return features;
}

/// Occupancy and density in every type, poisoned first and among guard elements.
struct grids_outcome {
  laid_out<std::uint8_t> bytes;
  laid_out<robocache::bf16> halves;
  laid_out<float> floats;
  laid_out<std::uint32_t> bits;
  laid_out<std::int32_t> counts;
  laid_out<float> density, per_volume;
  counted_points of_occupancy, of_density;

  template <class P>
  explicit grids_outcome(const cloud_problem<P>& p)
      : bytes(p.batch, 1, p.grid.cells(), p.outputs),
        halves(p.batch, 1, p.grid.cells(), p.outputs),
        floats(p.batch, 1, p.grid.cells(), p.outputs),
        bits(p.batch, 1, (p.grid.cells() + 31) / 32, p.outputs),
        counts(p.batch, 1, p.grid.cells(), p.outputs),
        density(floats),
        per_volume(floats),
        of_occupancy(p.batch),
        of_density(p.batch) {}

  template <class F>
  void each(const F& f) {
    f("bytes", bytes.memory);
    f("halves", halves.memory);
    f("floats", floats.memory);
    f("bits", bits.memory);
    f("counts", counts.memory);
    f("density", density.memory);
    f("per volume", per_volume.memory);
    of_occupancy.each(f);
    of_density.each(f);
  }

  /// `place(vector)` says where the executor finds the elements of a vector.
  template <class P, class Executor, class Place>
  void run(const Executor& executor, const cloud_problem<P>& p, const Place& place) {
    const auto points = p.placed_points(place);
    const auto clouds = p.placed_options(place);
    const auto grid = [&](auto& array) { return voxels_of(array, place(array.memory), p.grid); };
    robocache::voxelize_occupancy(executor, p.grid, points, grid(bytes), clouds,
                                  of_occupancy.placed(place));
    robocache::voxelize_occupancy(executor, p.grid, points, grid(halves), clouds);
    robocache::voxelize_occupancy(executor, p.grid, points, grid(floats), clouds);
    robocache::voxelize_occupancy(executor, p.grid, points, bits.table(place(bits.memory)), clouds);
    robocache::density_options by_count;
    by_count.clouds = clouds.clouds;
    robocache::voxelize_density(executor, p.grid, points, grid(counts), by_count,
                                of_density.placed(place));
    robocache::voxelize_density(executor, p.grid, points, grid(density), by_count);
    robocache::density_options by_volume = by_count;
    by_volume.per_volume = true;
    robocache::voxelize_density(executor, p.grid, points, grid(per_volume), by_volume);
  }
};

/// `voxelize_features`.
struct features_outcome {
  std::vector<feature_result> results;
  laid_out<std::int32_t> counts;
  counted_points report;

  template <class P>
  explicit features_outcome(const cloud_problem<P>& p)
      : counts(p.batch, 1, p.grid.cells(), p.outputs), report(p.batch) {
    for (const auto& f : p.features) {
      results.push_back(feature_result::dense(f, p.batch, p.grid.cells(), p.outputs));
    }
  }

  template <class F>
  void each(const F& f) {
    for (auto& result : results) result.each(f);
    f("counts", counts.memory);
    report.each(f);
  }

  template <class P, class Executor, class Place>
  void run(const Executor& executor, const cloud_problem<P>& p, const Place& place) {
    robocache::features_report wanted;
    static_cast<robocache::voxelize_report&>(wanted) = report.placed(place);
    wanted.counts = voxels_of(counts, place(counts.memory), p.grid);
    robocache::voxelize_features(executor, p.grid, p.placed_points(place),
                                 placed(p, results, true, place), p.placed_options(place), wanted);
  }
};

/// `voxelize_sparse`.
struct sparse_outcome {
  laid_out<std::int32_t> coordinates;
  std::vector<std::int32_t> counts;
  std::vector<std::int64_t> number;
  std::vector<feature_result> results;
  counted_points report;

  template <class P>
  sparse_outcome(const cloud_problem<P>& p, std::int64_t capacity)
      : coordinates(1, capacity, 4, p.outputs),
        counts(poisoned<std::int32_t>(capacity + 3)),
        number(poisoned<std::int64_t>(2)),
        report(p.batch) {
    for (const auto& f : p.features) {
      results.push_back(feature_result::sparse(f, capacity, p.outputs));
    }
  }

  template <class F>
  void each(const F& f) {
    f("coordinates", coordinates.memory);
    f("counts", counts);
    f("number", number);
    for (auto& result : results) result.each(f);
    report.each(f);
  }

  template <class P, class Executor, class Place>
  void run(const Executor& executor, const cloud_problem<P>& p, const Place& place) {
    const auto rows = coordinates.cube(place(coordinates.memory));
    const std::int64_t capacity = rows.extent(1);
    robocache::sparse_voxels voxels;
    voxels.coordinates = {rows.data_handle(), {capacity, 4}, {rows.stride(1), 1}};
    voxels.counts = {place(counts), {capacity}};
    voxels.number = {place(number), {1}};
    robocache::voxelize_sparse(executor, p.grid, p.placed_points(place),
                               placed(p, results, false, place), voxels, p.placed_options(place),
                               report.placed(place));
  }
};

/// `voxelize_first`; the values are those of the first feature, in float.
struct first_outcome {
  std::int64_t capacity, most;
  std::vector<std::int32_t> indices, coordinates, counts, voxel_of;
  std::vector<std::int64_t> number, dropped;
  std::vector<float> values;
  counted_points report;

  template <class P>
  first_outcome(const cloud_problem<P>& p, std::int64_t voxels, std::int64_t points)
      : capacity(voxels),
        most(points),
        indices(poisoned<std::int32_t>(voxels * points + 3)),
        coordinates(poisoned<std::int32_t>(voxels * 4 + 3)),
        counts(poisoned<std::int32_t>(voxels + 3)),
        voxel_of(poisoned<std::int32_t>(p.entries() * p.rows + 3)),
        number(poisoned<std::int64_t>(2)),
        dropped(poisoned<std::int64_t>(2)),
        values(
            poisoned<float>(p.features.empty() ? 0 : voxels * points * p.features[0].channels + 3)),
        report(p.batch) {}

  template <class F>
  void each(const F& f) {
    f("indices", indices);
    f("coordinates", coordinates);
    f("counts", counts);
    f("voxel_of", voxel_of);
    f("number", number);
    f("dropped", dropped);
    f("values", values);
    report.each(f);
  }

  template <class P, class Executor, class Place>
  void run(const Executor& executor, const cloud_problem<P>& p, const Place& place) {
    robocache::first_points kept;
    kept.indices = {place(indices), {capacity, most}};
    kept.coordinates = {place(coordinates), {capacity, 4}};
    kept.counts = {place(counts), {capacity}};
    kept.number = {place(number), {1}};
    kept.dropped = {place(dropped), {1}};
    kept.voxel_of = {place(voxel_of), {p.entries(), p.rows}};
    const auto points = p.placed_points(place);
    if (p.features.empty()) {
      robocache::voxelize_first(executor, p.grid, points, kept, p.placed_options(place),
                                report.placed(place));
    } else {
      const auto& array = std::get<laid_out<float>>(p.features[0].values);
      robocache::voxelize_first(
          executor, p.grid, points, array.cube(place(array.memory)), kept,
          robocache::view<float, 3>(place(values), {capacity, most, p.features[0].channels}),
          p.placed_options(place), report.placed(place));
    }
  }
};

/// Runs in host memory and gives back what came.
template <class P, class Outcome>
Outcome run(const robocache::cpu& executor, const cloud_problem<P>& p, Outcome outcome) {
  outcome.run(executor, p, [](auto& v) { return v.data(); });
  return outcome;
}

/// The arrays that differ and where, guard elements included; an empty text when nothing does.
template <class Outcome>
std::string difference(Outcome& a, Outcome& b) {
  std::vector<std::pair<std::string, std::vector<std::uint8_t>>> arrays;
  a.each([&](const char* name, const auto& array) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(array.data());
    arrays.emplace_back(name,
                        std::vector<std::uint8_t>(bytes, bytes + array.size() * sizeof(array[0])));
  });
  std::string text;
  std::size_t n = 0;
  b.each([&](const char* name, const auto& array) {
    const auto& bytes = arrays.at(n).second;
    const std::size_t size = sizeof(array[0]);
    if (bytes.size() != array.size() * size) {
      text += std::string(name) + " differs in size ";
    } else if (!array.empty() && std::memcmp(bytes.data(), array.data(), bytes.size()) != 0) {
      std::size_t at = 0;
      while (std::memcmp(&bytes[at * size], &array[at], size) == 0) ++at;
      text += "array " + std::to_string(n) + ", " + name + "[" + std::to_string(at) + "] ";
    }
    ++n;
  });
  return text;
}

/// How large and wild a random problem is.
struct cloud_wildness {
  std::int64_t points = 400;  // of a cloud, at most
  std::int64_t extent = 9;    // of the grid along an axis, at most
  double adversarial = 0.03;  // the share of coordinates and values that are
  bool arranged = true;       // strides and guards
};

namespace detail {

template <class P>
P coordinate(double value) {
  if constexpr (std::is_same_v<P, double>) return value;
  return P(static_cast<float>(value));
}

/// A neighbour among the numbers of the type.
template <class P>
P nudged(P value, bool up) {
  using word = typename format<P>::word;
  const word bits = bits_of(value);
  if (static_cast<word>(bits << 1) == 0) return value;
  const bool is_negative = (bits >> (sizeof(P) * 8 - 1)) != 0;
  return from_bits<P>(static_cast<word>(is_negative == up ? bits - 1 : bits + 1));
}

inline robocache::voxel_grid random_grid(random_source& random, std::int64_t extent) {
  constexpr double sizes[] = {0.01, 0.05, 0.1, 0.2, 0.3, 1.0, 0.125, 1.0 / 3};
  robocache::voxel_grid grid;
  const bool cubic = random.chance(0.3);
  const double size = random.one_of(sizes);
  for (int a = 0; a < 3; ++a) {
    grid.size[a] = cubic                ? size
                   : random.chance(0.7) ? random.one_of(sizes)
                                        : random.uniform(0.01, 2.0);
    grid.extents[a] = random.between(1, extent);
    const double origins[] = {0.0, -0.0, -grid.size[a] * static_cast<double>(grid.extents[a] / 2),
                              random.uniform(-2.0, 2.0)};
    grid.origin[a] = random.one_of(origins);
  }
  if (random.chance(0.4)) grid.rule = robocache::index_rule::round;
  return grid;
}

/// Inside, on borders, next to them, outside, all in one voxel, and adversarial.
template <class P>
P random_coordinate(random_source& random, const robocache::voxel_grid& grid, int a,
                    double adversarial_share) {
  const double size = grid.size[a], origin = grid.origin[a];
  const auto cells = static_cast<double>(grid.extents[a]);
  if (random.chance(adversarial_share)) return adversarial<P>(random);
  const double dice = random.uniform();
  if (dice < 0.5) return coordinate<P>(origin + size * cells * random.uniform(-0.02, 1.02));
  if (dice < 0.7) return coordinate<P>(origin + size * 0.3);
  const auto halves = static_cast<double>(random.between(-1, 2 * grid.extents[a] + 1));
  const P border = coordinate<P>(origin + size * 0.5 * halves);
  return dice < 0.9 ? border : nudged(border, random.chance(0.5));
}

inline float as_type(robocache::element type, float value) {
  if (type == robocache::element::bf16) return static_cast<float>(robocache::bf16(value));
  if (type == robocache::element::f16) return static_cast<float>(robocache::f16(value));
  return value;
}

}  // namespace detail

/// A random feature of `count` points, any reduction and type.
inline point_feature random_feature(random_source& random, std::int64_t count,
                                    double adversarial_share) {
  using robocache::element;
  using robocache::voxel_reduction;
  constexpr element types[] = {element::f32, element::bf16, element::f16};
  constexpr voxel_reduction reductions[] = {voxel_reduction::mean, voxel_reduction::maximum,
                                            voxel_reduction::normal};
  point_feature f;
  auto& s = f.settings;
  s.reduce = random.one_of(reductions);
  s.type = random.one_of(types);
  s.output_type = random.chance(0.5) ? s.type : element::f32;
  s.nans = random.chance(0.5) ? robocache::nan_policy::skip : robocache::nan_policy::propagate;
  s.empty = random.chance(0.5) ? 0.0F : static_cast<float>(random.between(-8, 8)) / 4;
  const bool vectors = s.reduce == voxel_reduction::normal;
  f.channels = vectors ? 3 * random.between(1, 2) : random.between(1, random.chance(0.2) ? 40 : 9);
  if (s.reduce == voxel_reduction::maximum) {
    f.wants_argmax = random.chance(0.6);
  } else if (random.chance(0.3)) {
    s.has_scale = true;
    s.scale = static_cast<std::int32_t>(random.between(8, 48));
  }
  const bool small_integers = random.chance(0.3);  // ties
  for (std::int64_t i = 0; i < count * f.channels; ++i) {
    float v = small_integers ? static_cast<float>(random.between(-2, 2)) : ordinary<float>(random);
    if (v == 0 && random.chance(0.5)) v = -v;
    if (random.chance(adversarial_share)) v = adversarial<float>(random);
    f.wide.push_back(detail::as_type(s.type, v));
  }
  return f;
}

/// Random labels of `count` points to be voted on, of any type: few or many, at the ends of the
/// type, with ties.
inline point_feature random_labels(random_source& random, std::int64_t count) {
  using robocache::element;
  constexpr element types[] = {element::u8, element::u16, element::i32};
  point_feature f;
  auto& s = f.settings;
  s.reduce = robocache::voxel_reduction::vote;
  s.type = s.output_type = random.one_of(types);
  f.channels = random.between(1, random.chance(0.2) ? 20 : 4);
  const std::int64_t least = s.type == element::i32 ? INT32_MIN : 0;
  const std::int64_t most = s.type == element::u8    ? UINT8_MAX
                            : s.type == element::u16 ? UINT16_MAX
                                                     : INT32_MAX;
  std::vector<std::int64_t> known = {least, most, 0};
  for (std::int64_t i = random.between(0, random.chance(0.3) ? 60 : 5); i > 0; --i) {
    known.push_back(random.between(least, most));
  }
  if (random.chance(0.3)) known.erase(known.begin(), known.begin() + 2);
  const auto any = [&] {
    const auto at = random.between(0, static_cast<std::int64_t>(known.size()) - 1);
    return static_cast<std::int32_t>(known[static_cast<std::size_t>(at)]);
  };
  constexpr double shares[] = {0.0, 0.5, 0.95};
  const double favoured = random.one_of(shares);
  for (std::int64_t i = 0; i < count * f.channels; ++i) {
    f.labels.push_back(random.chance(favoured) ? static_cast<std::int32_t>(known[0]) : any());
  }
  s.empty_label = any();
  s.has_ignored_label = random.chance(0.6);
  if (s.has_ignored_label) s.ignored_label = any();
  return f;
}

/// A random problem.
template <class P>
cloud_problem<P> make_clouds(random_source& random, std::int64_t batch, std::int64_t features,
                             const cloud_wildness& wild = {}) {
  cloud_problem<P> p;
  p.grid = detail::random_grid(random, wild.extent);
  p.batch = batch;
  p.rows = random.between(0, wild.points);
  const double dice = random.uniform();
  if (dice < 0.3) {
    for (std::int64_t b = 0; b < batch; ++b) p.lengths.push_back(random.between(0, p.rows));
  } else if (dice < 0.6 && batch > 0) {
    p.rows *= batch;
    for (std::int64_t b = 0; b <= batch; ++b) p.offsets.push_back(random.between(0, p.rows));
    std::sort(p.offsets.begin(), p.offsets.end());
  }
  const double share = random.chance(0.5) ? wild.adversarial : 0;
  for (std::int64_t i = 0; i < p.entries() * p.rows; ++i) {
    for (int a = 0; a < 3; ++a) {
      p.dense.push_back(detail::random_coordinate<P>(random, p.grid, a, share));
    }
  }
  for (std::int64_t n = 0; n < features; ++n) {
    const double values = random.chance(0.3) ? 0.3 : random.chance(0.5) ? wild.adversarial : 0;
    p.features.push_back(random_feature(random, p.entries() * p.rows, values));
    if (wild.arranged) p.features.back().how = random.one_of(all_arrangements);
  }
  if (wild.arranged) {
    p.how = random.one_of(all_arrangements);
    p.outputs = random.one_of(all_arrangements);
  }
  p.lay();
  std::ostringstream story;
  story << "seed " << random.seed() << " " << format<P>::name << " points [" << p.entries() << ", "
        << p.rows << "] batch " << batch << (p.lengths.empty() ? "" : " lengths")
        << (p.offsets.empty() ? "" : " offsets") << " padding " << p.how.padding << " grid "
        << p.grid.extents[0] << "x" << p.grid.extents[1] << "x" << p.grid.extents[2]
        << (p.grid.rule == robocache::index_rule::round ? " round" : " floor");
  for (const auto& f : p.features) {
    story << "\n  feature of " << f.channels << ": reduction "
          << static_cast<int>(f.settings.reduce) << " type " << static_cast<int>(f.settings.type)
          << " output " << static_cast<int>(f.settings.output_type) << " nans "
          << static_cast<int>(f.settings.nans) << " scale "
          << (f.settings.has_scale ? f.settings.scale : -1);
  }
  p.story = story.str();
  return p;
}

/// Gives the points another feature: random labels.
template <class P>
void add_labels(random_source& random, cloud_problem<P>& p) {
  p.features.push_back(random_labels(random, p.entries() * p.rows));
  auto& f = p.features.back();
  f.how = random.one_of(all_arrangements);
  f.lay(p.entries(), p.rows);
  std::ostringstream story;
  story << "\n  labels of " << f.channels << ": type " << static_cast<int>(f.settings.type)
        << " empty " << f.settings.empty_label << " ignored ";
  if (f.settings.has_ignored_label) {
    story << f.settings.ignored_label;
  } else {
    story << "none";
  }
  p.story += story.str();
}

/// The same points in another order within each cloud.
template <class P>
cloud_problem<P> shuffled(random_source& random, cloud_problem<P> p) {
  const auto swap_rows = [](auto& array, std::int64_t width, std::int64_t i, std::int64_t k) {
    std::swap_ranges(array.begin() + i * width, array.begin() + (i + 1) * width,
                     array.begin() + k * width);
  };
  for (std::int64_t b = 0; b < p.batch; ++b) {
    const auto [first, count] = p.range(b);
    for (std::int64_t i = count - 1; i > 0; --i) {
      const std::int64_t k = random.between(0, i);
      if (k == i) continue;
      swap_rows(p.dense, 3, first + i, first + k);
      for (auto& f : p.features) {
        if (!f.wide.empty()) swap_rows(f.wide, f.channels, first + i, first + k);
        if (!f.labels.empty()) swap_rows(f.labels, f.channels, first + i, first + k);
      }
    }
  }
  p.lay();
  return p;
}

}  // namespace test
