// Rotations and poses of rows in another form.
#pragma once

#include <robocache/detail/kinematics/forms.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// [B, T, ...] rows by their number b * T + t.
template <class T>
struct sequence_rows {
  T* data = nullptr;
  std::int64_t batch = 0, row = 0, steps = 1;

  [[nodiscard]] ROBOCACHE_HD T* at(std::int64_t n) const {
    return data + n / steps * batch + n % steps * row;
  }
  [[nodiscard]] ROBOCACHE_HD T* at(std::int64_t b, std::int64_t t) const {
    return data + b * batch + t * row;
  }
};

template <class T>
sequence_rows<T> sequence_of(const view<T, 3>& v) {
  return {v.data_handle(), v.stride(0), v.stride(1), v.extent(1) > 0 ? v.extent(1) : 1};
}

template <class T>
struct convert_op {
  std::int64_t rows = 0;
  sequence_rows<const T> from;
  sequence_rows<T> to;
  pose_form from_form, to_form;
  bool are_poses = false;

  ROBOCACHE_HD void compute_row(std::int64_t n) const {
    if (!are_poses) {
      const auto q = read_rotation(from_form.rotation, from.at(n));
      return write_rotation(to_form.rotation, q, to.at(n));
    }
    const placement<T> at = read_placement(from_form, from.at(n));
    if (to_form.is_4x4) return write_pose(to_form, to_pose(at), to.at(n));
    store<T>({at.position.x, at.position.y, at.position.z, 0}, to.at(n), 3);
    write_rotation(to_form.rotation, at.rotation, to.at(n) + 3);
  }
};

template <class T, class Source>
convert_op<T> make_convert_op(const label& name, const view<Source, 3>& from,
                              const pose_form& from_form, const view<T, 3>& to,
                              const pose_form& to_form, bool are_poses) {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>,
                "robocache: rotations are float or double");
  check_form(name, "from_form is not known", from_form.rotation);
  check_form(name, "to_form is not known", to_form.rotation);
  const int position = are_poses ? 0 : 3;
  check_shape(name, "from", from, {from.extent(0), from.extent(1), from_form.width() - position},
              {"itself", "itself", "the width of from_form"}, false);
  check_shape(name, "to", to, {from.extent(0), from.extent(1), to_form.width() - position},
              {"from.extent(0)", "from.extent(1)", "the width of to_form"});
  require_apart(name, "to", footprint(to), "from", footprint(from));
  convert_op<T> op;
  op.rows = from.extent(0) * from.extent(1);
  op.from = sequence_of(view<const T, 3>(from));
  op.to = sequence_of(to);
  op.from_form = from_form;
  op.to_form = to_form;
  op.are_poses = are_poses;
  return op;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
