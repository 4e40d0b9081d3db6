/// \file
/// `tree` and `chain`: what a robot's motion is computed by, as plain data.
#pragma once

#include <robocache/detail/kinematics/steps.hpp>

ROBOCACHE_BEGIN_NAMESPACE

/// As many joints as move, and links as are asked for, at most.
inline constexpr int most_joints = 64;
inline constexpr int most_links = 64;

/// For `chain`: the number of joints is known at run time alone.
inline constexpr int any_length = 0;

/// The ways from one base link to any chosen links. Trivially copyable: it is made on the host, by
/// `make_tree`, and goes into kernels by value or lies in memory that they reach.
///
/// Real is the type it computes in: float or double. A position is a radian or a metre; they are
/// given as rows whose columns are the joints of `columns_of`.
template <class Real>
struct tree {
  using real = Real;
  static constexpr int joint_capacity = most_joints;
  static constexpr int link_capacity = most_links;
  static constexpr bool is_serial = false;

  detail::joint_step<Real> steps[most_joints];
  struct place {
    basic_pose<Real> after;
    std::int16_t step;
  } places[most_links];
  Real lower[most_joints], upper[most_joints];  // of columns
  std::int16_t joint_count, column_count, link_count;

  [[nodiscard]] ROBOCACHE_HD int joints() const { return joint_count; }
  [[nodiscard]] ROBOCACHE_HD int columns() const { return column_count; }
  [[nodiscard]] ROBOCACHE_HD int links() const { return link_count; }
  [[nodiscard]] ROBOCACHE_HD int parent(int step) const { return steps[step].parent; }
  [[nodiscard]] ROBOCACHE_HD int step_of(int link) const { return places[link].step; }
  [[nodiscard]] ROBOCACHE_HD const basic_pose<Real>& after(int link) const {
    return places[link].after;
  }
};

/// The way from a base link to one tip: a path in the tree. With a number of joints, such as
/// `chain<float, 7>`, it is computed by loops of that length, and each joint leads itself; without,
/// it has up to 64 joints, mimics too.
template <class Real, int Joints = any_length>
struct chain {
  static_assert(Joints >= 0 && Joints <= most_joints, "robocache::chain: 1 to 64 joints");
  using real = Real;
  static constexpr int joint_capacity = Joints == any_length ? most_joints : Joints;
  static constexpr int link_capacity = 1;
  static constexpr bool is_serial = true;

  detail::joint_step<Real> steps[joint_capacity];
  basic_pose<Real> tip;
  Real lower[joint_capacity], upper[joint_capacity];  // of columns
  std::int16_t joint_count, column_count;

  [[nodiscard]] ROBOCACHE_HD int joints() const {
    return Joints == any_length ? joint_count : Joints;
  }
  [[nodiscard]] ROBOCACHE_HD int columns() const {
    return Joints == any_length ? column_count : Joints;
  }
  [[nodiscard]] ROBOCACHE_HD static int links() { return 1; }
  [[nodiscard]] ROBOCACHE_HD static int parent(int step) { return step - 1; }
  [[nodiscard]] ROBOCACHE_HD int step_of(int) const { return joints() - 1; }
  [[nodiscard]] ROBOCACHE_HD const basic_pose<Real>& after(int) const { return tip; }
};

namespace detail {

/// What trees and chains have in common.
template <class Model>
void take_plan(const label& op, Model& model, const kinematic_plan& plan, const robot& of) {
  using Real = typename Model::real;
  if (plan.joints.size() > static_cast<std::size_t>(Model::joint_capacity)) {
    fail(op, "there must be at most " + std::to_string(Model::joint_capacity) +
                 " moving joints (got " + std::to_string(plan.joints.size()) + ")");
  }
  model = Model{};
  for (std::size_t s = 0; s < plan.joints.size(); ++s) {
    const auto j = static_cast<std::size_t>(plan.joints[s].joint);
    model.steps[s] = make_step<Real>(plan.joints[s], of.joints()[j]);
  }
  for (std::size_t c = 0; c < plan.columns.size(); ++c) {
    model.lower[c] = limit_within<Real>(plan.lower[c], true);
    model.upper[c] = limit_within<Real>(plan.upper[c], false);
  }
  model.joint_count = static_cast<std::int16_t>(plan.joints.size());
  model.column_count = static_cast<std::int16_t>(plan.columns.size());
}

/// Requires as many joints as the type says, in their own order.
inline void check_length(const kinematic_plan& plan, int joints) {
  bool fits = plan.joints.size() == static_cast<std::size_t>(joints) &&
              plan.columns.size() == plan.joints.size();
  for (std::size_t s = 0; fits && s < plan.joints.size(); ++s) {
    fits = plan.joints[s].by.joint == plan.joints[s].joint;
  }
  if (fits) return;
  fail("make_chain", "a chain of this type has " + std::to_string(joints) +
                         " joints, none of which mimics (got " +
                         std::to_string(plan.joints.size()) + " joints with " +
                         std::to_string(plan.columns.size()) + " positions)");
}

}  // namespace detail

/// The way from link `base` to link `tip`, which must hang on it. A floating or planar joint comes
/// before those that move; it and what is before it is the base pose of each row.
/// Throws `invalid_argument` where there is no such way, or not one of the type.
template <class Real, int Joints = any_length>
chain<Real, Joints> make_chain(const robot& of, const std::string& base, const std::string& tip) {
  const detail::kinematic_plan plan = detail::planner("make_chain", of, base).run({tip});
  if (Joints != any_length) detail::check_length(plan, Joints);
  chain<Real, Joints> made;
  detail::take_plan("make_chain", made, plan, of);
  made.tip = detail::rounded<Real>(plan.links[0].after);
  return made;
}
/// The same from the root.
template <class Real, int Joints = any_length>
chain<Real, Joints> make_chain(const robot& of, const std::string& tip) {
  return make_chain<Real, Joints>(of, of.root(), tip);
}

/// The ways from link `base` to each of `links`, in their order.
template <class Real>
tree<Real> make_tree(const robot& of, const std::string& base,
                     const std::vector<std::string>& links) {
  if (links.empty() || links.size() > static_cast<std::size_t>(most_links)) {
    detail::fail("make_tree", "there must be 1 to " + std::to_string(most_links) + " links (got " +
                                  std::to_string(links.size()) + ")");
  }
  const detail::kinematic_plan plan = detail::planner("make_tree", of, base).run(links);
  tree<Real> made;
  detail::take_plan("make_tree", made, plan, of);
  for (std::size_t l = 0; l < links.size(); ++l) {
    made.places[l] = {detail::rounded<Real>(plan.links[l].after),
                      static_cast<std::int16_t>(plan.links[l].joint)};
  }
  made.link_count = static_cast<std::int16_t>(links.size());
  return made;
}

/// The joints of `of` that the columns of positions are, for the ways from `base` to `links`: as
/// they come on the way, branch by branch; a mimic's leader that is on none where the mimic comes.
inline std::vector<int> columns_of(const robot& of, const std::string& base,
                                   const std::vector<std::string>& links) {
  return detail::planner("columns_of", of, base).run(links).columns;
}

ROBOCACHE_END_NAMESPACE
