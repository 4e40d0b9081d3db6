// What the arguments of inverse kinematics can tell before they run.
#pragma once

#include <robocache/detail/kinematics/inverse_op.hpp>
#include <robocache/detail/kinematics/twist_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The steps of the sequence of Roberts in `dimensions`: powers of the root of x^(d+1) = x + 1, as
/// fractions of 2^64.
inline void find_sequence(int dimensions, std::uint64_t* steps) {
  double root = 2.0;  // from above, Newton's method only falls
  for (int n = 0; n < 64; ++n) {
    double power = 1.0;  // root^d
    for (int i = 0; i < dimensions; ++i) power *= root;
    const double slope = robocache::fma(dimensions + 1.0, power, -1.0);
    root -= robocache::fma(power, root, -(root + 1.0)) / slope;
  }
  double share = 1.0;
  for (int i = 0; i < dimensions; ++i) {
    share /= root;
    steps[i] = static_cast<std::uint64_t>(share * 0x1p64);
  }
}

template <class Real>
void check_inverse_options(const label& op, const inverse_options<Real>& o) {
  check_form(op, "options.form is not known", o.form.rotation);
  const struct {
    label name;
    double value;
  } positive[] = {{"options.position_tolerance", o.position_tolerance},
                  {"options.rotation_tolerance", o.rotation_tolerance},
                  {"options.position_weight", o.position_weight},
                  {"options.rotation_weight", o.rotation_weight},
                  {"options.jump", o.jump}};
  for (const auto& p : positive) {
    require_finite(op, p.name, p.value);
    if (p.value >= 0.0) continue;
    fail(op, p.name.text() + " must not be negative (got " + std::to_string(p.value) + ")");
  }
  const struct {
    label name;
    std::int64_t value, least, most;
  } counts[] = {{"options.seeds", o.seeds, is_given(o.start) ? 0 : 1, 1 << 20},
                {"options.coarse_iterations", o.coarse_iterations, 0, 1 << 20},
                {"options.fine_starts", o.fine_starts, 1, 8},
                {"options.fine_iterations", o.fine_iterations, 0, 1 << 20}};
  for (const auto& c : counts) {
    if (c.value >= c.least && c.value <= c.most) continue;
    fail(op, c.name.text() + " must be " + std::to_string(c.least) + " to " +
                 std::to_string(c.most) + " (got " + std::to_string(c.value) + ")");
  }
}

/// With all but the arrays that have a row for each step.
template <class Model, class Real = typename Model::real>
inverse_op<Model> make_inverse_op(const label& name, const Model& model, std::int64_t items,
                                  std::int64_t steps, const inverse_options<Real>& options) {
  check_goals(name, model);
  check_inverse_options(name, options);
  inverse_op<Model> op;
  op.model = model;
  op.items = items;
  op.steps = steps;
  op.form = options.form;
  op.position_tolerance = static_cast<Real>(options.position_tolerance);
  op.rotation_tolerance = static_cast<Real>(options.rotation_tolerance);
  op.position_weight = static_cast<Real>(options.position_weight);
  op.rotation_weight = static_cast<Real>(options.rotation_weight);
  op.jump = static_cast<Real>(options.jump);
  op.seeds = options.seeds;
  op.coarse = options.coarse_iterations;
  op.fine_starts = options.fine_starts;
  op.fine = options.fine_iterations;
  if (is_given(options.start)) {
    check_shape(name, "options.start", options.start,
                {items, options.start.extent(1), model.columns()},
                {"the batch", "itself", "the joints of the model"}, false);
    op.start = {options.start.data_handle(), options.start.stride(0), options.start.stride(1), 0};
    op.starts = static_cast<std::int32_t>(options.start.extent(1));
    if (op.starts + op.seeds == 0) fail(name, "there must be a start");
  }
  if (is_given(options.rest)) {
    check_shape(name, "options.rest", options.rest, {items, model.columns()},
                {"the batch", "the joints of the model"}, false);
    op.rest = rows_in(options.rest);
  }
  find_sequence(model.columns(), op.steps_of_sequence);
  for (int c = 0; c < model.columns(); ++c) {
    bool slides = false;
    for (int s = 0; s < model.joints(); ++s) {
      if (model.steps[s].column == c && model.steps[s].slides) slides = true;
    }
    const Real wide = slides ? Real(1) : Real(0x1.921fb54442d18p+1);
    const bool is_limited = is_finite(model.lower[c]) && is_finite(model.upper[c]);
    op.seed_lower[c] = is_limited ? model.lower[c] : op.clamped(-wide, c);
    op.seed_upper[c] = is_limited ? model.upper[c] : op.clamped(wide, c);
  }
  return op;
}

/// [B, ...] as [B, 1, ...].
template <class T>
stepped_rows<T> without_steps(const view<T, 1>& v) {
  return {v.data_handle(), v.stride(0), 0, 0, 1};
}
template <class T>
stepped_rows<T> without_steps(const view<T, 2>& v) {
  return {v.data_handle(), v.stride(0), 0, 0, 1};
}
template <class T>
stepped_rows<T> without_steps(const view<T, 3>& v) {
  return {v.data_handle(), v.stride(0), 0, v.stride(1), 1};
}
/// [B, T, ...].
template <class T, int Rank>
stepped_rows<T> with_steps(const view<T, Rank>& v) {
  const std::int64_t steps = v.extent(1) > 0 ? v.extent(1) : 1;
  return {v.data_handle(), v.stride(0), v.stride(1), Rank > 3 ? v.stride(Rank > 3 ? 2 : 0) : 0,
          steps};
}

/// No output may share memory with another array.
template <class Real, class Q, class Report, class Targets>
output_arrays outputs_of_inverse(const label& name, const Q& q, const Report& report,
                                 const Targets& targets, const inverse_options<Real>& options) {
  output_arrays outputs(name);
  outputs.add("q", q);
  outputs.add("report.position_error", report.position_error);
  outputs.add("report.rotation_error", report.rotation_error);
  outputs.add("report.converged", report.converged);
  outputs.add("report.iterations", report.iterations);
  outputs.avoid("targets", targets);
  outputs.avoid("options.start", options.start);
  outputs.avoid("options.rest", options.rest);
  return outputs;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
