// Arguments of poses, velocities and inverse kinematics that cannot be right are named, and nothing
// is written.
#include "spoilt_call.hpp"

namespace {

using namespace robocache;
using namespace test;

}  // namespace

TEST_CASE("poses and Jacobians name what is wrong", "[errors]") {
  check_mistakes(
      "forward_kinematics_and_jacobian", &call::both,
      {{"q.extent(1) must equal the joints of the model (got 3 and 2)",
        [](call& c) {
          c.q = {c.in.data(), {3, 3}};
        }},
       {"q must not be null",
        [](call& c) {
          c.q = {nullptr, {3, 2}};
        }},
       {"poses.extent(0) must equal the rows of q (got 2 and 3)",
        [](call& c) {
          c.poses = {c.out.data(), {2, 7}};
        }},
       {"poses.extent(2) must equal the width of options.form (got 7 and 16)",
        [](call& c) { c.options.form = pose_form::matrix_4x4(); }},
       {"poses.stride(2) must be 1 (got 2)",
        [](call& c) {
          c.poses = {c.out.data(), {3, 7}, {14, 2}};
        }},
       {"poses.stride(0) must be at least 7: rows of an output must be distinct (got 0)",
        [](call& c) {
          c.poses = {c.out.data(), {3, 7}, {0, 1}};
        }},
       {"jacobians.extent(2) must equal 6 (got 5 and 6)",
        [](call& c) {
          c.jacobians = {c.out.data() + 64, {3, 5, 2}};
        }},
       {"jacobians and poses must not overlap",
        [](call& c) {
          c.jacobians = {c.out.data() + 20, {3, 6, 2}};
        }},
       {"q and poses must not overlap",
        [](call& c) {
          c.q = {c.out.data(), {3, 2}};
        }},
       {"options.form is not known (got number 200)",
        [](call& c) {
          c.options.form.rotation = beyond<rotation_form>();
          c.poses = {c.out.data(), {3, 6}};
        }},
       {"options.frame is not known (got number 200)",
        [](call& c) { c.options.frame = beyond<jacobian_frame>(); }},
       {"options.base.form is not known (got number 200)",
        [](call& c) { c.options.base.form.rotation = beyond<rotation_form>(); }},
       {"options.base.poses.extent(1) must equal the width of options.base.form (got 6 and 7)",
        [](call& c) {
          c.options.base.poses = {c.in.data(), {3, 6}};
        }},
       {"options.base.poses and poses must not overlap", [](call& c) {
          c.options.base.poses = {c.out.data(), {3, 7}};
        }}});
}

TEST_CASE("velocities name what is wrong", "[errors]") {
  check_mistakes("joint_to_twist", &call::twist,
                 {{"velocities.extent(1) must equal the joints of the model (got 1 and 2)",
                   [](call& c) {
                     c.velocities = {c.in.data(), {3, 1}};
                   }},
                  {"twists.extent(2) must equal 6 (got 7 and 6)",
                   [](call& c) {
                     c.twists = {c.out.data(), {3, 7}};
                   }},
                  {"velocities and twists must not overlap",
                   [](call& c) {
                     c.velocities = {c.out.data(), {3, 2}};
                   }},
                  {"options.frame is not known (got number 200)",
                   [](call& c) { c.damped.frame = beyond<jacobian_frame>(); }}});
  check_mistakes("twist_to_joint", &call::velocity,
                 {{"twists.extent(0) must equal the rows of q (got 2 and 3)",
                   [](call& c) {
                     c.twists_in = {c.in.data(), {2, 6}};
                   }},
                  {"velocities.extent(1) must equal the joints of the model (got 3 and 2)",
                   [](call& c) {
                     c.joints = {c.out.data(), {3, 3}};
                   }},
                  {"options.damping must be finite (got nan)",
                   [](call& c) { c.damped.damping = std::nan(""); }},
                  {"twists and velocities must not overlap", [](call& c) {
                     c.twists_in = {c.out.data() + 32, {3, 6}};
                   }}});
}

TEST_CASE("inverse kinematics names what is wrong", "[errors]") {
  check_mistakes(
      "inverse_kinematics", &call::solve,
      {{"targets.extent(2) must equal the width of options.form (got 7 and 9)",
        [](call& c) { c.inverse.form = rotation_form::rows_6d; }},
       {"q.extent(1) must equal the joints of the model (got 3 and 2)",
        [](call& c) {
          c.joints = {c.out.data(), {3, 3}};
        }},
       {"q.extent(0) must equal targets.extent(0) (got 2 and 3)",
        [](call& c) {
          c.joints = {c.out.data(), {2, 2}};
        }},
       {"options.position_tolerance must not be negative (got -1.000000)",
        [](call& c) { c.inverse.position_tolerance = -1; }},
       {"options.rotation_tolerance must be finite",
        [](call& c) { c.inverse.rotation_tolerance = std::nan(""); }},
       {"options.position_weight must not be negative",
        [](call& c) { c.inverse.position_weight = -1; }},
       {"options.rotation_weight must not be negative",
        [](call& c) { c.inverse.rotation_weight = -1; }},
       {"options.seeds must be 1 to 1048576 (got 0)", [](call& c) { c.inverse.seeds = 0; }},
       {"options.coarse_iterations must be 0 to 1048576 (got -1)",
        [](call& c) { c.inverse.coarse_iterations = -1; }},
       {"options.fine_starts must be 1 to 8 (got 9)", [](call& c) { c.inverse.fine_starts = 9; }},
       {"options.fine_iterations must be 0 to 1048576 (got -1)",
        [](call& c) { c.inverse.fine_iterations = -1; }},
       {"options.start.extent(2) must equal the joints of the model (got 3 and 2)",
        [](call& c) {
          c.inverse.start = {c.in.data(), {3, 1, 3}};
        }},
       {"options.rest.extent(0) must equal the batch (got 2 and 3)",
        [](call& c) {
          c.inverse.rest = {c.in.data(), {2, 2}};
        }},
       {"there must be a start",
        [](call& c) {
          c.inverse.seeds = 0;
          c.inverse.start = {c.in.data(), {3, 0, 2}};
        }},
       {"report.position_error.extent(1) must equal the links of the model (got 2 and 1)",
        [](call& c) {
          c.report.position_error = {c.out.data(), {3, 2}};
        }},
       {"report.converged.extent(0) must equal targets.extent(0) (got 2 and 3)",
        [](call& c) {
          c.report.converged = {c.flags.data(), {2}};
        }},
       {"report.rotation_error and q must not overlap",
        [](call& c) {
          c.report.rotation_error = {c.out.data() + 32, {3, 1}};
        }},
       {"targets and q must not overlap", [](call& c) {
          c.targets = {c.out.data() + 30, {3, 7}};
        }}});
}

TEST_CASE("a tree of too many links is not steered", "[errors]") {
  std::vector<dh_row> table(9);
  const robot of = robot_from_dh(table, dh_convention::standard);
  const std::vector<std::string> links(of.links().begin() + 1, of.links().end());
  const auto model = make_tree<float>(of, "base", links);
  std::vector<float> in(70), out(9);
  CHECK_THROWS_WITH(inverse_kinematics(cpu{1}, model, view<const float, 3>(in.data(), {1, 10, 7}),
                                       view(out.data(), {1, 9})),
                    "robocache::inverse_kinematics: the model must have at most 8 links (got 10)");
}
