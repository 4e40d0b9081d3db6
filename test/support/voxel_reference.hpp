// Voxelization by the definitions, point by point: nothing here calls the library's arithmetic.
#pragma once

#include <array>
#include <map>

#include "cloud_problem.hpp"

namespace test {

constexpr std::int64_t outside_grid = -1, nan_point = -2;

/// The number of the voxel that a point lies in: floor((p - origin) / size) of IEEE numbers.
template <class Real>
std::int64_t naive_voxel(const robocache::voxel_grid& grid, const Real (&p)[3]) {
  std::int64_t number = 0;
  bool inside = true;
  for (int a = 2; a >= 0; --a) {
    if (std::isnan(p[0]) || std::isnan(p[1]) || std::isnan(p[2])) return nan_point;
    const Real distance = p[a] - static_cast<Real>(grid.origin[a]);
    Real q = distance / static_cast<Real>(grid.size[a]);
    if (grid.rule == robocache::index_rule::round) q += Real(0.5);
    const auto i = static_cast<long double>(std::floor(q));
    inside = inside && i >= 0 && i < static_cast<long double>(grid.extents[a]);
    if (inside) number = number * grid.extents[a] + static_cast<std::int64_t>(i);
  }
  return inside ? number : outside_grid;
}

/// Which points each occupied voxel holds.
struct voxel_map {
  struct range {
    std::int64_t first, count;  // rows of the dense points
  };
  /// (cloud, voxel) to points, counted within their cloud, in the order of input.
  std::map<std::array<std::int64_t, 2>, std::vector<std::int64_t>> voxels;
  std::vector<range> clouds;
  std::vector<std::int64_t> inside, outside, invalid;
};

template <class P>
voxel_map map_of(const cloud_problem<P>& p) {
  using real = std::conditional_t<std::is_same_v<P, double>, double, float>;
  voxel_map map;
  for (std::int64_t b = 0; b < p.batch; ++b) {
    const auto [first, count] = p.range(b);
    map.clouds.push_back({first, count});
    std::int64_t inside = 0, outside = 0, invalid = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      real at[3];
      for (std::int64_t a = 0; a < 3; ++a) {
        const P coordinate = p.dense[static_cast<std::size_t>((first + i) * 3 + a)];
        at[a] = static_cast<real>(decode<P>(bits_of(coordinate)));
      }
      const std::int64_t voxel = naive_voxel(p.grid, at);
      ++(voxel == nan_point ? invalid : voxel == outside_grid ? outside : inside);
      if (voxel >= 0) map.voxels[{b, voxel}].push_back(i);
    }
    map.inside.push_back(inside);
    map.outside.push_back(outside);
    map.invalid.push_back(invalid);
  }
  return map;
}

/// Cloud, z, y, x.
inline std::array<std::int32_t, 4> coordinates_of(const robocache::voxel_grid& grid,
                                                  const std::array<std::int64_t, 2>& key) {
  const auto [cloud, voxel] = key;
  const std::int64_t row = voxel / grid.extents[0];
  return {static_cast<std::int32_t>(cloud), static_cast<std::int32_t>(row / grid.extents[1]),
          static_cast<std::int32_t>(row % grid.extents[1]),
          static_cast<std::int32_t>(voxel % grid.extents[0])};
}

/// A number as format T stores it, rounded once; NaN is canonical.
template <class T>
T stored(long double x) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(x);  // a label, which fits
  } else {
    if (std::isnan(x)) {
      return from_bits<T>(
          static_cast<typename format<T>::word>(sizeof(T) == 2 ? 0x7fff : 0x7fc00000));
    }
    return T(static_cast<float>(rounded_to<T>(x)));
  }
}

/// The scale that `voxelize_features` finds: 62 - ceil(log2 N) - e, all magnitudes below 2^e.
inline int found_scale(const std::vector<float>& values, std::int64_t points) {
  float largest = 0;
  for (const float v : values) {
    if (std::isfinite(v)) largest = std::max(largest, std::fabs(v));
  }
  int e = 0, log2 = 0;
  std::frexp(largest, &e);
  while ((std::int64_t{1} << log2) < points) ++log2;
  return 62 - log2 - e;
}

/// One channel of a voxel, reduced.
struct reduced {
  long double value = 0;   // not rounded yet
  std::int64_t count = 0;  // of the values that took part
  std::int32_t at = -1;    // the one that is the maximum
};

__extension__ using wide_integer = __int128;

struct mean_rule {
  robocache::nan_policy nans;
  int scale;
  bool has_limit;       // the scale is the caller's
  std::int64_t points;  // of the cloud
};

/// The sum of the values rounded to multiples of 2^-scale, over their number, in double.
inline reduced naive_mean(const std::vector<float>& values, const mean_rule& rule) {
  reduced result;
  wide_integer sum = 0;
  bool up = false, down = false, bad = false;
  for (const float v : values) {
    if (std::isnan(v)) {
      bad = bad || rule.nans == robocache::nan_policy::propagate;
      continue;
    }
    ++result.count;
    if (std::isinf(v)) {
      (v > 0 ? up : down) = true;
      continue;
    }
    const long double all =
        std::fabs(static_cast<long double>(v)) * static_cast<long double>(rule.points);
    if (rule.has_limit && all >= std::ldexp(1.0L, 62 - rule.scale)) {
      bad = true;
      continue;
    }
    sum += static_cast<wide_integer>(
        std::nearbyint(std::ldexp(static_cast<long double>(v), rule.scale)));
  }
  constexpr long double infinity = std::numeric_limits<long double>::infinity();
  if (bad || (up && down)) {
    result.value = std::numeric_limits<long double>::quiet_NaN();
  } else if (up || down) {
    result.value = up ? infinity : -infinity;
  } else if (result.count > 0) {
    const double total =
        std::ldexp(static_cast<double>(static_cast<std::int64_t>(sum)), -rule.scale);
    result.value = static_cast<long double>(total / static_cast<double>(result.count));
  }
  return result;
}

/// The largest value, the first of equal ones; -0 is below +0.
inline reduced naive_maximum(const std::vector<float>& values, robocache::nan_policy nans) {
  reduced result;
  float best = 0;
  bool bad = false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float v = values[i];
    if (std::isnan(v)) {
      if (nans == robocache::nan_policy::skip) continue;
      if (!bad) result.at = static_cast<std::int32_t>(i);
      bad = true;
    }
    const bool higher = v > best || (v == 0 && best == 0 && std::signbit(best) && !std::signbit(v));
    if (!bad && (result.count == 0 || higher)) {
      best = v;
      result.at = static_cast<std::int32_t>(i);
    }
    ++result.count;
  }
  result.value =
      bad ? std::numeric_limits<long double>::quiet_NaN() : static_cast<long double>(best);
  return result;
}

/// The most frequent label, the smallest of those that tie.
inline reduced naive_vote(const std::vector<std::int32_t>& labels,
                          const robocache::voxel_feature& settings) {
  std::map<std::int32_t, std::int64_t> counts;
  for (const std::int32_t label : labels) ++counts[label];
  if (settings.has_ignored_label) counts.erase(settings.ignored_label);
  reduced result;
  result.value = static_cast<long double>(settings.empty_label);
  for (const auto& [label, count] : counts) {  // ascending
    if (count <= result.count) continue;
    result.value = static_cast<long double>(label);
    result.count = count;
  }
  return result;
}

/// What occupancy and density must be.
template <class P>
grids_outcome expected_grids(const cloud_problem<P>& p) {
  grids_outcome expected(p);
  const voxel_map map = map_of(p);
  const std::int64_t cells = p.grid.cells(), words = (cells + 31) / 32;
  std::vector<std::int32_t> counts(static_cast<std::size_t>(p.batch * cells));
  std::vector<std::uint32_t> bits(static_cast<std::size_t>(p.batch * words));
  for (const auto& [key, points] : map.voxels) {
    const auto [b, voxel] = key;
    counts[static_cast<std::size_t>(b * cells + voxel)] = static_cast<std::int32_t>(points.size());
    bits[static_cast<std::size_t>(b * words + voxel / 32)] |= 1U << (voxel % 32);
  }
  const auto volume = static_cast<float>(p.grid.size[0] * p.grid.size[1] * p.grid.size[2]);
  std::vector<std::uint8_t> bytes;
  std::vector<robocache::bf16> halves;
  std::vector<float> floats, density, per_volume;
  for (const std::int32_t count : counts) {
    bytes.push_back(count > 0 ? 1 : 0);
    floats.push_back(count > 0 ? 1.0F : 0.0F);
    halves.push_back(from_bits<robocache::bf16>(count > 0 ? 0x3f80 : 0));
    density.push_back(static_cast<float>(count));
    per_volume.push_back(static_cast<float>(count) / volume);
  }
  const auto lay = [&](auto& array, const auto& values, std::int64_t width) {
    array = std::decay_t<decltype(array)>(values, p.batch, 1, width, p.outputs);
  };
  lay(expected.bytes, bytes, cells);
  lay(expected.halves, halves, cells);
  lay(expected.floats, floats, cells);
  lay(expected.bits, bits, words);
  lay(expected.counts, counts, cells);
  lay(expected.density, density, cells);
  lay(expected.per_volume, per_volume, cells);
  for (auto* report : {&expected.of_occupancy, &expected.of_density}) {
    report->inside = map.inside;
    report->outside = map.outside;
    report->invalid = map.invalid;
  }
  return expected;
}

namespace detail {

/// The points whose values take part: of vectors, whole ones only.
inline std::vector<std::int64_t> taking_part(const point_feature& f, std::int64_t first,
                                             const std::vector<std::int64_t>& points,
                                             std::int64_t channel) {
  if (f.settings.reduce != robocache::voxel_reduction::normal ||
      f.settings.nans == robocache::nan_policy::propagate) {
    return points;
  }
  std::vector<std::int64_t> whole;
  for (const std::int64_t i : points) {
    const auto at = f.wide.begin() + (first + i) * f.channels + channel / 3 * 3;
    if (std::none_of(at, at + 3, [](float v) { return std::isnan(v); })) whole.push_back(i);
  }
  return whole;
}

/// The values of one channel at some points of cloud b.
inline std::vector<float> gathered(const point_feature& f, std::int64_t first,
                                   const std::vector<std::int64_t>& points, std::int64_t channel) {
  std::vector<float> values;
  for (const std::int64_t i : points) {
    values.push_back(f.wide[static_cast<std::size_t>((first + i) * f.channels + channel)]);
  }
  return values;
}

/// The labels of one channel at some points of a cloud.
inline std::vector<std::int32_t> gathered_labels(const point_feature& f, std::int64_t first,
                                                 const std::vector<std::int64_t>& points,
                                                 std::int64_t channel) {
  std::vector<std::int32_t> labels;
  for (const std::int64_t i : points) {
    labels.push_back(f.labels[static_cast<std::size_t>((first + i) * f.channels + channel)]);
  }
  return labels;
}

/// The scale of a channel of a voxel.
inline int scale_of(const point_feature& f, std::int64_t first,
                    const std::vector<std::int64_t>& points, std::int64_t channel) {
  if (f.settings.has_scale) return f.settings.scale;
  return found_scale(gathered(f, first, points, channel), static_cast<std::int64_t>(points.size()));
}

/// A vector of 3 as a unit vector; zero stays zero.
inline void normalise(reduced* r) {
  const long double length =
      std::sqrt(r[0].value * r[0].value + r[1].value * r[1].value + r[2].value * r[2].value);
  for (int k = 0; k < 3 && length != 0; ++k) r[k].value /= length;
}

}  // namespace detail

/// The votes of every occupied voxel, channel by channel.
inline std::map<std::array<std::int64_t, 2>, std::vector<reduced>> elect(const point_feature& f,
                                                                         const voxel_map& map) {
  std::map<std::array<std::int64_t, 2>, std::vector<reduced>> all;
  for (const auto& [key, points] : map.voxels) {
    const std::int64_t first = map.clouds[static_cast<std::size_t>(key[0])].first;
    for (std::int64_t c = 0; c < f.channels; ++c) {
      all[key].push_back(naive_vote(detail::gathered_labels(f, first, points, c), f.settings));
    }
  }
  return all;
}

/// A feature of every occupied voxel, channel by channel.
inline std::map<std::array<std::int64_t, 2>, std::vector<reduced>> reduce(const point_feature& f,
                                                                          const voxel_map& map) {
  using robocache::voxel_reduction;
  if (f.settings.reduce == voxel_reduction::vote) return elect(f, map);
  std::map<std::array<std::int64_t, 2>, std::vector<reduced>> all;
  for (std::int64_t c = 0; c < f.channels; ++c) {
    mean_rule rule{f.settings.nans, 0, f.settings.has_scale, 0};
    for (const auto& [key, points] : map.voxels) {
      const auto [first, count] = map.clouds[static_cast<std::size_t>(key[0])];
      rule.scale = detail::scale_of(f, first, points, c);
      rule.points = count;
      const auto values = detail::gathered(f, first, detail::taking_part(f, first, points, c), c);
      auto one = f.settings.reduce == voxel_reduction::maximum
                     ? naive_maximum(values, f.settings.nans)
                     : naive_mean(values, rule);
      if (one.at >= 0) {
        one.at = static_cast<std::int32_t>(points[static_cast<std::size_t>(one.at)]);
      }
      if (one.count == 0 && !std::isnan(one.value)) one.value = f.settings.empty;
      all[key].push_back(one);
    }
  }
  if (f.settings.reduce == voxel_reduction::normal) {
    for (auto& [key, row] : all) {
      for (std::size_t c = 0; c < row.size(); c += 3) {
        if (row[c].count > 0 || std::isnan(row[c].value)) detail::normalise(&row[c]);
      }
    }
  }
  return all;
}

namespace detail {

/// Overwrites the row of `result` that starts at element `at` of row `row`.
inline void put(const std::vector<reduced>& values, feature_result& result, std::int64_t entry,
                std::int64_t row, std::int64_t first, std::int64_t argmax_at) {
  std::visit(
      [&](auto& array) {
        using Out = typename std::decay_t<decltype(array.memory)>::value_type;
        const auto cube = array.cube(array.memory.data());
        for (std::size_t c = 0; c < values.size(); ++c) {
          cube(entry, row, first + static_cast<std::int64_t>(c)) = stored<Out>(values[c].value);
        }
      },
      result.values);
  if (result.argmax.empty()) return;
  for (std::size_t c = 0; c < values.size(); ++c) {
    result.argmax[static_cast<std::size_t>(argmax_at) + c] = values[c].at;
  }
}

}  // namespace detail

/// Where a normal is one unit in the last place from the expected one, takes it for right: the
/// library normalises in double.
inline void settle_normals(const point_feature& f, feature_result& expected,
                           const feature_result& got) {
  if (f.settings.reduce != robocache::voxel_reduction::normal) return;
  std::visit(
      [&](auto& want) {
        using T = typename std::decay_t<decltype(want.memory)>::value_type;
        const auto& have = std::get<std::decay_t<decltype(want)>>(got.values);
        if constexpr (!std::is_integral_v<T>) {
          for (std::size_t i = 0; i < want.memory.size(); ++i) {
            if (ulp_distance(want.memory[i], have.memory[i]) <= 1) want.memory[i] = have.memory[i];
          }
        }
      },
      expected.values);
}

/// `difference` of an outcome with features from what it must be.
template <class P, class Outcome>
std::string difference_from_expected(const cloud_problem<P>& p, Outcome& got, Outcome expected) {
  for (std::size_t n = 0; n < p.features.size(); ++n) {
    settle_normals(p.features[n], expected.results[n], got.results[n]);
  }
  return difference(got, expected);
}

/// What `voxelize_features` must give.
template <class P>
features_outcome expected_features(const cloud_problem<P>& p) {
  features_outcome expected(p);
  const voxel_map map = map_of(p);
  const std::int64_t cells = p.grid.cells();
  for (std::size_t n = 0; n < p.features.size(); ++n) {
    const point_feature& f = p.features[n];
    reduced nothing;
    nothing.value = f.settings.reduce == robocache::voxel_reduction::vote
                        ? static_cast<long double>(f.settings.empty_label)
                        : static_cast<long double>(f.settings.empty);
    const std::vector<reduced> empty(static_cast<std::size_t>(f.channels), nothing);
    const auto rows = reduce(f, map);
    for (std::int64_t b = 0; b < p.batch; ++b) {
      for (std::int64_t voxel = 0; voxel < cells; ++voxel) {
        const auto at = rows.find({b, voxel});
        detail::put(at == rows.end() ? empty : at->second, expected.results[n], b, 0,
                    voxel * f.channels, (b * cells + voxel) * f.channels);
      }
    }
  }
  expected.counts = expected_grids(p).counts;
  expected.report.inside = map.inside;
  expected.report.outside = map.outside;
  expected.report.invalid = map.invalid;
  return expected;
}

/// What `voxelize_sparse` must give with a capacity.
template <class P>
sparse_outcome expected_sparse(const cloud_problem<P>& p, std::int64_t capacity) {
  sparse_outcome expected(p, capacity);
  const voxel_map map = map_of(p);
  const auto coordinates = expected.coordinates.cube(expected.coordinates.memory.data());
  std::int64_t row = 0;
  for (const auto& [key, points] : map.voxels) {
    if (row == capacity) break;
    const auto where = coordinates_of(p.grid, key);
    for (std::size_t k = 0; k < 4; ++k) coordinates(0, row, k) = where[k];
    expected.counts[static_cast<std::size_t>(row)] = static_cast<std::int32_t>(points.size());
    ++row;
  }
  expected.number[0] = static_cast<std::int64_t>(map.voxels.size());
  for (std::size_t n = 0; n < p.features.size(); ++n) {
    row = 0;
    for (const auto& [key, values] : reduce(p.features[n], map)) {
      if (row == capacity) break;
      detail::put(values, expected.results[n], 0, row, 0, row * p.features[n].channels);
      ++row;
    }
  }
  expected.report.inside = map.inside;
  expected.report.outside = map.outside;
  expected.report.invalid = map.invalid;
  return expected;
}

/// What `voxelize_first` must give: one loop over the points, in the order of input.
template <class P>
first_outcome expected_first(const cloud_problem<P>& p, std::int64_t capacity, std::int64_t most) {
  first_outcome expected(p, capacity, most);
  const voxel_map map = map_of(p);
  std::map<std::array<std::int64_t, 2>, std::int64_t> rows;
  std::fill_n(expected.voxel_of.begin(), p.entries() * p.rows, -1);
  std::int64_t dropped = 0;
  for (std::int64_t b = 0; b < p.batch; ++b) {
    const auto [first, count] = p.range(b);
    std::vector<std::int64_t> voxel_of_point(static_cast<std::size_t>(count), -1);
    for (auto at = map.voxels.lower_bound({b, 0}); at != map.voxels.end() && at->first[0] == b;
         ++at) {
      for (const std::int64_t i : at->second) {
        voxel_of_point[static_cast<std::size_t>(i)] = at->first[1];
      }
    }
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t voxel = voxel_of_point[static_cast<std::size_t>(i)];
      if (voxel < 0) continue;
      const std::array<std::int64_t, 2> key = {b, voxel};
      const auto [at, is_new] = rows.insert({key, static_cast<std::int64_t>(rows.size())});
      const std::int64_t row = at->second;
      if (row >= capacity) {
        ++dropped;
        continue;
      }
      expected.voxel_of[static_cast<std::size_t>(first + i)] = static_cast<std::int32_t>(row);
      std::int32_t& kept = expected.counts[static_cast<std::size_t>(row)];
      if (is_new) {
        kept = 0;
        const auto where = coordinates_of(p.grid, key);
        std::copy(where.begin(), where.end(), expected.coordinates.begin() + row * 4);
        std::fill_n(expected.indices.begin() + row * most, most, -1);
        if (!p.features.empty()) {
          const std::int64_t width = most * p.features[0].channels;
          std::fill_n(expected.values.begin() + row * width, width, 0.0F);
        }
      }
      if (kept == most) {
        ++dropped;
        continue;
      }
      const std::int64_t slot = row * most + kept++;
      expected.indices[static_cast<std::size_t>(slot)] = static_cast<std::int32_t>(i);
      if (!p.features.empty()) {
        const auto& f = p.features[0];
        std::copy_n(f.wide.begin() + (first + i) * f.channels, f.channels,
                    expected.values.begin() + slot * f.channels);
      }
    }
  }
  expected.number[0] = static_cast<std::int64_t>(rows.size());
  expected.dropped[0] = dropped;
  expected.report.inside = map.inside;
  expected.report.outside = map.outside;
  expected.report.invalid = map.invalid;
  return expected;
}

}  // namespace test
