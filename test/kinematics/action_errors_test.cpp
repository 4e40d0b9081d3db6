// The same of actions and conversions, and of robots from arrays.
#include "spoilt_call.hpp"

namespace {

using namespace robocache;
using namespace test;

}  // namespace

TEST_CASE("actions name what is wrong", "[errors]") {
  check_mistakes("absolute_to_delta", &call::to_delta,
                 {{"poses.extent(2) must be at least the width of options.form (got 6 and 7)",
                   [](call& c) {
                     c.actions = {c.in.data(), {2, 5, 6}};
                   }},
                  {"deltas.extent(2) must equal 6 and what is behind a pose (got 6 and 7)",
                   [](call& c) {
                     c.deltas = {c.out.data(), {2, 5, 6}};
                   }},
                  {"deltas.extent(1) must equal poses.extent(1) - 1 (got 5 and 4)",
                   [](call& c) {
                     c.rule.rule = delta_rule::step;
                     c.states = {};
                   }},
                  {"states have no meaning for options.rule step",
                   [](call& c) {
                     c.rule.rule = delta_rule::step;
                     c.deltas = {c.out.data(), {2, 4, 7}};
                   }},
                  {"states.extent(1) must equal the steps (got 4 and 5)",
                   [](call& c) {
                     c.states = {c.in.data(), {2, 4, 7}};
                   }},
                  {"states.extent(2) must be at least 7 (got 6)",
                   [](call& c) {
                     c.states = {c.in.data(), {2, 5, 6}};
                   }},
                  {"states must have a row",
                   [](call& c) {
                     c.rule.rule = delta_rule::from_first_state;
                     c.states = {c.in.data(), {2, 0, 7}};
                   }},
                  {"options.rotation: differences of Euler angles need poses with Euler angles",
                   [](call& c) { c.rule.rotation = delta_rotation::euler_difference; }},
                  {"options.frame: differences of Euler angles are of the base frame",
                   [](call& c) {
                     c.rule = calvin_actions();
                     c.rule.frame = delta_frame::tool;
                   }},
                  {"options.position_scale must be above 0 (got 0.000000)",
                   [](call& c) { c.rule.position_scale = 0; }},
                  {"options.rotation_scale must be finite",
                   [](call& c) { c.rule.rotation_scale = std::nan(""); }},
                  {"options.rule is not known (got number 200)",
                   [](call& c) { c.rule.rule = beyond<delta_rule>(); }},
                  {"options.frame is not known (got number 200)",
                   [](call& c) { c.rule.frame = beyond<delta_frame>(); }},
                  {"options.rotation is not known (got number 200)",
                   [](call& c) { c.rule.rotation = beyond<delta_rotation>(); }},
                  {"options.last is not known (got number 200)",
                   [](call& c) { c.rule.last = beyond<last_row>(); }},
                  {"valid.extent(1) must equal deltas.extent(1) (got 4 and 5)",
                   [](call& c) {
                     c.valid = {c.flags.data(), {2, 4}};
                   }},
                  {"poses and deltas must not overlap", [](call& c) {
                     c.actions = {c.out.data(), {2, 5, 8}};
                   }}});
  check_mistakes("delta_to_absolute", &call::to_absolute,
                 {{"deltas.extent(2) must equal 6 and what is behind a pose (got 6 and 7)",
                   [](call& c) {
                     c.deltas_in = {c.in.data(), {2, 5, 6}};
                   }},
                  {"deltas.extent(1) must equal poses.extent(1) - 1 (got 5 and 4)",
                   [](call& c) { c.rule.rule = delta_rule::step; }},
                  {"states.extent(2) must be at least 8 (got 7)",
                   [](call& c) {
                     c.rule.rule = delta_rule::step;
                     c.deltas_in = {c.in.data(), {2, 4, 7}};
                   }},
                  {"deltas and poses must not overlap", [](call& c) {
                     c.deltas_in = {c.out.data(), {2, 5, 7}};
                   }}});
}

TEST_CASE("conversions name what is wrong", "[errors]") {
  check_mistakes("convert_rotations", &call::convert,
                 {{"from_form is not known (got number 200)",
                   [](call& c) { c.from_form = beyond<rotation_form>(); }},
                  {"to_form is not known (got number 200)",
                   [](call& c) { c.to_form = beyond<rotation_form>(); }},
                  {"from.extent(2) must equal the width of from_form (got 4 and 3)",
                   [](call& c) { c.from_form = rotation_form::rotation_vector; }},
                  {"to.extent(2) must equal the width of to_form (got 6 and 9)",
                   [](call& c) { c.to_form = rotation_form::matrix; }},
                  {"to and from must not overlap", [](call& c) {
                     c.rotations = {c.out.data(), {2, 5, 4}};
                   }}});
  check_mistakes(
      "binarize_gripper", &call::grip,
      {{"to.extent(1) must equal from.extent(1) (got 4 and 5)",
        [](call& c) {
          c.gripped = {c.out.data(), {2, 4, 1}};
        }},
       {"to and from must not overlap",
        [](call& c) {
          c.grips = {c.out.data(), {2, 5, 1}};
        }},
       {"the lower threshold must not be above the upper one (got 0.050000 and 0.010000)",
        [](call& c) { c.open = 0.01; }}});
}

TEST_CASE("robots from arrays name what is wrong", "[errors]") {
  joint turn;
  turn.name = "j";
  turn.parent = "a";
  turn.child = "b";
  turn.kind = joint_kind::revolute;
  const auto message = [&](const std::function<void(joint&)>& spoil,
                           std::vector<std::string> links = {"a", "b"}) {
    joint j = turn;
    spoil(j);
    try {
      robot("r", std::move(links), {j});
    } catch (const invalid_argument& error) {
      return std::string(error.what());
    }
    return std::string("nothing was thrown");
  };
  CHECK(message([](joint&) {}) == "nothing was thrown");
  CHECK(message([](joint& j) { j.name = ""; }) == "robocache::robot: a joint must have a name");
  CHECK(message([](joint&) {}, {"a", "b", ""}) == "robocache::robot: a link must have a name");
  CHECK(message([](joint&) {}, {}) == "robocache::robot: must have a link");
  CHECK(message([](joint& j) { j.origin.rows[0][0] = 2; }) ==
        "robocache::robot: joint \"j\": the origin must be a rotation and a finite position");
  CHECK(message([](joint& j) { j.origin.rows[0][3] = NAN; }) ==
        "robocache::robot: joint \"j\": the origin must be a rotation and a finite position");
  CHECK(message([](joint& j) { j.axis.x = INFINITY; }) ==
        "robocache::robot: joint \"j\": the axis must be finite");
  CHECK(message([](joint& j) { j.multiplier = INFINITY; }) ==
        "robocache::robot: joint \"j\": the multiplier and offset of a mimic must be finite");
  CHECK(message([](joint& j) {
          j.parent = "b";
          j.child = "a";
        }) == "nothing was thrown");
  CHECK(message([](joint& j) { j.child = "a"; }, {"a"}) ==
        "robocache::robot: joint \"j\": joints go round in a cycle: \"j\"");
  CHECK_THROWS_WITH(robot_from_dh({}, beyond<dh_convention>()),
                    "robocache::robot_from_dh: convention is not known");
}

TEST_CASE("limits of mimics narrow their leader's, or leave nothing", "[errors]") {
  joint leader;
  leader.name = "leader";
  leader.parent = "a";
  leader.child = "b";
  leader.kind = joint_kind::revolute;
  leader.lower = -1;
  leader.upper = 1;
  joint follower = leader;
  follower.name = "follower";
  follower.parent = "b";
  follower.child = "c";
  follower.mimics = "leader";
  follower.multiplier = -2;
  follower.offset = 0.5;
  const auto model = make_chain<double>(robot("r", {"a", "b", "c"}, {leader, follower}), "c");
  CHECK(model.columns() == 1);
  CHECK(model.joints() == 2);
  CHECK(model.lower[0] == -0.25);
  CHECK(model.upper[0] == 0.75);
  follower.offset = 9;
  CHECK_THROWS_WITH(make_chain<double>(robot("r", {"a", "b", "c"}, {leader, follower}), "c"),
                    "robocache::make_chain: joint \"leader\": its limits and those of what mimics "
                    "it leave no position");
}
