// Inverse kinematics of one target from one start: Levenberg and Marquardt within the limits.
#pragma once

#include <robocache/detail/kinematics/damped.hpp>
#include <robocache/detail/kinematics/motion_op.hpp>
#include <robocache/kinematics/inverse_options.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// An array of B times T rows, row t of b being number b * T + t.
template <class T>
struct stepped_rows {
  T* data = nullptr;
  std::int64_t batch = 0, row = 0, link = 0, steps = 1;

  [[nodiscard]] ROBOCACHE_HD T* at(std::int64_t n, std::int64_t l = 0) const {
    return data + n / steps * batch + n % steps * row + l * link;
  }
};

/// Where a descent is; kept between the coarse and the fine iterations. Its alignment is said,
/// since g++ 12 for AVX-512 reads arrays of it as if they were aligned when they are not.
template <class Model>
struct alignas(64) descent_place {
  using real = typename Model::real;

  real q[Model::joint_capacity];
  real damping, cost;
  std::int32_t seed, iterations;
  bool converged;
};

/// Errors of all links at one place.
template <class Model>
struct goal_errors {
  using real = typename Model::real;

  real position[goal_capacity<Model>], rotation[goal_capacity<Model>];
};

template <class Model>
struct inverse_op {
  using real = typename Model::real;
  using place = descent_place<Model>;
  using errors = goal_errors<Model>;
  using task = linear_task<Model>;
  static constexpr int goals = goal_capacity<Model>;
  static constexpr int capacity = Model::joint_capacity;
  static constexpr int most_fine = 8;
  static constexpr real first_damping = real(0.03);
  static constexpr real least_damping = sizeof(real) == 8 ? real(1e-12) : real(1e-7);
  static constexpr real most_damping = real(1e4);

  Model model;
  std::int64_t items = 0, steps = 1;  // rows are items * steps
  stepped_rows<const real> targets;
  rows_of<const real> start, rest;  // of items
  pose_form form;
  real position_tolerance, rotation_tolerance, position_weight, rotation_weight, jump;
  std::int32_t starts = 0, seeds = 0, coarse = 0, fine_starts = 1, fine = 0;
  std::uint64_t steps_of_sequence[capacity];  // fractions of 2^64
  real seed_lower[capacity], seed_upper[capacity];
  stepped_rows<real> q, position_error, rotation_error;
  stepped_rows<std::uint8_t> converged;
  stepped_rows<std::int32_t> iterations;
  std::int32_t* jumps = nullptr;  // of items

  /// Within the limits, whatever it was.
  ROBOCACHE_HD real clamped(real x, int c) const {
    if (x != x) x = 0;
    if (!(x >= model.lower[c])) x = model.lower[c];
    return x <= model.upper[c] ? x : model.upper[c];
  }

  /// Start number `seed` of row b.
  ROBOCACHE_HD place start_at(std::int64_t b, std::int32_t seed) const {
    place p;
    for (int c = 0; c < model.columns(); ++c) {
      const real x = seed < starts ? start.at(b / steps, seed)[c] : sequence(seed - starts, c);
      p.q[c] = clamped(x, c);
    }
    return begun(p, seed);
  }

  /// The same of a row of positions.
  ROBOCACHE_HD place start_from(const real* positions) const {
    place p;
    for (int c = 0; c < model.columns(); ++c) p.q[c] = clamped(positions[c], c);
    return begun(p, 0);
  }

  /// What each link is to be at.
  struct goal_list {
    placement<real> at[goals];
  };
  ROBOCACHE_HD goal_list goals_of(std::int64_t b) const {
    goal_list list;
    for (int l = 0; l < model.links(); ++l) list.at[l] = read_placement(form, targets.at(b, l));
    return list;
  }

  /// Up to `count` iterations; it stops at a tenth of the tolerances, or where no step helps.
  /// `home` may be null.
  ROBOCACHE_HD void descend(const goal_list& goal, const real* home, int count, place& p) const {
    task linear;
    errors found;
    p.cost = linearise(goal, p.q, &linear, found);
    p.converged = is_within(found, real(1));
    for (int n = 0; n < count && p.damping < most_damping && !is_within(found, real(0.1)); ++n) {
      real next[capacity];
      propose(linear, home, p, next);
      ++p.iterations;
      // The Jacobian of what is not accepted goes unused: by this order one pass finds both.
      task linear_next;
      errors found_next;
      const real cost = linearise(goal, next, &linear_next, found_next);
      if (!(cost < p.cost)) {
        p.damping = p.damping * 8 < most_damping ? p.damping * 8 : most_damping;
        continue;
      }
      p.damping = p.damping / 8 > least_damping ? p.damping / 8 : least_damping;
      p.cost = cost;
      for (int c = 0; c < model.columns(); ++c) p.q[c] = next[c];
      linear = linear_next;
      found = found_next;
      p.converged = is_within(found, real(1));
    }
  }

  /// The weighted cost of positions, their errors, and, where asked for, the linear task.
  ROBOCACHE_HD real linearise(const goal_list& goal, const real* positions, task* linear,
                              errors& found) const {
    basic_pose<real> frames[capacity];
    joint_frames(model, positions, frames);
    real cost = 0;
    for (int l = 0; l < model.links(); ++l) {
      const basic_pose<real> at = link_pose(model, frames, l);
      const basic_vec3<real> move = goal.at[l].position - at.position();
      const basic_quaternion<real> turn = goal.at[l].rotation * conjugate(to_quaternion(at));
      const basic_vec3<real> spin = to_rotation_vector(turn);
      found.position[l] = square_root(dot(move, move));
      found.rotation[l] = square_root(dot(spin, spin));
      const real p = position_weight * found.position[l], r = rotation_weight * found.rotation[l];
      cost = robocache::fma(p, p, robocache::fma(r, r, cost));
      if (linear != nullptr) write_lines(l, frames, at, move, spin, *linear);
    }
    return cost;
  }

  ROBOCACHE_HD bool is_within(const errors& found, real share) const {
    bool within = true;
    for (int l = 0; l < model.links(); ++l) {
      within = within && found.position[l] <= share * position_tolerance &&
               found.rotation[l] <= share * rotation_tolerance;
    }
    return within;
  }

  /// Whether `a` is a better answer than `b`: what converged, then what is nearer to home or, as
  /// good, comes first; else the smaller cost.
  ROBOCACHE_HD bool is_better(const place& a, const place& b, const real* home) const {
    if (a.converged != b.converged) return a.converged;
    const real of_a = a.converged ? distance(a, home) : a.cost;
    const real of_b = b.converged ? distance(b, home) : b.cost;
    if (of_a < of_b || of_b < of_a) return of_a < of_b;
    if (is_nan(of_a) != is_nan(of_b)) return is_nan(of_b);
    return a.seed < b.seed;
  }

  /// Writes an answer and what is reported of it.
  ROBOCACHE_HD void write(std::int64_t b, const goal_list& goal, const place& p) const {
    errors found;
    linearise(goal, p.q, nullptr, found);
    for (int c = 0; c < model.columns(); ++c) q.at(b)[c] = p.q[c];
    for (int l = 0; l < model.links(); ++l) {
      if (position_error.data != nullptr) position_error.at(b)[l] = narrow<real>(found.position[l]);
      if (rotation_error.data != nullptr) rotation_error.at(b)[l] = narrow<real>(found.rotation[l]);
    }
    if (converged.data != nullptr) *converged.at(b) = p.converged ? 1 : 0;
    if (iterations.data != nullptr) *iterations.at(b) = p.iterations;
  }

  /// Whether a joint moves from one answer to the next by more than `jump`.
  ROBOCACHE_HD bool is_jump(const real* from, const real* to) const {
    bool found = false;
    for (int c = 0; c < model.columns(); ++c) {
      const real apart = to[c] - from[c];
      found = found || apart > jump || -apart > jump;
    }
    return found;
  }

  [[nodiscard]] ROBOCACHE_HD const real* home_of(std::int64_t b) const {
    return rest.data != nullptr ? rest.at(b / steps) : nullptr;
  }

 private:
  ROBOCACHE_HD static place begun(place p, std::int32_t seed) {
    p.damping = first_damping;
    p.cost = 0;
    p.seed = seed;
    p.iterations = 0;
    p.converged = false;
    return p;
  }

  /// Point n of the sequence of Roberts, of n + 1/2 times the steps modulo 1.
  [[nodiscard]] ROBOCACHE_HD real sequence(std::int32_t n, int c) const {
    const std::uint64_t at =
        steps_of_sequence[c] * static_cast<std::uint64_t>(n) + (std::uint64_t{1} << 63);
    const real share = static_cast<real>(static_cast<std::int32_t>(at >> 40)) * real(0x1p-24);
    return robocache::fma(share, seed_upper[c] - seed_lower[c], seed_lower[c]);
  }

  /// The lines of link l: its weighted Jacobian and error.
  ROBOCACHE_HD void write_lines(int l, const basic_pose<real>* frames, const basic_pose<real>& at,
                                const basic_vec3<real>& move, const basic_vec3<real>& spin,
                                task& linear) const {
    real* const lines = linear.jacobian + 6 * l * capacity;
    write_jacobian(model, frames, l, at, jacobian_frame::local_world_aligned, lines, capacity);
    const real step[] = {move.x, move.y, move.z, spin.x, spin.y, spin.z};
    for (int r = 0; r < 6; ++r) {
      const real weight = r < 3 ? position_weight : rotation_weight;
      linear.step[6 * l + r] = weight * step[r];
      for (int c = 0; c < model.columns(); ++c) lines[r * capacity + c] *= weight;
    }
  }

  /// The positions to try next. A joint at a limit that the errors push outwards stays there.
  ROBOCACHE_HD void propose(const task& linear, const real* home, const place& p,
                            real* next) const {
    real towards[capacity], step[capacity];
    std::uint64_t held = 0;
    // Home draws less where the last tries failed, and where little is left to be mended.
    const real draw = real(0.5) * p.cost / (p.cost + real(0.01)) / (1 + p.damping);
    for (int c = 0; c < model.columns(); ++c) {
      towards[c] = home != nullptr ? draw * (clamped(home[c], c) - p.q[c]) : real(0);
      real push = 0;
      for (int i = 0; i < 6 * model.links(); ++i) {
        push = robocache::fma(linear.jacobian[i * capacity + c], linear.step[i], push);
      }
      const bool outwards = push > 0 ? p.q[c] >= model.upper[c] : p.q[c] <= model.lower[c];
      if (outwards) held |= std::uint64_t{1} << c;
    }
    const auto are_free = [held](int c) { return ((held >> c) & 1) == 0; };
    solve_damped(model, linear, p.damping, towards, are_free, step);
    for (int c = 0; c < model.columns(); ++c) next[c] = clamped(p.q[c] + step[c], c);
  }

  /// Squared; 0 without a home.
  ROBOCACHE_HD real distance(const place& p, const real* home) const {
    real sum = 0;
    for (int c = 0; home != nullptr && c < model.columns(); ++c) {
      const real apart = p.q[c] - home[c];
      sum = robocache::fma(apart, apart, sum);
    }
    return sum;
  }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
