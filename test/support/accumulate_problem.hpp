// A cloud in shards: which points come in which call, into which accumulator, and what is merged.
#pragma once

#include <numeric>
#include <robocache/pointcloud/accumulate.hpp>

#include "voxel_reference.hpp"

namespace test {

/// An accumulator that owns its memory, poisoned first.
struct owned_accumulator {
  robocache::voxel_grid grid;
  std::int64_t channels = 0;
  std::int32_t scale = 0;
  std::int64_t most_points = 1;
  std::vector<std::int64_t> counts, sums, nans;
  std::vector<std::uint32_t> maxima, flags;

  owned_accumulator(const robocache::voxel_grid& g, std::int64_t c, bool has_sums, bool has_maxima,
                    bool has_nans)
      : grid(g), channels(c) {
    const std::int64_t cells = g.cells(), entries = cells * c;
    counts = poisoned<std::int64_t>(cells);
    if (has_sums) sums = poisoned<std::int64_t>(entries);
    if (has_nans) nans = poisoned<std::int64_t>(entries);
    if (has_maxima) maxima = poisoned<std::uint32_t>(entries);
    if (has_sums || has_maxima) flags = poisoned<std::uint32_t>(entries);
  }

  template <class F>
  void each(const F& f) {
    f("counts", counts);
    f("sums", sums);
    f("nans", nans);
    f("maxima", maxima);
    f("flags", flags);
  }

  template <class Place>
  robocache::voxel_accumulator placed(const Place& place) {
    const auto& n = grid.extents;
    robocache::voxel_accumulator acc;
    acc.counts = {place(counts), {n[2], n[1], n[0]}};
    const auto array = [&](auto& to, auto& memory) {
      if (!memory.empty()) to = {place(memory), {n[2], n[1], n[0], channels}};
    };
    array(acc.sums, sums);
    array(acc.maxima, maxima);
    array(acc.flags, flags);
    array(acc.nans, nans);
    acc.scale = scale;
    acc.most_points = most_points;
    return acc;
  }
};

template <class P>
struct accumulate_problem {
  cloud_problem<P> whole;  // one cloud with two features of the same values: mean, maximum
  std::vector<cloud_problem<P>> calls;
  std::vector<std::size_t> targets;                         // of the calls
  std::vector<std::pair<std::size_t, std::size_t>> merges;  // from, into; all end in 0
  std::size_t accumulators = 1;
  bool has_sums = true, has_maxima = true, has_nans = true;
  std::string story;

  [[nodiscard]] const point_feature& mean() const { return whole.features[0]; }
  [[nodiscard]] const point_feature& maximum() const { return whole.features[1]; }
};

namespace detail {

/// Some rows of a cloud as a call: one cloud, padded clouds, or packed ones, in any strides.
template <class P>
cloud_problem<P> call_of(random_source& random, const cloud_problem<P>& whole,
                         const std::vector<std::int64_t>& rows) {
  cloud_problem<P> p;
  p.grid = whole.grid;
  p.features = {whole.features[0]};
  p.features[0].wide.clear();
  p.how = random.one_of(all_arrangements);
  p.features[0].how = random.one_of(all_arrangements);
  const std::int64_t channels = p.features[0].channels;
  const auto count = static_cast<std::int64_t>(rows.size());
  const auto put = [&](std::int64_t from) {
    p.dense.insert(p.dense.end(), whole.dense.begin() + from * 3,
                   whole.dense.begin() + (from + 1) * 3);
    const auto values = whole.features[0].wide.begin() + from * channels;
    p.features[0].wide.insert(p.features[0].wide.end(), values, values + channels);
  };
  std::vector<std::int64_t> cuts = {0, count};
  const double dice = random.uniform();
  if (dice < 0.7) {
    for (std::int64_t n = random.between(0, 3); n > 0; --n)
      cuts.push_back(random.between(0, count));
    std::sort(cuts.begin(), cuts.end());
  }
  p.batch = static_cast<std::int64_t>(cuts.size()) - 1;
  if (dice < 0.35) {  // padded; the padding repeats the first point
    for (std::size_t b = 0; b + 1 < cuts.size(); ++b) {
      p.lengths.push_back(cuts[b + 1] - cuts[b]);
      p.rows = std::max(p.rows, p.lengths.back());
    }
    for (std::size_t b = 0; b + 1 < cuts.size(); ++b) {
      for (std::int64_t i = 0; i < p.rows; ++i) {
        put(rows[static_cast<std::size_t>(i < p.lengths[b] ? cuts[b] + i : 0)]);
      }
    }
  } else {
    if (p.batch > 1) p.offsets = cuts;
    p.rows = count;
    for (const std::int64_t row : rows) put(row);
  }
  p.lay();
  return p;
}

}  // namespace detail

template <class P>
accumulate_problem<P> make_shards(random_source& random, std::int64_t points) {
  accumulate_problem<P> p;
  cloud_wildness wild;
  wild.points = points;
  wild.extent = random.chance(0.2) ? 2 : 7;
  wild.arranged = false;
  do {
    p.whole = make_clouds<P>(random, 1, 1, wild);
  } while (p.whole.features[0].settings.reduce == robocache::voxel_reduction::normal);
  p.whole.lengths.clear();
  p.whole.offsets.clear();
  p.whole.features.reserve(2);
  auto& mean = p.whole.features[0];
  mean.wants_argmax = false;
  mean.settings.reduce = robocache::voxel_reduction::mean;
  mean.settings.has_scale = true;
  mean.settings.scale = static_cast<std::int32_t>(random.between(-10, 60));
  p.whole.features.push_back(mean);
  p.whole.features[1].settings.reduce = robocache::voxel_reduction::maximum;
  p.whole.lay();
  const double dice = random.uniform();
  p.has_maxima = dice > 0.2;
  p.has_sums = !p.has_maxima || dice < 0.8;
  p.has_nans = mean.settings.nans == robocache::nan_policy::skip || random.chance(0.3);

  p.accumulators = static_cast<std::size_t>(random.between(1, 5));
  std::vector<std::int64_t> order(static_cast<std::size_t>(p.whole.rows));
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[random.bits() % i]);
  }
  std::size_t at = 0;
  while (at < order.size() || random.chance(0.1)) {
    const auto most = static_cast<std::int64_t>(order.size() - at);
    const auto take =
        static_cast<std::ptrdiff_t>(random.chance(0.2) ? most : random.between(0, most));
    const auto begin = order.begin() + static_cast<std::ptrdiff_t>(at);
    const std::vector<std::int64_t> rows(begin, begin + take);
    p.calls.push_back(detail::call_of(random, p.whole, rows));
    p.targets.push_back(random.bits() % p.accumulators);
    at += rows.size();
  }
  std::vector<std::size_t> left(p.accumulators);
  std::iota(left.begin(), left.end(), std::size_t{0});
  while (left.size() > 1) {
    const std::size_t from = 1 + random.bits() % (left.size() - 1);
    const std::size_t other = random.bits() % (left.size() - 1);
    p.merges.emplace_back(left[from], left[other < from ? other : other + 1]);
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(from));
  }
  p.story = p.whole.story + "\n  " + std::to_string(p.calls.size()) + " calls, " +
            std::to_string(p.accumulators) + " accumulators, scale " +
            std::to_string(mean.settings.scale);
  return p;
}

/// All calls and merges, and what is read in the end.
struct accumulate_outcome {
  std::vector<owned_accumulator> accumulators;
  any_laid_out means, maxima;
  std::vector<std::int32_t> counts;
  std::vector<float> density;

  template <class P>
  explicit accumulate_outcome(const accumulate_problem<P>& p)
      : means(lay_out(p.mean().settings.output_type, 1, 1, p.whole.grid.cells() * p.mean().channels,
                      {})),
        maxima(means),
        counts(poisoned<std::int32_t>(p.whole.grid.cells())),
        density(poisoned<float>(p.whole.grid.cells())) {
    for (std::size_t n = 0; n < p.accumulators; ++n) {
      accumulators.emplace_back(p.whole.grid, p.mean().channels, p.has_sums, p.has_maxima,
                                p.has_nans);
      accumulators.back().scale = p.mean().settings.scale;
      accumulators.back().most_points = std::max<std::int64_t>(p.whole.rows, 1);
    }
  }

  template <class F>
  void each(const F& f) {
    for (auto& acc : accumulators) acc.each(f);
    each_result(f);
  }
  template <class F>
  void each_result(const F& f) {
    std::visit([&](auto& array) { f("means", array.memory); }, means);
    std::visit([&](auto& array) { f("maxima", array.memory); }, maxima);
    f("counts", counts);
    f("density", density);
  }

  template <class P, class Executor, class Place>
  void run(const Executor& executor, const accumulate_problem<P>& p, const Place& place) {
    fill(executor, p, place);
    read(executor, p, place);
  }

  template <class P, class Executor, class Place>
  void fill(const Executor& executor, const accumulate_problem<P>& p, const Place& place) {
    for (auto& acc : accumulators) robocache::reset(executor, acc.placed(place));
    for (std::size_t n = 0; n < p.calls.size(); ++n) {
      const cloud_problem<P>& call = p.calls[n];
      visit_numbers(
          [&](const auto& values) {
            robocache::accumulate(
                executor, call.grid, call.placed_points(place), values.cube(place(values.memory)),
                accumulators[p.targets[n]].placed(place), call.placed_options(place));
          },
          call.features[0].values);
    }
    for (const auto& [from, into] : p.merges) {
      robocache::merge(executor, accumulators[from].placed(place),
                       accumulators[into].placed(place));
    }
  }

  template <class P, class Executor, class Place>
  void read(const Executor& executor, const accumulate_problem<P>& p, const Place& place) {
    const auto acc = accumulators[0].placed(place);
    const auto& n = p.whole.grid.extents;
    const auto& settings = p.mean().settings;
    const auto values_of = [&](auto& array) {
      return robocache::view(place(array.memory), {n[2], n[1], n[0], p.mean().channels});
    };
    if (p.has_sums) {
      visit_numbers(
          [&](auto& array) {
            robocache::finalise_mean(executor, acc, values_of(array),
                                     {settings.empty, settings.nans});
          },
          means);
    }
    if (p.has_maxima) {
      visit_numbers(
          [&](auto& array) {
            robocache::finalise_max(executor, acc, values_of(array),
                                    {settings.empty, settings.nans});
          },
          maxima);
    }
    robocache::finalise_density(executor, acc, robocache::view(place(counts), {n[2], n[1], n[0]}));
    robocache::density_options by_volume;
    by_volume.per_volume = true;
    robocache::finalise_density(executor, acc, robocache::view(place(density), {n[2], n[1], n[0]}),
                                by_volume, p.whole.grid);
  }
};

/// Where results are not those of all points at once by `features` and `grids`.
template <class P>
std::string difference_from_whole(const accumulate_problem<P>& p, accumulate_outcome& got,
                                  features_outcome& features, grids_outcome& grids) {
  std::string text;
  const auto compare = [&](const char* name, auto& a, auto& b) {
    std::visit(
        [&](const auto& x) {
          using array = std::decay_t<decltype(x)>;
          if (first_difference(x.memory, std::get<array>(b).memory) >= 0) {
            text += std::string(name) + "[" +
                    std::to_string(first_difference(x.memory, std::get<array>(b).memory)) + "] ";
          }
        },
        a);
  };
  if (p.has_sums) compare("means", got.means, features.results[0].values);
  if (p.has_maxima) compare("maxima", got.maxima, features.results[1].values);
  const auto cells = static_cast<std::size_t>(p.whole.grid.cells());
  if (std::memcmp(got.counts.data(), grids.counts.memory.data(), cells * 4) != 0) text += "counts ";
  if (std::memcmp(got.density.data(), grids.per_volume.memory.data(), cells * 4) != 0) {
    text += "density ";
  }
  return text;
}

}  // namespace test
