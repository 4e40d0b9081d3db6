// Inverse kinematics, judged by the reference in extended precision.
#include <robocache/kinematics/inverse_kinematics.hpp>

#include "reference.hpp"
#include "robots.hpp"
#include "support/allocation.hpp"
#include "support/catch.hpp"

namespace {

using namespace robocache;
using namespace test;

constexpr const char* hand = "panda_hand";

/// Rows of a chain below the root, by name.
template <class T>
positions named(const robot& of, const std::string& tip, const T* q) {
  positions row;
  for (const joint& j : of.joints()) row[j.name] = 0;
  for (const int c : columns_of(of, of.root(), {tip})) {
    row[of.joints()[static_cast<std::size_t>(c)].name] = static_cast<extended>(*q++);
  }
  return row;
}

/// Targets that can be reached, since they are poses within the limits.
struct panda_problem {
  robot of;
  chain<double, 7> exact;
  std::vector<double> targets;
  std::int64_t count;

  panda_problem(const robot& panda, std::int64_t n, std::uint64_t seed)
      : of(panda), exact(make_chain<double, 7>(panda, hand)), count(n) {
    random_source random(seed);
    std::vector<double> q;
    for (std::int64_t i = 0; i < n * 7; ++i) {
      const auto c = static_cast<std::size_t>(i % 7);
      q.push_back(random.uniform(exact.lower[c], exact.upper[c]));
    }
    targets.resize(static_cast<std::size_t>(n * 7));
    forward_kinematics(cpu{1}, exact, view(q.data(), {n, 7}), view(targets.data(), {n, 7}));
  }

  template <class T>
  [[nodiscard]] std::vector<T> targets_as() const {
    return {targets.begin(), targets.end()};
  }
};

/// One call's outputs.
template <class T>
struct answer {
  std::vector<T> q, position_error, rotation_error;
  std::vector<std::uint8_t> converged;
  std::vector<std::int32_t> iterations;

  template <class Model>
  answer(const cpu& executor, const Model& model, const std::vector<T>& targets, std::int64_t n,
         const inverse_options<T>& options = {}) {
    const auto rows = static_cast<std::size_t>(n);
    q.resize(rows * static_cast<std::size_t>(model.columns()));
    position_error.resize(rows);
    rotation_error.resize(rows);
    converged.resize(rows);
    iterations.resize(rows);
    inverse_report<T> report;
    report.position_error = {position_error.data(), {n, 1}};
    report.rotation_error = {rotation_error.data(), {n, 1}};
    report.converged = {converged.data(), {n}};
    report.iterations = {iterations.data(), {n}};
    inverse_kinematics(executor, model, view(targets.data(), {n, 7}),
                       view(q.data(), {n, model.columns()}), options, report);
  }
};

/// How far row b is from its target, and whether it keeps the robot's own limits.
struct verdict {
  extended position, rotation;
  bool inside;

  template <class T>
  verdict(const robot& of, const std::string& tip, const T* q, const T* target) {
    const motion wanted = motion_from_wxyz(target);
    const positions row = named(of, tip, q);
    const motion got = reference_pose(of, row, tip);
    position = distance_between(got, wanted);
    rotation = angle_between(got, wanted);
    inside = true;
    for (const int c : columns_of(of, of.root(), {tip})) {
      const joint& j = of.joints()[static_cast<std::size_t>(c)];
      const auto at = static_cast<double>(row.at(j.name));
      inside = inside && at >= j.lower && at <= j.upper;
    }
  }
  [[nodiscard]] extended cost() const {
    return position * position + 0.25L * rotation * rotation;  // the default weights
  }
};

template <class T>
void check_bars(const panda_problem& p) {
  const auto model = make_chain<T, 7>(p.of, hand);
  const auto targets = p.targets_as<T>();
  const answer<T> got(cpu{2}, model, targets, p.count);
  std::int64_t loose = 0, tight = 0;
  for (std::size_t b = 0; b < static_cast<std::size_t>(p.count); ++b) {
    const verdict v(p.of, hand, &got.q[7 * b], &targets[7 * b]);
    const bool is_tight = v.position <= 1e-4L && v.rotation <= 1e-4L;
    if (v.position <= 5e-3L && v.rotation <= 0.05L) ++loose;
    if (is_tight) ++tight;
    if (!v.inside) FAIL("row " << b << " is outside the limits");
    // The flag is of what the type can see of the same errors.
    if (is_tight != (got.converged[b] != 0) && v.position < 0.99e-4L && v.rotation < 0.99e-4L) {
      FAIL("row " << b << " says converged " << int{got.converged[b]});
    }
    if (std::fabs(static_cast<extended>(got.position_error[b]) - v.position) > 2e-6L) {
      FAIL("row " << b << " reports another position error");
    }
    if (std::fabs(static_cast<extended>(got.rotation_error[b]) - v.rotation) > 2e-6L) {
      FAIL("row " << b << " reports another rotation error");
    }
  }
  CHECK(loose == p.count);
  CHECK(static_cast<double>(tight) >= 0.995 * static_cast<double>(p.count));
  WARN((sizeof(T) == 4 ? "float: " : "double: ")
       << tight << " of " << p.count << " within 1e-4 m and 1e-4 rad");
}

}  // namespace

TEST_CASE("reachable targets of a Franka are reached", "[ik]") {
  const auto panda = real_robot("franka_panda.urdf");
  if (!panda) return;
  const panda_problem p(*panda, 2000, 31);
  check_bars<float>(p);
  check_bars<double>(p);
}

TEST_CASE("what cannot be reached is approached as well as by a thousand starts", "[ik]") {
  const auto panda = real_robot("franka_panda.urdf");
  if (!panda) return;
  panda_problem p(*panda, 60, 32);
  for (std::size_t i = 0; i < p.targets.size(); ++i) {
    if (i % 7 < 3) p.targets[i] *= 1.6;  // beyond the arm's reach, or nearly
  }
  const auto targets = p.targets_as<float>();
  const answer<float> got(cpu{2}, make_chain<float, 7>(p.of, hand), targets, p.count);
  inverse_options<double> thorough;
  thorough.seeds = 1000;
  thorough.coarse_iterations = 40;
  thorough.fine_starts = 8;
  thorough.fine_iterations = 400;
  const answer<double> best(cpu{2}, p.exact, p.targets, p.count, thorough);
  int unreachable = 0, within = 0;
  for (std::size_t b = 0; b < static_cast<std::size_t>(p.count); ++b) {
    const verdict v(p.of, hand, &got.q[7 * b], &targets[7 * b]);
    const verdict limit(p.of, hand, &best.q[7 * b], &p.targets[7 * b]);
    CHECK(v.inside);
    if (best.converged[b] != 0) continue;
    ++unreachable;
    CHECK(got.converged[b] == 0);
    if (v.cost() <= 1.01L * limit.cost()) ++within;
    CHECK(v.cost() <= 1.01L * limit.cost());
  }
  CHECK(unreachable > 20);
  WARN(within << " of " << unreachable << " within 1 % of the best of 1000 starts");
}

TEST_CASE("an answer's bits depend on nothing but its row", "[ik]") {
  const auto panda = real_robot("franka_panda.urdf");
  if (!panda) return;
  const panda_problem p(*panda, 100, 33);
  const auto targets = p.targets_as<float>();
  const auto seven = make_chain<float, 7>(p.of, hand);
  const answer<float> one(cpu{1}, seven, targets, p.count);
  for (const int threads : {1, 2, 5}) {
    CHECK(first_difference(answer<float>(cpu{threads}, seven, targets, p.count).q, one.q) == -1);
  }
  const answer<float> any(cpu{1}, make_chain<float>(p.of, hand), targets, p.count);
  CHECK(first_difference(any.q, one.q) == -1);
  CHECK(any.iterations == one.iterations);
  const answer<float> last(cpu{1}, seven, {targets.end() - 7, targets.end()}, 1);
  CHECK(first_difference(last.q, {one.q.end() - 7, one.q.end()}) == -1);
}

TEST_CASE("a rest posture draws, and the caller's start comes first", "[ik]") {
  const auto panda = real_robot("franka_panda.urdf");
  if (!panda) return;
  const panda_problem p(*panda, 100, 34);
  const auto model = make_chain<double, 7>(p.of, hand);
  const std::vector<double> rest = {0, -0.6, 0, -2.2, 0, 1.6, 0.8};
  inverse_options<double> options;
  options.rest = {rest.data(), {p.count, 7}, {0, 1}};
  const answer<double> plain(cpu{2}, model, p.targets, p.count);
  const answer<double> drawn(cpu{2}, model, p.targets, p.count, options);
  double before = 0, after = 0;
  for (std::size_t i = 0; i < plain.q.size(); ++i) {
    before += std::pow(plain.q[i] - rest[i % 7], 2);
    after += std::pow(drawn.q[i] - rest[i % 7], 2);
  }
  CHECK(after < 0.75 * before);
  CHECK(std::count(drawn.converged.begin(), drawn.converged.end(), 1) == p.count);

  inverse_options<double> from_answer;
  from_answer.start = {plain.q.data(), {p.count, 1, 7}};
  const answer<double> again(cpu{1}, model, p.targets, p.count, from_answer);
  // Nothing is left to be done but where a descent ended between a tenth of the tolerances and all.
  CHECK(std::count(again.converged.begin(), again.converged.end(), 1) == p.count);
  CHECK(std::count(again.iterations.begin(), again.iterations.end(), 0) >= 9 * p.count / 10);
}

TEST_CASE("two hands are brought to two targets", "[ik]") {
  std::vector<std::string> links = {"torso"};
  std::vector<joint> joints;
  for (const std::string side : {"left", "right"}) {
    for (int i = 0; i < 7; ++i) {
      joint j;
      j.name = side + std::to_string(i);
      j.parent = i == 0 ? "torso" : links.back();
      j.child = side + "_link" + std::to_string(i);
      j.kind = joint_kind::revolute;
      j.axis = {i % 2 == 0 ? 0.0 : 1.0, 0, i % 2 == 0 ? 1.0 : 0.0};
      j.origin = pose_from_rpy(
          {0, i == 0 ? (side == "left" ? 0.2 : -0.2) : 0, i % 2 == 1 ? 0.05 : 0.25}, {0, 0, 0});
      j.lower = -2.6;
      j.upper = 2.6;
      links.push_back(j.child);
      joints.push_back(j);
    }
  }
  const robot of("twins", links, joints);
  const auto model = make_tree<double>(of, "torso", {"left_link6", "right_link6"});
  constexpr std::int64_t count = 40;
  random_source random(35);
  std::vector<double> q(count * 14), targets(count * 14), got(count * 14);
  std::vector<std::uint8_t> converged(count);
  for (double& x : q) x = random.uniform(-2.6, 2.6);
  forward_kinematics(cpu{1}, model, view(q.data(), {count, 14}),
                     view(targets.data(), {count, 2, 7}));
  inverse_report<double> report;
  report.converged = {converged.data(), {count}};
  inverse_kinematics(cpu{2}, model, view(targets.data(), {count, 2, 7}),
                     view(got.data(), {count, 14}), {}, report);
  CHECK(std::count(converged.begin(), converged.end(), 1) >= count - 1);
  for (std::size_t b = 0; b < count; ++b) {
    if (converged[b] == 0) continue;
    positions row;
    for (std::size_t c = 0; c < 14; ++c)
      row[joints[c].name] = static_cast<extended>(got[14 * b + c]);
    for (std::size_t l = 0; l < 2; ++l) {
      const motion wanted = motion_from_wxyz(&targets[14 * b + 7 * l]);
      const motion at = reference_pose(of, row, l == 0 ? "left_link6" : "right_link6");
      CHECK(distance_between(at, wanted) < 1e-4L);
      CHECK(angle_between(at, wanted) < 1e-4L);
    }
  }
}

TEST_CASE("a path is followed without jumps", "[ik]") {
  const auto panda = real_robot("franka_panda.urdf");
  if (!panda) return;
  const auto model = make_chain<float, 7>(*panda, hand);
  constexpr std::int64_t paths = 5, steps = 100;
  random_source random(36);
  std::vector<float> q(paths * steps * 7), targets(paths * steps * 7), got(paths * steps * 7);
  for (std::int64_t b = 0; b < paths; ++b) {
    for (std::size_t c = 0; c < 7; ++c) {
      const auto low = static_cast<double>(model.lower[c]),
                 high = static_cast<double>(model.upper[c]);
      const double middle = random.uniform(0.7 * low + 0.3 * high, 0.3 * low + 0.7 * high);
      const double swing = 0.15 * (high - low), phase = random.uniform(0, 6);
      for (std::int64_t t = 0; t < steps; ++t) {
        q[static_cast<std::size_t>((b * steps + t) * 7) + c] =
            static_cast<float>(middle + swing * std::sin(phase + 0.05 * static_cast<double>(t)));
      }
    }
  }
  forward_kinematics(cpu{1}, model, view(q.data(), {paths * steps, 7}),
                     view(targets.data(), {paths * steps, 7}));
  std::vector<std::uint8_t> converged(paths * steps);
  std::vector<std::int32_t> jumps(paths, -1);
  inverse_options<float> options;
  options.jump = 0.2;
  track_report<float> report;
  report.converged = {converged.data(), {paths, steps}};
  report.jumps = {jumps.data(), {paths}};
  const view<const float, 3> wanted(targets.data(), {paths, steps, 7});
  track(cpu{2}, model, wanted, view(got.data(), {paths, steps, 7}), options, report);
  CHECK(std::count(converged.begin(), converged.end(), 1) == paths * steps);
  CHECK(jumps == std::vector<std::int32_t>(paths, 0));

  for (std::size_t c = 0; c < 7; ++c)
    targets[50 * 7 + c] = targets[300 * 7 + c];  // a step elsewhere
  track(cpu{2}, model, wanted, view(got.data(), {paths, steps, 7}), options, report);
  CHECK(jumps[0] >= 1);
  CHECK(jumps[1] == 0);
}

TEST_CASE("targets and starts that are NaN leave answers within the limits", "[ik]") {
  const auto panda = real_robot("franka_panda.urdf");
  if (!panda) return;
  panda_problem p(*panda, 3, 37);
  p.targets[0] = p.targets[10] = std::nan("");
  const auto targets = p.targets_as<float>();
  const std::vector<float> nowhere(7, std::nanf(""));
  inverse_options<float> options;
  options.start = {nowhere.data(), {3, 1, 7}, {0, 0, 1}};
  options.rest = {nowhere.data(), {3, 7}, {0, 1}};
  const answer<float> got(cpu{1}, make_chain<float, 7>(p.of, hand), targets, 3, options);
  for (std::size_t b = 0; b < 3; ++b)
    CHECK(verdict(p.of, hand, &got.q[7 * b], &targets[7 * b]).inside);
  CHECK(got.converged == std::vector<std::uint8_t>{0, 0, 1});
  CHECK(is_canonical_nan(got.position_error[0]));
}

TEST_CASE("inverse kinematics allocates nothing", "[ik]") {
  const auto panda = real_robot("franka_panda.urdf");
  if (!panda) return;
  const panda_problem p(*panda, 4, 38);
  const auto targets = p.targets_as<float>();
  const auto model = make_chain<float>(p.of, hand);
  std::vector<float> q(28);
  allocation_watch watch;
  inverse_kinematics(cpu{1}, model, view(targets.data(), {4, 7}), view(q.data(), {4, 7}));
  CHECK(watch.stop() == 0);
}
