// Velocities of joints to those of links, and back.
#pragma once

#include <robocache/detail/kinematics/damped.hpp>
#include <robocache/detail/kinematics/motion_check.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// What both directions are made of.
template <class Model>
struct twist_base {
  using real = typename Model::real;

  Model model;
  std::int64_t rows = 0;
  rows_of<const real> q;
  base_rows<real> base;
  jacobian_frame frame = jacobian_frame::local_world_aligned;

  /// `f(link, its pose, the frames of the joints)` for each link of row b.
  template <class F>
  ROBOCACHE_HD void for_each_link(std::int64_t b, const F& f) const {
    basic_pose<real> of_base, frames[Model::joint_capacity];
    const basic_pose<real>* const start = base.read(b, of_base);
    joint_frames(model, q.at(b), frames, start);
    for (int l = 0; l < model.links(); ++l) f(l, link_pose(model, frames, l, start), frames);
  }
};

template <class Model>
struct joint_to_twist_op : twist_base<Model> {
  using real = typename Model::real;
  using base_of = twist_base<Model>;

  rows_of<const real> velocities;
  rows_of<real> twists;

  ROBOCACHE_HD void compute_row(std::int64_t b) const {
    const real* const velocity = velocities.at(b);
    base_of::for_each_link(
        b, [&](int l, const basic_pose<real>& at, const basic_pose<real>* frames) {
          real sum[6] = {};
          for (int s = base_of::model.step_of(l); s >= 0; s = base_of::model.parent(s)) {
            const auto& step = base_of::model.steps[s];
            const real own = velocity[step.column];
            add_twist(twist_of(frames[s], step.slides, at, base_of::frame),
                      step.leads ? own : step.multiplier * own, sum, 1);
          }
          for (int r = 0; r < 6; ++r) twists.at(b, l)[r] = narrow<real>(sum[r]);
        });
  }
};

template <class Model>
struct twist_to_joint_op : twist_base<Model> {
  using real = typename Model::real;
  using base_of = twist_base<Model>;

  rows_of<const real> twists;
  rows_of<real> velocities;
  real damping = 0;  // squared

  ROBOCACHE_HD void compute_row(std::int64_t b) const {
    linear_task<Model> task;
    base_of::for_each_link(b,
                           [&](int l, const basic_pose<real>& at, const basic_pose<real>* frames) {
                             constexpr int columns = linear_task<Model>::columns;
                             write_jacobian(base_of::model, frames, l, at, base_of::frame,
                                            task.jacobian + 6 * l * columns, columns);
                             for (int r = 0; r < 6; ++r) task.step[6 * l + r] = twists.at(b, l)[r];
                           });
    const real towards[Model::joint_capacity] = {};
    real result[Model::joint_capacity];
    const auto all = [](int) { return true; };
    solve_damped(base_of::model, task, damping, towards, all, result);
    for (int c = 0; c < base_of::model.columns(); ++c) {
      velocities.at(b)[c] = narrow<real>(result[c]);
    }
  }
};

/// What both are given.
template <class Op, class Model>
Op make_twist_op(const model_check<Model>& check, const Model& model,
                 const view<const typename Model::real, 2>& q,
                 const twist_options<typename Model::real>& options) {
  Op op;
  op.model = model;
  op.rows = check.rows;
  op.q = check.positions("q", q);
  op.base = check.base(options.base);
  require_enum(check.op, "options.frame is not known", options.frame, jacobian_frame::world);
  op.frame = options.frame;
  return op;
}

/// Requires no more links than are steered at once.
template <class Model>
void check_goals(const label& op, const Model& model) {
  if (model.links() <= goal_capacity<Model>) return;
  fail(op, "the model must have at most " + std::to_string(goal_capacity<Model>) + " links (got " +
               std::to_string(model.links()) + ")");
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
