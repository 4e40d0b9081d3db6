// A problem for every operation of the room `kinematics`, and all its results.
#pragma once

#include <robocache/kinematics/actions.hpp>
#include <robocache/kinematics/gripper.hpp>
#include <robocache/kinematics/inverse_kinematics.hpp>
#include <robocache/kinematics/velocity.hpp>

#include "random_robot.hpp"

namespace test {

/// All results of rows [from, from + n) of one problem, one behind the other.
template <class T>
struct motion_problem {
  std::int64_t count;
  robocache::tree<T> model;
  std::vector<T> q, dq, twists, poses;

  motion_problem(std::uint64_t seed, std::int64_t rows) : count(rows) {
    random_source random(seed);
    const robocache::robot of = random_robot(random, 20);
    model = robocache::make_tree<T>(of, of.root(), {of.links().back(), of.links()[5]});
    const auto fill = [&](std::vector<T>& list, std::int64_t n) {
      for (std::int64_t i = 0; i < n; ++i) {
        const bool is_wild = random.chance(0.001);
        list.push_back(is_wild ? adversarial<T>(random) : static_cast<T>(random.uniform(-2, 2)));
      }
    };
    fill(q, count * model.columns());
    fill(dq, count * model.columns());
    fill(twists, count * 12);
    fill(poses, count * 8);
  }

  [[nodiscard]] std::vector<std::vector<T>> run(const robocache::cpu& executor, std::int64_t from,
                                                std::int64_t n) const {
    const std::int64_t d = model.columns();
    const robocache::view<const T, 2> of_q(q.data() + from * d, {n, d}),
        of_dq(dq.data() + from * d, {n, d});
    const robocache::view<const T, 3> path(poses.data() + from * 8, {n, 1, 8}),
        grip(poses.data() + from * 8, {n, 1, 1}, {8, 8, 1});
    std::vector<std::vector<T>> out;
    const auto take = [&](std::int64_t width) {
      out.emplace_back(static_cast<std::size_t>(n * width));
      return out.back().data();
    };
    out.reserve(9);
    T* const a = take(14);
    T* const b = take(12 * d);
    robocache::forward_kinematics_and_jacobian(executor, model, of_q, robocache::view(a, {n, 2, 7}),
                                               robocache::view(b, {n, 2, 6, d}));
    robocache::manipulability(executor, model, of_q, robocache::view(take(2), {n, 2}));
    robocache::joint_to_twist(executor, model, of_q, of_dq, robocache::view(take(12), {n, 2, 6}));
    robocache::twist_to_joint(executor, model, of_q,
                              robocache::view<const T, 3>(twists.data() + from * 12, {n, 2, 6}),
                              robocache::view(take(d), {n, d}));
    robocache::absolute_to_delta(executor, path, path, robocache::view(take(7), {n, 1, 7}));
    robocache::convert_poses(
        executor, robocache::view<const T, 3>(poses.data() + from * 8, {n, 1, 7}, {8, 8, 1}),
        robocache::rotation_form::quaternion_xyzw, robocache::view(take(6), {n, 1, 6}),
        robocache::rotation_form::intrinsic_zyx);
    robocache::binarize_gripper(executor, grip, robocache::view(take(1), {n, 1, 1}));
    robocache::inverse_options<T> search;
    search.form = robocache::rotation_form::rotation_vector;
    search.seeds = 3;
    search.coarse_iterations = 4;
    search.fine_starts = 2;
    search.fine_iterations = 4;
    robocache::inverse_kinematics(executor, model,
                                  robocache::view<const T, 3>(twists.data() + from * 12, {n, 2, 6}),
                                  robocache::view(take(d), {n, d}), search);
    return out;
  }
};

}  // namespace test
