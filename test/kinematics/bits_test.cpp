// The same bits on any number of threads and for any split of a batch; nothing is allocated.
#include "support/allocation.hpp"
#include "support/catch.hpp"
#include "support/motion_problem.hpp"

namespace {

using namespace robocache;
using namespace test;

constexpr std::int64_t count = 900;

}  // namespace

TEMPLATE_TEST_CASE("bits depend neither on threads nor on the split", "[bits]", float, double) {
  const motion_problem<TestType> p(61, count);
  const auto whole = p.run(cpu{1}, 0, count);
  for (const int threads : {1, 2, 5}) {
    const auto again = p.run(cpu{threads}, 0, count);
    for (std::size_t i = 0; i < whole.size(); ++i)
      CHECK(first_difference(whole[i], again[i]) == -1);
  }
  const auto first = p.run(cpu{2}, 0, 345), second = p.run(cpu{2}, 345, count - 345);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::vector<TestType> joined = first[i];
    joined.insert(joined.end(), second[i].begin(), second[i].end());
    CHECK(first_difference(whole[i], joined) == -1);
  }
}

TEST_CASE("what is NaN is the canonical one", "[bits]") {
  const motion_problem<float> p(62, count);
  for (const auto& list : p.run(cpu{1}, 0, count)) {
    for (const float x : list) {
      if (x != x && !is_canonical_nan(x)) FAIL("another NaN");
    }
  }
}

TEST_CASE("nothing is allocated", "[bits]") {
  const motion_problem<float> p(63, count);
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
