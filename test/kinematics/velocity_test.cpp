// Velocities there and back.
#include <robocache/kinematics/velocity.hpp>

#include "reference.hpp"
#include "support/catch.hpp"

namespace {

using namespace robocache;
using namespace test;

/// Seven turning joints that all lead.
robot seven(random_source& random) {
  const robot drawn = random_robot(random, 7, true);
  std::vector<joint> joints = drawn.joints();
  for (joint& j : joints) {
    j.mimics.clear();
    if (j.kind == joint_kind::prismatic) j.kind = joint_kind::revolute;
  }
  return {"seven", drawn.links(), joints};
}

}  // namespace

TEST_CASE("a twist is the Jacobian times the velocities, with mimics too", "[velocity]") {
  random_source random(41);
  for (int n = 0; n < 30; ++n) {
    const robot of = random_robot(random, 12);
    const auto model = make_tree<double>(of, of.root(), {of.links().back(), of.links()[2]});
    const std::int64_t columns = model.columns();
    std::vector<double> q, dq, j(static_cast<std::size_t>(12 * columns)), twists(12);
    for (std::int64_t c = 0; c < columns; ++c) {
      q.push_back(random.uniform(-2, 2));
      dq.push_back(random.uniform(-2, 2));
    }
    for (const auto frame :
         {jacobian_frame::local_world_aligned, jacobian_frame::local, jacobian_frame::world}) {
      motion_options<double> of_jacobian;
      of_jacobian.frame = frame;
      twist_options<double> options;
      options.frame = frame;
      jacobian(cpu{1}, model, view(q.data(), {1, columns}), view(j.data(), {1, 2, 6, columns}),
               of_jacobian);
      joint_to_twist(cpu{1}, model, view(q.data(), {1, columns}), view(dq.data(), {1, columns}),
                     view(twists.data(), {1, 2, 6}), options);
      for (std::size_t r = 0; r < 12; ++r) {
        double expected = 0;
        for (std::size_t c = 0; c < dq.size(); ++c) expected += j[r * dq.size() + c] * dq[c];
        CHECK(std::fabs(twists[r] - expected) < 1e-12);
      }
    }
  }
}

TEST_CASE("joints are found for a twist, damped where they would have to be fast", "[velocity]") {
  random_source random(42);
  for (int n = 0; n < 30; ++n) {
    const robot of = seven(random);
    const auto model = make_chain<double, 7>(of, of.links().back());
    std::vector<double> q, dq(7), damped(7), twist, back(6), volume(1);
    for (int c = 0; c < 7; ++c) q.push_back(random.uniform(-2, 2));
    for (int r = 0; r < 6; ++r) twist.push_back(random.uniform(-1, 1));
    manipulability(cpu{1}, model, view(q.data(), {1, 7}), view(volume.data(), {1, 1}));
    twist_options<double> options;
    options.damping = 0;
    twist_to_joint(cpu{1}, model, view(q.data(), {1, 7}), view(twist.data(), {1, 6}),
                   view(dq.data(), {1, 7}), options);
    joint_to_twist(cpu{1}, model, view(q.data(), {1, 7}), view(dq.data(), {1, 7}),
                   view(back.data(), {1, 6}));
    for (std::size_t r = 0; r < 6 && volume[0] > 1e-3; ++r)
      CHECK(std::fabs(back[r] - twist[r]) < 1e-7);
    options.damping = 0.3;
    twist_to_joint(cpu{1}, model, view(q.data(), {1, 7}), view(twist.data(), {1, 6}),
                   view(damped.data(), {1, 7}), options);
    double fast = 0, slow = 0, residual = 0;
    for (std::size_t c = 0; c < 7; ++c) {
      fast += dq[c] * dq[c];
      slow += damped[c] * damped[c];
    }
    CHECK(!(slow > fast));
    // What is damped solves (J^T J + 0.09 I) dq = J^T twist.
    std::vector<double> j(42);
    jacobian(cpu{1}, model, view(q.data(), {1, 7}), view(j.data(), {1, 6, 7}));
    for (std::size_t c = 0; c < 7; ++c) {
      double left = 0.09 * damped[c];
      for (std::size_t r = 0; r < 6; ++r) {
        double moved = -twist[r];
        for (std::size_t k = 0; k < 7; ++k) moved += j[r * 7 + k] * damped[k];
        left += j[r * 7 + c] * moved;
      }
      residual = std::max(residual, std::fabs(left));
    }
    CHECK(residual < 1e-12);
  }
}
