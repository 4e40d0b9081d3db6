// Damped least squares: the step of joints for a step of links.
#pragma once

#include <robocache/kinematics/frames.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Links that are steered at once; more would not fit a thread's memory.
inline constexpr int most_goals = 8;
template <class Model>
inline constexpr int goal_capacity =
    Model::link_capacity < most_goals ? Model::link_capacity : most_goals;

/// The Jacobians of all links of a model, one below the other, and a step for each line.
template <class Model>
struct linear_task {
  using real = typename Model::real;
  static constexpr int lines = 6 * goal_capacity<Model>;
  static constexpr int columns = Model::joint_capacity;

  real jacobian[lines * columns];
  real step[lines];
};

/// Factors a positive matrix of n lines, of which the lower half is given packed, into its Cholesky
/// factor; NaN where it is not positive. The diagonal is left inverted.
template <class Real>
ROBOCACHE_HD void factor(Real* packed, int n) {
  for (int i = 0; i < n; ++i) {
    Real* const row = packed + i * (i + 1) / 2;
    for (int j = 0; j <= i; ++j) {
      const Real* const other = packed + j * (j + 1) / 2;
      Real sum = row[j];
      for (int k = 0; k < j; ++k) sum = robocache::fma(-row[k], other[k], sum);
      row[j] = j < i ? sum * other[j] : Real(1) / square_root(sum);
    }
  }
}

/// Solves with what `factor` left, in place.
template <class Real>
ROBOCACHE_HD void solve_factored(const Real* packed, int n, Real* x) {
  for (int i = 0; i < n; ++i) {
    const Real* const row = packed + i * (i + 1) / 2;
    Real sum = x[i];
    for (int k = 0; k < i; ++k) sum = robocache::fma(-row[k], x[k], sum);
    x[i] = sum * row[i];
  }
  for (int i = n - 1; i >= 0; --i) {
    Real sum = x[i];
    for (int k = i + 1; k < n; ++k) sum = robocache::fma(-packed[k * (k + 1) / 2 + i], x[k], sum);
    x[i] = sum * packed[i * (i + 1) / 2 + i];
  }
}

/// joints = towards + J^T (J J^T + damping I)^-1 (step - J towards): of all steps of the joints the
/// one that is nearest to `towards` where the task leaves freedom. Joints that `are_free` says
/// false of take no part, and get 0.
template <class Model, class Real, class Free>
ROBOCACHE_HD void solve_damped(const Model& model, const linear_task<Model>& task, Real damping,
                               const Real* towards, const Free& are_free, Real* joints) {
  using shape = linear_task<Model>;
  const int lines = 6 * model.links(), columns = model.columns();
  Real packed[shape::lines * (shape::lines + 1) / 2], x[shape::lines];
  for (int i = 0; i < lines; ++i) {
    const Real* const line = task.jacobian + i * shape::columns;
    Real* const row = packed + i * (i + 1) / 2;
    for (int j = 0; j <= i; ++j) {
      const Real* const other = task.jacobian + j * shape::columns;
      Real sum = i == j ? damping : Real(0);
      for (int c = 0; c < columns; ++c) {
        if (are_free(c)) sum = robocache::fma(line[c], other[c], sum);
      }
      row[j] = sum;
    }
    x[i] = task.step[i];
    for (int c = 0; c < columns; ++c) {
      if (are_free(c)) x[i] = robocache::fma(-line[c], towards[c], x[i]);
    }
  }
  factor(packed, lines);
  solve_factored(packed, lines, x);
  for (int c = 0; c < columns; ++c) {
    Real sum = towards[c];
    for (int i = 0; i < lines; ++i) {
      sum = robocache::fma(task.jacobian[i * shape::columns + c], x[i], sum);
    }
    joints[c] = are_free(c) ? sum : Real(0);
  }
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
