// The CPU driver of inverse kinematics: who descends from where, and who wins.
#pragma once

#include <robocache/core/executor.hpp>
#include <robocache/detail/cpu/parallel.hpp>
#include <robocache/detail/kinematics/inverse_check.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The best places seen, best first.
template <class Model>
struct best_places {
  descent_place<Model> list[inverse_op<Model>::most_fine] = {};
  int count = 0;

  void add(const inverse_op<Model>& op, const descent_place<Model>& p,
           const typename Model::real* home) {
    int at = count;
    while (at > 0 && op.is_better(p, list[at - 1], home)) --at;
    if (at >= op.fine_starts) return;
    if (count < op.fine_starts) ++count;
    for (int i = count - 1; i > at; --i) list[i] = list[i - 1];
    list[at] = p;
  }
};

/// All starts go the coarse iterations. Where one converged, the best of those wins: without a home
/// the first, so that the others need not start. Else the best go on.
template <class Model>
descent_place<Model> search(const inverse_op<Model>& op, std::int64_t b,
                            const typename inverse_op<Model>::goal_list& goal,
                            const typename Model::real* home) {
  best_places<Model> best;
  for (std::int32_t seed = 0; seed < op.starts + op.seeds; ++seed) {
    auto p = op.start_at(b, seed);
    op.descend(goal, home, op.coarse, p);
    if (p.converged && home == nullptr) return p;
    best.add(op, p, home);
  }
  if (best.list[0].converged) return best.list[0];
  for (int i = 0; i < best.count; ++i) op.descend(goal, home, op.fine, best.list[i]);
  int winner = 0;
  for (int i = 1; i < best.count; ++i) {
    if (op.is_better(best.list[i], best.list[winner], home)) winner = i;
  }
  return best.list[winner];
}

/// One step of a path: on from the last answer, and where that fails from all starts to what is
/// nearest to it.
template <class Model>
descent_place<Model> follow(const inverse_op<Model>& op, std::int64_t b,
                            const typename inverse_op<Model>::goal_list& goal,
                            const typename Model::real* last) {
  auto p = op.start_from(last);
  op.descend(goal, nullptr, op.fine, p);
  if (p.converged) return p;
  p.seed = -1;
  const auto other = search(op, b, goal, last);
  return op.is_better(other, p, last) ? other : p;
}

/// Row by row; in each item a step follows the one before.
template <class Model>
void compute(const cpu& executor, const inverse_op<Model>& op) {
  const auto body = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t item = begin; item < end; ++item) {
      std::int32_t jumps = 0;
      for (std::int64_t t = 0; t < op.steps; ++t) {
        const std::int64_t b = item * op.steps + t;
        const auto goal = op.goals_of(b);
        const auto* const last = t > 0 ? op.q.at(b - 1) : nullptr;
        const auto p = t == 0 ? search(op, b, goal, op.home_of(b)) : follow(op, b, goal, last);
        op.write(b, goal, p);
        if (t > 0 && op.is_jump(last, p.q)) ++jumps;
      }
      if (op.jumps != nullptr) op.jumps[item] = jumps;
    }
  };
  parallel_for(op.items, 1, executor.threads(), body);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
