// Poses and Jacobians of real robots beside KDL's, and the time of each.
#include <chrono>
#include <kdl/chainfksolverpos_recursive.hpp>
#include <kdl/chainjnttojacsolver.hpp>
#include <kdl/tree.hpp>
#include <robocache/kinematics/forward_kinematics.hpp>

#include "reference.hpp"
#include "robots.hpp"
#include "support/catch.hpp"

namespace {

using namespace robocache;
using namespace test;

/// Rebuilt from our own joints, which leaves the arithmetic to KDL.
KDL::Chain kdl_chain(const robot& of, const std::string& tip) {
  std::vector<const joint*> way;
  for (int j = of.joint_above(of.find_link(tip)); j >= 0; j = of.joint_above(of.link_above(j))) {
    way.insert(way.begin(), &of.joints()[static_cast<std::size_t>(j)]);
  }
  KDL::Chain chain;
  for (const joint* j : way) {
    const auto& m = j->origin.rows;
    const KDL::Frame frame(KDL::Rotation(m[0][0], m[0][1], m[0][2], m[1][0], m[1][1], m[1][2],
                                         m[2][0], m[2][1], m[2][2]),
                           KDL::Vector(m[0][3], m[1][3], m[2][3]));
    if (!is_moving(j->kind)) {
      chain.addSegment(KDL::Segment(KDL::Joint(KDL::Joint::None), frame));
      continue;
    }
    const KDL::Vector axis(j->axis.x, j->axis.y, j->axis.z);
    chain.addSegment(KDL::Segment(
        KDL::Joint(frame.p, frame.M * axis,
                   j->kind == joint_kind::prismatic ? KDL::Joint::TransAxis : KDL::Joint::RotAxis),
        frame));
  }
  return chain;
}

motion motion_from_kdl(const KDL::Frame& f) {
  motion m;
  for (int r = 0; r < 3; ++r) {
    for (int c = 0; c < 3; ++c) m.m[r][c] = static_cast<extended>(f.M(r, c));
    m.m[r][3] = static_cast<extended>(f.p(r));
  }
  return m;
}

template <class F>
double seconds(const F& f) {
  double best = 1e9;
  for (int n = 0; n < 5; ++n) {
    const auto start = std::chrono::steady_clock::now();
    f();
    best = std::min(
        best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

template <class T, int Joints>
void compare(const robot& of, const std::string& tip, extended bar) {
  constexpr std::int64_t count = 2000;
  const auto model = make_chain<T, Joints>(of, tip);
  const KDL::Chain theirs = kdl_chain(of, tip);
  KDL::ChainFkSolverPos_recursive forward(theirs);
  KDL::ChainJntToJacSolver differential(theirs);
  random_source random(21);
  std::vector<T> q, poses(count * 7), jacobians(count * 6 * Joints);
  for (std::int64_t i = 0; i < count * Joints; ++i) {
    const auto c = static_cast<std::size_t>(i % Joints);
    q.push_back(static_cast<T>(
        random.uniform(static_cast<double>(model.lower[c]), static_cast<double>(model.upper[c]))));
  }
  const auto ours = [&] {
    forward_kinematics_and_jacobian(cpu{1}, model, view(q.data(), {count, Joints}),
                                    view(poses.data(), {count, 7}),
                                    view(jacobians.data(), {count, 6, Joints}));
  };
  ours();
  KDL::JntArray positions_of_kdl(Joints);
  KDL::Frame frame;
  KDL::Jacobian columns(Joints);
  const auto ask_kdl = [&](std::int64_t b) {
    for (std::int64_t c = 0; c < Joints; ++c)
      positions_of_kdl(static_cast<unsigned>(c)) =
          static_cast<double>(q[static_cast<std::size_t>(b * Joints + c)]);
    forward.JntToCart(positions_of_kdl, frame);
    differential.JntToJac(positions_of_kdl, columns);
  };
  extended position = 0, rotation = 0, derivative = 0;
  for (std::int64_t b = 0; b < count; ++b) {
    ask_kdl(b);
    const motion got = motion_from_wxyz(&poses[static_cast<std::size_t>(b * 7)]),
                 expected = motion_from_kdl(frame);
    position = std::max(position, distance_between(got, expected));
    rotation = std::max(rotation, angle_between(got, expected));
    for (std::int64_t r = 0; r < 6; ++r) {
      for (std::int64_t c = 0; c < Joints; ++c) {
        derivative =
            std::max(derivative,
                     std::fabs(static_cast<extended>(
                                   jacobians[static_cast<std::size_t>((b * 6 + r) * Joints + c)]) -
                               static_cast<extended>(
                                   columns(static_cast<unsigned>(r), static_cast<unsigned>(c)))));
      }
    }
  }
  CHECK(position < bar);
  CHECK(rotation < bar);
  CHECK(derivative < bar);
  const double mine = seconds(ours), other = seconds([&] {
                                       for (std::int64_t b = 0; b < count; ++b) ask_kdl(b);
                                     });
  WARN(tip << (sizeof(T) == 4 ? ", float: " : ", double: ") << mine / count * 1e9
           << " ns for pose and Jacobian, KDL " << other / count * 1e9 << " ns; largest difference "
           << static_cast<double>(position) << " m, " << static_cast<double>(rotation) << " rad");
}

}  // namespace

TEST_CASE("KDL finds the same", "[kdl]") {
  const auto panda = real_robot("franka_panda.urdf"), ur = real_robot("ur10e.urdf");
  if (!panda || !ur) return;
  compare<float, 7>(*panda, "panda_hand", 1e-6L);
  compare<double, 7>(*panda, "panda_hand", 1e-12L);
  compare<float, 6>(*ur, "tool0", 1.3e-6L);  // its reach is 1.3 m
  compare<double, 6>(*ur, "tool0", 1e-12L);
}
