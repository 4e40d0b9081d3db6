// Rotations in all forms, relative actions, grippers: against formulas in extended precision and
// the values of the data sets' conventions.
#include <robocache/kinematics/actions.hpp>
#include <robocache/kinematics/gripper.hpp>

#include "reference.hpp"
#include "support/catch.hpp"

namespace {

using namespace robocache;
using namespace test;

constexpr int forms = static_cast<int>(rotation_form::extrinsic_zyz) + 1;

rotation_form form_at(int n) { return static_cast<rotation_form>(n); }

/// The rotation that numbers in a form mean, by products of turns about axes.
template <class T>
motion meaning(rotation_form form, const T* in) {
  const vec3 axes[] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  const auto at = [&](int i) { return static_cast<extended>(in[i]); };
  motion m;
  if (form == rotation_form::quaternion_wxyz || form == rotation_form::quaternion_xyzw) {
    const bool first = form == rotation_form::quaternion_wxyz;
    const extended p[7] = {
        0, 0, 0, at(first ? 0 : 3), at(first ? 1 : 0), at(first ? 2 : 1), at(first ? 3 : 2)};
    return motion_from_wxyz(p);
  }
  if (form == rotation_form::rotation_vector) {
    const extended angle = std::hypot(at(0), at(1), at(2));
    if (angle == 0) return m;
    return turn({static_cast<double>(at(0) / angle), static_cast<double>(at(1) / angle),
                 static_cast<double>(at(2) / angle)},
                angle);
  }
  if (form == rotation_form::matrix || form == rotation_form::rows_6d ||
      form == rotation_form::columns_6d) {
    const int count = form == rotation_form::matrix ? 3 : 2;
    for (int i = 0; i < count; ++i) {
      for (int k = 0; k < 3; ++k)
        (form == rotation_form::columns_6d ? m.m[k][i] : m.m[i][k]) = at(3 * i + k);
    }
    if (count == 3) return m;
    for (int k = 0; k < 3; ++k) {
      const int s = (k + 1) % 3, t = (k + 2) % 3;
      if (form == rotation_form::rows_6d) m.m[2][k] = m.m[0][s] * m.m[1][t] - m.m[0][t] * m.m[1][s];
      if (form == rotation_form::columns_6d)
        m.m[k][2] = m.m[s][0] * m.m[t][1] - m.m[t][0] * m.m[s][1];
    }
    return m;
  }
  // The names of the forms, in their order.
  const char* const names[] = {"xyz", "xzy", "yxz", "yzx", "zxy", "zyx",
                               "xyx", "xzx", "yxy", "yzy", "zxz", "zyz"};
  const int n = static_cast<int>(form) - static_cast<int>(rotation_form::intrinsic_xyz);
  for (int i = 0; i < 3; ++i) {
    const motion one = turn(axes[names[n % 12][i] - 'x'], at(i));
    m = n < 12 ? m * one : one * m;
  }
  return m;
}

/// Unit quaternions w x y z: any, and those where forms are singular.
template <class T>
std::vector<T> rotations(std::int64_t& count) {
  random_source random(51);
  std::vector<double> q;
  const auto add = [&](double w, double x, double y, double z) { q.insert(q.end(), {w, x, y, z}); };
  const double half = std::sqrt(0.5);
  for (const double w : {0.0, 1.0, -1.0, half, -half, 0.5, -0.5}) {
    for (const double x : {0.0, 1.0, -1.0, half, -half, 0.5, -0.5}) {
      for (const double y : {0.0, 1.0, -1.0, half, -half, 0.5, -0.5}) {
        for (const double z : {0.0, 1.0, -1.0, half, -half, 0.5, -0.5}) {
          if (std::fabs(w * w + x * x + y * y + z * z - 1) < 1e-9) add(w, x, y, z);
        }
      }
    }
  }
  for (const double tiny : {1e-3, 1e-7, 1e-12, 1e-20}) {  // near identity, half turns, gimbal lock
    add(1, tiny, -tiny, tiny);
    add(tiny, 1, 0, tiny);
    add(tiny, half, half, 0);
    add(half, tiny, half, 0);
    add(half + tiny, 0, half, tiny);
    add(half, half, tiny, -tiny);
  }
  for (int n = 0; n < 200; ++n)
    add(random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-1, 1));
  count = static_cast<std::int64_t>(q.size() / 4);
  return {q.begin(), q.end()};
}

template <class T>
void check_all_pairs(extended bar) {
  std::int64_t count = 0;
  const std::vector<T> quaternions = rotations<T>(count);
  extended worst = 0;
  for (int a = 0; a < forms; ++a) {
    const std::int64_t width = width_of(form_at(a));
    std::vector<T> first(static_cast<std::size_t>(count * width));
    convert_rotations(cpu{1}, view(quaternions.data(), {1, count, 4}),
                      rotation_form::quaternion_wxyz, view(first.data(), {1, count, width}),
                      form_at(a));
    for (int b = 0; b < forms; ++b) {
      const std::int64_t other = width_of(form_at(b));
      std::vector<T> second(static_cast<std::size_t>(count * other));
      convert_rotations(cpu{1}, view(first.data(), {1, count, width}), form_at(a),
                        view(second.data(), {1, count, other}), form_at(b));
      for (std::int64_t n = 0; n < count; ++n) {
        const motion expected =
            meaning(rotation_form::quaternion_wxyz, &quaternions[static_cast<std::size_t>(4 * n)]);
        const extended apart = angle_between(
            meaning(form_at(b), &second[static_cast<std::size_t>(n * other)]), expected);
        if (!(apart < bar))
          FAIL("from form " << a << " to form " << b << ", row " << n << ": "
                            << static_cast<double>(apart));
        worst = std::max(worst, apart);
      }
    }
  }
  WARN("the largest error of two conversions is " << static_cast<double>(worst) << " rad");
}

template <class T>
std::vector<T> deltas_of(const std::vector<T>& poses, const std::vector<T>& states,
                         std::int64_t steps, std::int64_t rows, std::int64_t width,
                         const delta_options& options) {
  std::vector<T> deltas(static_cast<std::size_t>(rows * (width - options.form.width() + 6)));
  const view<const T, 3> of_states =
      states.empty()
          ? view<const T, 3>{}
          : view<const T, 3>(states.data(),
                             {1, static_cast<std::int64_t>(states.size()) / width, width});
  absolute_to_delta(cpu{2}, view(poses.data(), {1, steps, width}), of_states,
                    view(deltas.data(), {1, rows, width - options.form.width() + 6}), options);
  return deltas;
}

}  // namespace

TEST_CASE("rotations keep their meaning from every form to every other", "[actions]") {
  check_all_pairs<float>(3e-6L);
  check_all_pairs<double>(5e-15L);
}

TEST_CASE("a quarter turn about z in six numbers", "[actions]") {
  const double half = std::sqrt(0.5);
  const std::vector<double> q = {half, 0, 0, half};
  for (const auto form : {rotation_form::rows_6d, rotation_form::columns_6d}) {
    std::vector<double> got(6);
    convert_rotations(cpu{1}, view(q.data(), {1, 1, 4}), rotation_form::quaternion_wxyz,
                      view(got.data(), {1, 1, 6}), form);
    const double sign = form == rotation_form::rows_6d ? -1 : 1;
    const double expected[] = {0, sign, 0, -sign, 0, 0};
    for (std::size_t i = 0; i < 6; ++i) CHECK(std::fabs(got[i] - expected[i]) < 1e-15);
  }
}

TEST_CASE("Euler angles lie in their ranges, and the last is 0 in gimbal lock", "[actions]") {
  const double angles[] = {0.4, std::acos(0.0), 0.3}, flat[] = {0.4, 0.0, 0.3};
  for (int n = static_cast<int>(rotation_form::intrinsic_xyz); n < forms; ++n) {
    const bool repeats = (n - static_cast<int>(rotation_form::intrinsic_xyz)) % 12 >= 6;
    double back[3];
    to_euler(form_at(n), from_euler(form_at(n), repeats ? flat : angles), back);
    CHECK(back[2] == 0.0);
    CHECK(std::fabs(back[1] - (repeats ? 0.0 : angles[1])) < 1e-7);
  }
}

TEST_CASE("CALVIN's relative actions", "[actions]") {
  const std::vector<double> states = {0, 0, 0, 3.1, 0, -3.1, 0.5},
                            actions = {.01, -.03, .02, -3.1, .02, 3.1, -1};
  const auto got = deltas_of(actions, states, 1, 1, 7, calvin_actions());
  const double expected[] = {0.5, -1, 1, 1, 0.4, -1, -1};
  for (std::size_t i = 0; i < 7; ++i) CHECK(std::fabs(got[i] - expected[i]) < 1e-12);
}

TEST_CASE("relative actions lead back to where they came from", "[actions]") {
  random_source random(52);
  constexpr std::int64_t steps = 12, width = 8;
  std::vector<double> poses, states;
  for (std::int64_t i = 0; i < steps * width; ++i) {
    poses.push_back(random.uniform(-1, 1));
    states.push_back(random.uniform(-1, 1));
  }
  for (const auto rule : {delta_rule::step, delta_rule::from_state, delta_rule::from_first_state}) {
    for (const auto frame : {delta_frame::base, delta_frame::tool}) {
      for (const auto last : {last_row::drop, last_row::mask}) {
        delta_options options;
        options.rule = rule;
        options.frame = frame;
        options.last = last;
        options.position_scale = 0.05;
        options.rotation_scale = 0.5;
        const bool is_step = rule == delta_rule::step;
        const std::int64_t rows = is_step && last == last_row::drop ? steps - 1 : steps;
        const auto deltas =
            deltas_of(poses, is_step ? std::vector<double>{} : states, steps, rows, width, options);
        std::vector<double> back(poses.size());
        const auto& from = is_step ? poses : states;
        delta_to_absolute(cpu{2}, view(deltas.data(), {1, rows, 7}),
                          view(from.data(), {1, steps, width}),
                          view(back.data(), {1, steps, width}), options);
        for (std::size_t t = 0; t < steps; ++t) {
          const motion expected = motion_from_wxyz(&poses[t * width]),
                       got = motion_from_wxyz(&back[t * width]);
          CHECK(distance_between(got, expected) < 1e-13L);
          CHECK(angle_between(got, expected) < 1e-13L);
          CHECK(back[t * width + 7] == poses[t * width + 7]);
        }
      }
    }
  }
}

TEST_CASE("a change in the tool's frame is what the tool sees", "[actions]") {
  // The tool looks along the base's y; it goes 1 m forwards and turns about its own x.
  const motion start = turn({0, 0, 1}, std::acos(0.0L)), spin = turn({1, 0, 0}, 0.25L);
  const double half = std::sqrt(0.5);
  std::vector<double> poses = {0, 0, 0, half, 0, 0, half, 0, 1, 0, 0, 0, 0, 0};
  std::vector<double> m(9), q(4);
  const motion end = start * spin;
  for (std::size_t i = 0; i < 9; ++i) m[i] = static_cast<double>(end.m[i / 3][i % 3]);
  convert_rotations(cpu{1}, view(m.data(), {1, 1, 9}), rotation_form::matrix,
                    view(q.data(), {1, 1, 4}), rotation_form::quaternion_wxyz);
  std::copy(q.begin(), q.end(), poses.begin() + 10);
  delta_options options;
  options.rule = delta_rule::step;
  const auto in_base = deltas_of(poses, {}, 2, 1, 7, options);
  options.frame = delta_frame::tool;
  const auto in_tool = deltas_of(poses, {}, 2, 1, 7, options);
  const double base[] = {0, 1, 0, 0, 0.25, 0}, tool[] = {1, 0, 0, 0.25, 0, 0};
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(std::fabs(in_base[i] - base[i]) < 1e-14);
    CHECK(std::fabs(in_tool[i] - tool[i]) < 1e-14);
  }
}

TEST_CASE("grippers by their rules", "[actions]") {
  const auto run = [](const auto& rule, std::vector<double> in) {
    const auto n = static_cast<std::int64_t>(in.size());
    std::vector<double> out(in.size());
    rule(view<const double, 3>(in.data(), {1, n, 1}), view(out.data(), {1, n, 1}));
    return out;
  };
  const auto binarize = [](auto from, auto to) { binarize_gripper(cpu{1}, from, to); };
  const auto accumulate = [](auto from, auto to) {
    gripper_relative_to_absolute(cpu{1}, from, to);
  };
  const auto invert = [](auto from, auto to) { invert_gripper(cpu{1}, from, to); };
  using list = std::vector<double>;
  CHECK(run(binarize, {1, .5, .5, .02, .3, .97, .6}) == list{1, 0, 0, 0, 1, 1, 0.6});
  CHECK(run(accumulate, {0, 0, 1, 0, -1, 0}) == list{1, 1, 0, 0, 1, 1});
  CHECK(run(accumulate, {0, 0, -1, 0, 1}) == list{0, 0, 1, 1, 0});
  CHECK(run(accumulate, {0, 0, 0}) == list{1, 1, 1});
  CHECK(run(invert, {0, 0.25, 1}) == list{1, 0.75, 0});
  CHECK(run(binarize, {}).empty());
}

TEST_CASE("a gripper is a column of its rows", "[actions]") {
  const std::vector<float> actions = {7, 0.99F, 7, 0.5F, 7, 0.01F};
  std::vector<float> out(3);
  binarize_gripper(cpu{1}, view<const float, 3>(actions.data() + 1, {1, 3, 1}, {6, 2, 1}),
                   view(out.data(), {1, 3, 1}));
  CHECK(out == std::vector<float>{1, 0, 0});
}
