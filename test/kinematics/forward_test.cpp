// Poses and Jacobians of random trees against the reference in extended precision.
#include <robocache/kinematics/dh.hpp>
#include <robocache/kinematics/forward_kinematics.hpp>

#include "reference.hpp"
#include "support/catch.hpp"

namespace {

using namespace robocache;
using namespace test;

/// Random rows for the columns of a model, and the same by name.
template <class T>
struct rows {
  std::vector<T> q;
  std::vector<positions> named;

  rows(random_source& random, const robot& of, const std::vector<int>& columns, int count) {
    for (int b = 0; b < count; ++b) {
      positions row;
      for (const joint& j : of.joints()) row[j.name] = 0;
      for (const int c : columns) {
        const joint& j = of.joints()[static_cast<std::size_t>(c)];
        q.push_back(static_cast<T>(random.uniform(j.lower, j.upper)));
        row[j.name] = static_cast<extended>(q.back());
      }
      named.push_back(row);
    }
  }
};

struct worst {
  extended position = 0, rotation = 0;
  void add(const motion& got, const motion& expected, extended reach) {
    position = std::max(position, distance_between(got, expected) / reach);
    rotation = std::max(rotation, angle_between(got, expected));
  }
};

/// All links of random trees, as quaternions and as 4x4.
template <class T>
worst worst_of_trees(int trees, int joints, std::uint64_t seed) {
  random_source random(seed);
  worst error;
  for (int n = 0; n < trees; ++n) {
    const robot of = random_robot(random, joints, n % 3 == 0);
    std::vector<std::string> links = of.links();
    if (links.size() > most_links) links.erase(links.begin(), links.end() - most_links);
    const auto model = make_tree<T>(of, of.root(), links);
    constexpr std::int64_t count = 4;
    const rows<T> in(random, of, columns_of(of, of.root(), links), count);
    const auto width = static_cast<std::int64_t>(links.size());
    std::vector<T> quaternions(static_cast<std::size_t>(count * width * 7));
    std::vector<T> matrices(static_cast<std::size_t>(count * width * 16));
    const view q(in.q.data(), {count, model.columns()});
    forward_kinematics(cpu{1}, model, q, view(quaternions.data(), {count, width, 7}));
    forward_kinematics(cpu{2}, model, q, view(matrices.data(), {count, width, 16}),
                       {pose_form::matrix_4x4(), {}, {}});
    for (std::size_t b = 0; b < count; ++b) {
      for (std::size_t l = 0; l < links.size(); ++l) {
        extended reach = 0;
        const motion expected = reference_pose(of, in.named[b], links[l], &reach);
        if (reach == 0) continue;
        const std::size_t at = b * links.size() + l;
        error.add(motion_from_wxyz(&quaternions[at * 7]), expected, reach);
        error.add(motion_from(&matrices[at * 16]), expected, reach);
      }
    }
  }
  return error;
}

}  // namespace

TEST_CASE("poses of random trees agree with the reference", "[kinematics]") {
  const auto check = [](const worst& error, extended bar) {
    CHECK(error.position < bar);
    CHECK(error.rotation < bar);
  };
  SECTION("float") {
    check(worst_of_trees<float>(400, 7, 1), 1e-6L);
    check(worst_of_trees<float>(400, 32, 2), 1e-6L);
    check(worst_of_trees<float>(200, 64, 3), 3e-6L);
  }
  SECTION("double") {
    check(worst_of_trees<double>(400, 7, 1), 1e-12L);
    check(worst_of_trees<double>(400, 32, 2), 1e-12L);
    check(worst_of_trees<double>(200, 64, 3), 1e-12L);
  }
}

TEST_CASE("chains of any and of fixed length have the bits of trees", "[kinematics]") {
  random_source random(4);
  for (int n = 0; n < 50; ++n) {
    robot of = random_robot(random, 7, true);
    std::vector<joint> joints = of.joints();
    for (joint& j : joints) j.mimics.clear();
    of = robot("free", of.links(), joints);
    const std::string tip = of.links().back();
    const auto any = make_chain<float>(of, tip);
    const auto seven = make_chain<float, 7>(of, tip);
    const auto as_tree = make_tree<float>(of, of.root(), {tip});
    const rows<float> in(random, of, columns_of(of, of.root(), {tip}), 5);
    const view q(in.q.data(), {5, 7});
    std::vector<float> poses[3], jacobians[3], alone(35), volumes[2];
    for (auto& p : poses) p.resize(35);
    for (auto& j : jacobians) j.resize(210);
    for (auto& v : volumes) v.resize(5);
    forward_kinematics_and_jacobian(cpu{1}, any, q, view(poses[0].data(), {5, 7}),
                                    view(jacobians[0].data(), {5, 6, 7}));
    forward_kinematics_and_jacobian(cpu{1}, seven, q, view(poses[1].data(), {5, 7}),
                                    view(jacobians[1].data(), {5, 6, 7}));
    forward_kinematics_and_jacobian(cpu{1}, as_tree, q, view(poses[2].data(), {5, 1, 7}),
                                    view(jacobians[2].data(), {5, 1, 6, 7}));
    forward_kinematics(cpu{3}, seven, q, view(alone.data(), {5, 7}));
    manipulability(cpu{1}, any, q, view(volumes[0].data(), {5, 1}));
    manipulability(cpu{1}, seven, q, view(volumes[1].data(), {5, 1}));
    CHECK(first_difference(poses[0], poses[1]) == -1);
    CHECK(first_difference(poses[0], poses[2]) == -1);
    CHECK(first_difference(poses[0], alone) == -1);
    CHECK(first_difference(jacobians[0], jacobians[1]) == -1);
    CHECK(first_difference(jacobians[0], jacobians[2]) == -1);
    CHECK(first_difference(volumes[0], volumes[1]) == -1);
  }
}

namespace {

/// The velocity of the link, per unit of column c, by differences of the reference.
std::vector<double> difference_column(const robot& of, positions q, const std::string& link,
                                      const std::string& joint_name, jacobian_frame frame) {
  const extended step = 1e-5L;
  const motion at = reference_pose(of, q, link);
  q[joint_name] += step;
  const motion after = reference_pose(of, q, link);
  q[joint_name] -= 2 * step;
  const motion before = reference_pose(of, q, link);
  extended v[3], w[3], spin[3][3] = {};
  for (int r = 0; r < 3; ++r) {
    v[r] = (after.m[r][3] - before.m[r][3]) / (2 * step);
    for (int c = 0; c < 3; ++c) {  // R' R^T
      for (int k = 0; k < 3; ++k)
        spin[r][c] += (after.m[r][k] - before.m[r][k]) / (2 * step) * at.m[c][k];
    }
  }
  w[0] = (spin[2][1] - spin[1][2]) / 2;
  w[1] = (spin[0][2] - spin[2][0]) / 2;
  w[2] = (spin[1][0] - spin[0][1]) / 2;
  std::vector<double> column(6);
  const extended p[3] = {at.m[0][3], at.m[1][3], at.m[2][3]};
  for (std::size_t r = 0; r < 3; ++r) {
    const std::size_t s = (r + 1) % 3, t = (r + 2) % 3;
    extended a = v[r], b = w[r];
    if (frame == jacobian_frame::world) a -= w[s] * p[t] - w[t] * p[s];
    if (frame == jacobian_frame::local) {
      a = b = 0;
      for (std::size_t k = 0; k < 3; ++k) {
        a += at.m[k][r] * v[k];
        b += at.m[k][r] * w[k];
      }
    }
    column[r] = static_cast<double>(a);
    column[3 + r] = static_cast<double>(b);
  }
  return column;
}

}  // namespace

TEST_CASE("Jacobians are the differences of poses, in each frame", "[kinematics]") {
  random_source random(5);
  double worst = 0;
  for (int n = 0; n < 60; ++n) {
    const robot of = random_robot(random, 3 + n % 12);
    const std::string link = of.links().back();
    const auto columns = columns_of(of, of.root(), {link});
    const auto model = make_chain<double>(of, link);
    const rows<double> in(random, of, columns, 1);
    const auto count = static_cast<std::int64_t>(columns.size());
    for (const auto frame :
         {jacobian_frame::local_world_aligned, jacobian_frame::local, jacobian_frame::world}) {
      std::vector<double> got(static_cast<std::size_t>(6 * count));
      motion_options<double> options;
      options.frame = frame;
      jacobian(cpu{1}, model, view(in.q.data(), {1, count}), view(got.data(), {1, 6, count}),
               options);
      for (std::size_t c = 0; c < columns.size(); ++c) {
        const auto expected = difference_column(
            of, in.named[0], link, of.joints()[static_cast<std::size_t>(columns[c])].name, frame);
        for (std::size_t r = 0; r < 6; ++r)
          worst = std::max(worst, std::fabs(got[r * columns.size() + c] - expected[r]));
      }
    }
  }
  CHECK(worst < 1e-7);
}

TEST_CASE("DH tables of both conventions are what their formulas say", "[kinematics]") {
  random_source random(6);
  for (const auto convention : {dh_convention::standard, dh_convention::modified}) {
    std::vector<dh_row> table(6);
    motion expected;
    std::vector<double> q;
    for (dh_row& row : table) {
      row = {random.uniform(-0.5, 0.5), random.uniform(-2, 2), random.uniform(-0.5, 0.5),
             random.uniform(-2, 2),
             random.chance(0.3) ? joint_kind::prismatic : joint_kind::revolute};
      q.push_back(random.uniform(-1, 1));
      const bool slides = row.kind == joint_kind::prismatic;
      motion about_x = turn({1, 0, 0}, row.alpha),
             about_z = turn({0, 0, 1}, row.theta + (slides ? 0 : q.back()));
      about_x.m[0][3] = row.a;
      about_z.m[2][3] = row.d + (slides ? q.back() : 0);
      expected = convention == dh_convention::standard ? expected * about_z * about_x
                                                       : expected * about_x * about_z;
    }
    const auto model = make_chain<double, 6>(robot_from_dh(table, convention), "tool");
    std::vector<double> got(16);
    forward_kinematics(cpu{1}, model, view(q.data(), {1, 6}), view(got.data(), {1, 16}),
                       {pose_form::matrix_4x4(), {}, {}});
    CHECK(distance_between(motion_from(got.data()), expected) < 1e-13L);
    CHECK(angle_between(motion_from(got.data()), expected) < 1e-13L);
  }
}

TEST_CASE("a base pose stands before all, and in place of a floating joint", "[kinematics]") {
  random_source random(7);
  robot arm = random_robot(random, 5, true);
  std::vector<std::string> links = arm.links();
  std::vector<joint> joints = arm.joints();
  for (joint& j : joints) j.mimics.clear();
  arm = robot("arm", links, joints);
  links.emplace_back("world");
  joint free;
  free.name = "free";
  free.kind = joint_kind::floating;
  free.parent = "world";
  free.child = "root";
  joints.push_back(free);
  const robot floating("floating", links, joints);
  const std::string tip = arm.links().back();
  const auto fixed = make_chain<double, 5>(arm, tip);
  const auto loose = make_chain<double, 5>(floating, "world", tip);
  const rows<double> in(random, arm, columns_of(arm, arm.root(), {tip}), 3);
  std::vector<double> bases, plain(21), on_base(21), floated(21), jacobians[2];
  for (int i = 0; i < 3; ++i) {
    for (int k = 0; k < 7; ++k) bases.push_back(random.uniform(-1, 1));
  }
  motion_options<double> options;
  options.base = {view<const double, 2>(bases.data(), {3, 7}), rotation_form::quaternion_wxyz};
  const view q(in.q.data(), {3, 5});
  forward_kinematics(cpu{1}, fixed, q, view(plain.data(), {3, 7}));
  forward_kinematics(cpu{1}, fixed, q, view(on_base.data(), {3, 7}), options);
  forward_kinematics(cpu{1}, loose, q, view(floated.data(), {3, 7}), options);
  CHECK(first_difference(on_base, floated) == -1);
  for (std::size_t b = 0; b < 3; ++b) {
    const motion expected = motion_from_wxyz(&bases[7 * b]) * motion_from_wxyz(&plain[7 * b]);
    CHECK(distance_between(motion_from_wxyz(&on_base[7 * b]), expected) < 1e-13L);
    CHECK(angle_between(motion_from_wxyz(&on_base[7 * b]), expected) < 1e-13L);
  }
}

TEST_CASE("manipulability is the root of det(J J^T)", "[kinematics]") {
  random_source random(8);
  for (int n = 0; n < 20; ++n) {
    robot of = random_robot(random, 8, true);
    const std::string tip = of.links().back();
    const auto model = make_chain<double>(of, tip);
    const std::int64_t columns = model.columns();
    const rows<double> in(random, of, columns_of(of, of.root(), {tip}), 1);
    std::vector<double> j(static_cast<std::size_t>(6 * columns)), volume(1);
    jacobian(cpu{1}, model, view(in.q.data(), {1, columns}), view(j.data(), {1, 6, columns}));
    manipulability(cpu{1}, model, view(in.q.data(), {1, columns}), view(volume.data(), {1, 1}));
    long double a[6][6], determinant = 1;
    const auto at = [&](int r, std::int64_t c) {
      return static_cast<long double>(j[static_cast<std::size_t>(r * columns + c)]);
    };
    for (int r = 0; r < 6; ++r) {
      for (int s = 0; s < 6; ++s) {
        a[r][s] = 0;
        for (std::int64_t c = 0; c < columns; ++c) a[r][s] += at(r, c) * at(s, c);
      }
    }
    for (int k = 0; k < 6; ++k) {  // the matrix is positive: no pivoting
      determinant *= a[k][k];
      for (int r = k + 1; r < 6; ++r) {
        const long double by = a[k][k] != 0 ? a[r][k] / a[k][k] : 0;
        for (int c = k; c < 6; ++c) a[r][c] -= by * a[k][c];
      }
    }
    const double expected =
        columns < 6 || determinant < 0 ? 0 : std::sqrt(static_cast<double>(determinant));
    CHECK(std::fabs(volume[0] - expected) < 1e-9);
  }
}
