// URDF: what files say, and each way in which they can be wrong.
#include <clocale>
#include <robocache/kinematics/tree.hpp>
#include <robocache/kinematics/urdf.hpp>

#include "reference.hpp"
#include "robots.hpp"
#include "support/catch.hpp"
#include "support/skip.hpp"

namespace {

using namespace robocache;
using namespace test;

/// Two links and a joint between them, whose inside is given.
std::string arm(const std::string& inside, const std::string& type = "revolute",
                const std::string& more = "") {
  return "<robot name=\"arm\">\n<link name=\"a\"/>\n<link name=\"b\"/>\n<joint name=\"j\" type=\"" +
         type + "\">\n<parent link=\"a\"/><child link=\"b\"/>\n" + inside + "\n</joint>\n" + more +
         "</robot>\n";
}

const std::string limit = "<limit lower=\"-1\" upper=\"2\" velocity=\"3\"/>";

std::string joint_text(const std::string& name, const std::string& parent, const std::string& child,
                       const std::string& inside = "") {
  return "<joint name=\"" + name + "\" type=\"continuous\"><parent link=\"" + parent +
         "\"/><child link=\"" + child + "\"/>" + inside + "</joint>\n";
}

std::string message_of(const std::string& text) {
  try {
    parse_urdf(text, "arm.urdf");
  } catch (const urdf_error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("a URDF says how joints move", "[urdf]") {
  const robot of = parse_urdf(arm(
      "<origin xyz=\"1 -2.5e-1 +3\" rpy=\"0 0 1.5\"/><axis xyz=\"0 0 2\"/>" + limit, "revolute",
      "<link name=\"c\"/>" +
          joint_text("k", "b", "c", "<mimic joint=\"j\" multiplier=\"-0.5\" offset=\"0.25\"/>")));
  const joint& j = of.joints()[0];
  CHECK(of.name() == "arm");
  CHECK(of.root() == "a");
  CHECK(j.kind == joint_kind::revolute);
  CHECK(j.origin.rows[0][3] == 1.0);
  CHECK(j.origin.rows[1][3] == -0.25);
  CHECK(j.origin.rows[2][3] == 3.0);
  CHECK(j.origin.rows[1][0] == sine(1.5));
  CHECK(j.axis.z == 1.0);
  CHECK(j.lower == -1.0);
  CHECK(j.upper == 2.0);
  CHECK(j.velocity == 3.0);
  CHECK(of.drive_of(1).joint == 0);
  CHECK(of.drive_of(1).multiplier == -0.5);
  CHECK(of.drive_of(1).offset == 0.25);
}

TEST_CASE("a URDF that is wrong is told by file, line and element", "[urdf]") {
  const std::string more_link = "<link name=\"c\"/>";
  const struct {
    std::string text, message;
  } cases[] = {
      {"", "arm.urdf: the file is empty"},
      {arm(limit).substr(0, 150), "arm.urdf:6: the XML is cut off or not well formed"},
      {"<robot><link name=\"a\"></robot>", "arm.urdf:1: the XML is cut off or not well formed"},
      {"<model/>", "arm.urdf:1: expected <robot>, got <model>"},
      {"<robot xmlns:xacro=\"x\">\n<xacro:arm/></robot>",
       "arm.urdf:2: <xacro:arm>: this is a xacro file; make a URDF of it first: xacro FILE > "
       "robot.urdf"},
      {arm("<origin xyz=\"${d} 0 0\"/>"), "arm.urdf:6: <origin>: this is a xacro file"},
      {"<robot name=\"r\"/>", "arm.urdf: <robot>: must have a link"},
      {"<robot>\n<link/></robot>", "arm.urdf:2: <link>: expected the attribute name"},
      {arm(limit, "spinning"),
       "arm.urdf:4: <joint name=\"j\">: the type is none of URDF's (got \"spinning\")"},
      {arm(""), "arm.urdf:4: <joint name=\"j\">: a revolute joint must have a <limit>"},
      {arm("<axis xyz=\"0 0 0\"/>" + limit),
       "arm.urdf:4: <joint name=\"j\">: the axis must not be zero"},
      {arm("<axis xyz=\"0 1\"/>" + limit),
       "arm.urdf:6: <joint name=\"j\"> <axis>: xyz must be 3 numbers (got \"0 1\")"},
      {arm("<origin xyz=\"0,5 0 0\"/>" + limit),
       "arm.urdf:6: <joint name=\"j\"> <origin>: xyz must be 3 numbers with a decimal point, no "
       "comma (got \"0,5 0 0\")"},
      {arm("<origin rpy=\"0 nan 0\"/>" + limit),
       "arm.urdf:6: <joint name=\"j\"> <origin>: rpy must be 3 numbers (got \"0 nan 0\")"},
      {arm("<limit lower=\"0,5\" upper=\"1\"/>"),
       "arm.urdf:6: <joint name=\"j\"> <limit>: lower must be a number with a decimal point, no "
       "comma (got \"0,5\")"},
      {arm("<limit lower=\"2\" upper=\"1\"/>"),
       "arm.urdf:4: <joint name=\"j\">: the lower limit must not be above the upper one (got "
       "2.000000 and 1.000000)"},
      {arm("<mimic joint=\"j\"/>" + limit), "arm.urdf:4: <joint name=\"j\">: mimics itself"},
      {arm("<mimic joint=\"k\"/>" + limit),
       "arm.urdf:4: <joint name=\"j\">: mimics a joint that is not there (got \"k\")"},
      {arm("<mimic/>" + limit),
       "arm.urdf:6: <joint name=\"j\"> <mimic>: expected the attribute joint"},
      {arm(limit, "revolute", "<link name=\"b\"/>"),
       "arm.urdf:8: <link name=\"b\">: the name stands twice"},
      {arm(limit, "revolute", more_link),
       "arm.urdf:8: <link name=\"c\">: two roots: \"a\" and this link hang on no joint"},
      {arm(limit, "revolute", joint_text("j", "a", "b")),
       "arm.urdf:8: <joint name=\"j\">: the name stands twice"},
      {arm(limit, "revolute", joint_text("k", "a", "b")),
       "arm.urdf:3: <link name=\"b\">: hangs on two joints: \"j\" and \"k\""},
      {arm(limit, "revolute", joint_text("k", "x", "b")),
       "arm.urdf:8: <joint name=\"k\">: its parent is no link of the robot (got \"x\")"},
      {arm(limit, "revolute", joint_text("k", "b", "x")),
       "arm.urdf:8: <joint name=\"k\">: its child is no link of the robot (got \"x\")"},
      {arm(limit, "revolute", joint_text("k", "b", "a")),
       "arm.urdf:4: <joint name=\"j\">: joints go round in a cycle: \"j\", \"k\""},
      {arm(limit, "revolute",
           more_link + "<link name=\"d\"/>\n" + joint_text("k", "c", "d") +
               joint_text("m", "d", "c")),
       "arm.urdf:10: <joint name=\"m\">: joints go round in a cycle: \"m\", \"k\""},
      {arm("<mimic joint=\"k\"/>" + limit, "revolute",
           more_link + joint_text("k", "b", "c", "<mimic joint=\"j\"/>")),
       "arm.urdf:4: <joint name=\"j\">: mimics itself"},
      {"<robot>\n<link name=\"a\"/>\n<joint name=\"j\" type=\"fixed\"><child "
       "link=\"a\"/></joint></robot>",
       "arm.urdf:3: <joint name=\"j\">: expected a <parent>"},
  };
  for (const auto& c : cases) {
    INFO(c.text);
    CHECK(message_of(c.text).substr(0, c.message.size()) == c.message);
  }
  CHECK_THROWS_WITH(read_urdf("/no/such.urdf"),
                    "/no/such.urdf: cannot be read: No such file or directory");
  CHECK_THROWS_WITH(read_urdf("/"), "/: cannot be read: Is a directory");
}

TEST_CASE("numbers of a URDF are read the same in every locale", "[urdf]") {
  const char* const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8"};
  const char* set = nullptr;
  for (const char* name : names) set = set != nullptr ? set : std::setlocale(LC_NUMERIC, name);
  if (set == nullptr && skip_loudly("no locale with a decimal comma is installed")) return;
  const robot of = parse_urdf(arm("<origin xyz=\"0.5 0 0\"/>" + limit));
  std::setlocale(LC_NUMERIC, "C");
  CHECK(of.joints()[0].origin.rows[0][3] == 0.5);
}

TEST_CASE("chains and trees of what a robot has not are refused", "[urdf]") {
  const robot of = parse_urdf(arm(
      limit, "revolute",
      "<link name=\"c\"/><link name=\"d\"/>" + joint_text("k", "a", "c") +
          "<joint name=\"f\" type=\"floating\"><parent link=\"b\"/><child link=\"d\"/></joint>"));
  CHECK_THROWS_WITH(make_chain<float>(of, "x"),
                    "robocache::robot: there is no link \"x\" in \"arm\"");
  CHECK_THROWS_WITH(of.find_joint("x"), "robocache::robot: there is no joint \"x\" in \"arm\"");
  CHECK_THROWS_WITH(make_chain<float>(of, "b", "c"),
                    "robocache::make_chain: link \"c\" does not hang on link \"b\"");
  CHECK_THROWS_WITH((make_chain<float, 2>(of, "b")),
                    "robocache::make_chain: a chain of this type has 2 joints, none of which "
                    "mimics (got 1 joints with 1 positions)");
  CHECK_THROWS_WITH(make_chain<float>(of, "d"),
                    "robocache::make_chain: joint \"f\": a floating or planar joint must come "
                    "before those that move");
  CHECK_THROWS_WITH(make_tree<float>(of, "a", {}),
                    "robocache::make_tree: there must be 1 to 64 links (got 0)");
}

TEST_CASE("real robots are read", "[urdf]") {
  const auto panda = real_robot("franka_panda.urdf"), ur = real_robot("ur10e.urdf");
  if (!panda || !ur) return;
  CHECK(columns_of(*panda, panda->root(), {"panda_hand"}).size() == 7);
  CHECK(columns_of(*ur, ur->root(), {"tool0"}).size() == 6);
  CHECK(make_chain<double, 7>(*panda, "panda_hand").lower[3] == -3.0718);
}
