// Bounds of clouds, and selections of points that are packed in their order: plain values that are
// copied into kernels.
#pragma once

#include <robocache/detail/pointcloud/exact_sum.hpp>
#include <robocache/detail/pointcloud/locate_op.hpp>

namespace robocache::detail {

template <class P>
ROBOCACHE_HD const P* first_point(const locate_op<P>& clouds, std::int64_t b,
                                  const cloud_range& range) {
  return clouds.points + (clouds.offsets != nullptr ? 0 : b) * clouds.batch_stride +
         range.first * clouds.row_stride;
}

/// Extremes and number of the points without NaN, taken in any order.
template <class Real>
struct bounds_state {
  using key = decltype(ordered(Real()));
  static constexpr Real infinity = std::numeric_limits<Real>::infinity();

  key least[3], most[3];
  std::int64_t valid;

  /// Of no points.
  ROBOCACHE_HD static bounds_state none() {
    const key high = ordered(infinity), low = ordered(-infinity);
    return {{high, high, high}, {low, low, low}, 0};
  }

  ROBOCACHE_HD void add(Real x, Real y, Real z) {
    if (x != x || y != y || z != z) return;
    const key keys[3] = {ordered(x), ordered(y), ordered(z)};
    for (int a = 0; a < 3; ++a) {
      if (keys[a] < least[a]) least[a] = keys[a];
      if (keys[a] > most[a]) most[a] = keys[a];
    }
    ++valid;
  }

  ROBOCACHE_HD void merge(const bounds_state& other) {
    for (int a = 0; a < 3; ++a) {
      if (other.least[a] < least[a]) least[a] = other.least[a];
      if (other.most[a] > most[a]) most[a] = other.most[a];
    }
    valid += other.valid;
  }
};

template <class P>
struct bounds_op {
  using real = compute_type<P>;
  static constexpr const char* name = "cloud_bounds";

  locate_op<P> clouds;
  real* minimum = nullptr;
  real* maximum = nullptr;
  std::int64_t minimum_batch = 3, maximum_batch = 3;
  std::int64_t* valid = nullptr;

  /// Of every `step`-th of the points [from, to) of `range` in cloud b.
  ROBOCACHE_HD bounds_state<real> over(std::int64_t b, const cloud_range& range, std::int64_t from,
                                       std::int64_t to, std::int64_t step) const {
    auto state = bounds_state<real>::none();
    const P* const first = first_point(clouds, b, range);
    if (to > range.count) to = range.count;
    for (std::int64_t i = from; i < to; i += step) {
      const P* const p = first + i * clouds.row_stride;
      state.add(widen(p[0]), widen(p[1]), widen(p[2]));
    }
    return state;
  }

  ROBOCACHE_HD void write(std::int64_t b, const bounds_state<real>& state) const {
    for (int a = 0; a < 3; ++a) {
      minimum[b * minimum_batch + a] = from_ordered(state.least[a]);
      maximum[b * maximum_batch + a] = from_ordered(state.most[a]);
    }
    if (valid != nullptr) valid[b] = state.valid;
  }
};

// A selection keeps some of the `rows` of an item, writes them in their order to its first places,
// and clears the rest of its `places`. `at(b)` is item b, `finish` takes how many were kept.

constexpr std::int64_t selection_tile = 1024;  // rows

/// Chunks of the rows of every item: whole tiles, and few enough for each to sum all counts.
struct selection_chunks {
  std::int32_t rows;    // of a chunk
  std::int32_t number;  // for each item, at least 1

  /// The end of the chunk that begins at row `from`, of an item that has `limit`.
  ROBOCACHE_HD std::int32_t end(std::int32_t from, std::int32_t limit) const {
    return limit - from < rows ? limit : from + rows;
  }
};

inline selection_chunks chunk_rows(std::int64_t rows) {
  constexpr std::int64_t most = 2048;
  const std::int64_t chunk = (rows / (most * selection_tile) + 1) * selection_tile;
  return {static_cast<std::int32_t>(chunk),
          static_cast<std::int32_t>(rows > 0 ? (rows - 1) / chunk + 1 : 1)};
}

/// Bytes that hold the counts of all chunks.
inline std::size_t selection_bytes(std::int64_t items, std::int64_t rows) {
  return static_cast<std::size_t>(items * chunk_rows(rows).number) * sizeof(std::int32_t);
}

/// Depth images to points.
template <class D>
struct depth_op {
  static constexpr const char* name = "depth_to_points";

  const D* depth = nullptr;
  std::int64_t depth_batch = 0, depth_row = 0;
  std::int64_t items = 0;
  std::int32_t width = 0, pixels = 0;  // pixels of an image
  double fx = 1.0, fy = 1.0, cx = 0.0, cy = 0.0;
  double scale = 1.0, nearest = 0.0, farthest = 0.0;
  const float* poses = nullptr;
  std::int64_t pose_batch = 0, pose_row = 0;
  float* points = nullptr;
  std::int64_t points_batch = 0, points_row = 0;
  std::int64_t* valid = nullptr;
  std::int32_t* sources = nullptr;
  std::int64_t sources_batch = 0;

  struct item {
    const depth_op& op;
    const D* depth;
    const float* pose;
    float* points;
    std::int32_t* sources;
    std::int32_t rows, places;

    ROBOCACHE_HD bool keeps(std::int32_t i) const {
      const double z = metres(i / op.width, i % op.width);
      return z > 0.0 && z >= op.nearest && z <= op.farthest && z - z == 0.0;
    }

    ROBOCACHE_HD void write(std::int32_t i, std::int32_t place) const {
      const std::int32_t v = i / op.width, u = i % op.width;
      const double z = metres(v, u);
      const double x = (static_cast<double>(u) - op.cx) * z / op.fx;
      const double y = (static_cast<double>(v) - op.cy) * z / op.fy;
      double world[3] = {x, y, z};
      for (int a = 0; pose != nullptr && a < 3; ++a) {
        const float* const m = pose + a * op.pose_row;
        const double shifted =
            robocache::fma(static_cast<double>(m[2]), z, static_cast<double>(m[3]));
        world[a] = robocache::fma(static_cast<double>(m[0]), x,
                                  robocache::fma(static_cast<double>(m[1]), y, shifted));
      }
      for (int a = 0; a < 3; ++a) points[place * op.points_row + a] = narrow<float>(world[a]);
      if (sources != nullptr) sources[place] = i;
    }

    ROBOCACHE_HD void clear(std::int32_t place) const {
      for (int a = 0; a < 3; ++a) points[place * op.points_row + a] = canonical_nan<float>();
      if (sources != nullptr) sources[place] = -1;
    }

   private:
    ROBOCACHE_HD double metres(std::int32_t v, std::int32_t u) const {
      return static_cast<double>(depth[v * op.depth_row + u]) / op.scale;
    }
  };

  ROBOCACHE_HD item at(std::int64_t b) const {
    return {*this,
            depth + b * depth_batch,
            poses == nullptr ? nullptr : poses + b * pose_batch,
            points + b * points_batch,
            sources == nullptr ? nullptr : sources + b * sources_batch,
            pixels,
            pixels};
  }

  ROBOCACHE_HD void finish(std::int64_t b, std::int64_t kept) const {
    if (valid != nullptr) valid[b] = kept;
  }

  [[nodiscard]] std::int64_t most_rows() const { return pixels; }
};

/// The points of a box, or those outside it.
template <class P>
struct crop_op {
  static constexpr const char* name = "crop_points";

  locate_op<P> clouds;
  std::int64_t items = 0;
  double lower[3] = {}, upper[3] = {};
  bool negate = false;
  std::int32_t* indices = nullptr;
  std::int64_t indices_batch = 0;
  std::int64_t* count = nullptr;
  std::int64_t channels = 0;  // 0: no rows are copied
  const float* values = nullptr;
  std::int64_t values_batch = 0, values_row = 0;
  float* output = nullptr;
  std::int64_t output_batch = 0, output_row = 0;

  struct item {
    const crop_op& op;
    const P* points;
    std::int32_t* indices;
    const float* values;
    float* output;
    std::int32_t rows, places;

    ROBOCACHE_HD bool keeps(std::int32_t i) const {
      const P* const p = points + i * op.clouds.row_stride;
      bool inside = true, missing = false;
      for (int a = 0; a < 3; ++a) {
        const auto x = static_cast<double>(widen(p[a]));
        inside = inside && x >= op.lower[a] && x < op.upper[a];
        missing = missing || x != x;
      }
      return !missing && inside != op.negate;
    }

    ROBOCACHE_HD void write(std::int32_t i, std::int32_t place) const {
      indices[place] = i;
      for (std::int64_t c = 0; c < op.channels; ++c) {
        output[place * op.output_row + c] = values[i * op.values_row + c];
      }
    }

    ROBOCACHE_HD void clear(std::int32_t place) const {
      indices[place] = -1;
      for (std::int64_t c = 0; c < op.channels; ++c) {
        output[place * op.output_row + c] = canonical_nan<float>();
      }
    }
  };

  /// A padded cloud has its padding as places, too.
  ROBOCACHE_HD item at(std::int64_t b) const {
    const bool packed = clouds.offsets != nullptr;
    const cloud_range range = clouds.points_of(b);
    const std::int64_t batch = packed ? 0 : b;
    return {*this,
            first_point(clouds, b, range),
            indices + batch * indices_batch + range.first,
            values + batch * values_batch + range.first * values_row,
            output + batch * output_batch + range.first * output_row,
            static_cast<std::int32_t>(range.count),
            static_cast<std::int32_t>(packed ? range.count : clouds.rows)};
  }

  ROBOCACHE_HD void finish(std::int64_t b, std::int64_t kept) const { count[b] = kept; }

  [[nodiscard]] std::int64_t most_rows() const { return clouds.rows; }
};

}  // namespace robocache::detail
