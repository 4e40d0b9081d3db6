// A cloud in two shards, each accumulated by itself: merged, they give the bits of the whole.
#include <cstdio>
#include <cstring>
#include <robocache/pointcloud/accumulate.hpp>
#include <robocache/pointcloud/voxelize.hpp>
#include <vector>

namespace {

using namespace robocache;

constexpr std::int64_t n = 4, cells = n * n * n, points = 1000;

/// An accumulator of one channel with its memory.
struct shard {
  std::vector<std::int64_t> counts = std::vector<std::int64_t>(cells);
  std::vector<std::int64_t> sums = std::vector<std::int64_t>(cells);
  std::vector<std::uint32_t> flags = std::vector<std::uint32_t>(cells);

  voxel_accumulator lend(std::int32_t scale) {
    voxel_accumulator acc;
    acc.counts = view(counts.data(), {n, n, n});
    acc.sums = view(sums.data(), {n, n, n, 1});
    acc.flags = view(flags.data(), {n, n, n, 1});
    acc.scale = scale;
    acc.most_points = points;
    return acc;
  }
};

}  // namespace

int main() {
  std::vector<float> xyz, values;
  for (int i = 0; i < points; ++i) {
    for (const int step : {37, 59, 83}) xyz.push_back(static_cast<float>(i * step % 97) / 97 * n);
    values.push_back(static_cast<float>(i % 13) * 0.1F);
  }
  voxel_grid grid;
  for (std::int64_t& extent : grid.extents) extent = n;
  const std::int32_t scale = choose_scale(1.2F, points);

  shard one, other;
  const std::int64_t half = points / 2;
  for (shard* const s : {&one, &other}) {
    const std::int64_t first = s == &one ? 0 : half;
    reset(cpu{}, s->lend(scale));
    accumulate(cpu{}, grid, view<const float, 3>(xyz.data() + 3 * first, {1, half, 3}),
               view<const float, 3>(values.data() + first, {1, half, 1}), s->lend(scale));
  }
  merge(cpu{}, other.lend(scale), one.lend(scale));
  std::vector<float> merged(cells), whole(cells);
  finalise_mean(cpu{}, one.lend(scale), view(merged.data(), {n, n, n, 1}));

  std::vector<std::int32_t> density(cells);
  finalise_density(cpu{}, one.lend(scale), view(density.data(), {n, n, n}));
  std::printf("the first voxel has %d points of mean %.3f\n", density[0],
              static_cast<double>(merged[0]));

  std::vector<voxel_feature> feature = {{voxel_reduction::mean,
                                         view<const float, 3>(values.data(), {1, points, 1}),
                                         view(whole.data(), {1, n, n, n, 1})}};
  feature[0].has_scale = true;
  feature[0].scale = scale;
  voxelize_features(cpu{}, grid, view<const float, 3>(xyz.data(), {1, points, 3}), feature);
  const bool same = std::memcmp(merged.data(), whole.data(), sizeof(float) * cells) == 0;
  std::printf("two shards %s the bits of the whole\n", same ? "give" : "do not give");
  return same ? 0 : 1;
}
