// The same bits with any number of threads and for any split of a batch: at least 10^7 values of
// every kind and element type, ordinary and adversarial.
#include "support/catch.hpp"
#include "support/problem.hpp"

namespace {

using namespace test;
using robocache::bf16;
using robocache::f16;

/// Items [first, last) of a padded problem.
template <class T, class Time>
problem<T, Time> part_of(const problem<T, Time>& whole, std::int64_t first, std::int64_t last) {
  problem<T, Time> p = whole;
  p.batch = last - first;
  const auto cut = [&](auto& array, std::int64_t per_item) {
    if (array.empty()) return;
    const auto begin = array.begin() + first * per_item;
    array = std::decay_t<decltype(array)>(begin, begin + p.batch * per_item);
  };
  cut(p.source, p.samples * p.channels);
  cut(p.times, p.samples);
  cut(p.mask, p.samples);
  cut(p.targets, p.queries);
  cut(p.lengths, 1);
  cut(p.target_lengths, 1);
  return p;
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

template <class T, class Time>
outcome<T, Time> in_two_parts(const problem<T, Time>& p) {
  const std::int64_t middle = p.batch / 3 + 1;
  auto first = resample(robocache::cpu{1}, part_of(p, 0, middle));
  const auto second = resample(robocache::cpu{3}, part_of(p, middle, p.batch));
  append(first.output, second.output);
  append(first.valid, second.valid);
  append(first.left, second.left);
  append(first.weight, second.weight);
  append(first.age, second.age);
  append(first.status, second.status);
  return first;
}

template <class T, class Time>
void compare_threads(const problem<T, Time>& p) {
  const auto one = resample(robocache::cpu{1}, p);
  INFO(p.story);
  CHECK(resample(robocache::cpu{2}, p).difference_from(one) == "");
  CHECK(resample(robocache::cpu{5}, p).difference_from(one) == "");
  if (!p.packed() && !p.packed_targets() && p.batch > 2) {
    CHECK(in_two_parts(p).difference_from(one) == "");
  }
}

}  // namespace

#define ROBOCACHE_PAIRS(T) \
  (std::pair<T, std::int64_t>), (std::pair<T, double>), (std::pair<T, float>)

TEMPLATE_TEST_CASE("the number of threads does not change a bit", "[bits]", ROBOCACHE_PAIRS(float),
                   ROBOCACHE_PAIRS(double), ROBOCACHE_PAIRS(bf16), ROBOCACHE_PAIRS(f16)) {
  using T = typename TestType::first_type;
  using Time = typename TestType::second_type;
  for (const auto kind : all_kinds) {
    for_each_problem<T, Time>(kind, [](const auto& p) { compare_threads(p); });
  }
  for_each_mixed_problem<T, Time>([](const auto& p) { compare_threads(p); });
}
