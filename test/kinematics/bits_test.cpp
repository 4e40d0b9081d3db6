// The same bits on any number of threads and for any split of a batch; nothing is allocated.
#include <robocache/kinematics/actions.hpp>
#include <robocache/kinematics/gripper.hpp>
#include <robocache/kinematics/velocity.hpp>

#include "reference.hpp"
#include "support/allocation.hpp"
#include "support/catch.hpp"

namespace {

using namespace robocache;
using namespace test;

constexpr std::int64_t count = 3000;

/// All results of rows [from, from + n) of one problem, one behind the other.
template <class T>
struct problem {
  tree<T> model;
  std::vector<T> q, dq, twists, poses;

  explicit problem(std::uint64_t seed) {
    random_source random(seed);
    const robot of = random_robot(random, 20);
    model = make_tree<T>(of, of.root(), {of.links().back(), of.links()[5]});
    const auto fill = [&](std::vector<T>& list, std::int64_t n) {
      for (std::int64_t i = 0; i < n; ++i)
        list.push_back(random.chance(0.001) ? adversarial<T>(random)
                                            : static_cast<T>(random.uniform(-2, 2)));
    };
    fill(q, count * model.columns());
    fill(dq, count * model.columns());
    fill(twists, count * 12);
    fill(poses, count * 8);
  }

  [[nodiscard]] std::vector<std::vector<T>> run(const cpu& executor, std::int64_t from,
                                                std::int64_t n) const {
    const std::int64_t d = model.columns();
    const view<const T, 2> of_q(q.data() + from * d, {n, d}), of_dq(dq.data() + from * d, {n, d});
    const view<const T, 3> path(poses.data() + from * 8, {n, 1, 8}),
        grip(poses.data() + from * 8, {n, 1, 1}, {8, 8, 1});
    std::vector<std::vector<T>> out;
    const auto take = [&](std::int64_t width) {
      out.emplace_back(static_cast<std::size_t>(n * width));
      return out.back().data();
    };
    out.reserve(8);
    T* const a = take(14);
    T* const b = take(12 * d);
    forward_kinematics_and_jacobian(executor, model, of_q, view(a, {n, 2, 7}),
                                    view(b, {n, 2, 6, d}));
    manipulability(executor, model, of_q, view(take(2), {n, 2}));
    joint_to_twist(executor, model, of_q, of_dq, view(take(12), {n, 2, 6}));
    twist_to_joint(executor, model, of_q, view<const T, 3>(twists.data() + from * 12, {n, 2, 6}),
                   view(take(d), {n, d}));
    absolute_to_delta(executor, path, path, view(take(7), {n, 1, 7}));
    convert_poses(executor, view<const T, 3>(poses.data() + from * 8, {n, 1, 7}, {8, 8, 1}),
                  rotation_form::quaternion_xyzw, view(take(6), {n, 1, 6}),
                  rotation_form::intrinsic_zyx);
    binarize_gripper(executor, grip, view(take(1), {n, 1, 1}));
    return out;
  }
};

}  // namespace

TEMPLATE_TEST_CASE("bits depend neither on threads nor on the split", "[bits]", float, double) {
  const problem<TestType> p(61);
  const auto whole = p.run(cpu{1}, 0, count);
  for (const int threads : {1, 2, 5}) {
    const auto again = p.run(cpu{threads}, 0, count);
    for (std::size_t i = 0; i < whole.size(); ++i)
      CHECK(first_difference(whole[i], again[i]) == -1);
  }
  const auto first = p.run(cpu{2}, 0, 1234), second = p.run(cpu{2}, 1234, count - 1234);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::vector<TestType> joined = first[i];
    joined.insert(joined.end(), second[i].begin(), second[i].end());
    CHECK(first_difference(whole[i], joined) == -1);
  }
}

TEST_CASE("what is NaN is the canonical one", "[bits]") {
  const problem<float> p(62);
  for (const auto& list : p.run(cpu{1}, 0, count)) {
    for (const float x : list) {
      if (x != x && !is_canonical_nan(x)) FAIL("another NaN");
    }
  }
}

TEST_CASE("nothing is allocated", "[bits]") {
  const problem<float> p(63);
  const std::int64_t d = p.model.columns();
  std::vector<float> poses(14), velocities(static_cast<std::size_t>(d)), deltas(7);
  const view<const float, 2> q(p.q.data(), {1, d});
  const view<const float, 3> path(p.poses.data(), {1, 1, 8});
  allocation_watch watch;
  forward_kinematics(cpu{1}, p.model, q, view(poses.data(), {1, 2, 7}));
  twist_to_joint(cpu{1}, p.model, q, view<const float, 3>(p.twists.data(), {1, 2, 6}),
                 view(velocities.data(), {1, d}));
  absolute_to_delta(cpu{1}, path, path, view(deltas.data(), {1, 1, 7}));
  CHECK(watch.stop() == 0);
}
