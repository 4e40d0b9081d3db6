// The CPU driver of normals of clouds: points sorted by voxel, a plane for each voxel.
#pragma once

#include <algorithm>
#include <robocache/detail/cpu/parallel.hpp>
#include <robocache/detail/cpu/scratch.hpp>
#include <robocache/detail/tsdf/normals/cloud_normals_check.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// One cloud's points and voxels.
struct normal_voxels {
  struct entry {
    std::int64_t key;
    std::int64_t row;
  };

  const cloud_normals_op& op;
  int threads;
  entry* points = nullptr;       // by key
  std::int64_t* keys = nullptr;  // of the voxels that hold points, ascending
  std::int64_t* firsts = nullptr;
  moments* sums = nullptr;
  std::int64_t count = 0;

  void take(scratch_layout& scratch, std::int64_t rows) {
    points = scratch.take<entry>(rows);
    keys = scratch.take<std::int64_t>(rows);
    firsts = scratch.take<std::int64_t>(rows + 1);
    sums = scratch.take<moments>(rows);
  }

  void sort(std::int64_t b, const item_range& range) {
    for (std::int64_t i = 0; i < range.count; ++i) {
      const std::int64_t row = range.first + i;
      points[i] = {op.place_of(op.point(b, row)).key, row};
    }
    std::sort(points, points + range.count,
              [](const entry& x, const entry& y) { return x.key < y.key; });
    count = 0;
    std::int64_t end = 0;
    for (; end < range.count && points[end].key != op.key_none; ++end) {
      if (count > 0 && keys[count - 1] == points[end].key) continue;
      keys[count] = points[end].key;
      firsts[count++] = end;
    }
    firsts[count] = end;
  }

  void sum(std::int64_t b) const {
    each_voxel([&](std::int64_t v) {
      sums[v] = {};
      for (std::int64_t n = firsts[v]; n < firsts[v + 1]; ++n) {
        sums[v].add(op.place_of(op.point(b, points[n].row)).within);
      }
    });
  }

  /// Writes the normals of points that lie in a voxel; tells how many have one.
  [[nodiscard]] std::int64_t write(std::int64_t b) const {
    std::int64_t valid = 0;
    each_voxel([&](std::int64_t v) {
      basic_vec3<float> normal{0.0F, 0.0F, 0.0F};
      const moments around = sum_around(keys[v]);
      const bool has = around.number >= op.min_points && fit_plane(around, normal);
      for (std::int64_t n = firsts[v]; n < firsts[v + 1]; ++n) {
        op.write(op.point(b, points[n].row), normal, has, op.normal(b, points[n].row));
      }
      if (has) __atomic_fetch_add(&valid, firsts[v + 1] - firsts[v], __ATOMIC_RELAXED);
    });
    return valid;
  }

 private:
  template <class F>
  void each_voxel(const F& f) const {
    parallel_for(count, 64, threads, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t v = begin; v < end; ++v) f(v);
    });
  }

  /// Of the 27 voxels around one, counted from its centre.
  [[nodiscard]] moments sum_around(std::int64_t key) const {
    moments all;
    for (int n = 0; n < 27; ++n) {
      const std::int64_t by[] = {n % 3 - 1, n / 3 % 3 - 1, n / 9 - 1};
      const std::int64_t other = op.neighbour(key, by);
      const std::int64_t* const at = std::lower_bound(keys, keys + count, other);
      if (at == keys + count || *at != other) continue;
      all.add(sums[at - keys], {by[0] * moment_one, by[1] * moment_one, by[2] * moment_one});
    }
    return all;
  }
};

inline void compute(const cpu& executor, const cloud_normals_op& op) {
  check_items(op.name, cloud_names, op.clouds);
  normal_voxels voxels{op, executor.threads()};
  const cpu_scratch memory(executor,
                           [&](scratch_layout& scratch) { voxels.take(scratch, op.clouds.rows); });
  for (std::int64_t b = 0; b < op.clouds.items; ++b) {
    const item_range range = op.clouds.rows_of(b);
    const std::int64_t end = op.clouds.packed() ? range.first + range.count : op.clouds.rows;
    for (std::int64_t row = range.first; row < end; ++row) {
      std::fill_n(op.normal(b, row), 3, canonical_nan<float>());
    }
    voxels.sort(b, range);
    voxels.sum(b);
    const std::int64_t valid = voxels.write(b);
    if (op.valid != nullptr) op.valid[b] = valid;
  }
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
