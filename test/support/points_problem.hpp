// Whole calls of bounds, crops and depth images, and what they must give by their definitions.
#pragma once

#include <robocache/pointcloud/points.hpp>

#include "cloud_problem.hpp"

namespace test {

/// The NaN that results carry.
template <class Real = float>
Real plain_nan() {
  if constexpr (sizeof(Real) == 8) return from_bits<Real>(0x7ff8000000000000);
  if constexpr (sizeof(Real) == 4) return from_bits<Real>(0x7fc00000);
}

template <class T>
robocache::view<T, 1> list_of(T* data, std::int64_t count) {
  return {data, {count}};
}

/// `cloud_bounds`.
template <class P>
struct bounds_outcome {
  using real = std::conditional_t<std::is_same_v<P, double>, double, float>;
  laid_out<real> minimum, maximum;
  std::vector<std::int64_t> valid;

  explicit bounds_outcome(const cloud_problem<P>& p)
      : minimum(p.batch, 1, 3, p.outputs),
        maximum(minimum),
        valid(poisoned<std::int64_t>(p.batch)) {}

  template <class F>
  void each(const F& f) {
    f("minimum", minimum.memory);
    f("maximum", maximum.memory);
    f("valid", valid);
  }

  template <class Executor, class Place>
  void run(const Executor& executor, const cloud_problem<P>& p, const Place& place) {
    robocache::cloud_bounds(executor, p.placed_points(place), minimum.table(place(minimum.memory)),
                            maximum.table(place(maximum.memory)), p.placed_options(place),
                            {list_of(place(valid), p.batch)});
  }
};

template <class P>
bounds_outcome<P> expected_bounds(const cloud_problem<P>& p) {
  using real = typename bounds_outcome<P>::real;
  constexpr real infinity = std::numeric_limits<real>::infinity();
  const auto below = [](real a, real b) {
    return a < b || (a == b && std::signbit(a) && !std::signbit(b));
  };
  bounds_outcome<P> expected(p);
  const auto low = expected.minimum.table(expected.minimum.memory.data());
  const auto high = expected.maximum.table(expected.maximum.memory.data());
  for (std::int64_t b = 0; b < p.batch; ++b) {
    for (std::int64_t a = 0; a < 3; ++a) {
      low(b, a) = infinity;
      high(b, a) = -infinity;
    }
    auto& valid = expected.valid[static_cast<std::size_t>(b)];
    valid = 0;
    const auto [first, count] = p.range(b);
    for (std::int64_t i = first; i < first + count; ++i) {
      real at[3];
      for (std::int64_t a = 0; a < 3; ++a) {
        at[a] = static_cast<real>(decode<P>(bits_of(p.dense[static_cast<std::size_t>(3 * i + a)])));
      }
      if (std::isnan(at[0]) || std::isnan(at[1]) || std::isnan(at[2])) continue;
      ++valid;
      for (std::int64_t a = 0; a < 3; ++a) {
        if (below(at[a], low(b, a))) low(b, a) = at[a];
        if (below(high(b, a), at[a])) high(b, a) = at[a];
      }
    }
  }
  return expected;
}

/// `crop_points`; rows are copied where the problem has a feature.
template <class P>
struct crop_outcome {
  robocache::point_box box;
  laid_out<std::int32_t> indices;
  std::vector<std::int64_t> count;
  laid_out<float> values, output;
  bool copies;

  crop_outcome(const cloud_problem<P>& p, const robocache::point_box& wanted,
               const std::vector<float>& rows = {}, std::int64_t channels = 0)
      : box(wanted),
        indices(p.entries(), 1, p.rows, p.outputs),
        count(poisoned<std::int64_t>(p.batch)),
        values(rows, p.entries(), rows.empty() ? 0 : p.rows, channels, p.how),
        output(p.entries(), p.rows, channels, p.outputs),
        copies(!rows.empty()) {}

  template <class F>
  void each(const F& f) {
    f("indices", indices.memory);
    f("count", count);
    f("output", output.memory);
  }

  template <class Executor, class Place>
  void run(const Executor& executor, const cloud_problem<P>& p, const Place& place) {
    const auto points = p.placed_points(place);
    const auto where = indices.table(place(indices.memory));
    if (copies) {
      const auto& rows = values;
      robocache::crop_points(executor, points, box, rows.cube(place(rows.memory)), where,
                             list_of(place(count), p.batch), output.cube(place(output.memory)),
                             p.placed_options(place));
    } else {
      robocache::crop_points(executor, points, box, where, list_of(place(count), p.batch),
                             p.placed_options(place));
    }
  }
};

/// A box about the grid's middle, and rows of `channels` to copy.
template <class P>
crop_outcome<P> random_crop(random_source& random, const cloud_problem<P>& p) {
  robocache::point_box box;
  for (int a = 0; a < 3; ++a) {
    const double size = p.grid.size[a] * static_cast<double>(p.grid.extents[a]);
    if (random.chance(0.8)) box.lower[a] = p.grid.origin[a] + size * random.uniform(-0.1, 0.4);
    if (random.chance(0.8)) box.upper[a] = p.grid.origin[a] + size * random.uniform(0.6, 1.1);
    // A limit that is some point's coordinate.
    if (!p.dense.empty() && random.chance(0.2)) {
      const auto i = static_cast<std::size_t>(random.between(0, p.entries() * p.rows - 1));
      const double limit = decode<P>(bits_of(p.dense[3 * i + static_cast<std::size_t>(a)]));
      if (!std::isnan(limit)) (random.chance(0.5) ? box.lower : box.upper)[a] = limit;
    }
  }
  box.negate = random.chance(0.3);
  const std::int64_t channels = random.chance(0.3) ? 0 : random.between(1, 7);
  std::vector<float> rows;
  for (std::int64_t i = 0; i < p.entries() * p.rows * channels; ++i) {
    rows.push_back(random.chance(0.1) ? adversarial<float>(random) : ordinary<float>(random));
  }
  return crop_outcome<P>(p, box, rows, channels);
}

/// A limit as points of P are compared with it.
template <class P>
double limit_for(double limit) {
  return std::is_same_v<P, double> ? limit : double{static_cast<float>(limit)};
}

template <class P>
crop_outcome<P> expected_crop(const cloud_problem<P>& p, const crop_outcome<P>& call) {
  crop_outcome<P> expected = call;
  const auto indices = expected.indices.table(expected.indices.memory.data());
  const auto from = expected.values.cube(expected.values.memory.data());
  const auto to = expected.output.cube(expected.output.memory.data());
  const std::int64_t channels = call.copies ? to.extent(2) : 0;
  for (std::int64_t b = 0; b < p.batch; ++b) {
    const auto [first, count] = p.range(b);
    const std::int64_t entry = p.offsets.empty() ? b : 0;
    const std::int64_t begin = first - entry * p.rows;
    std::int64_t place = begin;
    for (std::int64_t i = 0; i < count; ++i) {
      bool inside = true, missing = false;
      for (std::int64_t a = 0; a < 3; ++a) {
        const auto at = static_cast<std::size_t>(3 * (first + i) + a);
        const double x = decode<P>(bits_of(p.dense[at]));
        missing = missing || std::isnan(x);
        inside =
            inside && limit_for<P>(call.box.lower[a]) <= x && x < limit_for<P>(call.box.upper[a]);
      }
      if (missing || inside == call.box.negate) continue;
      indices(entry, place) = static_cast<std::int32_t>(i);
      for (std::int64_t c = 0; c < channels; ++c) to(entry, place, c) = from(entry, begin + i, c);
      ++place;
    }
    expected.count[static_cast<std::size_t>(b)] = place - begin;
    for (; place < (p.offsets.empty() ? p.rows : begin + count); ++place) {
      indices(entry, place) = -1;
      for (std::int64_t c = 0; c < channels; ++c) to(entry, place, c) = plain_nan();
    }
  }
  return expected;
}

/// Depth images that own their memory.
template <class D>
struct depth_problem {
  std::int64_t batch = 1, height = 0, width = 0;
  std::vector<D> dense;  // [batch, height, width]
  arrangement how;
  laid_out<D> depth = laid_out<D>(0, 0, 0, {});
  robocache::pinhole_camera camera;
  robocache::depth_options options;
  std::int64_t pose_rows = 0;  // 0: no poses
  std::vector<float> poses;    // [batch, pose_rows, 4]; of one image where it is shared
  bool shared_pose = false;
  arrangement outputs;
  std::string story;

  void lay() { depth = laid_out<D>(dense, batch, height, width, how); }
};

template <class D>
depth_problem<D> make_depth(random_source& random, std::int64_t batch, std::int64_t most) {
  depth_problem<D> p;
  p.batch = batch;
  p.height = random.between(0, most);
  p.width = random.between(0, most);
  const double missing = random.chance(0.3) ? random.uniform() : 0.1;
  for (std::int64_t i = 0; i < batch * p.height * p.width; ++i) {
    if constexpr (std::is_same_v<D, float>) {
      const auto metres = static_cast<float>(random.uniform(0.2, 5.0));
      p.dense.push_back(random.chance(missing) ? adversarial<float>(random) : metres);
    } else {
      const auto any = static_cast<D>(random.bits());
      p.dense.push_back(random.chance(missing) ? D(0) : random.chance(0.1) ? D(65535) : any);
    }
  }
  p.camera = {random.uniform(100.0, 700.0), random.uniform(-700.0, 700.0),
              random.uniform(0.0, 640.0), random.uniform(-3.0, 480.0)};
  if (random.chance(0.3)) p.options.scale = random.uniform(0.5, 5000.0);
  if (random.chance(0.5)) p.options.min_depth = random.uniform(-1.0, 1.0);
  if (random.chance(0.5)) p.options.max_depth = random.uniform(0.0, 10.0);
  if (random.chance(0.7)) {
    p.pose_rows = random.between(3, 4);
    p.shared_pose = random.chance(0.3);
    for (std::int64_t i = 0; i < (p.shared_pose ? 1 : batch) * p.pose_rows * 4; ++i) {
      p.poses.push_back(random.chance(0.02) ? adversarial<float>(random)
                                            : static_cast<float>(random.uniform(-2.0, 2.0)));
    }
  }
  // A step that takes a pixel's x away leaves what was beyond float.
  if (!p.poses.empty() && !p.dense.empty() && random.chance(0.4)) {
    const std::int64_t pixel = random.between(0, p.height * p.width - 1);
    const double units = std::is_same_v<D, float> ? 1 : 1000;
    const double z = static_cast<double>(p.dense[static_cast<std::size_t>(pixel)]) / units;
    const auto u = static_cast<double>(pixel % p.width);
    const double x = (u - p.camera.cx) * z / p.camera.fx;
    const auto stretch = static_cast<float>(random.uniform(0.5, 2.0));
    const float row[] = {stretch, 0.0F, 0.0F,
                         -static_cast<float>(static_cast<double>(stretch) * x)};
    if (std::isfinite(row[3])) std::copy(row, row + 4, p.poses.begin());
    p.options = {};
  }
  p.how = random.one_of(all_arrangements);
  p.outputs = random.one_of(all_arrangements);
  p.lay();
  std::ostringstream story;
  story << "seed " << random.seed() << " " << batch << " images of " << p.height << " x " << p.width
        << ", pose rows " << p.pose_rows << (p.shared_pose ? " shared" : "") << ", scale "
        << p.options.scale << ", " << p.options.min_depth << " to " << p.options.max_depth;
  p.story = story.str();
  return p;
}

/// `depth_to_points`.
struct depth_outcome {
  laid_out<float> points;
  std::vector<std::int64_t> valid;
  laid_out<std::int32_t> pixels;

  template <class D>
  explicit depth_outcome(const depth_problem<D>& p)
      : points(p.batch, p.height * p.width, 3, p.outputs),
        valid(poisoned<std::int64_t>(p.batch)),
        pixels(p.batch, 1, p.height * p.width, p.outputs) {}

  template <class F>
  void each(const F& f) {
    f("points", points.memory);
    f("valid", valid);
    f("pixels", pixels.memory);
  }

  template <class D, class Executor, class Place>
  void run(const Executor& executor, const depth_problem<D>& p, const Place& place) {
    robocache::view<const float, 3> poses;
    if (p.pose_rows > 0) {
      poses = {
          place(p.poses), {p.batch, p.pose_rows, 4}, {p.shared_pose ? 0 : p.pose_rows * 4, 4, 1}};
    }
    robocache::depth_to_points(
        executor, p.depth.cube(place(p.depth.memory)), p.camera, poses,
        points.cube(place(points.memory)), p.options,
        {list_of(place(valid), p.batch), pixels.table(place(pixels.memory))});
  }
};

template <class D>
depth_outcome run(const robocache::cpu& executor, const depth_problem<D>& p) {
  depth_outcome outcome(p);
  outcome.run(executor, p, [](auto& v) { return v.data(); });
  return outcome;
}

/// A double as the nearest float.
inline float as_float(double x) { return std::isnan(x) ? plain_nan() : static_cast<float>(x); }

template <class D>
depth_outcome expected_depth(const depth_problem<D>& p) {
  depth_outcome expected(p);
  const auto points = expected.points.cube(expected.points.memory.data());
  const auto pixels = expected.pixels.table(expected.pixels.memory.data());
  const double units = p.options.scale != 0 ? p.options.scale : std::is_same_v<D, float> ? 1 : 1000;
  auto from = p.dense.begin();
  for (std::int64_t b = 0; b < p.batch; ++b) {
    std::int64_t place = 0;
    for (std::int64_t v = 0; v < p.height; ++v) {
      for (std::int64_t u = 0; u < p.width; ++u) {
        const double z = static_cast<double>(*from++) / units;
        if (!std::isfinite(z) || z <= 0) continue;
        if (z < p.options.min_depth || z > p.options.max_depth) continue;
        const double x = (static_cast<double>(u) - p.camera.cx) * z / p.camera.fx;
        const double y = (static_cast<double>(v) - p.camera.cy) * z / p.camera.fy;
        const double at[3] = {x, y, z};
        for (std::int64_t a = 0; a < 3; ++a) {
          double world = at[a];
          if (p.pose_rows > 0) {
            const std::int64_t row = ((p.shared_pose ? 0 : b) * p.pose_rows + a) * 4;
            const float* const m = p.poses.data() + row;
            world = std::fma(m[2], z, static_cast<double>(m[3]));
            world = std::fma(m[1], y, world);
            world = std::fma(m[0], x, world);
          }
          points(b, place, a) = as_float(world);
        }
        pixels(b, place++) = static_cast<std::int32_t>(v * p.width + u);
      }
    }
    expected.valid[static_cast<std::size_t>(b)] = place;
    for (; place < p.height * p.width; ++place) {
      for (std::int64_t a = 0; a < 3; ++a) points(b, place, a) = plain_nan();
      pixels(b, place) = -1;
    }
  }
  return expected;
}

}  // namespace test
