// Selections of points that are packed in their order: plain values that are copied into kernels.
#pragma once

#include <limits>
#include <robocache/core/camera.hpp>
#include <robocache/detail/cloud/locate.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

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
  pinhole_camera camera;
  depth_options options;
  double scale = 1.0;
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
    const float* world;  // the camera's pose, or null
    float* points;
    std::int32_t* sources;
    std::int32_t rows, places;

    ROBOCACHE_HD bool keeps(std::int32_t i) const {
      return op.options.allow(metres(i / op.width, i % op.width));
    }

    ROBOCACHE_HD void write(std::int32_t i, std::int32_t place) const {
      const std::int32_t v = i / op.width, u = i % op.width;
      vec3 at = op.camera.point_at(u, v, metres(v, u));
      if (world != nullptr) at = pose::read(world, op.pose_row)(at);
      float* const to = points + place * op.points_row;
      to[0] = narrow<float>(at.x);
      to[1] = narrow<float>(at.y);
      to[2] = narrow<float>(at.z);
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

/// A limit of a box in the type of the points, as a grid has its origin. One that is finite stays
/// above -inf, so that no infinite point passes it.
template <class Real>
Real box_limit(double limit) {
  const auto rounded = static_cast<Real>(limit);
  const bool is_below_all = rounded == -std::numeric_limits<Real>::infinity() &&
                            limit > -std::numeric_limits<double>::infinity();
  return is_below_all ? std::numeric_limits<Real>::lowest() : rounded;
}

/// The points of a box, or those outside it.
template <class P>
struct crop_op {
  static constexpr const char* name = "crop_points";
  using real = compute_type<P>;

  locate_op<P> clouds;
  std::int64_t items = 0;
  real lower[3] = {}, upper[3] = {};
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
        const real x = widen(p[a]);
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
    const item_range range = clouds.rows_of(b);
    const std::int64_t batch = clouds.entry_of(b);
    return {*this,
            clouds.first_point(b, range),
            indices + batch * indices_batch + range.first,
            values + batch * values_batch + range.first * values_row,
            output + batch * output_batch + range.first * output_row,
            static_cast<std::int32_t>(range.count),
            static_cast<std::int32_t>(clouds.packed() ? range.count : clouds.rows)};
  }

  ROBOCACHE_HD void finish(std::int64_t b, std::int64_t kept) const { count[b] = kept; }

  [[nodiscard]] std::int64_t most_rows() const { return clouds.rows; }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
