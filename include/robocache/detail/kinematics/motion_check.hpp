// What the arguments of poses and Jacobians can tell before they run.
#pragma once

#include <robocache/detail/kinematics/motion_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

template <class T>
rows_of<T> rows_in(const view<T, 2>& v) {
  return {v.data_handle(), v.stride(0), 0, 0};
}
template <class T>
rows_of<T> rows_in(const view<T, 3>& v) {
  return {v.data_handle(), v.stride(0), v.stride(1), 0};
}
template <class T>
rows_of<T> rows_in(const view<T, 4>& v) {
  return {v.data_handle(), v.stride(0), v.stride(1), v.stride(2)};
}

/// Arrays of a chain, which has one link, with an extent for it.
template <class T>
view<T, 3> with_links(const view<T, 2>& v) {
  return {v.data_handle(), {v.extent(0), 1, v.extent(1)}, {v.stride(0), 0, v.stride(1)}};
}
template <class T>
view<T, 4> with_links(const view<T, 3>& v) {
  return {v.data_handle(),
          {v.extent(0), 1, v.extent(1), v.extent(2)},
          {v.stride(0), 0, v.stride(1), v.stride(2)}};
}

/// One call's checks of what all operations on a model are given.
template <class Model>
struct model_check {
  using real = typename Model::real;

  const label& op;
  const Model& model;
  std::int64_t rows;
  output_arrays outputs;

  model_check(const label& op_name, const Model& of, std::int64_t rows_given)
      : op(op_name), model(of), rows(rows_given), outputs(op_name) {}

  /// [B, the model's joints], to be read.
  rows_of<const real> positions(const label& name, const view<const real, 2>& v) const {
    check_shape(op, name, v, {rows, model.columns()}, {"the rows of q", "the joints of the model"},
                false);
    return rows_in(v);
  }
  base_rows<real> base(const base_poses<real>& of) const {
    check_form(op, "options.base.form is not known", of.form.rotation);
    base_rows<real> checked;
    checked.form = of.form;
    if (!is_given(of.poses)) return checked;
    check_shape(op, "options.base.poses", of.poses, {rows, of.form.width()},
                {"the rows of q", "the width of options.base.form"}, false);
    checked.poses = rows_in(of.poses);
    return checked;
  }
  /// [B, links, width], to be written.
  rows_of<real> of_links(const label& name, const view<real, 3>& v, std::int64_t width,
                         const label& width_name) {
    check_shape(op, name, v, {rows, model.links(), width},
                {"the rows of q", "the links of the model", width_name});
    outputs.add(name, v);
    return rows_in(v);
  }
  rows_of<real> jacobians(const view<real, 4>& v) {
    check_shape(op, "jacobians", v, {rows, model.links(), 6, model.columns()},
                {"the rows of q", "the links of the model", "6", "the joints of the model"});
    outputs.add("jacobians", v);
    return rows_in(v);
  }
};

/// Without outputs, which the caller adds by the check.
template <class Model>
motion_op<Model> make_motion_op(const model_check<Model>& check, const Model& model,
                                const view<const typename Model::real, 2>& q,
                                const motion_options<typename Model::real>& options) {
  motion_op<Model> op;
  op.model = model;
  op.rows = check.rows;
  op.q = check.positions("q", q);
  op.base = check.base(options.base);
  check_form(check.op, "options.form is not known", options.form.rotation);
  require_enum(check.op, "options.frame is not known", options.frame, jacobian_frame::world);
  op.form = options.form;
  op.frame = options.frame;
  return op;
}

/// Requires that no output shares memory with what is read.
template <class Model>
void check_apart(const model_check<Model>& check, const view<const typename Model::real, 2>& q,
                 const base_poses<typename Model::real>& base) {
  check.outputs.avoid("q", q);
  check.outputs.avoid("options.base.poses", base.poses);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
