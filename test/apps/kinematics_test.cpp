// The subcommands fk and ik, and what info says of a robot.
#include <cmath>

#include "files/npz.hpp"
#include "support/catch.hpp"
#include "tool.hpp"

namespace {

using namespace robocache::cli;
using robocache::element;
using test::check_failure;
using test::check_success;
using test::contains;
using test::run_tool;
using test::temporary_directory;

/// Two links of 1 m that turn about z, and a slide along the tool's x.
constexpr const char* arm = R"(<robot name="arm">
<link name="base"/><link name="upper"/><link name="fore"/><link name="tool"/><link name="mast"/>
<joint name="shoulder" type="revolute"><parent link="base"/><child link="upper"/>
<axis xyz="0 0 1"/><limit lower="-3" upper="3" velocity="2"/></joint>
<joint name="elbow" type="revolute"><parent link="upper"/><child link="fore"/>
<origin xyz="1 0 0"/><axis xyz="0 0 1"/><limit lower="-3" upper="3"/></joint>
<joint name="slide" type="prismatic"><parent link="fore"/><child link="tool"/>
<origin xyz="1 0 0"/><limit lower="0" upper="0.5"/></joint>
<joint name="mast_joint" type="fixed"><parent link="base"/><child link="mast"/></joint>
</robot>
)";

/// A directory with the arm and three rows of its joints.
struct workplace {
  temporary_directory directory;
  const double half = std::acos(0.0);
  std::vector<double> q = {0, 0, 0, half, 0, 0.25, 0, half, 0.5};

  workplace() {
    test::write_bytes(directory / "arm.urdf", arm);
    save("q.npz", {3, 3}, q);
  }
  void save(const std::string& file, std::vector<std::int64_t> shape,
            const std::vector<double>& values) const {
    array a = make_array(element::f64, std::move(shape));
    std::copy(values.begin(), values.end(), a.as<double>());
    write_npz(directory / file, {{"rows", &a}});
  }
  [[nodiscard]] array read(const std::string& file, const std::string& name) const {
    return array_file(directory / file).read(name);
  }
};

}  // namespace

TEST_CASE("fk writes positions, quaternions and matrices", "[tool]") {
  const workplace w;
  const auto result = run_tool(
      w.directory, "fk arm.urdf --joints q.npz:rows --link tool -o poses.npz --plot path.svg");
  check_success(result);
  CHECK(contains(result.out, "columns: 0 shoulder, 1 elbow, 2 slide"));
  CHECK(contains(result.out, "3 poses of tool"));
  CHECK(contains(test::read_bytes(w.directory / "path.svg"), "<svg"));
  const array position = w.read("poses.npz", "position"),
              quaternion = w.read("poses.npz", "quaternion_wxyz"),
              pose = w.read("poses.npz", "pose");
  CHECK(position.shape == std::vector<std::int64_t>{3, 3});
  CHECK(quaternion.shape == std::vector<std::int64_t>{3, 4});
  CHECK(pose.shape == std::vector<std::int64_t>{3, 4, 4});
  const double expected[] = {2, 0, 0, 0, 2.25, 0, 1, 1.5, 0};
  for (int i = 0; i < 9; ++i) CHECK(std::fabs(position.as<double>()[i] - expected[i]) < 1e-15);
  CHECK(std::fabs(quaternion.as<double>()[4] - std::sqrt(0.5)) < 1e-15);
  CHECK(pose.as<double>()[16 + 3] == position.as<double>()[3]);
}

TEST_CASE("columns bind to joints by name", "[tool]") {
  const workplace w;
  w.save("more.npz", {1, 4}, {0.25, 9, 0, w.half});
  check_success(run_tool(w.directory,
                         "fk arm.urdf --joints more.npz:rows --names slide,grip,elbow,shoulder "
                         "--link tool -o poses.npz"));
  const array position = w.read("poses.npz", "position");
  CHECK(std::fabs(position.as<double>()[1] - 2.25) < 1e-15);
}

TEST_CASE("ik finds what fk wrote", "[tool]") {
  const workplace w;
  check_success(run_tool(w.directory, "fk arm.urdf --joints q.npz:rows --link tool -o poses.npz"));
  for (const std::string more : {"", " --track --threads 1 --plot q.svg"}) {
    const auto result =
        run_tool(w.directory, "ik arm.urdf --poses poses.npz:pose --link tool -o found.npz" + more);
    check_success(result);
    CHECK(contains(result.out, "3 of 3 poses converged, 100.00 %"));
    CHECK(contains(result.out, "position error: median"));
    CHECK(contains(result.out, "columns of q: 0 shoulder, 1 elbow, 2 slide"));
    const array converged = w.read("found.npz", "converged");
    for (int b = 0; b < 3; ++b) CHECK(converged.as<std::uint8_t>()[b] == 1);
    CHECK(w.read("found.npz", "q").shape == std::vector<std::int64_t>{3, 3});
    CHECK(w.read("found.npz", "position_error").as<double>()[0] <= 1e-4);
  }
}

TEST_CASE("ik takes seven columns with their order", "[tool]") {
  const workplace w;
  w.save("p.npz", {1, 7}, {1, 1, 0, 0, 0, std::sqrt(0.5), std::sqrt(0.5)});
  check_success(run_tool(
      w.directory, "ik arm.urdf --poses p.npz:rows --quaternion xyzw --link tool -o found.npz"));
  CHECK(std::fabs(w.read("found.npz", "q").as<double>()[1] - w.half) < 1e-2);
  check_failure(run_tool(w.directory, "ik arm.urdf --poses p.npz:rows --link tool -o found.npz"), 1,
                {"--quaternion: expected xyzw or wxyz", "7 columns"});
}

TEST_CASE("info lists the joints of a robot", "[tool]") {
  const workplace w;
  const auto result = run_tool(w.directory, "info arm.urdf");
  check_success(result);
  for (const char* part : {"robot arm, 5 links below base, 4 joints, 3 of which move by themselves",
                           "shoulder", "revolute", "prismatic", "0.5", "mast_joint"}) {
    CHECK(contains(result.out, part));
  }
}

TEST_CASE("fk and ik say what is wrong", "[tool]") {
  const workplace w;
  test::write_bytes(w.directory / "bad.urdf", "<robot>\n<link/></robot>");
  w.save("flat.npz", {9}, w.q);
  check_failure(run_tool(w.directory, "fk bad.urdf --joints q.npz:rows --link tool -o o.npz"), 2,
                {"bad.urdf:2: <link>: expected the attribute name"});
  check_failure(run_tool(w.directory, "info none.urdf"), 2, {"none.urdf: cannot be read"});
  check_failure(run_tool(w.directory, "fk arm.urdf --joints q.npz:rows --link hand -o o.npz"), 1,
                {"--link: there is no link 'hand'; there are base, upper, fore, tool, mast"});
  check_failure(run_tool(w.directory, "fk arm.urdf --joints q.npz:rows --link mast -o o.npz"), 1,
                {"--link: no joint moves 'mast'"});
  check_failure(run_tool(w.directory, "fk arm.urdf --joints q.npz --link tool -o o.npz"), 1,
                {"--joints: expected FILE.npz:ARRAY or FILE.npy, got 'q.npz'"});
  check_failure(run_tool(w.directory, "fk arm.urdf --joints flat.npz:rows --link tool -o o.npz"), 2,
                {"flat.npz: array 'rows': expected shape (N, 3), the joints shoulder, elbow, "
                 "slide, got (9,)"});
  check_failure(
      run_tool(w.directory, "fk arm.urdf --joints q.npz:rows --names a,b,c --link tool -o o.npz"),
      1, {"--names: joint 'shoulder' is missing"});
  check_failure(run_tool(w.directory, "ik arm.urdf --poses q.npz:rows --link tool -o o.npz"), 2,
                {"q.npz: array 'rows': expected shape (N, 4, 4) or (N, 7), got (3, 3)"});
  check_failure(run_tool(w.directory, "ik arm.urdf --poses q.npz:rows --link tool -o q.npz"), 1,
                {"q.npz"});
}
