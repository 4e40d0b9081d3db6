// The same bits with any number of threads.
#include "support/catch.hpp"
#include "support/fuse_problem.hpp"

using namespace test;

TEMPLATE_TEST_CASE("fuse: the number of threads does not change a bit", "[bits]",
                   (std::pair<float, std::int64_t>), (std::pair<robocache::bf16, double>),
                   (std::pair<robocache::f16, float>), (std::pair<robocache::bf16, std::int64_t>)) {
  using T = typename TestType::first_type;
  using Time = typename TestType::second_type;
  random_source random(50'000 + sizeof(T));
  for (auto left = static_cast<std::int64_t>(3e6 * std::max(scale(), 1e-3)); left > 0;) {
    const auto p = make_fuse_problem<Time, T>(random, random.between(1, 20), random.between(1, 5),
                                              random.between(1, random.chance(0.1) ? 900 : 90), {});
    const auto one = fuse(robocache::cpu{1}, p);
    INFO(p.story);
    CHECK(fuse(robocache::cpu{2}, p).difference_from(one) == "");
    CHECK(fuse(robocache::cpu{5}, p).difference_from(one) == "");
    left -= p.batch * p.queries * p.channels();
  }
}
