// Poses, Jacobians and manipulability of one row.
#pragma once

#include <robocache/detail/kinematics/forms.hpp>
#include <robocache/kinematics/motion_options.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// An array of a row for each configuration, and where its parts lie.
template <class T>
struct rows_of {
  T* data = nullptr;
  std::int64_t row = 0, link = 0, line = 0;  // strides

  [[nodiscard]] ROBOCACHE_HD T* at(std::int64_t b, std::int64_t l = 0) const {
    return data + b * row + l * link;
  }
};

/// The base of each row.
template <class Real>
struct base_rows {
  rows_of<const Real> poses;
  pose_form form;

  /// Null, or `into`, where it now is.
  ROBOCACHE_HD const basic_pose<Real>* read(std::int64_t b, basic_pose<Real>& into) const {
    if (poses.data == nullptr) return nullptr;
    into = to_pose(read_placement(form, poses.at(b)));
    return &into;
  }
};

/// sqrt(det(J J^T)) of 6 rows of `columns` numbers, which are overwritten: the product of what is
/// left of each row beside those before it.
template <class Real>
ROBOCACHE_HD Real volume_of_rows(Real* rows, int columns, std::int64_t stride) {
  Real volume = 1;
  for (int r = 0; r < 6; ++r) {
    Real* const row = rows + r * stride;
    for (int before = 0; before < r; ++before) {
      const Real* const unit = rows + before * stride;
      Real along = 0;
      for (int c = 0; c < columns; ++c) along = robocache::fma(unit[c], row[c], along);
      for (int c = 0; c < columns; ++c) row[c] = robocache::fma(-along, unit[c], row[c]);
    }
    Real square = 0;
    for (int c = 0; c < columns; ++c) square = robocache::fma(row[c], row[c], square);
    const Real length = square_root(square);
    volume *= length;
    for (int c = 0; length > 0 && c < columns; ++c) row[c] /= length;
  }
  return columns < 6 ? Real(0) : volume;
}

template <class Model>
struct motion_op {
  using real = typename Model::real;

  Model model;
  std::int64_t rows = 0;
  rows_of<const real> q;
  base_rows<real> base;
  rows_of<real> poses, jacobians, volumes;  // each optional
  pose_form form;
  jacobian_frame frame = jacobian_frame::local_world_aligned;

  ROBOCACHE_HD void compute_row(std::int64_t b) const {
    basic_pose<real> of_base;
    const basic_pose<real>* const start = base.read(b, of_base);
    if constexpr (Model::is_serial) {
      if (jacobians.data == nullptr && volumes.data == nullptr) {
        return write_pose(form, tip_pose(model, q.at(b), start), poses.at(b));
      }
    }
    basic_pose<real> frames[Model::joint_capacity];
    joint_frames(model, q.at(b), frames, start);
    for (int l = 0; l < model.links(); ++l) {
      const basic_pose<real> at = link_pose(model, frames, l, start);
      if (poses.data != nullptr) write_pose(form, at, poses.at(b, l));
      if (jacobians.data != nullptr || volumes.data != nullptr) differentiate(b, l, frames, at);
    }
  }

 private:
  ROBOCACHE_HD void differentiate(std::int64_t b, int l, const basic_pose<real>* frames,
                                  const basic_pose<real>& at) const {
    constexpr int stride = Model::joint_capacity;
    real lines[6 * stride];
    write_jacobian(model, frames, l, at, frame, lines, stride);
    for (int r = 0; jacobians.data != nullptr && r < 6; ++r) {
      real* const out = jacobians.at(b, l) + r * jacobians.line;
      for (int c = 0; c < model.columns(); ++c) out[c] = narrow<real>(lines[r * stride + c]);
    }
    if (volumes.data != nullptr) {
      volumes.at(b)[l] = narrow<real>(volume_of_rows(lines, model.columns(), stride));
    }
  }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
