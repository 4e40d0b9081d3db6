#include "drawing/scene.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace robocache::cli {
namespace {

constexpr int samples = 2;  // of a pixel, in each direction

projection from_corner(int x, int y) {
  const double half = std::sqrt(0.5), sine = std::sqrt(1.0 / 3), cosine = std::sqrt(2.0 / 3);
  const double forward_x = -x * half, forward_y = -y * half;
  return {{forward_y, -forward_x, 0},
          {-sine * forward_x, -sine * forward_y, -cosine},
          {cosine * forward_x, cosine * forward_y, -sine},
          {x, y}};
}

/// Where a cell's lowest corner lies from that of the occupied box, in metres.
vector3 place_of(const voxel_cells& cells, const occupied_box& box, std::int64_t cell) {
  const auto along = [&](int axis) {
    return static_cast<double>(cells.index(cell, axis) - box.first[axis]) * cells.voxel[axis];
  };
  return {along(0), along(1), along(2)};
}

enum face : std::uint8_t { face_top, face_x, face_y };

/// What each sample of the picture shows: the nearest face.
struct scene {
  int width, height;
  std::vector<float> depth;  // infinity: nothing
  std::vector<std::int32_t> cell;
  std::vector<std::uint8_t> kind;
  std::vector<std::uint8_t> edge;  // whether it lies on the outline of its face

  scene(int w, int h) : width(w), height(h) {
    const auto size = static_cast<std::size_t>(w) * static_cast<std::size_t>(h);
    depth.assign(size, std::numeric_limits<float>::infinity());
    cell.assign(size, -1);
    kind.assign(size, face_top);
    edge.assign(size, 0);
  }
  [[nodiscard]] std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
           static_cast<std::size_t>(x);
  }
  void set(int x, int y, double distance, std::int32_t which, face side, bool is_edge) {
    const std::size_t i = index(x, y);
    const auto near = static_cast<float>(distance);
    if (!(near < depth[i])) return;
    depth[i] = near;
    cell[i] = which;
    kind[i] = side;
    edge[i] = is_edge ? 1 : 0;
  }
};

class cube_painter {
 public:
  cube_painter(scene& target, const projection& eye, vector3 voxel) : target_(target), eye_(eye) {
    // A cube is at least as large as a pixel, along each axis.
    const auto grown = [&](double edge) { return std::max(edge, 1.4 * samples / eye.scale); };
    voxel_ = {grown(voxel.x), grown(voxel.y), grown(voxel.z)};
    shift_ = {(voxel_.x - voxel.x) / 2, (voxel_.y - voxel.y) / 2, (voxel_.z - voxel.z) / 2};
    top_ = side_of({0, 0, voxel_.z}, {voxel_.x, 0, 0}, {0, voxel_.y, 0});
    x_ = side_of({eye.corner[0] > 0 ? voxel_.x : 0, 0, 0}, {0, voxel_.y, 0}, {0, 0, voxel_.z});
    y_ = side_of({0, eye.corner[1] > 0 ? voxel_.y : 0, 0}, {voxel_.x, 0, 0}, {0, 0, voxel_.z});
  }

  /// A cube whose lowest corner is `at`.
  void draw(vector3 at, std::int32_t cell) {
    at = {at.x - shift_.x, at.y - shift_.y, at.z - shift_.z};
    const spot place = eye_.place(at);
    const double depth = eye_.depth(at);
    draw(top_, place, depth, cell, face_top);
    draw(x_, place, depth, cell, face_x);
    draw(y_, place, depth, cell, face_y);
  }

 private:
  /// A parallelogram relative to the cube's corner, in samples.
  struct side {
    spot corner, a, b;
    double depth, depth_a, depth_b;
    double area;
    double edge_a, edge_b;  // the part of a side that its outline takes
  };

  [[nodiscard]] spot direction(vector3 v) const {
    const spot to = eye_.place(v);
    return {to.x - eye_.left, to.y - eye_.top};
  }

  [[nodiscard]] side side_of(vector3 corner, vector3 a, vector3 b) const {
    side s;
    s.corner = direction(corner);
    s.a = direction(a);
    s.b = direction(b);
    s.depth = eye_.depth(corner);
    s.depth_a = eye_.depth(a);
    s.depth_b = eye_.depth(b);
    s.area = s.a.x * s.b.y - s.a.y * s.b.x;
    const double outline = 0.55 * samples;
    const double length_a = std::hypot(s.a.x, s.a.y), length_b = std::hypot(s.b.x, s.b.y);
    // Only where faces are large enough to have one.
    const bool is_large = std::min(length_a, length_b) > 7 * samples;
    s.edge_a = is_large ? outline / length_a : 0;
    s.edge_b = is_large ? outline / length_b : 0;
    return s;
  }

  void draw(const side& s, spot place, double depth, std::int32_t cell, face kind) {
    if (std::fabs(s.area) < 1e-9) return;  // seen from its edge
    const double x = place.x + s.corner.x, y = place.y + s.corner.y;
    const int left = clamp_to(x + std::min(0.0, s.a.x) + std::min(0.0, s.b.x), target_.width);
    const int right = clamp_to(x + std::max(0.0, s.a.x) + std::max(0.0, s.b.x) + 1, target_.width);
    const int top = clamp_to(y + std::min(0.0, s.a.y) + std::min(0.0, s.b.y), target_.height);
    const int bottom =
        clamp_to(y + std::max(0.0, s.a.y) + std::max(0.0, s.b.y) + 1, target_.height);
    for (int row = top; row < bottom; ++row) {
      for (int column = left; column < right; ++column) {
        const double dx = column + 0.5 - x, dy = row + 0.5 - y;
        const double a = (dx * s.b.y - dy * s.b.x) / s.area;
        const double b = (s.a.x * dy - s.a.y * dx) / s.area;
        if (a < 0 || a >= 1 || b < 0 || b >= 1) continue;
        const bool is_edge = a < s.edge_a || a > 1 - s.edge_a || b < s.edge_b || b > 1 - s.edge_b;
        target_.set(column, row, depth + s.depth + a * s.depth_a + b * s.depth_b, cell, kind,
                    is_edge);
      }
    }
  }

  static int clamp_to(double v, int size) {
    return static_cast<int>(std::clamp(std::floor(v), 0.0, static_cast<double>(size)));
  }

  scene& target_;
  const projection& eye_;
  vector3 shift_, voxel_;
  side top_, x_, y_;
};

scene render(const voxel_cells& cells, const occupied_box& box, const projection& eye, int width,
             int height) {
  scene result(width, height);
  const vector3 voxel{cells.voxel[0], cells.voxel[1], cells.voxel[2]};
  cube_painter painter(result, eye, voxel);
  for (std::int64_t i = 0; i < cells.size(); ++i) {
    painter.draw(place_of(cells, box, i), static_cast<std::int32_t>(i));
  }
  return result;
}

std::int64_t count_visible(const scene& s, std::int64_t cells) {
  std::vector<bool> is_visible(static_cast<std::size_t>(cells));
  for (const std::int32_t cell : s.cell) {
    if (cell >= 0) is_visible[static_cast<std::size_t>(cell)] = true;
  }
  return std::count(is_visible.begin(), is_visible.end(), true);
}

/// From 0 to 1: how deep a sample lies between its neighbours, at several distances. Slopes do not
/// count, hollows and what stands before something else do.
float hollowness(const scene& s, int x, int y) {
  const float depth = s.depth[s.index(x, y)];
  const auto beyond = [&](int dx, int dy) {
    const int px = x + dx, py = y + dy;
    if (px < 0 || px >= s.width || py < 0 || py >= s.height) return 0.0F;
    const float other = s.depth[s.index(px, py)];
    return std::isinf(other) ? 0.0F : depth - other;
  };
  float sum = 0;
  for (const int reach : {2, 5, 12, 26}) {
    float part = 0;
    for (const auto& [dx, dy] :
         {std::pair{1, 0}, std::pair{0, 1}, std::pair{1, 1}, std::pair{1, -1}}) {
      const float bend = beyond(dx * reach, dy * reach) + beyond(-dx * reach, -dy * reach);
      part += std::clamp(bend / (3.0F * static_cast<float>(reach)), 0.0F, 1.0F);
    }
    sum += part / 4;
  }
  return sum / 4;
}

float shade_of(const scene& s, const lighting& light, int x, int y) {
  const std::size_t i = s.index(x, y);
  const float outline = s.edge[i] != 0 ? 0.86F : 1.0F;
  const float side = s.kind[i] == face_x ? light.face_x : s.kind[i] == face_y ? light.face_y : 1.0F;
  return side * outline * std::exp(-light.shadow * hollowness(s, x, y));
}

}  // namespace

occupied_box box_of(const voxel_cells& cells) {
  occupied_box box;
  for (int axis = 0; axis < 3; ++axis) {
    box.first[axis] = std::numeric_limits<std::int32_t>::max();
    for (std::int64_t i = 0; i < cells.size(); ++i) {
      box.first[axis] = std::min(box.first[axis], cells.index(i, axis));
      box.last[axis] = std::max(box.last[axis], cells.index(i, axis));
    }
    box.low[axis] = cells.origin[axis] + box.first[axis] * cells.voxel[axis];
    box.size[axis] = (box.last[axis] - box.first[axis] + 1.0) * cells.voxel[axis];
  }
  return box;
}

projection from_top() { return {{1, 0, 0}, {0, -1, 0}, {0, 0, -1}, {-1, -1}}; }

vector3 left_corner(const projection& eye, const occupied_box& box) {
  const double near_x = eye.corner[0] > 0 ? box.size.x : 0;
  const double near_y = eye.corner[1] > 0 ? box.size.y : 0;
  const vector3 a{near_x, box.size.y - near_y, 0}, b{box.size.x - near_x, near_y, 0};
  return eye.place(a).x < eye.place(b).x ? a : b;
}

projection fitted(projection eye, const voxel_cells& cells, const occupied_box& box, spot low,
                  spot high) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  double left = inf, right = -inf, top = inf, bottom = -inf;
  const auto include = [&](vector3 at, vector3 extent) {
    for (int corner = 0; corner < 8; ++corner) {
      const spot p =
          eye.place({at.x + (corner & 1 ? extent.x : 0), at.y + (corner & 2 ? extent.y : 0),
                     at.z + (corner & 4 ? extent.z : 0)});
      left = std::min(left, p.x);
      right = std::max(right, p.x);
      top = std::min(top, p.y);
      bottom = std::max(bottom, p.y);
    }
  };
  include({0, 0, 0}, {box.size.x, box.size.y, 0});
  include(left_corner(eye, box), {0, 0, box.size.z});
  for (std::int64_t i = 0; i < cells.size(); ++i) {
    include(place_of(cells, box, i), {cells.voxel[0], cells.voxel[1], cells.voxel[2]});
  }
  eye.scale = std::min((high.x - low.x) / (right - left), (high.y - low.y) / (bottom - top));
  eye.left = (low.x + high.x - eye.scale * (left + right)) / 2;
  eye.top = (low.y + high.y - eye.scale * (top + bottom)) / 2;
  return eye;
}

projection from_best_corner(const voxel_cells& cells, const occupied_box& box) {
  constexpr int width = 560, height = 400;
  projection best = from_corner(-1, -1);
  std::int64_t most = -1;
  for (const auto& [x, y] :
       {std::pair{-1, -1}, std::pair{1, -1}, std::pair{1, 1}, std::pair{-1, 1}}) {
    const projection eye = fitted(from_corner(x, y), cells, box, {0, 0}, {width, height});
    const std::int64_t seen = count_visible(render(cells, box, eye, width, height), cells.size());
    if (seen > most) {
      most = seen;
      best = from_corner(x, y);
    }
  }
  return best;
}

void draw_cubes(canvas& target, const voxel_cells& cells, const occupied_box& box,
                const projection& eye, const std::vector<color>& colors, const lighting& light) {
  const scene s =
      render(cells, box, eye.scaled(samples), target.width() * samples, target.height() * samples);
  for (int y = 0; y < target.height(); ++y) {
    for (int x = 0; x < target.width(); ++x) {
      color sum;
      int covered = 0;
      for (int k = 0; k < samples * samples; ++k) {
        const int sx = x * samples + k % samples, sy = y * samples + k / samples;
        const std::int32_t cell = s.cell[s.index(sx, sy)];
        if (cell < 0) continue;
        const color c = colors[static_cast<std::size_t>(cell)];
        const float shade = shade_of(s, light, sx, sy);
        sum = {sum.red + shade * c.red, sum.green + shade * c.green, sum.blue + shade * c.blue};
        ++covered;
      }
      if (covered == 0) continue;
      const auto n = static_cast<float>(covered);
      target.blend(x, y, {sum.red / n, sum.green / n, sum.blue / n}, n / (samples * samples));
    }
  }
}

}  // namespace robocache::cli
