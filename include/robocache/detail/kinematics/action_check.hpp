// What the arguments of actions can tell before they run.
#pragma once

#include <robocache/detail/kinematics/action_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

inline void check_delta_options(const label& name, const delta_options& o) {
  check_form(name, "options.form is not known", o.form.rotation);
  require_enum(name, "options.rule is not known", o.rule, delta_rule::from_first_state);
  require_enum(name, "options.frame is not known", o.frame, delta_frame::tool);
  require_enum(name, "options.rotation is not known", o.rotation, delta_rotation::euler_difference);
  require_enum(name, "options.last is not known", o.last, last_row::mask);
  const bool is_euler = !o.form.is_4x4 && o.form.rotation >= rotation_form::intrinsic_xyz;
  if (o.rotation == delta_rotation::euler_difference && !is_euler) {
    fail(name, "options.rotation: differences of Euler angles need poses with Euler angles");
  }
  if (o.rotation == delta_rotation::euler_difference && o.frame == delta_frame::tool) {
    fail(name, "options.frame: differences of Euler angles are of the base frame");
  }
  const label names[] = {"options.position_scale", "options.rotation_scale"};
  const double scales[] = {o.position_scale, o.rotation_scale};
  for (int i = 0; i < 2; ++i) {
    require_finite(name, names[i], scales[i]);
    if (scales[i] > 0.0) continue;
    fail(name, names[i].text() + " must be above 0 (got " + std::to_string(scales[i]) + ")");
  }
}

/// What both directions are told; poses have `width` numbers in a row.
template <class T>
void take_options(const label& name, action_base<T>& op, const delta_options& options,
                  std::int64_t items, std::int64_t steps, std::int64_t width) {
  check_delta_options(name, options);
  op.items = items;
  op.steps = steps > 0 ? steps : 0;
  op.extra = width - options.form.width();
  op.form = options.form;
  op.rule = options.rule;
  op.frame = options.frame;
  op.rotation = options.rotation;
  op.position_scale = static_cast<T>(options.position_scale);
  op.rotation_scale = static_cast<T>(options.rotation_scale);
  op.clip = options.clip;
  if (op.extra < 0) {
    fail(name, "poses.extent(2) must be at least the width of options.form (got " +
                   std::to_string(width) + " and " + std::to_string(options.form.width()) + ")");
  }
}

/// States: [B, rows, at least the pose's numbers]; only what is used of them is asked for.
template <class T>
sequence_rows<const T> check_states(const label& name, const view<const T, 3>& states,
                                    const action_base<T>& op, std::int64_t steps) {
  const bool by_step = op.rule == delta_rule::from_state;
  check_shape(name, "states", states,
              {op.items, by_step ? steps : states.extent(1), states.extent(2)},
              {"the batch", by_step ? "the steps" : "itself", "itself"}, false);
  const std::int64_t least =
      op.rule == delta_rule::step ? op.form.width() + op.extra : op.form.width();
  if (states.extent(1) < 1 && steps > 0) fail(name, "states must have a row");
  if (states.extent(2) < least) {
    fail(name, "states.extent(2) must be at least " + std::to_string(least) + " (got " +
                   std::to_string(states.extent(2)) + ")");
  }
  return sequence_of(states);
}

template <class T>
to_delta_op<T> make_to_delta_op(const view<const T, 3>& poses, const view<const T, 3>& states,
                                const view<T, 3>& deltas, const delta_options& options,
                                const view<std::uint8_t, 2>& valid) {
  const label name = "absolute_to_delta";
  const bool is_step = options.rule == delta_rule::step;
  const bool drops = is_step && options.last == last_row::drop;
  const std::int64_t items = poses.extent(0), rows = poses.extent(1);
  const std::int64_t steps = drops && rows > 0 ? rows - 1 : rows;
  to_delta_op<T> op;
  take_options(name, op, options, items, steps, poses.extent(2));
  check_view(name, "poses", poses);
  check_shape(name, "deltas", deltas, {items, steps, 6 + op.extra},
              {"poses.extent(0)", drops ? "poses.extent(1) - 1" : "poses.extent(1)",
               "6 and what is behind a pose"});
  if (is_step && is_given(states)) fail(name, "states have no meaning for options.rule step");
  if (!is_step) op.states = check_states(name, states, op, rows);
  check_optional(name, "valid", valid, {items, steps}, {"deltas.extent(0)", "deltas.extent(1)"});
  output_arrays outputs(name);
  outputs.add("deltas", deltas);
  outputs.add("valid", valid);
  outputs.avoid("poses", poses);
  outputs.avoid("states", states);
  op.masks_last = is_step && !drops;
  op.poses = sequence_of(poses);
  op.deltas = sequence_of(deltas);
  op.valid = {valid.data_handle(), valid.stride(0), 1, 1};
  op.rows = items * steps;
  return op;
}

template <class T>
to_absolute_op<T> make_to_absolute_op(const view<const T, 3>& deltas,
                                      const view<const T, 3>& states, const view<T, 3>& poses,
                                      const delta_options& options) {
  const label name = "delta_to_absolute";
  const bool is_step = options.rule == delta_rule::step;
  const bool adds = is_step && options.last == last_row::drop;
  const std::int64_t items = poses.extent(0), rows = poses.extent(1);
  const std::int64_t steps = adds ? rows - 1 : rows;
  to_absolute_op<T> op;
  take_options(name, op, options, items, is_step ? rows - 1 : rows, poses.extent(2));
  if (adds && rows < 1) fail(name, "poses.extent(1) must be at least 1 (got 0)");
  check_shape(name, "poses", poses, {items, rows, poses.extent(2)}, {"itself", "itself", "itself"});
  check_shape(name, "deltas", deltas, {items, steps, 6 + op.extra},
              {"poses.extent(0)", adds ? "poses.extent(1) - 1" : "poses.extent(1)",
               "6 and what is behind a pose"},
              false);
  op.states = check_states(name, states, op, rows);
  output_arrays outputs(name);
  outputs.add("poses", poses);
  outputs.avoid("deltas", deltas);
  outputs.avoid("states", states);
  op.deltas = sequence_of(deltas);
  op.poses = sequence_of(poses);
  op.rows = rows > 0 ? items * (is_step ? 1 : rows) : 0;
  return op;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
